"""A run that is stopped goes on where it stood: no row is lost, none is generated twice, none is replaced."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from fakes import EMBEDDING, ScriptedLLM
from filelock import FileLock
from langgraph.checkpoint.sqlite import SqliteSaver

from debate import DebateSettings, RunFolderError, run_questions
from vectorstore import FaissStore

SCRIPT = {
    "moderator": "A draw.",
    "You take part in a debate": "I disagree.",
    "Answer the question below": "They did.",
}
STORE = FaissStore.from_texts(["BRICS admitted Iran.", "The G7 capped a price."], EMBEDDING, ids=["c1", "c2"])


# A turn is the longest step of this script: three candidates, each written once more since it brings no new passage.
MOST_PROMPTS_A_STEP = 6


def settings_in(folder: Path, questions: int = 3, **values) -> DebateSettings:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "q.txt").write_text("".join(f"Question number {n}?\n" for n in range(questions)), encoding="utf-8")
    given = {
        "questions": folder / "q.txt",
        "corpus": folder / "docs",
        "out": folder / "out",
        "deepen": 0,
        "concurrency": 1,
    }
    return DebateSettings(**given | values)


def run(settings: DebateSettings, script=SCRIPT, **options):
    llm = ScriptedLLM(script=script)
    return run_questions(settings, llm=llm, store=STORE, **options), llm


def test_a_finished_run_is_neither_generated_again_nor_changed(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    before = (run(settings)[0].folder / "results.jsonl").read_bytes()
    summary, llm = run(settings)
    assert llm.prompts == []
    assert (summary.folder / "results.jsonl").read_bytes() == before


def test_half_a_line_of_a_killed_process_is_cut_off_and_its_question_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    monkeypatch.setattr(
        "debate.run.runner.delete_finished", lambda *_: None
    )  # comes after the line, so it did not happen
    journal = run(settings)[0].folder / "results.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-20])
    summary, llm = run(settings)
    assert (summary.total, llm.prompts) == (3, [])  # its steps stood in the checkpoints


def test_only_unfinished_and_failed_questions_keep_their_checkpoints(tmp_path: Path) -> None:
    summary, _ = run(settings_in(tmp_path), {"Question number 1": "raise it broke"} | SCRIPT)
    with closing(sqlite3.connect(summary.folder / "checkpoints.sqlite")) as connection:
        kept = connection.execute("SELECT DISTINCT thread_id FROM checkpoints").fetchall()
    assert [thread.partition(":")[0] for (thread,) in kept] == ["q002"]


def test_checkpoints_that_cannot_be_taken_out_are_told_and_the_row_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path, questions=1)
    with monkeypatch.context() as broken:
        broken.setattr(SqliteSaver, "delete_thread", full_disk)
        with pytest.raises(RunFolderError, match="cannot write the checkpoints: database or disk is full"):
            run(settings)
    summary, llm = run(settings)
    assert (summary.total, llm.prompts) == (1, [])


def test_an_unfinished_debate_goes_on_with_its_next_turn(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, questions=1)
    broken = SCRIPT | {"moderator": "raise no moderator"}
    assert run(settings, broken)[0].failed == 1
    summary, llm = run(settings, retry_failed=True)
    assert (summary.failed, llm.prompts_with("You take part in a debate"), llm.prompts_with("moderator")) == (0, 0, 2)
    assert len(summary.results[0].turns) == 4


def test_a_kill_between_a_result_and_its_checkpoint_does_not_begin_the_question_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: such a thread has no next step, and was given its question anew: turns were spoken twice."""
    settings = settings_in(tmp_path, questions=1)
    with monkeypatch.context() as killed:
        puts = iter([SqliteSaver.put] * 3)  # the input, its routing, the passages; not the opinion
        killed.setattr(SqliteSaver, "put", lambda *given: next(puts, full_disk)(*given))
        with pytest.raises(RunFolderError, match="cannot write the checkpoints: database or disk is full"):
            run(settings)
    summary, llm = run(settings)
    assert (summary.failed, llm.prompts_with("Answer the question below")) == (0, 0)  # the opinion was kept
    assert len(summary.results[0].turns) == 4


