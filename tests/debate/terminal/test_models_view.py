import json
from itertools import pairwise
from pathlib import Path

import pytest
from huggingface_hub import constants
from typer.testing import CliRunner

from chains.models.bundled import smollm2_folder
from chains.models.catalogue import KNOWN
from chains.models.fitting import Machine, fits
from debate.cli import app

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def test_the_table_has_every_model_with_memory_and_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = CliRunner().invoke(app, ["models"])
    assert shown.exit_code == 0
    assert "no NVIDIA GPU" in shown.stdout
    assert "unsloth/gemma-2-27b-bnb-4bit" in shown.stdout
    assert next(line for line in shown.stdout.splitlines() if "smollm2" in line).count("yes") == 2


def test_a_hub_that_did_not_answer_is_told_below_the_table() -> None:
    shown = CliRunner().invoke(app, ["models", "--gpu", "T4"]).stdout
    assert "Sizes of downloads are not known from the hub: HF_HUB_OFFLINE is set." in shown


def test_what_is_recommended_comes_with_a_command_that_runs_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = CliRunner().invoke(app, ["models", "--gpu", "T4"]).stdout
    assert "Recommended here: unsloth/Mistral-Nemo-Instruct-2407-bnb-4bit, which writes" in shown
    assert (
        "\n  debate run --questions my.xlsx --corpus docs/ --model unsloth/Mistral-Nemo-Instruct-2407-bnb-4bit\n"
        in shown
    )


def test_the_help_has_examples() -> None:
    assert "debate models ./my-model" in CliRunner().invoke(app, ["models", "--help"]).stdout


def test_a_model_that_is_not_here_is_one_line_and_exit_code_2() -> None:
    shown = CliRunner().invoke(app, ["models", "org/not-here"])
    assert (shown.exit_code, len(shown.stderr.splitlines())) == (2, 1)


def test_names_can_be_copied_at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = CliRunner().invoke(app, ["models"]).stdout.splitlines()
    rows = [line for line in lines if "unsloth/" in line]
    assert [row.split()[0] for row in rows] == [model.name for model in KNOWN if model.name.startswith("unsloth/")]
    assert all("needs a GPU" in row for row in rows)
    assert not [line for line in lines if "…" in line]


def test_base_models_are_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = CliRunner().invoke(app, ["models"]).stdout.splitlines()
    base = [before.split()[0] for before, line in pairwise(lines) if "a base model" in line]
    assert "unsloth/llama-3-8b-bnb-4bit" in base
    assert not [name for name in base if "instruct" in name.casefold()]


def test_what_converting_lacks_is_told_as_what_is_short() -> None:
    machine = Machine("", None, int(6.5 * 2**30))
    (fit,) = fits(machine, [model for model in KNOWN if model.name == "Qwen/Qwen3-4B-Instruct-2507"])
    assert fit.rows == 0
    assert fit.short > 2**30


@pytest.mark.parametrize(("card", "verdict"), [("T4", "no, "), ("24GiB", "10 at once")])
def test_one_can_plan_for_a_card_that_one_does_not_have(
    monkeypatch: pytest.MonkeyPatch, card: str, verdict: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = CliRunner().invoke(app, ["models", "--gpu", card]).stdout
    assert f"planned: {card}" in shown
    row = next(line for line in shown.splitlines() if "gemma-2-27b" in line)
    assert verdict in row


def test_an_unknown_card_is_told_with_those_that_are_known() -> None:
    shown = CliRunner().invoke(app, ["models", "--gpu", "Voodoo2"])
    assert shown.exit_code == 2
    assert "unknown card 'Voodoo2'; give a size such as 24GiB, or one of: T4, L4" in shown.stderr


def test_an_adapters_folder_is_listed_with_what_its_base_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    adapter, base = tmp_path / "mine", smollm2_folder()
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(
        json.dumps({"base_model_name_or_path": str(base), "peft_type": "LORA"}), encoding="utf-8"
    )
    of_adapter, of_base = (
        next(line for line in CliRunner().invoke(app, ["models", str(one)]).stdout.splitlines() if str(one) in line)
        for one in (adapter, base)
    )
    assert of_adapter.split()[1:] == of_base.split()[1:]
