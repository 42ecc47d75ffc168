"""The deeper questions of each seed, in ``questions.jsonl``, so that a resumed run finds the same ones.

Deeper questions get their ids when the list is assembled, so that none collides with a user's id.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from chains.schemas import Question
from debate.older_versions import family_of_today
from debate.run.records.typed import Records


@dataclass(frozen=True)
class Family:
    """What one seed became: its children, and the seed itself where it is answered, too.

    Attributes:
        error: why deepening failed, or "".
    """

    questions: tuple[Question, ...]
    error: str = ""


@dataclass(frozen=True)
class _Written:
    """A family on disk; ``seed``, ``text`` and ``about`` are of its seed."""

    seed: str
    text: str
    about: str
    questions: tuple[Question, ...]
    error: str = ""


class DeepenedQuestions:
    """The family of each seed question, by the seed's key; appended when made.

    Raises:
        RunFolderError: the file holds something else, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._records = Records(path, _Written, "list of questions", family_of_today)
        self._families: dict[str, Family] = {}
        self._by_asked: dict[tuple[str, str], Family] = {}
        for one in self._records.read():
            self._note(Question(one.seed, one.text, one.about), Family(one.questions, one.error))

    def get(self, seed: Question) -> Family | None:
        """Return a seed's family, or that of a seed that asks the same; None if it was not made yet."""
        return self._families.get(seed.key) or self._by_asked.get(seed.asked)

    def own(self, seed: Question) -> Family | None:
        """Return the family that was made of this very seed; None if there is none."""
        return self._families.get(seed.key)

    def extend(self, made: Sequence[tuple[Question, Family]]) -> None:
        """Keep the families of these seeds, synced to the disk together.

        Raises:
            RunFolderError: the disk is full or gone.
        """
        self._records.add(
            [_Written(one.id, one.text, one.about, family.questions, family.error) for one, family in made]
        )
        for seed, family in made:
            self._note(seed, family)

    def listed(self, seeds: Iterable[Question], taken: Collection[str]) -> Iterator[Question]:
        """Yield the questions of these seeds in order, each with an id that differs from all others.

        Args:
            taken: the ids of all seeds of the list, which no child may have.
        """
        for seed in seeds:
            family = self.get(seed)
            numbers = (n for n in count(1) if f"{seed.id}.{n}" not in taken)
            for one in family.questions if family else ():
                if one.parent_id:
                    yield replace(one, id=f"{seed.id}.{next(numbers)}", parent_id=seed.id, parent_text=seed.text)
                else:
                    yield replace(seed, note=one.note, refused=one.refused)

    def _note(self, seed: Question, family: Family) -> None:
        self._families[seed.key] = family
        self._by_asked[seed.asked] = family


def with_twins_noted(questions: Iterable[Question]) -> list[Question]:
    """Return the questions; one that asks the same as an earlier one names it, and is answered with it."""
    first: dict[tuple[str, str], str] = {}
    return [
        one if (earlier := first.setdefault(one.asked, one.id)) == one.id else replace(one, same_as=earlier)
        for one in questions
    ]
