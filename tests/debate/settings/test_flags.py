"""debate run's flags: made from the settings, and read back into them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from debate.cli import app
from debate.errors import SettingsError
from debate.settings import DebateSettings

GIVEN = ["run", "--questions", "q.csv", "--corpus", "docs"]


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


def test_a_model_that_is_given_twice_is_two_servers(started_with: list[DebateSettings]) -> None:
    CliRunner().invoke(app, [*GIVEN, "--model", "http://a:1/v1#m", "--model", "http://b:1/v1#m"])
    assert started_with[0].model == "http://a:1/v1#m,http://b:1/v1#m"


def test_a_flag_that_is_not_given_leaves_the_file_its_say(tmp_path: Path, started_with: list[DebateSettings]) -> None:
    (tmp_path / "c.toml").write_text('also = ["csv"]\nabstain = false\nrounds = 3\n', encoding="utf-8")
    CliRunner().invoke(app, [*GIVEN, "--config", str(tmp_path / "c.toml")])
    [settings] = started_with
    assert (settings.also, settings.abstain, settings.rounds) == (("csv",), False, 3)
