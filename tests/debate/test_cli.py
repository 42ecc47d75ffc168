import io
import re
import sys
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models import FakeListLLM
from typer.testing import CliRunner

from debate import DebateSettings, run_questions
from debate.cli import app, main
from debate.run.executor import RunInterrupted, StoppedAtOnce
from vectorstore import FaissStore

GOOD = "question\nWhy did BRICS grow in 2024?\n"


def bad_run(folder: Path, questions: str = GOOD, document: str = "BRICS grew.", name: str = "q.csv", *more: str):
    (folder / name).write_text(questions, encoding="utf-8")
    (folder / "docs").mkdir()
    if document:
        (folder / "docs" / "a.txt").write_text(document, encoding="utf-8")
    flags = ["run", "--questions", str(folder / name), "--corpus", str(folder / "docs"), "--out", str(folder / "out")]
    return CliRunner().invoke(app, [*flags, "--quiet", *more])


def assert_refused(result, folder: Path, message: str) -> None:
    assert message in result.stderr
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("index", "DOCUMENTS Folder of documents, or one file. [required]"),
        ("trace", "FOLDER A run's folder. [required]"),
        ("ask", "QUESTION Question or instruction. [required]"),
        ("models", "[MODEL] Check only this folder or repository."),
    ],
)
def test_help_says_what_a_commands_argument_is(command: str, told: str) -> None:
    assert told in " ".join(CliRunner().invoke(app, [command, "--help"]).stdout.split())


def test_a_missing_question_list_is_refused(tmp_path: Path) -> None:
    result = bad_run(tmp_path, GOOD, "text", "q.csv", "--questions", str(tmp_path / "none.xlsx"))
    assert_refused(result, tmp_path, "there is no question list")


@pytest.mark.parametrize(
    ("questions", "name", "message"),
    [
        ("", "q.csv", "is empty; write a column 'question'"),
        ("topic\nx\n", "q.csv", "has no column 'question' (its columns: topic)"),
        ("question\n", "q.csv", "contains no question; write at least one under the column 'question'"),
        ("# none\n", "q.txt", "contains no question; write at least one on a line of its own"),
        ("\n", "q.jsonl", 'contains no question; write at least one as {"question": "…"}'),
        ("id,question\na,Why?\na,How?\n", "q.csv", "row 3: the id 'a' is already used in row 2"),
        ("not a workbook", "q.xlsx", "cannot read"),
        ("{broken", "q.jsonl", "line 1 is not JSON"),
        ("Why?", "q.docx", "unknown kind of question list"),
        ("question\nWh\0y?\n", "q.csv", "q.csv: it contains zero bytes, so it is not a text file"),
        ('{"question": "\\ud800 Why?"}', "q.jsonl", "row 1: '\\ud800 Why?' contains characters that are not text"),
    ],
)
def test_a_bad_question_list_is_refused(tmp_path: Path, questions: str, name: str, message: str) -> None:
    assert_refused(bad_run(tmp_path, questions, "text", name), tmp_path, message)


@pytest.mark.parametrize(
    ("given", "meant"),
    [("--question", "--questions"), ("--persona", "--personas"), ("--debatrs", "--debaters"), ("--round", "--rounds")],
)
def test_for_an_unknown_option_the_nearest_one_is_suggested(given: str, meant: str) -> None:
    """Regression: up to three were, by the alphabet."""
    told = CliRunner().invoke(app, ["run", given, "x"])
    assert told.exit_code == 2
    assert told.stderr.endswith(f"Error: No such option {given!r}. Did you mean {meant!r}?\n")


@pytest.mark.parametrize("arguments", [("ask", "--question", "x"), ("run", "--colour", "red")])
def test_for_an_option_like_no_other_none_is_suggested(arguments: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, arguments)
    assert told.stderr.endswith(f"Error: No such option {arguments[1]!r}.\n")


