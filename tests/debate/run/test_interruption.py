"""Ctrl-C has each question drop the step that it is at; what cannot be written ends a run in one line or is a warning."""

import errno
import os
import sqlite3
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fakes import EMBEDDING, ScriptedLLM
from langgraph.checkpoint.sqlite import SqliteSaver
from pydantic import Field

from debate import DebateSettings, RunFolderError, run_questions
from debate.progress import Progress
from debate.run import executor
from debate.run.executor import RunInterrupted
from vectorstore import FaissStore

SCRIPT = {"moderator": "A draw.", "You take part in a debate": "I disagree.", "Answer the question below": "They did."}
STORE = FaissStore.from_texts(["BRICS admitted Iran.", "The G7 capped a price."], EMBEDDING)


class CtrlC:
    """Stands for the wait of the main thread, in which Ctrl-C lands while the model answers."""

    def __init__(self, wait: Any, llm: "Counting") -> None:
        self._wait, self._llm = wait, llm
        self.pressed = False

    def __call__(self, *given: Any) -> Any:
        if not self.pressed:
            self._llm.reached.wait(60)
            self.pressed = True
            raise KeyboardInterrupt
        self._llm.go_on.set()
        return self._wait(*given)


class Counting(ScriptedLLM):
    """Stops in its n-th answer until Ctrl-C was pressed."""

    stops_at: int
    reached: Any = Field(default_factory=Event)
    go_on: Any = Field(default_factory=Event)

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        answer = super()._call(prompt, stop, run_manager, **kwargs)
        if len(self.prompts) == self.stops_at:
            self.reached.set()
            assert self.go_on.wait(60)
        return answer


def settings_in(folder: Path, questions: int = 1) -> DebateSettings:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "q.txt").write_text("".join(f"Question number {n}?\n" for n in range(questions)), encoding="utf-8")
    return DebateSettings(
        questions=folder / "q.txt",
        corpus=folder / "docs",
        out=folder / "out",
        deepen=0,
        concurrency=1,
        candidates=2,
    )


def interrupted(settings: DebateSettings, monkeypatch: pytest.MonkeyPatch, stops_at: int) -> tuple[Any, Counting]:
    llm = Counting(script=SCRIPT, stops_at=stops_at)
    with monkeypatch.context() as pressed:
        pressed.setattr(executor, "wait_for_news", CtrlC(executor.wait_for_news, llm))
        with pytest.raises(RunInterrupted) as told:
            run_questions(settings, llm=llm, store=STORE)
    return told.value, llm


def test_ctrl_c_drops_the_turn_that_is_being_spoken_and_the_next_run_goes_on_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: the run ended up to two minutes later, after the step that it was at."""
    settings = settings_in(tmp_path)
    stopped, _ = interrupted(settings, monkeypatch, stops_at=10)  # opinion, positions twice, a turn and another
    assert stopped.folder == tmp_path / "out"
    rest = ScriptedLLM(script=SCRIPT)
    summary = run_questions(settings, llm=rest, store=STORE)
    assert (summary.failed, len(summary.results[0].turns), len(rest.prompts)) == (
        0,
        4,
        14,
    )  # three turns in four versions, and who won


def test_a_row_counts_the_time_of_every_session_that_worked_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: after a resume, seconds and stages were those of the last session."""
    settings = settings_in(tmp_path)
    interrupted(settings, monkeypatch, stops_at=10)

    (row,) = run_questions(settings, llm=ScriptedLLM(script=SCRIPT), store=STORE).results

    assert [one.stage for one in row.stages] == ["retrieve", "opinion", "positions", "debate", "verdict"]
    assert row.seconds >= sum(one.seconds for one in row.stages[:3]) > 0


def test_ctrl_c_in_the_last_step_keeps_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(tmp_path, questions=2)
    interrupted(settings, monkeypatch, stops_at=23)  # the first question's verdict
    assert (tmp_path / "out" / "results.jsonl").read_text(encoding="utf-8").count("\n") == 1
    assert (tmp_path / "out" / "results.xlsx").is_file()


class Previewing(Progress):
    """Takes the workbook's place away while the run goes on, as a program that has it open does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def total(self, questions: int, done: int) -> None:
        self._monkeypatch.setattr("debate.run.outputs.write_workbook", is_open)


def is_open(*_: object) -> None:
    raise RunFolderError("cannot write results.xlsx: Permission denied; close the workbook")


def test_a_preview_that_cannot_be_replaced_is_a_warning_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunFolderError, match="close the workbook"):
        run_questions(
            settings_in(tmp_path, questions=3),
            llm=ScriptedLLM(script=SCRIPT),
            store=STORE,
            progress=Previewing(monkeypatch),
        )
    folder = tmp_path / "out"
    log = (folder / "log.txt").read_text(encoding="utf-8")
    assert log.count("WARNING") == 1
    assert log.count(" done in ") == 3
    assert (folder / "report.html").is_file()


def test_a_full_disk_in_the_journal_is_told_and_the_next_run_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path, questions=3)
    with monkeypatch.context() as full:
        full.setattr("debate.files.jsonl.os.fsync", no_room)
        with pytest.raises(RunFolderError, match=r"cannot write .*results\.jsonl: No space left on device"):
            run_questions(settings, llm=ScriptedLLM(script=SCRIPT), store=STORE)
    assert run_questions(settings, llm=ScriptedLLM(script=SCRIPT), store=STORE).failed == 0


def test_an_error_in_one_question_closes_no_checkpoints_under_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: the file was closed while other questions wrote to it, which could end the process at once."""
    settings = settings_in(tmp_path, questions=6).model_copy(update={"concurrency": 6})
    with monkeypatch.context() as full:
        full.setattr(SqliteSaver, "put_writes", no_room_for_one(SqliteSaver.put_writes))
        with pytest.raises(RunFolderError, match="cannot write the checkpoints"):
            run_questions(settings, llm=ScriptedLLM(script=SCRIPT), store=STORE)
    assert run_questions(settings, llm=ScriptedLLM(script=SCRIPT), store=STORE).failed == 0


def no_room(_: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def no_room_for_one(put_writes: Any) -> Any:
    failing = iter([True])

    def put(*given: Any) -> Any:
        if next(failing, False):
            raise sqlite3.OperationalError("database or disk is full")
        return put_writes(*given)

    return put
