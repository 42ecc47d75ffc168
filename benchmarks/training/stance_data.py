"""What the stance adapter learns from: claims with what is said for and against them, from public training rows only.

Perspectrum's train rows (statements, evidence), IBM Claim Stance, ArguAna's training motions, and UN speeches of the
states that are neither in BRICS nor in the G7. What shares eight words running with a held-out text is left out: of
ArguAna's validation and test passages in Perspectrum's evidence, of Perspectrum's dev evidence in ArguAna's training
passages; so are statements of dev rows, and claims and motions that are also in dev.
"""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.public_sets import Row, read

Embed = Callable[[Sequence[str]], NDArray[np.float32]]  # texts to unit vectors (n, d)
BLOCS = ("BRICS", "G7")  # whose speeches are held out
TOPICS = (
    "How should the Security Council be reformed?",
    "How can poverty be ended?",
    "How should the world respond to migration and refugees?",
    "How should the conflict in Syria be resolved?",
    "What should be done for the equality of women?",
    "How should the world trade system change?",
    "How can pandemics be overcome?",
    "What should be done about the debt of developing countries?",
    "What should the sustainable development goals achieve?",
    "How can Africa develop?",
    "How can human rights be protected?",
    "What is the role of international law?",
    "How should piracy and maritime disputes be dealt with?",
    "How should food security be ensured?",
    "What should United Nations peacekeeping do?",
    "How can education and youth be supported?",
    "How should drug trafficking and organized crime be fought?",
    "How should the international financial system be reformed?",
    "What should be done about Afghanistan?",
    "What does multilateralism mean today?",
)
SPEECHES_A_TOPIC = 220  # nearest passages, of which a state needs four
MINED = 40  # nearest passages of other claims: negatives that look right
_HOUSE = re.compile(r"^(this house (believes( that)?|would|supports)|thb[t]?|thw) ")


@dataclass(frozen=True)
class View:
    """A view: its side, the passages that are it, and those that answer it."""

    text: str
    side: int
    own: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()


@dataclass
class Claim:
    """A claim, motion or topic with its passages by side (0 for, 1 against; for speeches the number of the state)."""

    text: str
    sides: dict[str, int] = field(default_factory=dict)
    views: list[View] = field(default_factory=list)
    mined: list[str] = field(default_factory=list)

    def of_side(self, side: int) -> list[str]:
        """Return the ids of one side's passages."""
        return [identifier for identifier, one in self.sides.items() if one == side]


@dataclass(frozen=True)
class StanceData:
    """Claims by task ("statements", "evidence", "motions", "speeches"), and every text by id."""

    claims: dict[str, list[Claim]]
    texts: dict[str, str]
    pools: dict[str, list[str]]  # by task: where its negatives are mined


class _Held:
    """The texts and words running that no training text may share."""

    def __init__(self, data: Path) -> None:
        rows = [row for row in read(data / "perspectrum/pov.jsonl.gz") if row["split"] == "dev"]
        proofs = [row for row in read(data / "perspectrum/evidence_pov.jsonl.gz") if row["split"] == "dev"]
        text = {row["_id"]: row["text"] for row in read(data / "perspectrum/corpus.jsonl.gz")}
        paragraph = {row["_id"]: row["text"] for row in read(data / "perspectrum/evidence.jsonl.gz")}
        self.claims = {row["query"].lower() for row in [*rows, *proofs]}
        self.motions = {_plain(claim) for claim in self.claims}
        self.statements = {text[i].lower() for row in rows for i in everything(row)}
        self.statement_ids = {f"P{i}" for row in rows for i in everything(row)}
        self.paragraphs = {i for row in proofs for i in row["relevant"]}
        self.paragraph_eights = set().union(*(eights(paragraph[i]) for i in self.paragraphs))
        passages = (row for row in read(data / "arguana/corpus.jsonl.gz") if not row["_id"].startswith("training-"))
        self.motion_eights = set().union(*(eights(passage_text(row)) for row in passages))


def stance_data(data: Path) -> StanceData:
    """Read everything that may be learned from; mined negatives and speeches come with `add_neighbours`."""
    held = _Held(data)
    files = {
        "P": "perspectrum/corpus",
        "E": "perspectrum/evidence",
        "A": "arguana/corpus",
        "I": "ibm_claim_stance/corpus",
    }
    texts = {
        prefix + row["_id"]: passage_text(row)
        for prefix, name in files.items()
        for row in read(data / f"{name}.jsonl.gz")
    }
    claims = {
        "statements": _statements(data, texts, held),
        "evidence": _evidence(data, texts, held),
        "motions": _motions(data, texts, held),
    }
    pools = {
        "statements": [i for i in texts if i[0] == "P" and i not in held.statement_ids],
        "evidence": [i for i in texts if i[0] == "E" and i[1:] not in held.paragraphs],
        "motions": [i for i in texts if i.startswith("Atraining-")],
    }
    return StanceData(claims, texts, pools)


