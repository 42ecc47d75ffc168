"""Start, stop and resume runs: each is a separate ``debate run`` with its own lock, and outlives the page.

A request names an upload, a run or a model that this server knows; nothing that it holds becomes a path.
"""

import os
import re
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

from filelock import FileLock, Timeout
from pydantic import BaseModel, Field

from debate.errors import RunFolderError, SettingsError
from debate.output.facts import RunFacts
from debate.run.folder import is_run, read_record
from debate.run.records.progress_file import ProgressEvent
from debate.run.seat import say
from debate.run.setup import check_inputs
from debate.serve.web.launching import OUTPUTS, Launcher, unwritable
from debate.serve.web.library import Library
from debate.serve.web.uploads import Kind, Uploads, seats_of
from debate.serve.web.watching import runs
from debate.settings import load_settings
from prompts import load_personas

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_COMMAND = (sys.executable, "-m", "debate", "run")


class NewRun(BaseModel):
    """What a form asks for.

    Attributes:
        upload: of a list of questions that was sent before.
        personas: an upload of personas, instead of those of ``like``.
        like: a run whose documents and personas it takes; "" for those that the server was started with.
    """

    upload: str = Field(max_length=64)
    personas: str = Field("", max_length=64)
    name: str = Field("", max_length=40)
    like: str = Field("", max_length=200)
    model: str = Field("", max_length=500)
    deepen: int = Field(0, ge=0, le=5)
    rounds: int = Field(2, ge=2, le=8)
    seat: str = Field("", max_length=200)
    pov_weight: float = Field(0.5, ge=0, le=1)
    limit: int | None = Field(None, ge=1)


class Said(BaseModel):
    """What a person says to what a run waits for (see ``debate.run.seat``)."""

    about: str = Field(max_length=4000)
    text: str  # its length is judged where every answer's is, which says what is allowed


class RunningError(RunFolderError):
    """A run is to be resumed that is running."""


class StoppingError(RunFolderError):
    """A run that is stopping was asked to stop."""


