"""A step is tried again where that may help, and every attempt stands in the row."""

import json
from pathlib import Path
from typing import Any

import pytest
from fakes import EMBEDDING, ScriptedLLM
from pydantic import PrivateAttr

from chains.errors import GenerationError, ModelUnavailable
from chains.schemas import FailedStep
from debate import DebateSettings, run_questions
from debate.graph.retries import RETRY, may_pass, retried
from debate.output.tables.results import result_notes
from debate.run.records.journal import Journal
from debate.tracing.trace_file import read_traces
from vectorstore import FaissStore

SCRIPT = {"moderator": "A draw.", "You take part in a debate": "I disagree.", "Answer the question below": "They did."}


LOST_TWICE = tuple(FailedStep("opinion", n, f"ModelUnavailable: ConnectionError: lost {n}") for n in (1, 2))


class HttpError(Exception):
    def __init__(self, status_code: int) -> None:
        super().__init__(f"HTTP {status_code}")
        self.status_code = status_code


class LosingLLM(ScriptedLLM):
    """Loses the connection in its first calls."""

    losses: int
    _calls: int = PrivateAttr(default=0)

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        self._calls += 1
        if self._calls <= self.losses:
            raise ConnectionError(f"lost {self._calls}")
        return super()._call(prompt, stop, run_manager, **kwargs)


async def at_once(_: float) -> None:
    """Wait for nothing."""


@pytest.fixture
def summary(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("asyncio.sleep", at_once)
    (tmp_path / "q.txt").write_text("Did they?\n", encoding="utf-8")
    settings = DebateSettings(questions=tmp_path / "q.txt", corpus=tmp_path, out=tmp_path / "out", deepen=0)
    store = FaissStore.from_texts(["BRICS admitted Iran."], EMBEDDING)
    return run_questions(settings, llm=LosingLLM(script=SCRIPT, losses=request.param), store=store)


@pytest.mark.parametrize("summary", [2], indirect=True)
def test_a_lost_connection_is_tried_again_and_told_in_the_row(summary) -> None:
    (row,) = summary.results
    assert row.status == "done"
    assert row.attempts == LOST_TWICE
    assert "opinion, attempt 2: ModelUnavailable: ConnectionError: lost 2" in result_notes(row)


@pytest.mark.parametrize("summary", [2], indirect=True)
def test_every_attempt_has_its_span_in_the_trace(summary) -> None:
    calls = [span for span in read_traces(summary.folder) if span.name == "opinion"]
    assert ["lost" in span.error for span in calls] == [True, True, False]


@pytest.mark.parametrize("summary", [9], indirect=True)
def test_after_three_attempts_the_row_is_failed_with_all_their_reasons(summary) -> None:
    (row,) = summary.results
    assert (row.error, row.attempts) == ("ModelUnavailable: ConnectionError: lost 3", LOST_TWICE)


@pytest.mark.parametrize("summary", [2], indirect=True)
def test_attempts_that_an_older_version_wrote_as_words_are_read(summary) -> None:
    (row,) = summary.results
    words = [f"{one.step}, attempt {one.attempt}: {one.error}" for one in row.attempts]
    journal = summary.folder / "results.jsonl"
    written = json.loads(journal.read_text(encoding="utf-8"))
    journal.write_text(json.dumps(written | {"attempts": words}) + "\n", encoding="utf-8")
    assert next(Journal(journal).rows()).attempts == LOST_TWICE


@pytest.mark.parametrize(
    "error", [ConnectionError(), HttpError(429), HttpError(503), Exception("of an unknown library")]
)
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    assert may_pass(error)


@pytest.mark.parametrize(
    "error", [GenerationError("too long"), HttpError(401), HttpError(400), ValueError(), KeyError()]
)
def test_what_cannot_pass_is_not(error: Exception) -> None:
    assert not may_pass(error)


def test_the_attempts_are_bounded_and_wait_longer_each_time() -> None:
    assert (RETRY.max_attempts, RETRY.initial_interval, RETRY.backoff_factor) == (3, 1.0, 4.0)


class BusyLLM(ScriptedLLM):
    """Is busy once, and says when to come again."""

    _calls: int = PrivateAttr(default=0)

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        self._calls += 1
        if self._calls == 1:
            raise ModelUnavailable("HTTP 429: slow down", retry_after=7)
        return super()._call(prompt, stop, run_manager, **kwargs)


def test_a_busy_server_is_asked_again_when_it_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("debate.graph.retries.time.sleep", waits.append)
    monkeypatch.setattr("asyncio.sleep", at_once)
    (tmp_path / "q.txt").write_text("Did they?\n", encoding="utf-8")
    settings = DebateSettings(questions=tmp_path / "q.txt", corpus=tmp_path, out=tmp_path / "out", deepen=0)
    store = FaissStore.from_texts(["BRICS admitted Iran."], EMBEDDING)
    (row,) = run_questions(settings, llm=BusyLLM(script=SCRIPT), store=store).results
    assert (row.status, waits[0]) == ("done", 7)  # then LangGraph's own back-off


def test_what_is_no_step_waits_as_long_as_the_server_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    outcomes = iter([ModelUnavailable("busy", retry_after=7), "made"])

    def work() -> str:
        outcome = next(outcomes)
        if isinstance(outcome, ModelUnavailable):
            raise outcome
        return outcome

    assert retried(work) == "made"
    assert waits == [8]  # with the first step of the back-off
