"""Adapters whose configuration is wrong are one message; a relative base model is found from anywhere."""

import json
from pathlib import Path

import pytest

from chains import ModelError, ModelSettings, load_llm
from chains.models import preflight
from chains.models.adapters import adapter_base
from chains.models.local import load_with_unsloth

GOOD = {"peft_type": "LORA", "base_model_name_or_path": "org/base"}


def adapter(folder: Path, **changes: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps(GOOD | changes), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{broken", "is damaged: Expecting property name"),
        ("[" * 100_000, "is damaged: maximum recursion depth exceeded"),
        ("[]", "is damaged: not a JSON object"),
        ("{}", "names no base_model_name_or_path; write the model that the adapter was trained on"),
    ],
)
def test_a_configuration_that_is_none_is_told_with_its_file(tmp_path: Path, text: str, told: str) -> None:
    (adapter(tmp_path) / "adapter_config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError) as error:
        preflight.check_there(str(tmp_path))
    assert str(error.value).startswith(f"{tmp_path / 'adapter_config.json'} {told}")


@pytest.mark.parametrize("base", [None, 5, ["org/base"], " ", "\ud800"])
def test_a_base_model_that_is_no_name_is_told(tmp_path: Path, base: object) -> None:
    with pytest.raises(ModelError, match="names no base_model_name_or_path"):
        adapter_base(adapter(tmp_path, base_model_name_or_path=base))


@pytest.mark.parametrize(
    ("kind", "told"), [("BOGUS", "peft_type 'BOGUS'"), (["LORA"], r"peft_type \['LORA'\]"), (None, "no peft_type")]
)
def test_a_kind_of_adapter_that_peft_does_not_know_is_told(tmp_path: Path, kind: object, told: str) -> None:
    """Regression: a KeyError of peft's."""
    with pytest.raises(ModelError, match=rf"has {told}, which the installed peft does not know .*update peft"):
        adapter_base(adapter(tmp_path, peft_type=kind))


def test_another_kind_that_peft_knows_is_taken(tmp_path: Path) -> None:
    assert adapter_base(adapter(tmp_path, peft_type="LOHA")) == "org/base"


def test_an_adapter_of_itself_is_told(tmp_path: Path) -> None:
    """Regression: a RecursionError."""
    with pytest.raises(ModelError, match=r"names \S+ as base_model_name_or_path, which is an adapter too"):
        preflight.check_there(str(adapter(tmp_path, base_model_name_or_path=str(tmp_path))))


def test_two_adapters_of_each_other_are_told(tmp_path: Path) -> None:
    """Regression: a RecursionError."""
    one, other = tmp_path / "one", tmp_path / "other"
    adapter(one, base_model_name_or_path=str(other))
    adapter(other, base_model_name_or_path=str(one))
    with pytest.raises(ModelError, match=rf"names {other} as base_model_name_or_path, which is an adapter too"):
        preflight.check_there(str(one))


def test_a_relative_base_model_is_looked_for_from_the_adapters_folder_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models" / "base").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    folder = adapter(tmp_path / "adapters" / "first", base_model_name_or_path="../../models/base")
    assert adapter_base(folder) == str((tmp_path / "models" / "base").resolve())


def test_a_relative_base_model_is_looked_for_from_the_current_folder_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models" / "base").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert adapter_base(adapter(tmp_path, base_model_name_or_path="models/base")) == "models/base"


def test_unsloth_which_looks_from_the_current_folder_only_is_told_the_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "far" / "off").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "far" / "off")
    folder = adapter(tmp_path / "adapter", base_model_name_or_path="../base")
    with pytest.raises(ModelError, match=rf"write {(tmp_path / 'base').resolve()} as base_model_name_or_path into"):
        load_with_unsloth(ModelSettings(name=str(folder)))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of one narrow layer in ``base``, and beside it an adapter that names it by a relative path."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from chains.models.bundled import smollm2_folder

    folder = tmp_path_factory.mktemp("trained")
    tokenizer = AutoTokenizer.from_pretrained(smollm2_folder())
    shape = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **shape))
    model.save_pretrained(folder / "base")
    tokenizer.save_pretrained(folder / "base")
    model.name_or_path = "../base"
    lora = LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")
    get_peft_model(model, lora).save_pretrained(folder / "adapter")
    return folder / "adapter"


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_an_adapter_is_loaded_on_the_model_beside_it(trained: Path) -> None:
    """Regression: it opened from one current folder only."""
    assert load_llm(ModelSettings(name=str(trained))).adapted


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"r": 8}, "its weights have other shapes than it says"),
        ({"r": "x"}, "'<=' not supported between instances of 'str' and 'int'"),
        ({"target_modules": ["nothing"]}, "Target modules {'nothing'} not found in the base model"),
    ],
)
def test_an_adapter_that_does_not_go_onto_its_model_is_told_with_what_to_copy(
    trained: Path, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    config = json.loads((trained / "adapter_config.json").read_text(encoding="utf-8"))
    base = {"base_model_name_or_path": str(trained.parent / "base")}
    adapter(tmp_path, **config | base | change)
    (tmp_path / "adapter_model.safetensors").write_bytes((trained / "adapter_model.safetensors").read_bytes())
    with pytest.raises(ModelError) as error:
        load_llm(ModelSettings(name=str(tmp_path)))
    assert str(error.value).startswith(f"cannot put the adapter in {tmp_path} on its model: {told}")
    assert "copy adapter_config.json and adapter_model.safetensors there again" in str(error.value)