def add_neighbours(found: StanceData, data: Path, embed: Embed) -> None:
    """Add what needs the base model (`embed`): each claim's mined negatives, and the speeches near each topic."""
    speeches = {
        f"U{row['_id']}": row for row in read(data / "political/un_speeches.jsonl.gz") if row["bloc"] not in BLOCS
    }
    found.texts.update({i: row["text"] for i, row in speeches.items()})
    for task, claims in found.claims.items():
        pool = found.pools[task]
        vectors, asked = embed([found.texts[i] for i in pool]), embed([claim.text for claim in claims])
        for claim, near in zip(claims, asked @ vectors.T, strict=True):
            said = {found.texts[i].lower() for i in claim.sides}
            best = np.argsort(-near)[: MINED + len(claim.sides)]
            claim.mined = [
                pool[n] for n in best if pool[n] not in claim.sides and found.texts[pool[n]].lower() not in said
            ]
    ids = list(speeches)
    vectors = embed([found.texts[i] for i in ids])
    states = {country: n for n, country in enumerate(sorted({row["country"] for row in speeches.values()}))}
    found.claims["speeches"] = [
        Claim(topic, {ids[n]: states[speeches[ids[n]]["country"]] for n in np.argsort(-near)[:SPEECHES_A_TOPIC]})
        for topic, near in zip(TOPICS, embed(TOPICS) @ vectors.T, strict=True)
    ]


def _statements(data: Path, texts: dict[str, str], held: _Held) -> list[Claim]:
    claims: dict[str, Claim] = {}
    for row in _training(data / "perspectrum/pov.jsonl.gz", held):
        for identifier, side in _by_side(row, "P"):
            text = texts[identifier]
            if text.lower() not in held.statements and not eights(text) & held.motion_eights:
                claims.setdefault(row["query"], Claim(row["query"])).sides[identifier] = side
    for row in read(data / "ibm_claim_stance/pov.jsonl.gz"):
        claims.setdefault(row["query"], Claim(row["query"])).sides.update(_by_side(row, "I"))
    return [claim for claim in claims.values() if max(len(claim.of_side(0)), len(claim.of_side(1))) > 1]


def _evidence(data: Path, texts: dict[str, str], held: _Held) -> list[Claim]:
    claims: dict[str, Claim] = {}
    for row in _training(data / "perspectrum/evidence_pov.jsonl.gz", held):
        relevant = [f"E{i}" for i in row["relevant"] if i not in held.paragraphs]
        own = tuple(i for i in relevant if not eights(texts[i]) & held.motion_eights)
        if own:
            claim = claims.setdefault(row["query"], Claim(row["query"]))
            claim.views.append(View(row["pov"], side_of(row), own))
            claim.sides.update(dict.fromkeys(own, side_of(row)))
    return list(claims.values())


def _motions(data: Path, texts: dict[str, str], held: _Held) -> list[Claim]:
    claims: dict[str, Claim] = {}
    for row in read(data / "arguana/pov.jsonl.gz"):
        if row["split"] != "training" or _plain(row["query"]) in held.motions:
            continue
        claim = claims.setdefault(row["query"], Claim(row["query"]))
        claim.sides.update((i, side) for i, side in _by_side(row, "A") if not eights(texts[i]) & held.paragraph_eights)
        for text, own in zip([row["pov"], *row["pov_more"]], [row["exclude"][0], *row["pov_more_doc"]], strict=True):
            claim.views.append(View(text, side_of(row), (f"A{own}",), (f"A{own[:-1]}b",)))
    return list(claims.values())


def _training(path: Path, held: _Held) -> Iterable[Row]:
    return (row for row in read(path) if row["split"] == "train" and row["query"].lower() not in held.claims)


def _by_side(row: Row, prefix: str) -> list[tuple[str, int]]:
    own = side_of(row)
    return [(prefix + i, own) for i in row["same"] + row["exclude"]] + [(prefix + i, 1 - own) for i in row["opposite"]]


def passage_text(row: Row) -> str:
    """Return a corpus row as it is embedded."""
    return f"{row.get('title', '')} {row['text']}".strip()


def everything(row: Row) -> set[str]:
    """Return the ids of both sides."""
    return {i for field in ("same", "opposite", "exclude") for i in row[field]}


def side_of(row: Row) -> int:
    """Return the side of a row's view."""
    return 0 if row["stance"] in ("SUPPORT", "PRO", "pro") else 1


def eights(text: str) -> set[str]:
    """Return every eight words running."""
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + 8]) for i in range(len(words) - 7)}


def _plain(claim: str) -> str:
    return _HOUSE.sub("", claim.lower()).strip(" .")


def sample(draw: random.Random, values: Sequence[str], most: int) -> list[str]:
    """Draw at most so many of the values."""
    return draw.sample(list(values), min(most, len(values)))
