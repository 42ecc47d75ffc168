"""The measures of an answer: one number each."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from chains.schemas import Opinion
from chains.text.repetition import seq_rep_n
from chains.text.support.numbers import claimed_numbers
from debate.compare.effort import Effort


@dataclass(frozen=True)
class Answer:
    """What a model answered to a question, or why it did not.

    Attributes:
        style, backend: how it was written, and by which library; "" if nobody noted it.
        effort: what it took; None if nobody noted it.
    """

    question_key: str
    model: str
    opinion: Opinion | None
    seconds: float
    error: str = ""
    style: str = ""
    effort: Effort | None = None
    backend: str = ""


@dataclass(frozen=True)
class Measure:
    """A figure of an answer.

    Attributes:
        meaning: what it is, for a reader.
        better: 1 where more is better, -1 where less is, 0 where neither is.
        yes_or_no: whether it is 0 or 1 only.
        of: from an answer's opinion; None if there is nothing to measure.
        most: the largest figure there can be.
        among: the questions that it is of: those that the documents answer, or those that they do not; None: all.
    """

    name: str
    meaning: str
    better: int
    yes_or_no: bool
    of: Callable[[Opinion], float | None]
    most: float = math.inf
    among: bool | None = None

    def measured(self, answer: Answer, answerable: bool | None = None) -> float | None:
        """Return the figure of an answer; None if it failed or has none.

        Args:
            answerable: whether the documents hold the answer, if that is known.
        """
        if answer.opinion is None or self.among not in (None, answerable):
            return None
        return self.of(answer.opinion)


def measures(min_words: int, max_words: int) -> tuple[Measure, ...]:
    """Return what is compared; answers are meant to have between ``min_words`` and ``max_words`` words."""
    limits = f"{min_words} to {max_words} words"
    supported = "share of the sentences that a passage supports"
    unsupported = "how many are in no passage"
    numbers = "how specific an answer is, whether right or wrong"
    new = "share of word pairs that are new"
    repeated = "share of the word sequences of four that came before in the answer"
    return (
        Measure("supported", supported, 1, False, _unless_abstained(lambda one: one.supported or 0), most=1),
        Measure("passages used", "how many support a sentence", 1, False, _unless_abstained(_passages_used)),
        Measure("copied", "share of the sentences copied from a passage", 0, False, _unless_abstained(_copied), most=1),
        Measure("in limits", limits, 1, True, _unless_abstained(lambda one: min_words <= one.words <= max_words)),
        Measure("has defects", "a sentence to strike out", -1, True, lambda one: float(bool(one.defects))),
        Measure("abstained", 'said "I don\'t know"', 0, True, _abstained),
        Measure("abstained rightly", "where the documents do not hold the answer", 1, True, _abstained, among=False),
        Measure("abstained wrongly", "where the documents hold the answer", -1, True, _abstained, among=True),
        Measure("unsupported names and numbers", unsupported, -1, False, lambda one: float(len(one.unsupported))),
        Measure("numbers in 100 words", numbers, 0, False, _unless_abstained(_specificity)),
        Measure("distinct 2-grams", new, 1, False, _unless_abstained(_distinct_pairs), most=1),
        Measure("seq-rep-4", repeated, -1, False, _unless_abstained(lambda one: seq_rep_n(one.answer, 4)), most=1),
        Measure("words", "length of an answer", 0, False, lambda one: float(one.words)),
    )


def _unless_abstained(figure: Callable[[Opinion], float]) -> Callable[[Opinion], float | None]:
    return lambda one: None if one.abstained else float(figure(one))


def _abstained(opinion: Opinion) -> float:
    return float(opinion.abstained)


def _passages_used(opinion: Opinion) -> float:
    return float(len({one.chunk for one in opinion.sentences if one.chunk is not None}))


def _copied(opinion: Opinion) -> float:
    return opinion.copied or 0.0


def _specificity(opinion: Opinion) -> float:
    return 100 * len(claimed_numbers(opinion.answer)) / max(opinion.words, 1)


def _distinct_pairs(opinion: Opinion) -> float:
    return 1 - seq_rep_n(opinion.answer, 2)
