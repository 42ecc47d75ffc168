"""A wrong flag is reported in one line, with its value and what to change."""

import pytest

from debate import compare_models, finetune, run_questions
from debate.compare.settings import CompareSettings
from debate.errors import SettingsError
from debate.settings.checking import checked_settings
from debate.settings.graph import GraphSettings
from debate.training.settings import FinetuneSettings
from debate.translation.settings import TranslateSettings

GIVEN = {"data": ["rows.jsonl"], "out": "adapter"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"out": "adapter"}, r"^--data is not given; see debate finetune --help$"),
        ({"data": ["rows.jsonl"], "out": None}, r"^--out is not given; see debate finetune --help$"),
        (GIVEN | {"data": []}, r"^--data is not given; see debate finetune --help$"),
        (GIVEN | {"rank": 0}, r"^--rank: .*, got 0; change --rank$"),
        (GIVEN | {"validation_share": 1.0}, r"^--validation-share: .*, got 1.0; change --validation-share$"),
    ],
)
def test_a_wrong_setting_names_its_flag_its_value_and_the_remedy(given, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        checked_settings(FinetuneSettings, given, "debate finetune")


@pytest.mark.parametrize("seed", [-1, 2**32])
@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (GraphSettings, {}),
        (FinetuneSettings, GIVEN),
        (CompareSettings, {"models": ["a", "b"], "questions": "q.txt", "corpus": "docs", "out": "compared"}),
        (TranslateSettings, {"to": "ja"}),
    ],
)
def test_a_seed_that_not_every_library_takes_is_told_before_anything_is_loaded(kind, given, seed: int) -> None:
    with pytest.raises(SettingsError, match=rf"^--seed: .*, got {seed}; change --seed$"):
        checked_settings(kind, given | {"seed": seed}, "debate")


@pytest.mark.parametrize("call", [run_questions, finetune, compare_models])
@pytest.mark.parametrize("settings", [None, "my.toml", {"questions": "q.txt"}])
def test_what_is_no_settings_is_told_by_the_function_that_is_given_it(call, settings) -> None:
    with pytest.raises(SettingsError, match=rf"^{call.__name__}: settings must be \w+Settings, got "):
        call(settings)
