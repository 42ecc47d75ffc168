"""Which rewrites by a model the verifier's data takes: a small model's "own words" are often not true.

A true rewrite has only names and numbers of its passage, denies as often as its source (even or odd), shares half its
words with the passage, and its embedding is near the source's. A false one differs from its source in a few words.
"""

import difflib
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from benchmarks.public_sets import Row
from chains.text.sentences import split_sentences
from chains.text.support.entities import FUNCTION_WORD, numbers, unsupported_entities

NEAR_ENOUGH = {"paraphrase": 0.8, "short": 0.75, "merge": 0.8, "report": 0.65}  # cosine of a true rewrite
SHARED = 0.5  # of its words
MOST_CHANGED = 8  # words that a model may change in "the opposite" and "one detail changed"
_DENIAL = re.compile(
    r"\b(?:not|no|never|nor|neither|none|nothing|without|cannot|fail\w*|refus\w*)\b|n['’]t\b", re.IGNORECASE
)
_META = re.compile(
    r"^(?:\d+[.)]\s*|[-*•]\s*)|^The passage (?:also )?(?:states|says|notes|suggests|concludes|mentions) that "
)


@dataclass
class Trusted:
    """Rewrites by passage: true ones (kind, text) by source sentence, and false ones."""

    true: dict[str, dict[str, list[tuple[str, str]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    false: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))


def trusted(file: Path, texts: dict[str, str], base: str) -> Trusted:
    """Read what `verifier_rewrites` wrote and keep what passes.

    Args:
        file: its JSON lines.
        texts: passages by id.
        base: the embedding model, a name or a folder.
    """
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    made = [
        {**row, "reply": text}
        for row in rows
        if row["passage"] in texts
        for text in _replies(row)
        if text != row["source"] and 5 <= len(text.split()) <= 60
    ]
    found = Trusted()
    for row, cosine in zip(made, _cosines(made, base), strict=True):
        if row["kind"] in NEAR_ENOUGH:
            if cosine >= NEAR_ENOUGH[row["kind"]] and _agrees(row, texts[row["passage"]]):
                found.true[row["passage"]][row["source"]].append((row["kind"], row["reply"]))
        elif 0 < _changed(row["source"], row["reply"]) <= MOST_CHANGED:
            found.false[row["passage"]].append((row["kind"], row["reply"]))
    found.true = {identifier: dict(by_source) for identifier, by_source in found.true.items()}  # plain, to be sent
    return found


def content(text: str) -> set[str]:
    """Return a text's content words, cut to six letters."""
    return {word[:6] for word in re.findall(r"[^\W\d_]+", text.lower()) if not FUNCTION_WORD.fullmatch(word)}


def _replies(row: Row) -> list[str]:
    lines = row["reply"].strip().splitlines() or [""]
    lines = lines if row["kind"] == "report" else lines[:1]
    found = [_META.sub("", line.strip().strip('"')).strip() for line in lines]
    return [line[:1].upper() + line[1:] for line in found if line.endswith(".") and "passage" not in line]


def _cosines(made: list[Row], base: str) -> list[float]:
    """The cosine of a reply to its source, or to the nearest sentence of it where that is a passage."""
    model = SentenceTransformer(base, device="cuda" if torch.cuda.is_available() else "cpu")
    pieces = [
        [s.text for s in split_sentences(row["source"])] if row["kind"] == "report" else [row["source"]] for row in made
    ]
    texts = list(dict.fromkeys(text for piece in pieces for text in piece))
    place = {text: n for n, text in enumerate(texts)}
    vectors = model.encode(texts, batch_size=256, normalize_embeddings=True, show_progress_bar=False)
    replies = model.encode(
        [row["reply"] for row in made], batch_size=256, normalize_embeddings=True, show_progress_bar=False
    )
    found = zip(pieces, replies, strict=True)
    return [float((vectors[[place[text] for text in piece]] @ reply).max()) for piece, reply in found]


def _agrees(row: Row, passage: str) -> bool:
    source, reply = row["source"], row["reply"]
    words = content(reply)
    if row["kind"] == "report":
        source = max((s.text for s in split_sentences(source)), key=lambda text: len(content(text) & words))
    denied = len(_DENIAL.findall(source)) % 2 == len(_DENIAL.findall(reply)) % 2
    shared = len(words & content(passage)) >= SHARED * len(words)
    return denied and shared and numbers(reply) <= numbers(passage) and not unsupported_entities(reply, [passage])


def _changed(source: str, reply: str) -> int:
    blocks = difflib.SequenceMatcher(a=source.lower().split(), b=reply.lower().split(), autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for tag, a, b, c, d in blocks if tag != "equal")
