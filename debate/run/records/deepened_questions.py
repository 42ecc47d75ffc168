"""The deeper questions of each seed, in ``questions.jsonl``, so that a resumed run finds the same ones.

Deeper questions get their ids when the list is assembled, so that none collides with a user's id.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from chains.schemas import Question
from debate.older_versions import deepening_of_today
from debate.run.records.typed import Records


@dataclass(frozen=True)
class Deepening:
    """What one seed became: its children, and the seed itself where it is answered, too.

    Attributes:
        error: why deepening failed, or "".
    """

    questions: tuple[Question, ...]
    error: str = ""


@dataclass(frozen=True)
class _Written:
    """A deepening on disk; ``seed``, ``text`` and ``about`` are of its seed."""

    seed: str
    text: str
    about: str
    questions: tuple[Question, ...]
    error: str = ""


class DeepenedQuestions:
    """What became of each seed question, by the seed's key; appended when made.

    Raises:
        RunFolderError: the file holds something else, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._records = Records(path, _Written, "list of questions", deepening_of_today)
        self._by_seed: dict[str, Deepening] = {}
        self._by_asked: dict[tuple[str, str], Deepening] = {}
        for one in self._records.read():
            self._note(Question(one.seed, one.text, one.about), Deepening(one.questions, one.error))

    def get(self, seed: Question) -> Deepening | None:
        """Return what became of a seed, or of one that asks the same; None if it was not deepened yet."""
        return self._by_seed.get(seed.key) or self._by_asked.get(seed.asked)

    def own(self, seed: Question) -> Deepening | None:
        """Return what became of this very seed; None if it was not deepened."""
        return self._by_seed.get(seed.key)

    def extend(self, made: Sequence[tuple[Question, Deepening]]) -> None:
        """Keep what became of these seeds, synced to the disk together.

        Raises:
            RunFolderError: the disk is full or gone.
        """
        self._records.add([_Written(one.id, one.text, one.about, its.questions, its.error) for one, its in made])
        for seed, deepening in made:
            self._note(seed, deepening)

    def listed(self, seeds: Iterable[Question], taken: Collection[str]) -> Iterator[Question]:
        """Yield the questions of these seeds in order, each with an id that differs from all others.

        Args:
            taken: the ids of all seeds of the list, which no child may have.
        """
        for seed in seeds:
            deepening = self.get(seed)
            numbers = (n for n in count(1) if f"{seed.id}.{n}" not in taken)
            for one in deepening.questions if deepening else ():
                if one.parent_id:
                    yield replace(one, id=f"{seed.id}.{next(numbers)}", parent_id=seed.id, parent_text=seed.text)
                else:
                    yield replace(seed, note=one.note, refused=one.refused)

    def _note(self, seed: Question, deepening: Deepening) -> None:
        self._by_seed[seed.key] = deepening
        self._by_asked[seed.asked] = deepening


def with_twins_noted(questions: Iterable[Question]) -> list[Question]:
    """Return the questions; one that asks the same as an earlier one names it, and is answered with it."""
    first: dict[tuple[str, str], str] = {}
    return [
        one if (earlier := first.setdefault(one.asked, one.id)) == one.id else replace(one, same_as=earlier)
        for one in questions
    ]
