"""Run one question through the graph as a durable LangGraph thread; a failing question becomes a failed row."""

import logging
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from chains.schemas import Question
from debate.arena.seat import SeatRequest
from debate.errors import RunFolderError
from debate.graph.checkpoints import cannot_write
from debate.graph.retries import failed_before
from debate.progress import Progress
from debate.results import QuestionResult, StageTime
from debate.run.seat import Seat
from debate.stages import Stage
from vectorstore.errors import StoreUnavailable

_LOG = logging.getLogger(__name__)


@dataclass
class QuestionWorker:
    """Answers one question through the graph, continuing after its last step.

    Args:
        callbacks: of every call, such as those that trace it.
        stop: once it is set, questions stop after their step, unless a callback has stopped them before.
        seat: asks the person who takes part in the debates.
    """

    graph: CompiledStateGraph[Any, Any, Any, Any]
    model: str
    progress: Progress
    callbacks: Sequence[BaseCallbackHandler] = ()
    stop: Event = field(default_factory=Event)
    seat: Seat | None = None

    def __call__(self, question: Question) -> QuestionResult | None:
        """Run the graph for a question; an error in it becomes a failed row. None if it was stopped on the way.

        Raises:
            RunFolderError: the checkpoints cannot be written, or the store's database does not answer.
        """
        started = time.monotonic()
        thread = thread_of(question)
        error = ""
        earlier: dict[str, float] = {}
        spent: dict[str, float] = {}
        try:
            earlier.update(self.graph.get_state(thread).values.get("seconds", {}))
            state = self._run(question, thread, spent)
            if state is None:
                return None
        except sqlite3.Error as failure:  # no fault of this row: no other could be made durable either
            raise RunFolderError(cannot_write(failure)) from failure
        except StoreUnavailable as failure:  # no fault of this row either: nothing could be retrieved for any other
            raise RunFolderError(f"{failure} Finished rows are kept; the same command resumes.") from failure
        except Exception as failure:  # noqa: BLE001 - whatever went wrong belongs to this row; the rest go on
            _LOG.debug("question %s failed", question.id, exc_info=True)  # the row and its trace hold the reason
            error = f"{type(failure).__name__}: {failure}"
            state = dict(self.graph.get_state(thread).values)
            state["attempts"] = (*state.get("attempts", ()), *failed_before(failure))
        return QuestionResult(
            question=question,
            model=self.model,
            seconds=sum(earlier.values()) + time.monotonic() - started,
            **written(state),
            error=error,
            stages=tuple(StageTime(stage, round(seconds, 3)) for stage, seconds in _added(earlier, spent).items()),
        )

    def _run(self, question: Question, thread: Any, spent: dict[str, float]) -> dict[str, Any] | None:
        """Run the graph from the question's last step and return its final state; ``spent`` gets each stage's time."""
        stood = self.graph.get_state(thread)
        begins = next(filter(None, map(Stage.of_node, stood.next)), Stage.RETRIEVE)
        self.progress.stage(question.id, begins, len(stood.values.get("turns") or ()))
        if stood.values.get("outcome") and not stood.next:  # killed between its last step and its row
            return dict(stood.values)
        # Any checkpoint is gone on with. ``stood.next`` does not tell: it is empty, too, where a step's result was
        # written and the process killed before the checkpoint after it; a new input would begin such a thread again.
        begin = None if stood.created_at else {"question": question}
        state = self._follow(begin, question, thread, spent)
        while self.seat and state is not None and (waiting := self.graph.get_state(thread).interrupts):
            said = self.seat.ask(question, SeatRequest(**waiting[0].value))
            state = None if said is None else self._follow(Command(resume=said), question, thread, spent)
        return state

    def _follow(
        self, begin: dict[str, Any] | Command[Any] | None, question: Question, thread: Any, spent: dict[str, float]
    ) -> dict[str, Any] | None:
        state: dict[str, Any] = {}
        modes: Any = ["updates", "values"]
        config = thread | {"callbacks": [*self.callbacks]}
        since = time.monotonic()
        reached: list[Stage] = []
        stream: Any = self.graph.stream(begin, config, stream_mode=modes, durability="sync")
        with closing(stream) as steps:
            for mode, payload in steps:
                if mode == "values":  # the step's checkpoint is written, and whoever is told finds it there
                    state = payload
                    for stage in reached:
                        self.progress.stage(question.id, stage, len(state.get("turns") or ()))
                    reached.clear()
                    if self.stop.is_set() and self.graph.get_state(thread).next:
                        return None
                else:
                    since, before = time.monotonic(), since
                    for stage in filter(None, map(Stage.of_node, payload)):  # "__metadata__" is beside the nodes
                        spent[stage.value] = spent.get(stage.value, 0.0) + since - before
                        reached.append(stage)
        return state


def _added(earlier: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    return {stage: earlier.get(stage, 0.0) + now.get(stage, 0.0) for stage in {**earlier, **now}}


def written(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a row that a question's state holds so far, at any step."""
    debated = ("positions", "round_questions", "polls", "turns", "baselines")
    several = ("chunks", "debate_chunks", "readings", *debated, "attempts")
    one = ("opinion", "verdict", "translation", "outcome", "stopped", "tokens")
    return {name: tuple(state.get(name) or ()) for name in several} | {name: state.get(name) for name in one}


def thread_of(question: Question) -> Any:
    """Return the configuration of a question's LangGraph thread."""
    return {"configurable": {"thread_id": question.key}}
