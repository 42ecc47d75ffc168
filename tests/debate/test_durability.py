"""A run that is stopped goes on where it stood: no row is lost, none is generated twice, none is replaced."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import EMBEDDING, ScriptedLLM
from filelock import FileLock

from debate import DebateSettings, RunFolderError, run_questions
from vectorstore import FaissStore

SCRIPT = {
    "moderator": "A draw.",
    "You take part in a debate": "I disagree.",
    "Answer the question below": "They did.",
}
STORE = FaissStore.from_texts(["BRICS admitted Iran.", "The G7 capped a price."], EMBEDDING)


def settings_in(folder: Path, questions: int = 3, **values) -> DebateSettings:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "q.txt").write_text("".join(f"Question number {n}?\n" for n in range(questions)), encoding="utf-8")
    given = {
        "questions": folder / "q.txt",
        "corpus": folder / "docs",
        "out": folder / "out",
        "deepen": 0,
        "in_flight": 1,
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


def test_half_a_line_of_a_killed_process_is_cut_off_and_its_question_finished(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    journal = run(settings)[0].folder / "results.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-20])
    summary, llm = run(settings)
    assert (summary.total, llm.prompts) == (3, [])  # its steps stood in the checkpoints


def test_an_unfinished_debate_goes_on_with_its_next_turn(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, questions=1)
    broken = SCRIPT | {"moderator": "raise no moderator"}
    assert run(settings, broken)[0].failed == 1
    summary, llm = run(settings, retry_failed=True)
    assert (summary.failed, len(llm.prompts)) == (0, 1)
    assert len(summary.results[0].turns) == 4


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


KILLED = """
import sys, time
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
import debate.work
import test_durability as t
class Slow(t.ScriptedLLM):
    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        time.sleep(0.004)
        with open({log!r}, "a") as log:
            log.write("call\\n")
        return super()._call(prompt, stop, run_manager, **kwargs)
settings = t.settings_in(Path({folder!r}), questions=6, in_flight=3)
t.run_questions(settings, llm=Slow(script=t.SCRIPT), store=t.STORE)
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_killed_at_random_moments_ends_with_exactly_its_rows(tmp_path: Path, seed: int) -> None:
    here = Path(__file__).parent
    code = KILLED.format(root=str(here.parents[1]), tests=str(here), folder=str(tmp_path), log=str(tmp_path / "calls"))
    environment = os.environ | {"PYTHONPATH": f"{here.parents[1]}:{here.parent}:{here}"}
    moments = random.Random(seed)  # noqa: S311 - a schedule, no secret
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", code], env=environment)  # noqa: S603
        try:
            process.wait(timeout=moments.uniform(1.0, 3.5))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)  # noqa: S603

    summary, llm = run(settings_in(tmp_path, questions=6, in_flight=3))
    assert [row.question.id for row in summary.results] == [f"q{n:03d}" for n in range(1, 7)]
    assert len((tmp_path / "out" / "results.jsonl").read_bytes().splitlines()) == 6
    assert llm.prompts == []
