"""log.txt: everything that happened, each thing once."""

import logging
from pathlib import Path

import pytest
from fakes import EMBEDDING, ScriptedLLM

from chains.generation.local.batching import CallMerger
from debate import DebateSettings, run_questions
from debate.progress import LoggedProgress
from debate.run.records.log import logged
from vectorstore import FaissStore


def test_a_finished_question_stands_once_in_the_log_whatever_the_terminal_shows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "debate")  # as the command line sets it
    (tmp_path / "q.txt").write_text("Why did BRICS grow?\n", encoding="utf-8")
    settings = DebateSettings(questions=tmp_path / "q.txt", corpus=tmp_path, out=tmp_path / "out", deepen=0)
    store = FaissStore.from_texts(["BRICS admitted Iran in 2024."], EMBEDDING)

    run_questions(settings, llm=ScriptedLLM(script={"": "It grew."}), store=store, progress=LoggedProgress())

    log = (tmp_path / "out" / "log.txt").read_text(encoding="utf-8")
    assert log.count("1 question, 0 finished before") == 1
    assert log.count(" done in ") == 1


def test_the_log_tells_how_many_questions_shared_each_batch(tmp_path: Path) -> None:
    merger = CallMerger(lambda requests: list(requests))
    with logged(tmp_path), merger.caller():
        merger.submit(["one", "two"])
    merger.submit(["after the run"])
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert "batch 1: 2 prompts from 1 of 1 callers" in log
    assert "batch 2" not in log
