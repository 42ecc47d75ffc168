"""A person's seat in a run's debates: requests in ``seat.json``, answers in ``said.jsonl``.

The person can therefore answer from another process, such as the live page. An answer is stored before the debate uses
it, so a run that is killed in between does not ask again.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Event

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from chains.schemas import Question
from debate.arena.seat import SeatRequest, problem_of
from debate.errors import RunFolderError
from debate.files.atomic import atomic_file
from debate.run.records.log import LOG
from debate.run.records.typed import Records

SEAT, SAID = "seat.json", "said.jsonl"
_LOOKED_EVERY = 0.2  # seconds
_LOCK, _WAITED_FOR = ".said.lock", 10.0  # seconds; who speaks holds it for milliseconds


@dataclass(frozen=True)
class Asked:
    """What a run waits for; ``about`` identifies the request."""

    about: str
    question_id: str
    request: SeatRequest


@dataclass(frozen=True)
class Said:
    """What a person said to it."""

    about: str
    text: str


_ASKED = TypeAdapter(Asked)


class Seat:
    """Asks a person on behalf of a run and waits for the answer.

    Args:
        stop: once it is set, nobody is waited for.
    """

    def __init__(self, folder: Path, stop: Event) -> None:
        self._folder = folder
        self._stop = stop
        (folder / SEAT).unlink(missing_ok=True)

    def ask(self, question: Question, request: SeatRequest) -> str | None:
        """Return what the person says; None if the run was stopped before.

        Raises:
            RunFolderError: the folder cannot be written or read.
        """
        about = f"{question.key} {request.wanted} {request.round} {len(request.heard)}"
        if (known := _answer(self._folder, about)) is not None:
            return known
        LOG.warning("the debate on %s waits for you: open the run with debate serve %s", question.id, self._folder)
        self._put(Asked(about, question.id, request))
        try:
            while (said := _answer(self._folder, about)) is None:
                if self._stop.wait(_LOOKED_EVERY):
                    return None
            return said
        finally:
            (self._folder / SEAT).unlink(missing_ok=True)

    def _put(self, asked: Asked) -> None:
        with atomic_file(self._folder / SEAT, remedy="free space and run it again") as file:
            file.write_text(json.dumps(asdict(asked)), encoding="ascii")


def asked_in(folder: Path) -> Asked | None:
    """Return what the run in a folder waits for now.

    Raises:
        RunFolderError: the file cannot be read.
    """
    path = folder / SEAT
    try:
        return _ASKED.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise RunFolderError(f"cannot read {path}: {error}; stop the run and resume it") from error


def say(folder: Path, about: str, text: str) -> None:
    """Answer what a run waits for.

    If several answer at the same moment, one answer counts and the others get an error.

    Raises:
        RunFolderError: it does not wait for that any more, the text cannot be taken, or the file cannot be written.
    """
    if problem := problem_of(text):
        raise RunFolderError(problem)
    with _one_speaker(folder):
        asked = asked_in(folder)
        if asked is None or asked.about != about or _answer(folder, about) is not None:
            raise RunFolderError("too late: the debate no longer waits for this; your text was not used")
        _said(folder).add([Said(about, text)])


@contextmanager
def _one_speaker(folder: Path) -> Iterator[None]:
    """Keep others from speaking, whatever process they speak from, until this one has spoken."""
    try:
        with FileLock(folder / _LOCK, timeout=_WAITED_FOR):
            yield
    except Timeout as error:
        raise RunFolderError(f"somebody else is speaking in {folder}; say it again") from error
    except OSError as error:
        raise RunFolderError(f"cannot write {folder / _LOCK}: {error.strerror}; nothing was said") from error


def _answer(folder: Path, about: str) -> str | None:
    # A text that cannot be taken, which only somebody's hand can have written there, would be asked for without end.
    return next((one.text for one in _said(folder).read() if one.about == about and not problem_of(one.text)), None)


def _said(folder: Path) -> Records[Said]:
    return Records(folder / SAID, Said, "answer")
