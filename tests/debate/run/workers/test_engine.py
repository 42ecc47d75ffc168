"""A run over workers leaves the folder that a run without them leaves, whoever of them is lost on the way."""

import json
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest
from fakes import ScriptedLLM, TopicEmbedding
from worker_threads import SCRIPT, STORE, InThreads

from chains.errors import ModelError
from debate import DebateSettings, run_questions
from debate.errors import ClusterError, SettingsError
from debate.run.executor import RunInterrupted
from debate.run.workers.events import Reached, Saved
from vectorstore import FaissStore


@pytest.fixture
def with_workers(monkeypatch: pytest.MonkeyPatch):
    """Return how to run a list over workers of this process."""
    # The workers share this process's loggers with the run: what they told would be told again.
    monkeypatch.setattr("debate.run.workers.worker.logged_to", lambda _: nullcontext())
    started: list[InThreads] = []

    def run(folder: Path, questions: int = 4, retry_failed: bool = False, deepen: int = 0, **options):
        def start(settings, inputs, _):
            started.append(InThreads(settings, inputs, **options))
            return started[-1]

        monkeypatch.setattr("debate.run.workers.ray_workers.RayWorkers", start)
        summary = run_questions(settings_in(folder, questions, ray="local", deepen=deepen), retry_failed=retry_failed)
        return summary, started[-1] if started else None

    yield run
    assert all(one.closed for one in started)


def settings_in(folder: Path, questions: int = 4, **values) -> DebateSettings:
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    (folder / "q.txt").write_text("".join(f"Question number {n}?\n" for n in range(questions)), encoding="utf-8")
    given = {"questions": folder / "q.txt", "corpus": folder / "docs", "out": folder / "out"}
    return DebateSettings(**given | {"deepen": 0, "concurrency": 2} | values)


def run_alone(folder: Path, script=SCRIPT, **options):
    llm = ScriptedLLM(script=script)
    return run_questions(settings_in(folder), llm=llm, store=STORE, **options), llm