def test_a_refused_run_leaves_no_folder_that_was_made_for_it(tmp_path: Path) -> None:
    """Regression: --out runs/first left an empty runs/."""
    result = bad_run(tmp_path, GOOD, "text", "q.csv", "--model", "./none", "--out", str(tmp_path / "runs" / "a" / "b"))
    assert (result.exit_code, (tmp_path / "runs").exists()) == (2, False)


def test_a_wrong_sheet_is_refused_with_the_sheets_there_are(tmp_path: Path) -> None:
    pd.DataFrame({"question": ["Why?"]}).to_excel(tmp_path / "book.xlsx", sheet_name="list", index=False)
    result = bad_run(tmp_path, GOOD, "text", "q.csv", "--questions", str(tmp_path / "book.xlsx"), "--sheet", "other")
    assert_refused(result, tmp_path, "has no sheet 'other'; it has: list")


def test_an_empty_corpus_is_refused(tmp_path: Path) -> None:
    assert_refused(bad_run(tmp_path, document=""), tmp_path, "docs")


def test_an_unknown_persona_is_refused(tmp_path: Path) -> None:
    result = bad_run(tmp_path, GOOD, "text", "q.csv", "--opinion-persona", "nobody")
    assert_refused(result, tmp_path, "unknown persona 'nobody'")


def test_a_setting_out_of_range_is_refused_with_its_flag(tmp_path: Path) -> None:
    assert_refused(bad_run(tmp_path, GOOD, "text", "q.csv", "--pov-weight", "2"), tmp_path, "change --pov-weight")


def test_a_misspelt_setting_is_refused_with_the_one_that_is_meant(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("rouns = 3\n", encoding="utf-8")
    result = bad_run(tmp_path, GOOD, "text", "q.csv", "--config", str(tmp_path / "c.toml"))
    assert_refused(result, tmp_path, "there is no setting 'rouns'")
    assert "write rounds" in result.stderr


def test_word_limits_that_leave_no_room_are_refused_without_the_rest_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("min_words = 600\n", encoding="utf-8")
    result = bad_run(tmp_path, GOOD, "text", "q.csv", "--config", str(tmp_path / "c.toml"))
    assert_refused(result, tmp_path, "error: min_words 600 must be below max_words 500 (settings file")


def test_the_folder_of_another_run_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.jsonl").write_text("kept")
    result = bad_run(tmp_path)
    assert (result.exit_code, (tmp_path / "out" / "results.jsonl").read_text()) == (2, "kept")
    assert "contains files that are not a run" in result.stderr


class Model(DeterministicFakeEmbedding):
    size: int = 32
    name: str = "fake"
    backend: str = "torch"

    def reads(self, text: str) -> bool:
        return bool(text)


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.indexing.embeddings.load_embeddings", lambda *_, **__: Model())


def index(folder: Path, *more: str):
    return CliRunner().invoke(app, ["index", str(folder / "docs"), "--out", str(folder / "index"), *more])


@pytest.mark.parametrize("flags", [(), ("--quiet",)])
def test_indexing_ends_with_its_counts_and_the_skipped_files(tmp_path: Path, fake_model: None, flags: tuple) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("BRICS grew.")
    (tmp_path / "docs" / "b.pdf").write_bytes(b"no pdf")
    result = index(tmp_path, *flags)
    assert result.exit_code == 0
    assert "files read       1, 1 skipped" in result.stdout
    assert "chunks           1: 1 new, 0 unchanged" in result.stdout
    assert "embedded by      fake through torch" in result.stdout
    assert f"skipped: {tmp_path / 'docs' / 'b.pdf'}: is not a readable .pdf file" in result.stdout


def test_indexing_a_folder_that_is_not_there_is_refused(tmp_path: Path, fake_model: None) -> None:
    result = index(tmp_path, "--quiet")
    assert (result.exit_code, "docs does not exist" in result.stderr) == (2, True)


def test_a_run_over_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    result = bad_run(tmp_path, GOOD, "text", "q.csv", "--index", str(tmp_path / "none"))
    assert_refused(result, tmp_path, "contains no index; run: debate index ")


def test_the_version_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"debate {version('pov-debate')}\n")


