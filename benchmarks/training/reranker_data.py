"""What the reranker learns from: views, passages that serve them, and passages that only look as if they did.

Out of `stance_data`, which says what is left out, come examples of four tasks; a group draws some passages of one.
Beside them stand cloze groups, which need no labels: a sentence that was taken out of its passage is to find it among
the passages nearest to it (the inverse cloze task, Lee et al. 2019).
"""

import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.training.stance_data import Claim, Embed, StanceData, sample

OTHER_SIDE, COUNTER = 3.0, 10.0  # what a passage of the other side, or the view's own answer, weighs among negatives
PASSAGES = {"statements": 18, "evidence": 18, "motions": 18, "speeches": 14}  # of a group
POSITIVES = {"statements": 4, "evidence": 2, "motions": 4, "speeches": 3}  # of them at the most
OTHERS = 6
NEAREST = 60  # negatives that are kept for a view
VIEWS_A_SIDE, VIEWS_A_STATE = 12, 8
CLOZE_PASSAGES, CLOZE_LONGEST = 16, 100  # passages of a cloze group, words of its sentence
SHORTEST_SENTENCE, SHORTEST_PASSAGE = 40, 250  # characters
FORGOTTEN = 0.15  # share of a sentence's words that are left out, so that it cannot be found by its words alone


@dataclass
class Example:
    """A view with all that is known about passages for it; ids of `StanceData.texts`."""

    task: str
    claim: str
    view: str
    positives: list[str]
    others: list[str] = field(default_factory=list)
    counters: list[str] = field(default_factory=list)
    unjudged: set[str] = field(default_factory=set)
    hard: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """A view as it is read, and its passages: which serve it, and how much the others weigh, as logarithms."""

    query: str
    passages: list[str]
    positive: list[bool]
    weights: list[float]
    asked: tuple[str, str] | None  # claim and view; None in cloze groups


def examples(found: StanceData, embed: Embed, draw: random.Random) -> list[Example]:
    """Return every example, each with the passages of other claims that are nearest to it."""
    made: list[Example] = []
    for claim in found.claims["evidence"]:
        for view in claim.views:
            other = [i for i in claim.of_side(1 - view.side) if i not in view.own]
            made.append(Example("evidence", claim.text, view.text, list(view.own), other, [], set(claim.sides)))
    for claim in found.claims["motions"]:
        for view in claim.views:
            counters = [i for i in view.counters if i in claim.sides]
            same = [i for i in claim.of_side(view.side) if i not in view.own]
            other = [i for i in claim.of_side(1 - view.side) if i not in counters]
            left = {*claim.sides, *view.own}
            if same:
                made.append(Example("motions", claim.text, view.text, same, other, counters, left))
    for claim in found.claims["statements"]:
        made += _statements(claim, found, draw)
    for example in made:
        example.unjudged -= {*example.positives, *example.others, *example.counters}
    _add_nearest(made, found, embed)
    return [*made, *_speeches(found, embed)]


def _statements(claim: Claim, found: StanceData, draw: random.Random) -> Iterator[Example]:
    for side in (0, 1):
        own = claim.of_side(side)
        for one in sample(draw, own, VIEWS_A_SIDE) if len(own) > 1 else []:
            view = found.texts[one]
            same = [i for i in own if found.texts[i].lower() != view.lower()]
            if same:
                yield Example("statements", claim.text, view, same, claim.of_side(1 - side), [], set(claim.sides))


def _add_nearest(made: list[Example], found: StanceData, embed: Embed) -> None:
    texts = list({text for example in made for text in (example.claim, example.view)})
    asked = dict(zip(texts, embed(texts), strict=True))
    for task, pool in found.pools.items():
        vectors = embed([found.texts[i] for i in pool])
        for example in (one for one in made if one.task == task):
            about = {*example.positives, *example.others, *example.counters, *example.unjudged}
            said = {found.texts[i].lower() for i in about}
            claim, view = asked[example.claim], asked[example.view]
            near = _interleaved(vectors @ (claim + view), vectors @ view, NEAREST + len(about))
            ids = [pool[n] for n in near if pool[n] not in about and found.texts[pool[n]].lower() not in said]
            example.hard = ids[:NEAREST]


def _interleaved(one: NDArray[Any], other: NDArray[Any], count: int) -> list[int]:
    """Return the positions of the largest of both, in turns."""
    pairs = zip(np.argsort(-one)[:count], np.argsort(-other)[:count], strict=True)
    return list(dict.fromkeys(int(n) for pair in pairs for n in pair))


def _speeches(found: StanceData, embed: Embed) -> Iterator[Example]:
    for topic in found.claims["speeches"]:
        ids = list(topic.sides)
        vectors = dict(zip(ids, embed([found.texts[i] for i in ids]), strict=True))
        for state in sorted(set(topic.sides.values())):
            own = topic.of_side(state)
            for one in own[:VIEWS_A_STATE] if len(own) >= 4 else []:
                others = [i for i in ids if topic.sides[i] != state]
                others.sort(key=lambda i: -float(vectors[i] @ vectors[one]))
                same = [i for i in own if i != one]
                yield Example("speeches", topic.text, found.texts[one], same, hard=others[:NEAREST])


def group(example: Example, found: StanceData, draw: random.Random) -> Group:
    """Draw some of an example's passages."""
    positives = sample(draw, example.positives, POSITIVES[example.task])
    counters = [i for i in example.counters if i not in positives]
    others = sample(draw, [i for i in example.others if i not in example.positives], OTHERS)
    room = max(0, PASSAGES[example.task] - len(positives) - len(counters) - len(others))
    hard = sample(draw, example.hard, room)
    ids = [*positives, *counters, *others, *hard]
    sizes = (len(positives), len(counters), len(others), len(hard))
    weights = np.repeat([0.0, math.log(COUNTER), math.log(OTHER_SIDE), 0.0], sizes).tolist()
    return Group(
        f"{example.claim}: {example.view}",
        [found.texts[i] for i in ids],
        [n < len(positives) for n in range(len(ids))],
        weights,
        (example.claim, example.view),
    )


def cloze(made: Sequence[Example], found: StanceData, draw: random.Random) -> Group:
    """Draw a passage and its neighbours, and take a sentence out of it."""
    while True:
        near = [i for i in draw.choice(made).hard if len(found.texts[i]) > SHORTEST_PASSAGE]
        passages = [found.texts[i] for i in sample(draw, near, CLOZE_PASSAGES)]
        sentences = re.split(r"(?<=[.!?])\s+", passages[0]) if len(passages) == CLOZE_PASSAGES else []
        long = [one for one in sentences if len(one) > SHORTEST_SENTENCE]
        if len(long) >= 3:
            break
    sentence = draw.choice(long)
    kept = [word for word in sentence.split()[:CLOZE_LONGEST] if draw.random() > FORGOTTEN]
    rest = passages[0].replace(sentence, " ")
    others = [one for one in passages[1:] if one[:60] != passages[0][:60]]
    positive = [True, *[False] * len(others)]
    return Group(" ".join(kept), [rest, *others], positive, [0.0] * len(positive), None)
