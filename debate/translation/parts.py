"""The texts of a row to translate: question, answer, positions, turns and verdict."""

from collections.abc import Iterator
from dataclasses import dataclass

from debate.results import QuestionResult


@dataclass(frozen=True)
class Part:
    """One text of a row.

    Attributes:
        what: question, answer, position, turn 1, turn 2 … or verdict.
        speaker: who says it in the debate; "" for the others.
    """

    question_id: str
    what: str
    speaker: str
    text: str


def parts_of(result: QuestionResult) -> Iterator[Part]:
    """Return the texts of a row, in the order in which a reader meets them; none is empty."""
    own = result.question.id
    texts = [Part(own, "question", "", result.question.text)]
    if result.opinion:
        texts.append(Part(own, "answer", "", result.opinion.answer))
    texts += [Part(own, "position", one.speaker, one.text) for one in result.positions]
    texts += [Part(own, f"turn {n}", one.speaker, one.text) for n, one in enumerate(result.turns, 1)]
    if result.verdict:
        texts.append(Part(own, "verdict", result.verdict.speaker, result.verdict.text))
    return (one for one in texts if one.text.strip())
