import json
import os
from pathlib import Path

import pandas as pd
import pytest
from fakes import EMBEDDING, ScriptedLLM, SeededLLM
from openpyxl import load_workbook
from typer.testing import CliRunner

from debate import DebateSettings, run_questions
from debate.cli import app
from debate.tracing.trace_file import read_traces
from vectorstore import FaissStore, build_index, load_corpus

SCRIPT = {
    "moderator": "A draw.",
    "You take part in a debate": "I disagree.",
    "Question: Bad one?": "raise the model broke",
    "Answer the question below": "=1+1 is what they claim.",
}
PASSAGES = ["BRICS admitted Iran in 2024.", "The G7 capped the price of Russian oil."]


@pytest.fixture
def run(tmp_path: Path):
    (tmp_path / "q.csv").write_text("id,question\na,Good one?\nb,Bad one?\n", encoding="utf-8")
    settings = DebateSettings(questions=tmp_path / "q.csv", corpus=tmp_path, out=tmp_path / "out", deepen=0)
    return run_questions(settings, llm=ScriptedLLM(script=SCRIPT), store=FaissStore.from_texts(PASSAGES, EMBEDDING))


def test_a_failing_row_is_marked_with_its_reason_and_the_rest_go_on(run) -> None:
    good, bad = run.results
    assert (good.status, bad.status, run.failed) == ("done", "failed", 1)
    assert bad.error == "RuntimeError: the model broke"


def test_failed_rows_end_the_command_with_exit_code_3(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.commands.run.run_list", lambda *arguments: run)
    assert CliRunner().invoke(app, ["run", "--questions", "q.csv", "--corpus", "docs"]).exit_code == 3


def test_a_row_has_every_turn_once_and_a_verdict(run) -> None:
    good = run.results[0]
    assert [turn.round for turn in good.turns] == [1, 1, 2, 2]
    assert good.verdict.text == "Nobody won this debate."


def test_the_workbook_begins_with_what_a_fine_tuning_set_needs(run) -> None:
    columns = list(pd.read_excel(run.workbook, sheet_name="results").columns)
    assert columns[:5] == ["instruction", "context", "answer", "rating", "status"]


def test_the_raw_passages_stand_in_the_workbook(run) -> None:
    context = pd.read_excel(run.workbook, sheet_name="results")["context"][0]
    assert all(passage in context for passage in PASSAGES)


def test_an_answer_that_begins_with_an_equals_sign_is_no_formula(run) -> None:
    cell = load_workbook(run.workbook)["results"]["C2"]
    assert (cell.value, cell.data_type) == ("=1+1 is what they claim.", "s")


def test_the_journal_has_a_line_for_each_row(run) -> None:
    lines = (run.folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["question"]["id"] for line in lines) == ["a", "b"]


def test_the_settings_are_written_into_the_run_folder(run) -> None:
    assert "deepen = 0" in (run.folder / "run.toml").read_text()


def test_the_log_says_what_became_of_each_question_and_when(run) -> None:
    log = (run.folder / "log.txt").read_text(encoding="utf-8")
    assert "2 questions, 0 finished before" in log
    assert "a done in" in log
    assert "b failed: RuntimeError: the model broke" in log


@pytest.mark.parametrize("broken", ["They \ud800 did.", "raise \ud800 broke"])
def test_half_a_surrogate_pair_stops_no_run(tmp_path: Path, broken: str) -> None:
    (tmp_path / "q.csv").write_text("id,question\na,Odd one?\nb,Good one?\n", encoding="utf-8")
    settings = DebateSettings(questions=tmp_path / "q.csv", corpus=tmp_path, out=tmp_path / "out", deepen=0)
    llm = ScriptedLLM(script={"Question: Odd one?": broken} | SCRIPT)
    odd, good = run_questions(settings, llm=llm, store=FaissStore.from_texts(PASSAGES, EMBEDDING)).results
    assert "?" in (odd.opinion.answer if odd.opinion else odd.error)
    assert good.status == "done"
    assert "b done" in (tmp_path / "out" / "log.txt").read_text(encoding="utf-8")
    assert read_traces(tmp_path / "out", "b")


def test_a_document_with_an_old_name_is_read_like_others(tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("Did it grow?\n", encoding="utf-8")
    (tmp_path / "docs").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "docs") + b"/caf\xe9.txt")).write_text(" ".join(PASSAGES))
    settings = DebateSettings(questions=tmp_path / "q.txt", corpus=tmp_path / "docs", out=tmp_path / "out", deepen=0)
    index = build_index(load_corpus(tmp_path / "docs"), EMBEDDING, folder=tmp_path / "index")
    row = run_questions(settings, llm=ScriptedLLM(script=SCRIPT), store=index).results[0]
    assert row.chunks[0].source == "caf?.txt"


def test_a_run_with_nothing_left_to_do_loads_nothing_and_writes_what_is_asked_for(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debate.run.engine.load_store", lambda *_: pytest.fail("documents were read"))
    monkeypatch.setattr("debate.run.engine.load_model", lambda _: pytest.fail("a model was loaded"))
    settings = DebateSettings(
        questions=tmp_path / "q.csv", corpus=tmp_path, out=tmp_path / "out", deepen=0, also=("csv",)
    )
    assert run_questions(settings).total == 2
    assert (tmp_path / "out" / "results.csv").is_file()


def test_the_seed_of_a_run_decides_that_of_every_call(tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("Did it grow?\n", encoding="utf-8")
    settings = DebateSettings(questions=tmp_path / "q.txt", corpus=tmp_path, out=tmp_path / "out", deepen=1, seed=5)
    llm = SeededLLM(script={"Write 3 new questions": "1. If Iran had not joined in 2024, why would it?"} | SCRIPT)
    run_questions(settings, llm=llm, store=FaissStore.from_texts(PASSAGES, EMBEDDING))
    assert min(llm.seeds) >= 5 * 1009
    assert max(llm.seeds) < 8 * 1009
