"""Parts of a list, run apart and put together again."""

import json
from pathlib import Path

import pytest
from fakes import EMBEDDING, ScriptedLLM
from typer.testing import CliRunner

from chains.schemas import Question
from debate import DebateSettings, RunFolderError, run_questions
from debate.cli import app
from debate.errors import QuestionsError
from debate.run.merging import merge_runs
from debate.run.setup import of_shard
from vectorstore import FaissStore

SCRIPT = {"moderator": "A draw.", "You take part in a debate": "I disagree.", "Answer the question below": "They did."}
STORE = FaissStore.from_texts(["BRICS admitted Iran.", "The G7 capped a price."], EMBEDDING)
QUESTIONS = "Did BRICS grow?\nDid the G7 shrink?\nDid oil fall?\nDid BRICS grow?\nDid gas fall?\n"


def run(folder: Path, name: str, **values: object) -> Path:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "docs" / "a.txt").write_text("BRICS admitted Iran.")
    (folder / "q.txt").write_text(QUESTIONS, encoding="utf-8")
    given = {"questions": folder / "q.txt", "corpus": folder / "docs", "out": folder / name, "deepen": 0}
    return run_questions(DebateSettings(**given | values), llm=ScriptedLLM(script=SCRIPT), store=STORE).folder


def rows(folder: Path) -> list[dict]:
    lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    read = [json.loads(line) | {"seconds": 0, "stages": []} for line in lines]
    return sorted(read, key=lambda row: row["question"]["id"])


def test_every_question_is_in_one_shard_and_equal_ones_in_the_same() -> None:
    seeds = [Question(str(n), text) for n, text in enumerate(QUESTIONS.splitlines())]
    shards = [[seed.id for seed in of_shard(seeds, f"{n}/3")] for n in (1, 2, 3)]
    assert shards == [["0", "3", "4"], ["1"], ["2"]]


def test_merged_shards_have_the_rows_of_one_run(tmp_path: Path) -> None:
    whole = run(tmp_path, "whole")
    parts = [run(tmp_path, f"part{n}", shard=f"{n}/2") for n in (1, 2)]
    merged = merge_runs(parts, tmp_path / "merged")
    assert (merged.missing, merged.summary.failed) == (0, 0)
    assert rows(tmp_path / "merged") == rows(whole)


def test_a_merged_folder_holds_all_that_a_run_does(tmp_path: Path) -> None:
    parts = [run(tmp_path, f"part{n}", shard=f"{n}/2") for n in (1, 2)]
    merge_runs(parts, tmp_path / "merged")
    names = {path.name for path in (tmp_path / "merged").iterdir()}
    assert names >= {"results.xlsx", "results.jsonl", "report.html", "traces.jsonl", "log.txt", "run.toml"}
    assert 'shard = ""' in (tmp_path / "merged" / "run.toml").read_text()


def test_a_merged_run_is_resumed_with_the_questions_that_no_part_answered(tmp_path: Path) -> None:
    parts = [run(tmp_path, f"part{n}", shard=f"{n}/3") for n in (1, 3)]
    missing = merge_runs(parts, tmp_path / "merged").missing
    run(tmp_path, "merged")
    assert missing == 1
    assert rows(tmp_path / "merged") == rows(run(tmp_path, "whole"))


def test_runs_with_other_settings_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    parts = [run(tmp_path, "one", shard="1/2"), run(tmp_path, "two", shard="2/2", seed=1)]
    with pytest.raises(
        RunFolderError, match=r"two is not part of the run in .*one: seed was 0 and is 1; merge runs of one"
    ):
        merge_runs(parts, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_question_that_two_runs_answered_is_refused_by_its_id(tmp_path: Path) -> None:
    parts = [run(tmp_path, "one", shard="1/2"), run(tmp_path, "two")]
    with pytest.raises(RunFolderError, match=r"one and .*two both have a row of question .*; leave one of them out"):
        merge_runs(parts, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_merging_into_a_run_is_refused(tmp_path: Path) -> None:
    parts = [run(tmp_path, f"part{n}", shard=f"{n}/2") for n in (1, 2)]
    merge_runs(parts, tmp_path / "merged")
    with pytest.raises(RunFolderError, match="merged already contains a run; give a new folder with --out"):
        merge_runs(parts, tmp_path / "merged")


def test_a_shard_is_resumed_as_the_same_shard_only(tmp_path: Path) -> None:
    run(tmp_path, "part", shard="1/2")
    with pytest.raises(RunFolderError, match="shard was '1/2' and is '2/2'"):
        run(tmp_path, "part", shard="2/2")


def test_the_command_tells_what_is_missing(tmp_path: Path) -> None:
    parts = [run(tmp_path, f"part{n}", shard=f"{n}/3") for n in (1, 2)]
    done = CliRunner().invoke(app, ["merge", *map(str, parts), "--out", str(tmp_path / "merged")])
    assert done.exit_code == 3
    assert "1 question without a row; to answer them: debate run --resume" in done.stdout


def test_one_run_alone_is_not_merged(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["merge", str(tmp_path), "--out", str(tmp_path / "merged")])
    assert (done.exit_code, done.stderr) == (2, "error: merging takes two runs at least; name the folder of each\n")


@pytest.mark.parametrize(
    ("shard", "told"),
    [
        ("2", "shard: is not a shard; write 2/8 for the second of eight, got '2'; change --shard"),
        ("9/8", "shard: is none of 8 shards, which are 1/8 to 8/8, got '9/8'; change --shard"),
        ("0/8", "shard: is none of 8 shards, which are 1/8 to 8/8, got '0/8'; change --shard"),
    ],
)
def test_a_wrong_shard_is_told_with_those_there_are(shard: str, told: str) -> None:
    done = CliRunner().invoke(app, ["run", "--questions", "q.txt", "--corpus", "docs", "--shard", shard])
    assert done.exit_code == 2
    assert told in done.stderr


def test_more_shards_than_questions_are_told_before_anything_is_made(tmp_path: Path) -> None:
    told = "shard 5/5 has no question: the list's different questions are only 4; make fewer shards"
    with pytest.raises(QuestionsError, match=told):
        run(tmp_path, "part", shard="5/5")
    assert not (tmp_path / "part").exists()


def test_a_run_that_is_named_twice_is_refused_by_name(tmp_path: Path) -> None:
    part = run(tmp_path, "part", shard="1/2")
    with pytest.raises(RunFolderError, match="part is named twice"):
        merge_runs([part, part], tmp_path / "merged")
    with pytest.raises(RunFolderError, match="part is named twice"):
        merge_runs([part, run(tmp_path, "other", shard="2/2")], part)
