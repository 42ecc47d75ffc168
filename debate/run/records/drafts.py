"""``drafts.json``: what models are writing right now, for the live page.

LangChain reports tokens (``on_llm_new_token``) of streaming servers, and of local batches several times a second. The
file is a snapshot: it holds the current step of each question and is removed when the run ends.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

from debate.errors import RunFolderError
from debate.files.atomic import atomic_file

DRAFTS = "drafts.json"
_EVERY = 0.2  # seconds: a few words at a time for a reader, five small files a second for the disk
_STEPS = ("positions", "opinion", "verdict", "translation")
_LOG = logging.getLogger(__name__)


@dataclass
class _Step:
    """A step of a question: a turn, the opinion, …; ``texts`` are by the call that writes them and its row."""

    run: UUID
    question: str
    part: str
    texts: dict[tuple[UUID, int], str] = field(default_factory=dict)
    ended: set[UUID] = field(default_factory=set)


class Drafts(BaseCallbackHandler):
    """Follows what the models of a run write, from several threads.

    Args:
        path: the file that is kept up to date.
        clock: returns seconds.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._lock = Lock()
        self._steps: dict[UUID, _Step] = {}  # by every run of LangChain's that is at one
        self._next = 0.0
        self._broken = False

    def on_chain_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002 - LangChain's signature
        inputs: Any,  # noqa: ARG002
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None,
        **told: Any,
    ) -> None:
        name, thread = str(told.get("name") or ""), str((metadata or {}).get("thread_id") or "")
        with self._lock:
            if name in _STEPS or name.startswith("turn:"):
                self._steps[run_id] = _Step(run_id, thread.rpartition(":")[0], name)
            elif parent_run_id in self._steps:
                self._steps[run_id] = self._steps[parent_run_id]

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:  # noqa: ARG002
        self._leave(run_id)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:  # noqa: ARG002
        self._leave(run_id)

    def on_llm_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002
        prompts: list[str],  # noqa: ARG002
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **_: Any,
    ) -> None:
        """Note that a model begins to write; what it wrote before in this step is shown no longer.

        LangChain calls it for chat models, too, where a handler has no ``on_chat_model_start``.
        """
        with self._lock:
            step = self._steps.get(parent_run_id) if parent_run_id else None
            if step is None:
                return
            self._steps[run_id] = step
            for place in [one for one in step.texts if one[0] in step.ended]:
                del step.texts[place]
            step.ended.clear()

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **_: Any) -> None:
        """Take in what was written; of a batch that a local model writes, the chunk says in which row."""
        if not isinstance(token, str) or not token:
            return
        row = int((getattr(chunk, "generation_info", None) or {}).get("row", 0))
        with self._lock:
            step = self._steps.get(run_id)
            if step is None:
                return
            step.texts[run_id, row] = step.texts.get((run_id, row), "") + token
            if self._clock() >= self._next:
                self._write()

    def on_llm_end(self, response: Any, *, run_id: UUID, **_: Any) -> None:  # noqa: ARG002
        """Note that a model has written its text; it is shown until the step ends or another call begins."""
        with self._lock:
            if (step := self._steps.pop(run_id, None)) and step.texts:  # a model that does not stream shows none
                step.ended.add(run_id)
                self._write()

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:  # noqa: ARG002
        self.on_llm_end(None, run_id=run_id)

    def _leave(self, run_id: UUID) -> None:
        with self._lock:
            step = self._steps.pop(run_id, None)
            if step is not None and step.run == run_id:
                self._steps = {run: one for run, one in self._steps.items() if one is not step}
                if step.texts:
                    self._write()

    def _write(self) -> None:
        self._next = self._clock() + _EVERY
        questions: dict[str, dict[str, Any]] = {}
        for step in self._steps.values():
            if step.texts:
                questions[step.question] = {"part": step.part, "texts": list(step.texts.values())}
        try:
            with atomic_file(self._path, remedy="the live page cannot show texts while they are written") as file:
                file.write_text(json.dumps(questions), encoding="ascii")
        except RunFolderError as error:
            if not self._broken:
                _LOG.warning("%s", error)
            self._broken = True


@contextmanager
def drafts_shown(folder: Path) -> Iterator[Drafts]:
    """Show what a run writes while it writes it; nothing is left behind."""
    path = folder / DRAFTS
    path.unlink(missing_ok=True)
    try:
        yield Drafts(path)
    finally:
        path.unlink(missing_ok=True)