@pytest.mark.parametrize("command", [[], ["run"], ["index"], ["trace"], ["models"], ["ask"]])
def test_every_command_has_a_short_flag_for_its_help(command: list[str]) -> None:
    assert CliRunner().invoke(app, [*command, "-h"]).stdout == CliRunner().invoke(app, [*command, "--help"]).stdout


def test_a_wrong_export_is_told_by_the_flag_and_not_by_its_place(tmp_path: Path) -> None:
    result = bad_run(tmp_path, GOOD, "text", "q.csv", "--also", "pdf")
    assert_refused(result, tmp_path, "also: Input should be 'csv' or 'parquet', got 'pdf'; change --also")


def test_an_error_steers_no_terminal(tmp_path: Path) -> None:
    result = bad_run(tmp_path, GOOD, "text", "q.csv", "--opinion-persona", "\x1b]0;hacked\x07\u202e")
    assert result.exit_code == 2
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.stderr)


def test_no_question_and_no_answer_steers_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FaissStore.from_texts(["BRICS grew."], DeterministicFakeEmbedding(size=32))
    monkeypatch.setattr("debate.run.engine.load_store", lambda *_: (store, ("a\x1b[31m.pdf: damaged",)))
    monkeypatch.setattr("debate.run.engine.load_model", lambda _: FakeListLLM(responses=["\x1b[2J They grew."]))
    result = bad_run(tmp_path, "question\nWhy \x1b]0;hacked\x07 grow?\n", "BRICS grew.", "q.csv", "--deepen", "0")
    assert result.exit_code == 0
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.output)
    assert "\x1b" not in (tmp_path / "out" / "log.txt").read_text(encoding="utf-8")


def test_an_interrupted_run_says_how_to_resume_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("debate.commands.run.run_list", interrupted)
    (tmp_path / "run.toml").touch()
    result = CliRunner().invoke(app, ["run", "--questions", "q.csv", "--corpus", "docs"])
    assert (result.exit_code, result.stderr) == (
        130,
        "interrupted; finished steps are kept; resume with: debate run --resume .\n",
    )


def test_a_run_that_is_stopped_at_once_says_how_to_resume_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Regression: it said "--resume FOLDER"."""
    settings = {"questions": tmp_path / "q.csv", "corpus": tmp_path, "out": tmp_path / "out"}
    (tmp_path / "q.csv").write_text("question\nWhy?\n")
    monkeypatch.setattr("debate.run.runner.Journal", stopped_at_once)
    with pytest.raises(StoppedAtOnce) as stopped:
        run_questions(DebateSettings(**settings))
    assert stopped.value.folder == tmp_path / "out"


def stopped_at_once(_: Path) -> None:
    raise StoppedAtOnce


def interrupted(*_: object) -> None:
    raise RunInterrupted(Path())


def test_signs_that_a_terminal_does_not_have_are_replaced(monkeypatch):
    """Regression: a terminal in another encoding than UTF-8 ended a run with a traceback, at its first bar."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii", write_through=True))

    with pytest.raises(SystemExit):
        main(["--version"])
    sys.stdout.write("⠋ retrieve\n")

    assert written.getvalue().endswith(b"? retrieve\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["index", "docs", "--out", ""],
        ["run", "--questions", "q.csv", "--corpus="],
        ["run", "--model", " "],
        ["trace", ""],
    ],
)
def test_an_empty_value_is_refused_and_not_taken_for_the_current_folder(
    arguments: list[str], capsys, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert re.fullmatch(r"error: the value after \S+ is empty; .*\n", capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("flag", ["--out", "--questions", "--corpus", "--model", "--embeddings"])
def test_a_path_that_is_too_long_is_told_in_one_line(tmp_path: Path, flag: str) -> None:
    assert_refused(
        bad_run(tmp_path, GOOD, "BRICS grew.", "q.csv", flag, "n" * 300 + "/q.csv"), tmp_path, "File name too long"
    )
