from pathlib import Path

import pytest

from debate import GraphSettings, SettingsError, load_settings

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
    with pytest.raises(
        SettingsError, match=r"corpus: contains bytes that are not UTF-8; rename it, got '.*change --corpus"
    ):
        load_settings(FLAGS | {"corpus": Path("d\udce9")})


def test_an_unknown_setting_in_the_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("round = 3\n")
    with pytest.raises(SettingsError, match="there is no setting 'round'"):
        load_settings(FLAGS, tmp_path / "run.toml")


@pytest.mark.parametrize("value", ["professor,sceptic", "professor, sceptic", '["professor", "sceptic"]'])
def test_a_variable_that_holds_a_list_is_read_with_commas_or_as_json(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBATE_DEBATERS", value)
    assert load_settings(FLAGS).debaters == ("professor", "sceptic")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DEBATE_ALSO", "csv,pdf", r"also: Input should be 'csv' or 'parquet', got 'pdf'; change DEBATE_ALSO"),
        ("DEBATE_DEBATERS", '["a"', "debaters: .*change DEBATE_DEBATERS"),
        ("DEBATE_GLOSSARY", "Iran", r"glossary: is not NAME=TERM,NAME=TERM, got 'Iran'; change DEBATE_GLOSSARY"),
    ],
)
def test_a_variable_that_holds_no_such_list_is_an_error(
    name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=told):
        load_settings(FLAGS)


def test_a_glossary_can_be_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBATE_GLOSSARY", "Iran=イラン, BRICS=ブリックス")
    assert load_settings(FLAGS).glossary == {"Iran": "イラン", "BRICS": "ブリックス"}


@pytest.mark.parametrize("value", ["[" * 5000 + "]" * 5000, "9" * 5000], ids=["deep", "long"])
def test_a_file_that_python_cannot_hold_is_an_error(tmp_path: Path, value: str) -> None:
    (tmp_path / "debate.toml").write_text(f"seed = {value}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="is not valid TOML"):
        load_settings({}, tmp_path / "debate.toml")


BUNDLED = "turn_words = 90\n[bundled]\nturn_words = 60\n"


@pytest.mark.parametrize(
    ("flags", "words"), [({}, 60), ({"model": "http://host/v1#m"}, 90), ({"turn_words": 50}, 50)], ids=str
)
def test_what_a_file_sets_for_the_bundled_model_counts_for_it_alone(tmp_path: Path, flags: dict, words: int) -> None:
    (tmp_path / "run.toml").write_text(BUNDLED)
    assert load_settings(FLAGS | flags, tmp_path / "run.toml").turn_words == words


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[bundled]\nturn_wordz = 60", r"\[bundled\] cannot hold 'turn_wordz'"),
        ('[bundled]\nmodel = "mine"', r"\[bundled\] cannot hold 'model'"),
        ("bundled = 3", r"bundled is no table in the settings file .*run\.toml"),
        ("[bundled]\nrounds = 99", r"rounds: .*got 99 \(settings file .*run\.toml\)"),
    ],
)
def test_a_wrong_setting_for_the_bundled_model_is_told(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "run.toml").write_text(f"{written}\n")
    with pytest.raises(SettingsError, match=told):
        load_settings(FLAGS, tmp_path / "run.toml")


def test_a_wrong_flag_is_not_blamed_on_the_settings_file(config: Path) -> None:
    with pytest.raises(SettingsError, match=r"^rounds: .*, got 99; change --rounds$"):
        load_settings(FLAGS | {"rounds": 99}, config)


def test_a_wrong_value_of_the_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("rounds = 99\n")
    with pytest.raises(SettingsError, match=r"got 99 \(settings file .*run\.toml\)"):
        load_settings(FLAGS, tmp_path / "run.toml")


def test_a_model_folder_in_the_file_is_relative_to_it_and_a_name_stays_a_name(tmp_path: Path) -> None:
    (tmp_path / "merged").mkdir()
    (tmp_path / "run.toml").write_text('model = "merged"\nembeddings = "intfloat/multilingual-e5-small"\n')
    settings = load_settings(FLAGS, tmp_path / "run.toml")
    assert (settings.model, settings.embeddings) == (str(tmp_path / "merged"), "intfloat/multilingual-e5-small")


def test_a_model_path_that_is_not_there_is_told_from_the_file_on(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('model = "./none"\n')
    assert load_settings(FLAGS, tmp_path / "run.toml").model == str(tmp_path / "none")


def test_a_path_of_a_file_nearby_stays_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Regression: ./mine in near/debate.toml became near/mine, which reads as a repository on the hub."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "debate.toml").write_text('questions = "q.txt"\ncorpus = "docs"\nmodel = "./mine"\n')

    assert load_settings({}, Path("near/debate.toml")).model == "./near/mine"


def test_a_setting_under_its_old_name_is_told_with_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("in_flight = 3\n")
    with pytest.raises(SettingsError, match=r"there is no setting 'in_flight' .*; write concurrency"):
        load_settings(FLAGS, tmp_path / "run.toml")


def test_a_runs_settings_are_settings_of_its_graph() -> None:
    assert isinstance(load_settings(FLAGS), GraphSettings)


def test_several_servers_are_one_model() -> None:
    given = {"questions": "q.xlsx", "corpus": "docs", "model": ["http://a:1/v1#m", "http://b:1/v1#m"]}
    assert load_settings(given).model == "http://a:1/v1#m,http://b:1/v1#m"


def test_only_servers_may_be_several() -> None:
    with pytest.raises(SettingsError, match="model: names several models; only servers may be several"):
        load_settings({"questions": "q.xlsx", "corpus": "docs", "model": ["smollm2", "http://b:1/v1#m"]})


def test_flags_that_exclude_each_other_are_not_blamed_on_the_settings_file(tmp_path: Path) -> None:
    """Regression: --min-words 600 was said to be wrong in the example's settings file."""
    (tmp_path / "s.toml").write_text('questions = "q.txt"\ncorpus = "docs"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^min_words 600 must be below max_words 500; change one of them$"):
        load_settings({"min_words": 600}, tmp_path / "s.toml")


def test_a_name_on_the_hub_may_have_the_sign_that_ends_a_password_in_an_address() -> None:
    assert load_settings(FLAGS | {"model": "org/model@v1"}).model == "org/model@v1"


def test_an_empty_variable_is_one_that_is_not_set(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBATE_OUT", "")
    assert load_settings(FLAGS, config).out is None


@pytest.mark.parametrize("name", ["corpus", "index", "out", "personas", "model", "embeddings"])
def test_an_empty_path_in_the_file_is_refused_and_not_taken_for_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "debate.toml").write_text(f'questions = "q.csv"\n{name} = " "\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=f"{name} is empty in the settings file"):
        load_settings({"corpus": Path("docs")}, tmp_path / "debate.toml")
