"""Blind votes: two answers without names in random order, and which one readers preferred."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from debate.compare.measures import Answer
from debate.compare.statistics import Tally, tally
from debate.errors import RunFolderError
from debate.run.records.typed import Records

Choice = Literal["first", "second", "tie"]
VOTES = "votes.jsonl"
_ANEW = random.SystemRandom()
_LOCK, _WAITED_FOR = ".votes.lock", 10.0  # seconds; who votes holds it for milliseconds


@dataclass(frozen=True)
class Vote:
    """One judgement: which of two models' answers to a question the reader preferred; "" for a tie."""

    question_key: str
    shown: tuple[str, str]
    preferred: str


@dataclass(frozen=True)
class Ballot:
    """Two answers to one question, in the order in which they are shown."""

    question_key: str
    first: Answer
    second: Answer

    @property
    def turned(self) -> Ballot:
        """Return it with the other answer first."""
        return Ballot(self.question_key, self.second, self.first)


class Votes:
    """The votes on a comparison, kept in ``votes.jsonl``; several processes may add some.

    Raises:
        RunFolderError: the file cannot be read, or a line is not a vote.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._records = Records(path, Vote, "vote")
        self._votes = self._records.read()

    def __iter__(self) -> Iterator[Vote]:
        return iter(self._votes)

    def add(self, ballot: Ballot, choice: Choice) -> bool:
        """Keep a judgement, synced to the disk; whether it was kept: somebody may have judged the pair meanwhile.

        Raises:
            RunFolderError: the file cannot be read or written.
        """
        preferred = {"first": ballot.first.model, "second": ballot.second.model, "tie": ""}[choice]
        vote = Vote(ballot.question_key, (ballot.first.model, ballot.second.model), preferred)
        with self._alone():
            self._votes = self._records.read()
            if is_new := _pair(vote) not in map(_pair, self._votes):
                self._records.add([vote])
                self._votes.append(vote)
        return is_new

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep every other process from voting."""
        place = self._path.with_name(_LOCK)
        try:
            with FileLock(place, timeout=_WAITED_FOR):
                yield
        except Timeout as error:
            raise RunFolderError(f"somebody else votes in {self._path.parent}; vote again") from error
        except OSError as error:
            raise RunFolderError(f"cannot write {place}: {error.strerror}; nothing was voted") from error

    def ballots(self, answers: Sequence[Sequence[Answer]], chance: random.Random = _ANEW) -> list[Ballot]:
        """Return the pairs that were not judged yet, questions and sides shuffled anew for each reader.

        Failed answers are left out, and two that are the same, of which nobody prefers one.

        Args:
            answers: of each model, in the same order of questions.
            chance: shuffles; a reader who knew its state would know who wrote what.
        """
        judged = set(map(_pair, self._votes))
        left = [
            Ballot(pair[0].question_key, *chance.sample(pair, 2))
            for n, one in enumerate(answers)
            for other in answers[n + 1 :]
            for pair in zip(one, other, strict=True)
            if pair[0].opinion and pair[1].opinion and pair[0].opinion.answer != pair[1].opinion.answer
        ]
        left = [one for one in left if (one.question_key, frozenset((one.first.model, one.second.model))) not in judged]
        chance.shuffle(left)
        return left

    def tally(self, models: tuple[str, str]) -> Tally:
        """Count the votes between two models."""
        return tally(models, [vote.preferred for vote in self._votes if set(vote.shown) == set(models)])


def _pair(vote: Vote) -> tuple[str, frozenset[str]]:
    return vote.question_key, frozenset(vote.shown)