def full_disk(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


def test_failed_rows_stay_failed_unless_a_retry_is_asked_for(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, questions=1)
    run(settings, SCRIPT | {"moderator": "raise no moderator"})
    summary, llm = run(settings)
    assert (summary.failed, llm.prompts) == (1, [])


def test_a_changed_list_and_a_changed_setting_are_named(tmp_path: Path) -> None:
    run(settings_in(tmp_path))
    with pytest.raises(RunFolderError, match="the questions changed; rounds was 2 and is 3"):
        run(settings_in(tmp_path, questions=4, rounds=3))


def test_force_goes_on_although_the_list_changed(tmp_path: Path) -> None:
    run(settings_in(tmp_path))
    summary, _ = run(settings_in(tmp_path, questions=4), force=True)
    assert summary.total == 4


def test_a_second_process_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.toml").touch()
    settings = settings_in(tmp_path)
    with FileLock(tmp_path / "out" / ".lock"), pytest.raises(RunFolderError, match="another process works in"):
        run(settings, force=True)


def test_damaged_checkpoints_are_told_and_the_rows_kept(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    folder = run(settings)[0].folder
    (folder / "checkpoints.sqlite").write_bytes(b"not a database" * 500)
    with pytest.raises(RunFolderError, match=r"is damaged .* finished rows are safe"):
        run(settings)
    assert len((folder / "results.jsonl").read_bytes().splitlines()) == 3


@pytest.mark.parametrize("name", ["questions.jsonl", "checkpoints.sqlite", "traces.jsonl", "results.xlsx"])
def test_a_folder_in_the_place_of_a_file_is_told_and_the_rows_kept(tmp_path: Path, name: str) -> None:
    settings = settings_in(tmp_path)
    folder = run(settings)[0].folder
    (folder / name).unlink(missing_ok=True)
    (folder / name).mkdir()
    with pytest.raises(RunFolderError, match=rf"{name}.*(irectory|unable to open)"):
        run(settings)
    assert len((folder / "results.jsonl").read_bytes().splitlines()) == 3


def test_the_checkpoints_of_another_program_are_told(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    folder = run(settings)[0].folder
    (folder / "checkpoints.sqlite").unlink()
    with closing(sqlite3.connect(folder / "checkpoints.sqlite")) as connection:
        connection.execute("CREATE TABLE checkpoints (other TEXT)")
    with pytest.raises(RunFolderError, match=r"checkpoints\.sqlite is damaged \(no such column: thread_id\)"):
        run(settings)


def test_a_journal_with_a_foreign_line_is_told_with_its_number(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    journal = run(settings)[0].folder / "results.jsonl"
    journal.write_bytes(b"{}\n" + journal.read_bytes())
    with pytest.raises(RunFolderError, match=r"results\.jsonl, line 1, is not a row"):
        run(settings)


def test_deepened_questions_are_the_same_after_a_resume(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, questions=2, deepen=1)
    script = {"Write 3 new questions": "nothing usable"} | SCRIPT
    first = [row.question for row in run(settings, script)[0].results]
    summary, llm = run(settings, script)
    assert [row.question for row in summary.results] == first
    assert llm.prompts == []


def test_a_seed_that_could_not_be_deepened_is_deepened_later_only_where_a_retry_is_asked_for(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, questions=1, deepen=1)
    run(settings, {"Write 3 new questions": "raise no questions"} | SCRIPT)
    _, resumed = run(settings, {"Write 3 new questions": "nothing usable"} | SCRIPT)
    summary, retried = run(settings, {"Write 3 new questions": "nothing usable"} | SCRIPT, retry_failed=True)
    assert (resumed.prompts, retried.prompts_with("Write 3 new questions")) == ([], 1)
    assert "not deepened" not in summary.results[0].question.note


CHILD = """
import os, signal, sys
from pathlib import Path
from itertools import count
sys.path[:0] = [{tests!r}, {here!r}]
from test_durability import SCRIPT, STORE, settings_in
from fakes import CONTINUE, ScriptedLLM
from debate import run_questions
calls = count(1)
class Mortal(ScriptedLLM):
    def _call(self, prompt, **kwargs):
        if CONTINUE not in prompt and next(calls) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._call(prompt, **kwargs)
run_questions(settings_in(Path(sys.argv[1]), concurrency=2), llm=Mortal(script=SCRIPT), store=STORE)
"""


@pytest.mark.parametrize("dies_at", [4, *(pytest.param(call, marks=pytest.mark.slow) for call in (1, 9, 17))])
def test_a_killed_process_loses_no_finished_row_and_the_next_one_makes_the_rest(tmp_path: Path, dies_at: int) -> None:
    here = Path(__file__).parent
    child = CHILD.format(tests=str(here.parents[1] / "support"), here=str(here))
    killed = subprocess.run([sys.executable, "-c", child, tmp_path, str(dies_at)], cwd=here.parents[2], check=False)  # noqa: S603
    assert killed.returncode == -signal.SIGKILL
    journal = tmp_path / "out" / "results.jsonl"
    before = journal.read_bytes() if journal.exists() else b""
    summary, llm = run(settings_in(tmp_path, concurrency=2))
    (tmp_path / "whole").mkdir()
    whole, all_of_it = run(settings_in(tmp_path / "whole"))
    assert [(row.question, row.opinion, row.turns, row.verdict) for row in summary.rows()] == [
        (row.question, row.opinion, row.turns, row.verdict) for row in whole.rows()
    ]
    assert journal.read_bytes().startswith(before)
    # Two steps were in flight: what each had been told is asked for again, and nothing else.
    assert len(llm.prompts) <= len(all_of_it.prompts) - (dies_at - 1) + 2 * MOST_PROMPTS_A_STEP
