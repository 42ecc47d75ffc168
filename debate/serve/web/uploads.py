"""Uploads for a new run: a list of questions, or personas. Read at once, and never trusted.

Whoever may send a file may not choose what this server opens: a persona speaks with a model that the form offers, and
calls no tools.
"""

import logging
import secrets
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident
from typing import Any, Literal

from debate.errors import QuestionsError, SettingsError
from debate.run.questions import read_questions
from debate.serve.web.launching import unwritable
from prompts import Persona, load_personas
from prompts.errors import PersonaError

Kind = Literal["xlsx", "xlsm", "csv", "tsv", "txt", "jsonl", "toml"]
_LONGEST_TOML = (
    64 * 1024
)  # bytes; twenty personas fill half of it, and dotted keys take the square of their length to read
_SHOWN, _LETTERS = 5, 200  # of an upload: questions, and of each the beginning
_TOLD = 5  # of what is left out of one, or is in doubt


class Uploads:
    """Uploads by the keys that requests name, kept in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, Path] = {}

    def keep(self, content: bytes, kind: Kind, models: Collection[str], name: str = "") -> dict[str, Any]:
        """Keep an upload once the reader that runs use has read it, and return its key and what a form shows of it.

        Args:
            models: those that a persona may speak with.
            name: of the file, as its sender knows it.

        Raises:
            QuestionsError, PersonaError: it cannot be read, holds nothing, or a persona asks for more than it may.
            RunFolderError: it cannot be written.
        """
        called = name or ("the personas" if kind == "toml" else "the list")  # its sender does not know the path
        if kind == "toml" and len(content) > _LONGEST_TOML:
            raise PersonaError(f"{called} has more than {_LONGEST_TOML // 1024} KiB; send fewer or shorter personas")
        key = secrets.token_hex(8)
        path = self._folder / f"{key}.{kind}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            with suppress(OSError):  # what fitted on a full disk
                path.unlink(missing_ok=True)
            raise unwritable(self._folder, error) from error
        kept = False
        try:
            with _heard() as heard:
                found = _personas(path, models) if kind == "toml" else _questions(path)
            kept = True
        except (QuestionsError, PersonaError) as error:
            raise type(error)(str(error).replace(str(path), called)) from error
        finally:
            if not kept:
                path.unlink()
        self._kept[key] = path
        return {"upload": key, "notes": [one.replace(str(path), called) for one in heard]} | found

    def sent(self, key: str, what: Literal["questions", "personas"]) -> Path:
        """Return an upload.

        Raises:
            SettingsError: this server got none of that kind under this key.
        """
        path = self._kept.get(key)
        if path is None or (path.suffix == ".toml") != (what == "personas"):
            raise SettingsError(f"send the {what} again: this server does not know them (it may have been restarted)")
        return path


def seats_of(speakers: Sequence[Persona]) -> list[list[str]]:
    """Return the ids and names of those whose seat a person may take."""
    return [[one.id, one.name] for one in speakers]


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Collect what the readers warn of in this thread, the first few and how many more: a run's log gets all of it."""
    heard: list[str] = []
    me = get_ident()

    class Hearing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == me:
                heard.append(record.getMessage())

    hearing, readers = Hearing(logging.WARNING), logging.getLogger("debate.run")
    readers.addHandler(hearing)
    try:
        yield heard
    finally:
        readers.removeHandler(hearing)
    if len(heard) > _TOLD:
        heard[_TOLD:] = [f"and {len(heard) - _TOLD} more; the run's log.txt names all"]


def _questions(path: Path) -> dict[str, Any]:
    questions = read_questions(path)
    return {"questions": len(questions), "first": [one.text[:_LETTERS] for one in questions[:_SHOWN]]}


def _personas(path: Path, models: Collection[str]) -> dict[str, Any]:
    speakers = load_personas(path).debaters(())
    for one in speakers:
        if one.model and one.model not in models:
            raise PersonaError(
                f"the persona {one.id!r} names the model {one.model!r}, which this page does not offer; "
                f"choose one of {', '.join(models)}"
            )
        if one.tools:
            raise PersonaError(
                f"the persona {one.id!r} names tools, which personas sent to this page may not; leave them out"
            )
    return {"seats": seats_of(speakers)}
