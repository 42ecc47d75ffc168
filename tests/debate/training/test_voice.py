"""Examples have the prompt of the run that their answers are of."""

import json
from pathlib import Path

import pytest

from chains.generation.contract import WordLimits
from chains.opinion import DEFAULT_LIMITS
from debate.training.export import export_chat
from debate.training.settings import FinetuneSettings
from debate.training.voice import asked_as

PERSONAS = """
[[persona]]
id = "{first}"
name = "Ada"
voice = "a judge of few words"

[[persona]]
id = "second"
name = "Bo"
voice = "a merchant"
"""


def run(folder: Path, first: str = "professor", **settings: object) -> Path:
    """A run's folder with a table of one answer."""
    folder.mkdir(exist_ok=True)
    (folder / "personas.toml").write_text(PERSONAS.format(first=first), encoding="utf-8")
    told = {"personas": str(folder / "personas.toml"), "min_words": 100, "max_words": 150} | settings
    lines = [f"{name} = {json.dumps(value)}" for name, value in told.items()]
    (folder / "run.toml").write_text("\n".join(["[settings]", *lines, "[inputs]", ""]), encoding="utf-8")
    data = folder / "data.jsonl"
    data.write_text(json.dumps({"instruction": "Why?", "context": "[1] It left.", "answer": "It left."}), "utf-8")
    return data


def settings(*data: Path, **others: object) -> FinetuneSettings:
    return FinetuneSettings(**{"data": data, "out": data[0].parent / "out"} | others)


def test_the_persona_and_the_words_are_those_of_the_run(tmp_path: Path) -> None:
    asked = asked_as(settings(run(tmp_path / "run")))
    assert (asked.persona.voice, asked.limits) == ("a judge of few words", WordLimits(100, 150))


def test_the_runs_writer_is_the_persona_that_it_names(tmp_path: Path) -> None:
    assert asked_as(settings(run(tmp_path / "run", opinion_persona="second"))).persona.voice == "a merchant"


def test_a_persona_that_is_given_goes_over_the_runs(tmp_path: Path) -> None:
    data = run(tmp_path / "run")
    asked = asked_as(settings(data, personas=data.parent / "personas.toml", persona="second"))
    assert (asked.persona.voice, asked.limits) == ("a merchant", WordLimits(100, 150))


def test_a_persona_that_is_given_alone_is_one_of_the_runs(tmp_path: Path) -> None:
    """Regression: it was looked for among the built-in ones."""
    assert asked_as(settings(run(tmp_path / "run"), persona="second")).persona.voice == "a merchant"


def test_a_table_without_a_run_is_asked_for_as_a_run_does_without_settings(tmp_path: Path) -> None:
    data = run(tmp_path / "run")
    (data.parent / "run.toml").unlink()
    asked = asked_as(settings(data))
    assert (asked.persona.id, asked.limits) == ("professor", DEFAULT_LIMITS)


def test_personas_that_are_gone_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = run(tmp_path / "run")
    (data.parent / "personas.toml").unlink()
    assert asked_as(settings(data)).persona.id == "professor"
    assert "or give --personas" in caplog.text


def test_runs_that_asked_otherwise_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    asked_as(settings(run(tmp_path / "one"), run(tmp_path / "other", max_words=300)))
    assert f"other personas or lengths; all are learned as {tmp_path / 'one'} asked" in caplog.text


def test_data_of_no_run_beside_those_of_one_are_told_as_what_they_are_learned(tmp_path: Path) -> None:
    of_run = run(tmp_path / "one")
    (tmp_path / "own.jsonl").write_text("", encoding="utf-8")
    told: list[str] = []
    asked_as(settings(tmp_path / "own.jsonl", of_run), told.append)
    assert told == [f"own.jsonl: of no run; learned as {tmp_path / 'one'} asked: Ada, in 100 to 150 words"]


def test_the_exported_prompt_is_that_of_the_run(tmp_path: Path) -> None:
    """Regression: it was the built-in professor's, of 400 to 500 words."""
    export_chat(settings(run(tmp_path / "run")), tmp_path / "chat.jsonl")
    system, user, _ = json.loads((tmp_path / "chat.jsonl").read_text(encoding="utf-8"))["messages"]
    assert "a judge of few words" in system["content"]
    assert "100 to 150 words" in user["content"]
