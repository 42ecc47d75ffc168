"""The benchmark of debates, run as its command: theory, batches, and RAMDocs with a server that reads what it is shown."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from misbehaving_server import misbehaving_server

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.debate", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603


def founded(name: str, *years: str) -> dict[str, Any]:
    documents = [{"text": f"It was founded in {year}."} for year in years]
    asked = {"_id": name, "question": "When was it founded?", "documents": documents}
    return asked | {"gold_answers": ["1856", "1901"], "wrong_answers": ["1900", "2000"]}


ROWS = (
    founded("both right answers", "1856", "1901"),
    founded("one of them", "1856"),
    founded("and a wrong one", "1856", "1901", "1900"),
    founded("a longer number", "18565", "1901"),
    founded("none", "unknown"),
)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("ramdocs")
    with gzip.open(folder / "ramdocs.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in ROWS)
    with misbehaving_server() as server:
        model = server.url("reads-numbers")
        done = benchmark("ramdocs", "--data", str(folder), "--model", model, "--out", str(folder / "out.json"))
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "out.json").read_text())


def test_the_arenas_votes_and_judges_meet_theory() -> None:
    done = benchmark("theory", "--trials", "60")
    assert done.returncode == 0, done.stdout


def test_debates_that_advance_together_share_their_batches() -> None:
    done = benchmark("together", "--debates", "4", "--rounds", "2", "--batch", "4", "--seconds", "0")
    alone, together = map(int, re.findall(r"(\d+) batches", done.stdout))
    assert together * 3 < alone


def test_readers_who_talk_share_what_they_read_and_a_placebo_shares_something_else(measured) -> None:
    answers = measured["answers"]["both right answers"]
    assert sorted(answers) == list("ABCDEFG")
    assert [sorted(answers[arm]["answers"]["vote"]) for arm in "AEF"] == [["1856", "1901"]] * 3
    assert measured["answers"]["none"]["E"]["answers"]["vote"] == []
    assert measured["answers"]["none"]["G"]["answers"]["vote"] != []  # of the talk about another question


def test_an_exact_match_has_every_right_answer_and_no_wrong_one(measured) -> None:
    values = {line["name"]: line["value"] for line in measured["table"]}
    assert values["A vote"] == pytest.approx(1 / 5)


def test_the_table_has_every_arm_and_what_talking_adds(measured) -> None:
    lines = {line["name"]: line for line in measured["table"]}
    assert {"E - F (vote)", "F - B (vote)", "E moderator"} <= lines.keys()
    assert lines["E - F (vote)"]["low"] <= lines["E - F (vote)"]["value"] <= lines["E - F (vote)"]["high"]


def test_no_arm_spends_much_more_than_the_debate(measured) -> None:
    spent = {arm: one["tokens"] for arm, one in measured["answers"]["and a wrong one"].items()}
    assert max(spent[arm] / spent["E"] for arm in "BCFG") < 1.3


def test_what_a_talk_does_to_right_readers_is_measured(measured) -> None:
    assert measured["talk"]["E"]["fragility"] == pytest.approx(1 / 3)
