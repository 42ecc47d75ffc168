"""What goes wrong while a model is loaded, each really so: one message with the reason and the remedy."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from chains import MissingExtra, ModelError, ModelSettings, load_llm
from chains.models import adapters, preflight
from chains.models.bundled import smollm2_folder

pytestmark = pytest.mark.filterwarnings("ignore")
MISTRAL_BNB = {"architectures": ["MistralForCausalLM"], "quantization_config": {"quant_method": "bitsandbytes"}}


def load(name: str | Path, **settings):
    return load_llm(ModelSettings(name=str(name), **settings))


def folder_with(folder: Path, **files) -> Path:
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.fixture
def answering() -> Iterator[dict]:
    """A server on loopback that answers each path as it is told, with 404 otherwise."""
    answers: dict = {"asked": []}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers["asked"].append((self.command, self.path))
            status, headers, body = answers.get(f"{self.command} {self.path}", answers.get("all", (404, {}, {})))
            content = json.dumps(body).encode()
            self.send_response(status)
            for key, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(content)),
                **headers,
            }.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else content)

        do_HEAD = do_POST = do_GET  # noqa: N815 - the names that http.server looks for

        def log_message(self, *arguments) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    answers["url"] = f"http://127.0.0.1:{server.server_port}"
    yield answers
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hub(answering: dict, monkeypatch: pytest.MonkeyPatch) -> dict:
    template = answering["url"] + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
    return answering


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(ModelError, match=r"there is no folder \./nowhere; check the path"):
        load("./nowhere")


def test_a_folder_that_holds_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json is missing"):
        load(tmp_path)


def test_a_configuration_that_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"architectures": [')
    with pytest.raises(ModelError, match=r"config\.json is damaged"):
        load(tmp_path)


def test_a_configuration_without_weights(tmp_path: Path) -> None:
    config = json.loads((smollm2_folder() / "config.json").read_text())
    with pytest.raises(ModelError, match=r"cannot load a model from the folder .*it needs config.json and safetensors"):
        load(folder_with(tmp_path, config=config))


def test_more_weights_than_memory(tmp_path: Path) -> None:
    folder_with(tmp_path, config={"dtype": "bfloat16"})
    with (tmp_path / "model.safetensors").open("wb") as weights:
        weights.truncate(2**42)  # 4 TiB, none of which is written
    with pytest.raises(ModelError, match=r"needs about 9,420\.8 GiB of memory and [\d.,]+ GiB are free; close other"):
        load(tmp_path)


def test_four_bits_without_a_gpu_in_a_repository_and_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is stored in 4 bits and needs an NVIDIA GPU, and none is visible"):
        load("unsloth/Mistral-Nemo-Instruct-2407-bnb-4bit")
    with pytest.raises(ModelError, match="is stored in 4 bits and needs an NVIDIA GPU, and none is visible"):
        load(folder_with(tmp_path, config=MISTRAL_BNB))


def test_unsloth_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chains.models.local.find_spec", lambda name: object())  # as if it were installed
    with pytest.raises(ModelError, match="unsloth needs an NVIDIA GPU and none is visible"):
        load("org/model", backend="unsloth")


@pytest.mark.parametrize(
    ("name", "settings", "extra"),
    [("org/model", {"backend": "unsloth"}, "gpu"), ("http://127.0.0.1:1/v1#m", {}, "server")],
)
def test_a_library_that_is_not_installed_names_its_extra(name, settings, extra, monkeypatch) -> None:
    monkeypatch.setattr("chains.models.servers.address.find_spec", lambda library: None)
    with pytest.raises(MissingExtra, match=rf'pip install -e "\.\[{extra}\]"'):
        load(name, **settings)


def test_an_adapter_whose_base_is_gone(tmp_path: Path) -> None:
    folder_with(tmp_path, adapter_config={"base_model_name_or_path": "/models/gone"})
    with pytest.raises(ModelError, match=r"was trained on /models/gone, which is not there; put the base model back"):
        load(tmp_path)


def test_an_adapter_that_names_no_base(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="names no base_model_name_or_path"):
        load(folder_with(tmp_path, adapter_config={"peft_type": "LORA"}))


def test_an_adapter_without_peft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters, "find_spec", lambda library: None)
    folder_with(tmp_path, adapter_config={"base_model_name_or_path": str(smollm2_folder())})
    with pytest.raises(MissingExtra, match=r"the adapter in .* needs peft"):
        load(tmp_path)


@pytest.mark.enable_socket
def test_a_repository_that_does_not_exist_or_is_private(hub: dict) -> None:
    hub["all"] = (401, {"X-Error-Code": "RepoNotFound"}, {})
    with pytest.raises(ModelError, match=r"there is no public repository 'org/gone' on the hub; .*hf auth login"):
        load("org/gone")


@pytest.mark.enable_socket
def test_a_repository_whose_terms_were_not_accepted(hub: dict) -> None:
    hub["all"] = (403, {"X-Error-Code": "GatedRepo"}, {})
    with pytest.raises(ModelError, match=r"'org/gated' is gated: accept its terms on the hub"):
        load("org/gated")


def test_a_hub_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="is not on this machine and the hub cannot be reached"):
        load("org/far-away")


def test_a_name_that_no_repository_can_have() -> None:
    with pytest.raises(ModelError, match="cannot load the model 'bad name!'"):
        load("bad name!")


@pytest.mark.enable_socket
def test_a_server_that_does_not_answer() -> None:
    with pytest.raises(ModelError, match=r"no server answers at http://127\.0\.0\.1:1/v1/models .*start it, or check"):
        load("http://127.0.0.1:1/v1#model")


@pytest.mark.enable_socket
def test_a_model_that_the_server_does_not_have(answering: dict) -> None:
    answering["GET /v1/models"] = (200, {}, {"data": [{"id": "mistral"}, {"id": "llama:latest"}]})
    answering["POST /v1/chat/completions"] = (404, {}, {"error": "model not found"})
    with pytest.raises(ModelError, match=r"as 'qwen' \(HTTP 404: .*model not found.*\); it has: mistral, llama:latest"):
        load(f"{answering['url']}/v1#qwen")


@pytest.mark.enable_socket
@pytest.mark.parametrize("model", ["mistral", "llama"])
def test_a_model_that_the_server_lists_is_not_asked_for_a_token(answering: dict, model: str) -> None:
    answering["GET /v1/models"] = (200, {}, {"data": [{"id": "mistral"}, {"id": "llama:latest"}]})
    load(f"{answering['url']}/v1#{model}")
    assert answering["asked"] == [("GET", "/v1/models")]


@pytest.mark.enable_socket
def test_a_model_that_answers_though_it_is_not_listed_is_taken(answering: dict) -> None:
    answering["POST /v1/chat/completions"] = (200, {}, {"choices": []})
    load(f"{answering['url']}/v1#any")
    assert ("POST", "/v1/chat/completions") in answering["asked"]


@pytest.mark.enable_socket
def test_a_server_that_refuses_the_key(answering: dict) -> None:
    answering["all"] = (401, {}, {"error": "who are you"})
    with pytest.raises(ModelError, match=r"refuses the key \(HTTP 401\); set DEBATE_API_KEY"):
        load(f"{answering['url']}/v1#model")


@pytest.mark.integration
def test_an_adapter_folder_loads_over_its_base_and_answers(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(smollm2_folder())
    get_peft_model(base, LoraConfig(r=2, target_modules=["q_proj"])).save_pretrained(tmp_path)
    llm = load(tmp_path)
    assert any("lora" in name for name, _ in llm.pipeline.model.named_parameters())
    assert llm.invoke("The capital of Iran is", max_words=8)


def test_a_card_that_the_driver_calls_full_is_told_as_full() -> None:
    """Regression: the driver's and cuBLAS' errors are other ones than PyTorch's own."""
    error = RuntimeError("CUDA error: out of memory")
    assert str(preflight.not_loaded("m", error)).startswith(
        "not enough GPU memory for m; close what else uses the card"
    )
