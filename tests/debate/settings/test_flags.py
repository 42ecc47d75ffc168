"""debate run's flags: made from the settings, and read back into them."""

import re
from pathlib import Path

import click
import pytest
import typer
from typer.testing import CliRunner

from debate.cli import app
from debate.errors import SettingsError
from debate.settings import DebateSettings

GIVEN = ["run", "--questions", "q.csv", "--corpus", "docs"]
COMMANDS: dict[str, list[str]] = {  # what each needs besides its flags
    "run": GIVEN[1:],
    "index": ["docs", "--out", "ix"],
    "ask": ["Why?", "--text", "It left."],
    "talk": ["Why?", "--corpus", "docs"],
    "serve": ["runs"],
    "compare": ["--models", "a", "b", *GIVEN[1:], "--out", "c"],
    "finetune": ["--data", "d.csv", "--out", "adapter"],
    "export": ["d.csv", "--chat", "chat.jsonl"],
    "translate": ["run", "--to", "ja"],
}
FLOATS = [
    (command, option.opts[0])
    for command, group in typer.main.get_command(app).commands.items()  # type: ignore[attr-defined]
    for option in group.params
    if option.type is click.FLOAT
]


@pytest.fixture
def started_with(monkeypatch: pytest.MonkeyPatch) -> list[DebateSettings]:
    """The settings of each run that a command starts; none goes on from there."""
    settings: list[DebateSettings] = []

    def start(given: DebateSettings, *_: bool) -> None:
        settings.append(given)
        raise SettingsError("far enough")

    monkeypatch.setattr("debate.commands.run.run_list", start)
    return settings


def test_every_setting_but_a_table_is_a_flag_with_its_description() -> None:
    told = " ".join(CliRunner().invoke(app, ["run", "--help"]).stdout.split())
    fields = DebateSettings.model_fields.items()
    assert [name for name, _ in fields if f"--{name.replace('_', '-')} " not in told] == ["glossary"]
    assert [name for name, field in fields if str(field.description) not in told] == ["glossary"]
    assert "Library that runs the model: auto, openvino, transformers, unsloth [auto]." in told


def test_a_file_that_holds_a_table_is_a_flag() -> None:
    assert "--glossary " in CliRunner().invoke(app, ["translate", "--help"]).stdout


def test_flags_become_settings_of_their_types(started_with: list[DebateSettings]) -> None:
    flags = ["--k", "3", "--pov-weight", ".7", "--no-abstain", "--mode", "hybrid", "--out", "x"]
    CliRunner().invoke(app, [*GIVEN, *flags])
    [settings] = started_with
    assert (settings.k, settings.pov_weight, settings.abstain, settings.mode) == (3, 0.7, False, "hybrid")
    assert settings.out == Path("x")


def test_a_flag_that_is_repeated_gathers_its_values(started_with: list[DebateSettings]) -> None:
    CliRunner().invoke(app, [*GIVEN, "--also", "csv", "--also", "parquet", "--debaters", "a", "--debaters", "b"])
    [settings] = started_with
    assert (settings.also, settings.debaters) == (("csv", "parquet"), ("a", "b"))


def test_a_flag_takes_several_values_up_to_the_next_flag(started_with: list[DebateSettings]) -> None:
    """Regression: the second was an unexpected argument, so that a shell's runs/*/results.xlsx was refused."""
    CliRunner().invoke(app, [*GIVEN, "--also", "csv", "parquet", "--debaters", "a", "b", "--debaters", "c", "--k", "3"])
    [settings] = started_with
    assert (settings.also, settings.debaters, settings.k) == (("csv", "parquet"), ("a", "b", "c"), 3)


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, dict[str, str]]]:
    """The folder and the changes of each replay that a command starts; none goes on from there."""
    replays: list[tuple[Path, dict[str, str]]] = []

    def start(folder: Path, *_: str, given: dict[str, str], **__: object) -> None:
        replays.append((folder, given))
        raise SettingsError("far enough")

    monkeypatch.setattr("debate.run.replay.replay_question", start)
    return replays


def test_a_flag_takes_several_values_once_the_commands_arguments_are_given(replayed: list) -> None:
    replay = ["--question", "q1", "--replay", "opinion"]
    CliRunner().invoke(app, ["trace", "runs/a", *replay, "--change", "k=3", "seed=1"])
    assert replayed == [(Path("runs/a"), {"k": "3", "seed": "1"})]


def test_a_word_behind_a_flags_value_is_still_the_argument_that_is_missing(replayed: list) -> None:
    CliRunner().invoke(app, ["trace", "--question", "q1", "--replay", "opinion", "--change", "k=3", "runs/a"])
    assert replayed == [(Path("runs/a"), {"k": "3"})]


@pytest.mark.parametrize(
    "words",
    [
        ["--also", "csv", "--quiet", "stray"],
        ["--also", "csv", "--k", "3", "stray"],
        ["--also=csv", "stray"],
        ["--also", "csv", "--", "stray"],
        ["stray", "--also", "csv", "parquet"],
    ],
)
def test_a_word_that_no_flag_takes_is_an_error(words: list[str], started_with: list[DebateSettings]) -> None:
    told = CliRunner().invoke(app, [*GIVEN, *words])
    assert (told.exit_code, started_with) == (2, [])
    assert told.stderr.endswith("Error: Got unexpected extra argument (stray)\n")


def test_the_first_word_after_a_flag_is_its_value_whatever_it_begins_with(started_with: list[DebateSettings]) -> None:
    CliRunner().invoke(app, [*GIVEN, "--debaters", "-a", "b", "--out", "--also", "--also", "csv"])
    [settings] = started_with
    assert (settings.debaters, settings.out, settings.also) == (("-a", "b"), Path("--also"), ("csv",))


def test_the_usage_names_a_commands_arguments_before_its_options() -> None:
    """Where they stand before a flag, several values may follow it."""
    assert "Usage: root talk QUESTION [OPTIONS]\n" in CliRunner().invoke(app, ["talk", "--help"]).stdout


def test_a_model_that_is_given_twice_is_two_servers(started_with: list[DebateSettings]) -> None:
    CliRunner().invoke(app, [*GIVEN, "--model", "http://a:1/v1#m", "--model", "http://b:1/v1#m"])
    assert started_with[0].model == "http://a:1/v1#m,http://b:1/v1#m"


def test_a_flag_that_is_not_given_leaves_the_file_its_say(tmp_path: Path, started_with: list[DebateSettings]) -> None:
    (tmp_path / "c.toml").write_text('also = ["csv"]\nabstain = false\nrounds = 3\n', encoding="utf-8")
    CliRunner().invoke(app, [*GIVEN, "--config", str(tmp_path / "c.toml")])
    [settings] = started_with
    assert (settings.also, settings.abstain, settings.rounds) == (("csv",), False, 3)


@pytest.mark.parametrize(("command", "flag"), FLOATS)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_flag_takes_no_number_that_is_none(command: str, flag: str, value: str) -> None:
    """Regression: --min-rating nan let every row pass."""
    ended = CliRunner().invoke(app, [command, *COMMANDS[command], flag, value])
    assert ended.exit_code == 2
    assert re.fullmatch(rf"error: .*finite number, got {value}; change {flag}\n", ended.stderr)
