"""The comparisons that the page shows, and the blind votes on them.

Names come from requests; folders only from the disk. The models' names are shown only after the last vote.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from debate.compare.page import write_comparison_page
from debate.compare.preference.votes import VOTES, Ballot, Choice
from debate.compare.runner import Comparison, finished_comparison
from debate.compare.sheet import write_comparison
from debate.compare.statistics import Tally
from debate.errors import RunFolderError
from debate.output.report.answers import Part, titled
from debate.serve.web.places import comparisons_in

_Stamps = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Pair:
    """Two answers to judge, without their writers' names.

    Attributes:
        ballot: names the two and their sides to this process alone.
        passages: source and parts of what both were given.
    """

    ballot: str
    question: str
    first: str
    second: str
    passages: tuple[tuple[str, tuple[Part, ...]], ...]
    judged: int
    left: int


class JudgedError(RunFolderError):
    """Two answers are judged already, or were never asked about."""


class Comparisons:
    """The comparisons below some folders.

    Args:
        places: folders of comparisons, or comparisons.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = tuple(places)
        self._read: dict[Path, tuple[_Stamps, Comparison]] = {}
        self._lock = Lock()
        self._secret = secrets.token_bytes(32)

    def names(self) -> list[str]:
        """Return the names of all, in order."""
        return sorted(self._folders())

    def comparison(self, name: str) -> Comparison:
        """Return a finished comparison.

        Raises:
            DebateError: there is none of this name, or it is not finished.
        """
        folder = self._folders().get(name)
        if folder is None:
            raise RunFolderError(f"there is no comparison {name!r}; go back to the list")
        with self._lock:
            stamps = _stamps(folder)
            if self._read.get(folder, ((), None))[0] != stamps:
                self._read[folder] = stamps, finished_comparison(folder)
            return self._read[folder][1]

    def next_pair(self, name: str) -> Pair | None:
        """Return two answers to judge, drawn with their sides for this reader; None if all is judged.

        Raises:
            DebateError: as ``comparison``, or its votes cannot be read.
        """
        found = self.comparison(name)
        votes = found.votes()
        left = votes.ballots(found.answers)
        if not left:
            return None
        ballot = left[0]
        place = next(n for n, one in enumerate(found.questions) if one.key == ballot.question_key)
        return Pair(
            self._id(ballot, secrets.token_hex(8)),
            found.questions[place].text,
            ballot.first.opinion.answer if ballot.first.opinion else "",
            ballot.second.opinion.answer if ballot.second.opinion else "",
            tuple((one.source or one.id, titled(one.text)) for one in found.passages[place]),
            sum(1 for _ in votes),
            len(left),
        )

    def vote(self, name: str, ballot: str, choice: Choice) -> int:
        """Keep a judgement, and count all once none is left; return how many are left.

        Raises:
            DebateError: as ``comparison``, or the votes cannot be written.
            JudgedError: these answers are judged already.
        """
        found = self.comparison(name)
        votes = found.votes()
        salt = ballot.partition("-")[0]
        shown = (side for one in votes.ballots(found.answers) for side in (one, one.turned))
        asked = next((one for one in shown if hmac.compare_digest(self._id(one, salt), ballot)), None)
        if asked is None or not votes.add(asked, choice):
            raise JudgedError(
                "somebody judged these two answers meanwhile, or the page was restarted; your vote was not added"
            )
        left = len(votes.ballots(found.answers))
        if not left:
            write_comparison(found)
            write_comparison_page(found)
        return left

    def tallies(self, name: str) -> list[Tally]:
        """Return what was preferred, for each two models.

        Raises:
            DebateError: as ``next_pair``.
        """
        found = self.comparison(name)
        return list(map(found.votes().tally, found.pairs))

    def _id(self, ballot: Ballot, salt: str) -> str:
        """Return what only this process can compute: a reader who knows the models could try their names otherwise."""
        told = "\n".join((salt, ballot.question_key, ballot.first.model, ballot.second.model))
        return f"{salt}-{hmac.new(self._secret, told.encode(errors='replace'), hashlib.sha256).hexdigest()[:32]}"

    def _folders(self) -> dict[str, Path]:
        return {name: one for place in self._places for name, one in comparisons_in(place).items()}


def _stamps(folder: Path) -> _Stamps:
    """Return what tells whether more was compared since; votes are read anew anyway."""
    files = sorted(one for one in folder.glob("*.jsonl") if one.name != VOTES)
    return tuple((one.name, one.stat().st_mtime_ns, one.stat().st_size) for one in files)
