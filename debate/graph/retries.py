"""Which failures of a step are retried, and how each attempt is recorded in the row.

LangGraph's ``RetryPolicy`` does the retrying.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from langgraph.errors import GraphBubbleUp
from langgraph.runtime import get_runtime
from langgraph.types import RetryPolicy
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from chains.errors import ChainError, ModelUnavailable
from chains.generation.remote.faults import asked_to_wait, status_may_pass
from chains.schemas import FailedStep
from debate.stages import Stage
from prompts.errors import PromptError
from vectorstore.errors import StoreUnavailable, VectorStoreError

_LANGGRAPHS_CHOICE: Any = RetryPolicy().retry_on  # lost connections and unknown errors; no wrong value, no missing file


def may_pass(error: Exception) -> bool:
    """Return whether the same step may succeed later: a busy or lost server, not a refused or too long prompt."""
    if isinstance(error, ModelUnavailable | StoreUnavailable):
        return True
    if isinstance(error, ChainError | PromptError | VectorStoreError):
        return False
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status_may_pass(status)
    return bool(_LANGGRAPHS_CHOICE(error))


# Three attempts, after waits of about 1 and 4 seconds.
RETRY = RetryPolicy(max_attempts=3, initial_interval=1.0, backoff_factor=4.0, retry_on=may_pass)


Made = TypeVar("Made")


_BACK_OFF = wait_exponential(multiplier=RETRY.initial_interval, exp_base=RETRY.backoff_factor)


def _wait(state: RetryCallState) -> float:
    return _BACK_OFF(state) + asked_to_wait(state.outcome.exception() if state.outcome else None)


def retried(work: Callable[[], Made]) -> Made:
    """Run something outside a graph with the attempts and waits of ``RETRY``; the last error is raised."""
    attempts = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, Exception) and may_pass(error)),
        stop=stop_after_attempt(RETRY.max_attempts),
        wait=_wait,
        reraise=True,
    )
    return attempts(work)


class _FailedBefore(str):
    """A note on an error, in words, and the attempts at its step that failed before it."""

    steps: list[FailedStep]


class Attempts:
    """Notes the attempts of a graph's steps: in the state where one succeeded, on the error where none did.

    The state also gets the seconds of each step, which a run that is killed and resumed adds up.
    """

    def __init__(self) -> None:
        self._failures: dict[str, list[FailedStep]] = defaultdict(list)

    def noted(self, name: str, step: Callable[[Any], Any]) -> Any:
        """Return the step with its failed ``attempts`` and its ``seconds`` in what it writes."""

        def attempt(state: Any) -> Any:
            info = get_runtime().execution_info
            began = time.monotonic()
            task, number = (info.task_id, info.node_attempt) if info else (name, 1)
            try:
                written = step(state)
            except GraphBubbleUp:  # a pause for a person, no failure
                raise
            except Exception as error:
                if number == RETRY.max_attempts or not may_pass(error):
                    if failures := self._failures.pop(task, []):
                        note = _FailedBefore("; ".join(f"attempt {one.attempt}: {one.error}" for one in failures))
                        note.steps = failures
                        error.add_note(note)
                else:
                    self._failures[task].append(FailedStep(str(name), number, f"{type(error).__name__}: {error}"))
                    time.sleep(asked_to_wait(error))
                raise
            before = {} if name == Stage.RETRIEVE else state  # a question begins without any
            seconds = dict(before.get("seconds", {}))
            seconds[str(name)] = seconds.get(str(name), 0.0) + time.monotonic() - began
            attempts = (*before.get("attempts", ()), *self._failures.pop(task, []))
            return {**written, "seconds": seconds, "attempts": attempts}

        return attempt


def failed_before(error: BaseException) -> tuple[FailedStep, ...]:
    """Return what ``Attempts`` noted on an error."""
    notes = getattr(error, "__notes__", ())
    return tuple(step for note in notes if isinstance(note, _FailedBefore) for step in note.steps)