class Starter:
    """Starts runs below one folder.

    Args:
        base: settings that a run has where it is like no other: an index and personas.
        models: those that a form may choose from, beside those of the runs that there are.
        command: how a run is started.
    """

    def __init__(
        self,
        folder: Path,
        library: Library,
        base: Mapping[str, Any],
        models: Sequence[str] = (),
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self._folder = folder
        self._library = library
        self._base = dict(base)
        self._models = tuple(models)
        self._launcher = Launcher(folder / OUTPUTS, command)
        self._lock = Lock()
        self._stopping: dict[str, ProgressEvent] = {}  # processes that were asked to stop, by their run's name
        self._uploads = Uploads(folder / OUTPUTS)

    def choices(self) -> dict[str, Any]:
        """Return what a form may choose from; ``seats``: the debaters' ids and names, by whose personas a run takes."""
        known = self._readable()
        own = [""] if self._base else []
        seats = {name: seats_of(facts.speakers) for name, facts in known.items()}
        if own:
            seats[""] = seats_of(load_personas(self._base.get("personas")).debaters(()))
        return {"models": self._models_offered(), "like": [*own, *known], "seats": seats}

    def keep(self, content: bytes, kind: Kind, name: str = "") -> dict[str, Any]:
        """Keep a list of questions, or personas in TOML; see ``Uploads.keep``."""
        return self._uploads.keep(content, kind, self._models_offered(), name)

    def start(self, asked: NewRun) -> str:
        """Start a run and return its name, once it has its folder.

        Raises:
            DebateError, PromptError, VectorStoreError: bad input; nothing was started.
        """
        with self._reserve(asked.name) as folder:
            return self._start(asked, folder)

    def _start(self, asked: NewRun, folder: Path) -> str:
        questions = self._uploads.sent(asked.upload, "questions")
        values = self._like(asked) | {"questions": questions, "out": folder, "deepen": asked.deepen}
        if asked.personas:
            values = {name: value for name, value in values.items() if name not in ("opinion_persona", "debaters")}
            values["personas"] = self._uploads.sent(asked.personas, "personas")
        values |= {"rounds": asked.rounds, "pov_weight": asked.pov_weight}
        values |= {"limit": asked.limit} if asked.limit else {}
        values |= {"seat": asked.seat} if asked.seat else {}
        if asked.model:
            if asked.model not in self._models_offered():
                raise SettingsError("choose one of the models in the form; others are offered with --model")
            values["model"] = asked.model
        check_inputs(load_settings(values))
        flags = [part for name, value in values.items() for part in _flag(name, value)]
        self._library.note_process(folder.name, is_over=False)
        ended = partial(self._library.note_process, folder.name, is_over=True)
        self._launcher.launch([*flags, "--quiet"], folder.name, lambda: is_run(folder), ended)
        return folder.name

    def resume(self, name: str, *, retry_failed: bool) -> None:
        """Resume a run that was stopped.

        Raises:
            RunFolderError: there is none, or it cannot be resumed.
            RunningError: it is running.
        """
        run = self._library.run(name)
        before = run.watched.state()
        if before.is_running:
            raise RunningError(f"the run {name} is running already")
        retry = ["--retry-failed"] if retry_failed else []
        place = before.end
        again = ["--resume", str(run.folder), *retry, "--quiet"]
        self._launcher.launch(again, run.name, lambda: run.watched.state().end > place)

    def stop(self, name: str) -> None:
        """Ask a run to stop, as Ctrl-C does.

        Raises:
            RunFolderError: it is not running, or on another machine.
            StoppingError: it was asked before; a second Ctrl-C would end it in the middle of a step.
        """
        state = self._library.run(name).watched.state()
        if state.process is None or state.ended or not state.is_running:
            raise RunFolderError(f"the run {name} is not running")
        if state.process.host != socket.gethostname() or not runs(state.process):
            raise RunFolderError(f"the run {name} is running on {state.process.host}; stop it there")
        with self._lock:
            if state.stopping or self._stopping.get(name) == state.process:
                raise StoppingError(f"the run {name} is stopping already; it waits for its model")
            self._stopping[name] = state.process
            os.kill(state.process.process, signal.SIGINT)

    def speak(self, name: str, said: Said) -> None:
        """Say something in the seat that a person took in a run's debate.

        Raises:
            RunFolderError: there is no such run, or it does not wait for this.
        """
        say(self._library.run(name).folder, said.about, said.text)

    def _models_offered(self) -> list[str]:
        models = (facts.model for facts in self._readable().values() if facts.model)
        return list(dict.fromkeys([*self._models, *models, "smollm2"]))

    def _readable(self) -> dict[str, RunFacts]:
        """Return what is said of each run, by its name, without those whose record cannot be read."""
        found = {}
        for run in self._library.runs().values():
            with suppress(RunFolderError):
                found[run.name] = run.facts
        return found

    def _like(self, asked: NewRun) -> dict[str, Any]:
        if not asked.like:
            if not self._base:
                raise SettingsError("choose a run whose documents and personas the new one is to use")
            return dict(self._base)
        recorded = read_record(self._library.run(asked.like).folder)["settings"]
        names = ("corpus", "index", "personas", "embeddings", "opinion_persona", "debaters", "model")
        return {name: recorded[name] for name in names if recorded.get(name)}

    @contextmanager
    def _reserve(self, name: str) -> Iterator[Path]:
        """Hold a folder that there is none of yet: of two who ask at once, also two servers, each gets one."""
        if name and not _NAME.fullmatch(name):
            raise SettingsError("a run's name is up to 40 lower-case letters, digits and hyphens; choose another one")
        for number in count(1):
            folder = self._folder / (name or f"page-{number:03d}")
            with self._held(folder.name) as is_held:
                if is_held and not folder.exists():
                    yield folder
                    return
            if name:
                raise SettingsError(f"there is a run {name!r} already; choose another name")

    @contextmanager
    def _held(self, name: str) -> Iterator[bool]:
        """Keep a name from everybody else who starts a run here; whether nobody had it. A killed server lets it go."""
        lock = FileLock(self._folder / OUTPUTS / f".{name}.lock", timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        except OSError as error:
            raise unwritable(self._folder / OUTPUTS, error) from error
        try:
            yield True
        finally:
            lock.release()


def _flag(name: str, value: Any) -> list[str]:
    flag = f"--{name.replace('_', '-')}"
    several = value if isinstance(value, list | tuple) else [value]
    return [part for one in several for part in (flag, str(one))]
