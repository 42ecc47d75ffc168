"""Close an answer by chunk: with the fact that decides, in its passage's words, and why it does, in the writer's.

Asked which fact decides, a small model says the side taken again, or names a topic: so the fact is chosen here, and the
model is asked for its weight alone, without the answer before its eyes.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chains.generation.contract import WordLimits
from chains.schemas import Chunk, Completion
from chains.text.drafting.draft import (
    DraftSentence,
    lead,
    new_to,
    stands_alone,
    with_lead,
    without_strays,
)
from chains.text.drafting.versions import without_fact
from chains.writing.parts import CLOSES, PartWriter
from vectorstore.text.sentences import word_count

_TRIED = 3  # facts of a passage
_SAID = 1  # sentence on the fact: in the second, small models speak of something else
_NO_CLOSE = "no close: the opening or a paragraph needs every fact that could decide"
_NO_REASON = "the close gives no reason: the model only repeated what was said, or the question"
_NO_ROOM = "the close gives no reason: the model's window has no room for it"


@dataclass(frozen=True)
class Closed:
    """An answer with its close.

    Attributes:
        place: of the passage whose fact closes it, among those shown; None where it has no close.
        note: what is missing of the close, or "".
    """

    told: list[DraftSentence]
    completions: list[Completion]
    place: int | None
    note: str


def closed(writer: PartWriter, told: list[DraftSentence], part: int, asked: Mapping[int, Chunk]) -> Closed:
    """Let the fact that decides leave its paragraph and begin the close, the answer's part ``part``.

    The close goes on from it in the writer's words, where they say anything.
    """
    found = next(_deciding(writer, told, asked), None)
    if found is None:
        return Closed(told, [], None, _NO_CLOSE)
    place, fact, rest = found
    limits = WordLimits(0, writer.part.maximum // 2)
    said = [one.text for one in rest]
    prompts = writer.closes(limits, asked[place], fact)
    closes = writer.complete(prompts, limits, said) if prompts else []
    texts = [with_lead(fact, one.text, frame) for one, frame in zip(closes, CLOSES, strict=False)]
    told = [*rest, DraftSentence(part, fact, word_count(fact), math.inf, copied=True)]
    own = [writer.sentences(part, text.removeprefix(fact).strip()) for text in texts]
    close = next(filter(None, (new_to(told, one) for one in own)), [])[:_SAID]
    return Closed([*told, *close], closes, place, "" if close else _NO_REASON if prompts else _NO_ROOM)


def _deciding(
    writer: PartWriter, told: Sequence[DraftSentence], asked: Mapping[int, Chunk]
) -> Iterator[tuple[int, str, list[DraftSentence]]]:
    """Yield facts that could decide, of the nearest passage first: its place, the fact, and the answer without it.

    Of a passage the sentence comes first that shares most with the question and the side taken. It stands alone, does
    not deny that side, and is not in the opening, and its paragraph stands without it.
    """
    matter = f"{writer.question} {writer.side}"
    opening, parts = [one for one in told if not one.part], {one.part for one in told}
    for n, chunk in asked.items():
        tried: list[DraftSentence] = []
        for _ in range(_TRIED):
            fact = lead(chunk.text, matter, [*opening, *tried])
            tried.append(DraftSentence(n + 1, fact, 0, 0.0))
            sound = writer.sentences(n + 1, fact, chunk) if stands_alone(fact) else []
            own = new_to(opening, sound)
            rest = without_strays(without_fact(told, n + 1, fact)) if own else []
            if own and ({one.part for one in rest} == parts or not lead(chunk.text, matter, own)):
                yield n, fact, rest
