"""The results of a comparison: each measure for each pair of models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from debate.compare.measures import Answer, Measure, measures
from debate.compare.statistics import PairedDifference, paired_difference


@dataclass(frozen=True)
class Compared:
    """One measure of two models; ``paired`` is None if no question has it for both."""

    measure: str
    meaning: str
    first: str
    second: str
    better: int
    paired: PairedDifference | None

    @property
    def direction(self) -> str:
        """Return an arrow: up where more is better, down where less is, "" where neither is."""
        return {1: "↑", -1: "↓"}.get(self.better, "")

    @property
    def verdict(self) -> str:
        """Name the model that is better at a 5% level, or say that none is."""
        if self.paired is None:
            return "nothing to compare"
        if self.paired.p >= 0.05 or not self.better:
            return "no difference shown" if self.paired.p >= 0.05 else "differ"
        return self.second if self.paired.difference * self.better > 0 else self.first


def compare_answers(
    answers: Sequence[Sequence[Answer]],
    *,
    min_words: int,
    max_words: int,
    seed: int = 0,
    answerable: Mapping[str, bool | None] = MappingProxyType({}),
) -> list[Compared]:
    """Compare every pair of models in every measure; one of questions that nobody has marked is left out.

    Args:
        answers: of each model, in the same order of questions.
        answerable: by a question's key, whether the documents hold its answer, where that is known.
    """
    wanted = [one for one in measures(min_words, max_words) if one.among in (None, *answerable.values())]
    found = []
    for one, other in combinations(answers, 2):
        for measure in wanted:
            first, second = _both(one, other, measure, answerable)
            paired = (
                paired_difference(first, second, yes_or_no=measure.yes_or_no, most=measure.most, seed=seed)
                if first
                else None
            )
            found.append(Compared(measure.name, measure.meaning, one[0].model, other[0].model, measure.better, paired))
    return found


def _both(
    one: Sequence[Answer], other: Sequence[Answer], measure: Measure, answerable: Mapping[str, bool | None]
) -> tuple[list[float], list[float]]:
    """The figures of the questions for which both models have one."""
    pairs = [
        [measure.measured(answer, answerable.get(answer.question_key)) for answer in pair]
        for pair in zip(one, other, strict=True)
    ]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return [a for a, _ in known], [b for _, b in known]
