from pathlib import Path

import pytest

from debate import SettingsError, load_settings

FLAGS = {"questions": Path("q.csv"), "corpus": Path("docs")}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "run.toml"
    path.write_text('personas = "mine.toml"\nrounds = 3\nk = 3\nseed = 3\n', encoding="utf-8")
    return path


def test_flags_go_over_the_environment_over_the_file_over_defaults(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBATE_ROUNDS", "4")
    monkeypatch.setenv("DEBATE_K", "4")
    settings = load_settings(FLAGS | {"rounds": 5}, config)
    assert (settings.rounds, settings.k, settings.seed, settings.debate_k) == (5, 4, 3, 5)


def test_paths_in_the_file_are_relative_to_it(config: Path) -> None:
    assert load_settings(FLAGS, config).personas == config.parent / "mine.toml"


def test_a_setting_that_is_not_given_names_its_flag() -> None:
    with pytest.raises(SettingsError, match="corpus is not given; pass --corpus"):
        load_settings({"questions": Path("q.csv")})


def test_a_path_that_no_file_could_hold_is_an_error() -> None:
    with pytest.raises(SettingsError, match=r"corpus: holds bytes that are no text in UTF-8.*change --corpus"):
        load_settings(FLAGS | {"corpus": Path("d\udce9")})


def test_an_unknown_setting_in_the_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("round = 3\n")
    with pytest.raises(SettingsError, match="there is no setting 'round'"):
        load_settings(FLAGS, tmp_path / "run.toml")
