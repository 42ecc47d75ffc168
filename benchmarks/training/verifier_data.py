"""Make what the verifier learns from and is measured on:

    python -m benchmarks.training.verifier_data --data DIR --rewrites rewrites.jsonl --out FOLDER

Needs spaCy with en_core_web_sm, lemminflect and scikit-learn. Writes `train.jsonl.gz`, a passage a line with its
sentences, what each implies and what contradicts it, and `test.jsonl.gz`, a pair a line.
"""

import argparse
import gzip
import json
import multiprocessing
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import spacy
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.public_sets import Row
from benchmarks.training.verifier_edits import bare, false_edits, true_edits
from benchmarks.training.verifier_passages import DOMAINS, Passage, passages
from benchmarks.training.verifier_trusted import Trusted, content, trusted

NEAR = 6  # neighbours of a passage
NAMED = 2000  # passages whose names stand for the corpus' names
SAID_ELSEWHERE = 0.6  # share of a sentence's words that a neighbour may have and still not bear it out
EACH = 150  # pairs of a domain and kind that are measured
Wordings = Mapping[str, Sequence[tuple[str, str]]]  # rewrites (kind, text) by source sentence


class Editor:
    """Makes the row of a passage: its sentences, and what can be made of them."""

    def __init__(self, parser: str, named: Sequence[Passage]) -> None:
        self.nlp = spacy.load(parser)
        names: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one, document in zip(named, self.nlp.pipe(one.text for one in named), strict=True):
            for name in document.ents:
                names[one.split, name.label_].add(bare(name))
        self.pools = {
            split: {label: sorted(found) for (s, label), found in names.items() if s == split}
            for split in ("train", "test")
        }

    def row(self, one: Passage, wordings: Wordings) -> Row:
        """Parse a passage and edit its sentences."""
        draw = random.Random(zlib.crc32(one.id.encode()))  # noqa: S311 - sampling, not secrets
        document, left, sentences = self.nlp(one.text), dict(wordings), []
        for plain in one.sentences():
            span = document.char_span(plain.start, plain.end)
            whole = list(span.sents) if span is not None else []
            if len(whole) != 1 or whole[0].text.strip() != plain.text:
                continue
            false = false_edits(whole[0], self.pools[one.split], document.ents, draw)
            sentences.append(
                {
                    "text": plain.text,
                    "true": true_edits(whole[0], draw),
                    "false": [(edit.kind, edit.text) for edit in false],
                    "rewrites": left.pop(plain.text, []),
                }
            )
        other = [pair for pairs in left.values() for pair in pairs]
        return {**vars(one), "sentences": sentences, "rewrites": other}


_editor: list[Editor] = []  # of a worker process


def _begin(parser: str, named: Sequence[Passage]) -> None:
    _editor.append(Editor(parser, named))


def _row(task: tuple[Passage, Wordings]) -> Row:
    return _editor[0].row(*task)


def neighbours(found: Sequence[Passage]) -> dict[str, list[str]]:
    """Return each passage's nearest of other documents, by the words they share."""
    near: dict[str, list[str]] = {}
    for domain in DOMAINS:
        for split in ("train", "test"):
            own = [one for one in found if (one.domain, one.split) == (domain, split)]
            if not own:
                continue
            vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform([one.text for one in own])
            for start in range(0, len(own), 500):
                scores = np.asarray((vectors[start : start + 500] @ vectors.T).todense())
                for row, best in enumerate(np.argsort(-scores, axis=1)[:, : NEAR * 4]):
                    one = own[start + row]
                    other = [own[n].id for n in best if _document(own[n]) != _document(one)]
                    near[one.id] = other[:NEAR]
    return near


def _document(passage: Passage) -> str:
    return passage.id.rpartition("/")[0]


def chosen(found: list[Passage], wanted: set[str], most: int, draw: random.Random) -> list[Passage]:
    """Draw passages of every domain, those that were rewritten first."""
    kept: list[Passage] = []
    for domain in DOMAINS:
        for split, count in (("train", most), ("test", min(most, 600))):
            pool = [one for one in found if (one.domain, one.split) == (domain, split)]
            draw.shuffle(pool)
            pool.sort(key=lambda one: one.id not in wanted)
            kept += pool[:count]
    return kept


def measured(
    made: list[Row], rewrites: Trusted, texts: dict[str, str], near: dict[str, list[str]], draw: random.Random
) -> Iterator[Row]:
    """Yield pairs of every domain and kind, at most EACH."""
    found: dict[tuple[str, str, bool], list[tuple[str, str]]] = defaultdict(list)
    for row in made:
        domain, text = row["domain"], row["text"]
        for one in row["sentences"]:
            words = content(one["text"])
            found[domain, "word for word", True].append((one["text"], text))
            if one["true"]:
                found[domain, "rephrased by rule", True].append((draw.choice(one["true"]), text))
            for kind, edited in one["false"]:
                found[domain, kind, False].append((edited, text))
            other = [texts[i] for i in near[row["id"]] if len(words & content(texts[i])) < SAID_ELSEWHERE * len(words)]
            if other:
                found[domain, "fact of another passage", False].append((one["text"], other[0]))
        for kind, reply in [*row["rewrites"], *(pair for one in row["sentences"] for pair in one["rewrites"])]:
            found[domain, f"{kind} by a model", True].append((reply, text))
        for kind, reply in rewrites.false.get(row["id"], []):
            found[domain, f"{kind} by a model", False].append((reply, text))
    for (domain, kind, label), pairs in sorted(found.items()):
        for sentence, passage in draw.sample(pairs, min(EACH, len(pairs))):
            yield {"domain": domain, "kind": kind, "label": label, "sentence": sentence, "passage": passage}


def _write(path: Path, made: Sequence[Row]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in made)


def main() -> None:
    """Make both files and say what is in them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--rewrites", type=Path, required=True, help="what verifier_rewrites wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--parser", default="en_core_web_sm", help="spaCy's model, a name or a folder")
    parser.add_argument(
        "--base", default="sentence-transformers/all-MiniLM-L6-v2", help="the embedding model, likewise"
    )
    parser.add_argument("--passages", type=int, default=5000, help="training passages of a domain")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    draw = random.Random(0)  # noqa: S311 - sampling, not secrets
    everything = [one for one in passages(options.data) if one.sentences()]
    texts = {one.id: one.text for one in everything}
    rewrites = trusted(options.rewrites, texts, options.base)
    kept = chosen(everything, {*rewrites.true, *rewrites.false}, options.passages, draw)
    print(f"{len(rewrites.true)} passages have true rewrites, {len(rewrites.false)} false ones", flush=True)
    near = neighbours(everything)
    named = draw.sample(kept, min(NAMED, len(kept)))
    tasks = [(one, rewrites.true.get(one.id, {})) for one in kept]
    with multiprocessing.get_context("spawn").Pool(options.processes, _begin, (options.parser, named)) as pool:
        made = pool.map(_row, tasks, chunksize=50)
    options.out.mkdir(parents=True, exist_ok=True)
    learned = [{**row, "near": [texts[i] for i in near[row["id"]][:3]]} for row in made if row["split"] == "train"]
    tested = list(measured([row for row in made if row["split"] == "test"], rewrites, texts, near, draw))
    _write(options.out / "train.jsonl.gz", learned)
    _write(options.out / "test.jsonl.gz", tested)
    print(Counter(kind for row in learned for one in row["sentences"] for kind, _ in one["false"]))
    print(Counter(kind for row in learned for one in row["sentences"] for kind, _ in one["rewrites"]))
    print(Counter((row["kind"], row["label"]) for row in tested))


if __name__ == "__main__":
    main()