def rows(folder: Path) -> list[dict]:
    lines = (folder / "out" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    made = [json.loads(line) | {"seconds": 0, "stages": []} for line in lines]
    return sorted(made, key=lambda row: row["question"]["id"])


def log(folder: Path) -> str:
    return (folder / "out" / "log.txt").read_text(encoding="utf-8")


def test_rows_and_files_are_those_of_a_run_without_workers(with_workers, tmp_path: Path) -> None:
    run_alone(tmp_path / "alone")
    summary, _ = with_workers(tmp_path / "spread")
    assert rows(tmp_path / "spread") == rows(tmp_path / "alone")
    names = [{one.name for one in (tmp_path / folder / "out").iterdir()} for folder in ("alone", "spread")]
    assert names[0] == names[1]
    assert (summary.total, summary.failed, summary.skipped_files) == (4, 0, ("a.pdf: damaged",))


def test_a_question_is_deepened_and_answered(with_workers, tmp_path: Path) -> None:
    deeper = {"new question": "If the tariff on salt had risen in 1911, why did the union fall?"}
    one_topic = FaissStore.from_texts(["BRICS admitted Iran."], TopicEmbedding())
    summary, _ = with_workers(tmp_path, 1, deepen=1, script=deeper | SCRIPT, store=one_topic)
    assert [bool(one.parent_id) for one in summary.questions] == [False, True]
    assert (tmp_path / "out" / "questions.jsonl").is_file()
    assert summary.total == len(rows(tmp_path)) == 2


def test_what_a_lost_worker_had_is_answered_by_others(with_workers, tmp_path: Path) -> None:
    run_alone(tmp_path / "alone")
    with_workers(tmp_path / "spread", lost_after={1: Saved, 2: Reached})
    assert rows(tmp_path / "spread") == rows(tmp_path / "alone")
    assert "is lost (its machine is gone); another one takes its place" in log(tmp_path / "spread")


def test_a_worker_that_cannot_load_says_why_and_the_others_go_on(with_workers, tmp_path: Path) -> None:
    summary, workers = with_workers(tmp_path, cannot_load={1: ModelError("no such model")})
    assert (summary.total, summary.failed) == (4, 0)
    assert workers.ended == [1]  # and others may have its processors
    assert "worker 1 cannot work and is left out: no such model" in log(tmp_path)


def test_a_run_whose_workers_cannot_load_says_why_in_one_line(with_workers, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"^no worker is left: no such model; finished rows are kept.*again$"):
        with_workers(tmp_path, cannot_load={1: ModelError("no such model"), 2: ModelError("no such model")})


def test_a_worker_says_of_what_kind_a_librarys_error_is(with_workers, tmp_path: Path) -> None:
    """Regression: no worker is left: 'weight'."""
    with pytest.raises(ClusterError, match=r"^no worker is left: KeyError: 'weight'; finished"):
        with_workers(tmp_path, cannot_load={1: KeyError("weight"), 2: KeyError("weight")})


def test_a_question_that_three_workers_were_lost_with_is_a_failed_row(with_workers, tmp_path: Path) -> None:
    summary, _ = with_workers(tmp_path, 1, wanted=1, lost_after=dict.fromkeys(range(1, 9), Saved))
    assert summary.failed == 1
    assert "3 workers were lost while they worked on this question" in rows(tmp_path)[0]["error"]


def test_a_run_without_workers_goes_on_with_them_from_its_last_step(with_workers, tmp_path: Path) -> None:
    run_alone(tmp_path, SCRIPT | {"moderator": "raise no moderator"})
    summary, workers = with_workers(tmp_path, retry_failed=True)
    asked = Counter(marker for prompt in workers.llm.prompts for marker in SCRIPT if marker in prompt)
    assert (summary.failed, asked["Answer the question below"], asked["You take part in a debate"]) == (0, 0, 0)


def test_a_run_with_workers_goes_on_without_them_from_its_last_step(with_workers, tmp_path: Path) -> None:
    with_workers(tmp_path, script=SCRIPT | {"moderator": "raise no moderator"})
    summary, llm = run_alone(tmp_path, retry_failed=True)
    assert (summary.failed, llm.prompts_with("Answer the question below")) == (0, 0)
    assert llm.prompts_with("You take part in a debate") == 0


def test_ctrl_c_keeps_what_was_finished_and_the_rest_is_answered_later(with_workers, tmp_path: Path) -> None:
    with pytest.raises(RunInterrupted):
        with_workers(tmp_path, interrupted=(6,))
    before = (tmp_path / "out" / "results.jsonl").read_bytes() if (tmp_path / "out" / "results.jsonl").exists() else b""
    summary, _ = run_alone(tmp_path)
    assert (summary.total, summary.failed) == (4, 0)
    assert (tmp_path / "out" / "results.jsonl").read_bytes().startswith(before)


def test_a_finished_run_starts_no_worker(with_workers, tmp_path: Path) -> None:
    run_alone(tmp_path)
    summary, workers = with_workers(tmp_path)
    assert (summary.total, workers) == (4, None)


def test_the_folder_does_not_record_where_its_questions_were_answered(with_workers, tmp_path: Path) -> None:
    with_workers(tmp_path)
    assert "ray" not in (tmp_path / "out" / "run.toml").read_text(encoding="utf-8").split("[inputs]")[0].split()


def test_progress_tells_how_many_workers_are_ready(with_workers, tmp_path: Path) -> None:
    with_workers(tmp_path)
    assert '"event":"workers"' in (tmp_path / "out" / "progress.jsonl").read_text(encoding="utf-8")
    assert "2 of 2 workers ready" in log(tmp_path)


def test_a_model_of_this_process_is_refused_with_workers(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="give load instead"):
        run_questions(settings_in(tmp_path, ray="local"), llm=ScriptedLLM(script=SCRIPT), store=STORE)
