"""A store that searches on the GPU through faiss-gpu: python -m pytest tests/gpu/test_faiss.py -rs"""

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from vectorstore import POV, FaissStore
from vectorstore.index import gpu_visible

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(not gpu_visible(), reason="needs faiss-gpu and an NVIDIA GPU"),
]
EMBEDDING = DeterministicFakeEmbedding(size=64)
VIEWS = [POV("trade brings peace"), POV("guns do", weight=-0.5), POV("sanctions work", against="sanctions fail")]


def found(store: FaissStore, k: int = 20) -> list[list[tuple[str, float]]]:
    results = store.pov_search([f"question {n}" for n in range(30)], [VIEWS] * 30, pov_weight=0.5, k=k)
    return [[(document.id, document.metadata["score"]) for document in one] for one in results]


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_the_gpu_finds_what_the_cpu_finds_with_the_same_scores(tmp_path, kind: str) -> None:
    names = [str(n) for n in range(5000)]
    FaissStore.from_texts(names, EMBEDDING, ids=names, kind=kind, device="cpu").save(tmp_path)
    on_cpu = FaissStore.load(tmp_path, EMBEDDING, device="cpu")

    on_gpu = FaissStore.load(tmp_path, EMBEDDING)

    assert (on_cpu.device, on_gpu.device) == ("cpu", "cuda")
    ours, theirs = found(on_gpu), found(on_cpu)
    assert np.array([[score for _, score in one] for one in ours]) == pytest.approx(
        np.array([[score for _, score in one] for one in theirs]), abs=1e-6
    )


def test_a_store_on_the_gpu_can_be_changed(tmp_path) -> None:
    store = FaissStore.from_texts([str(n) for n in range(500)], EMBEDDING)
    found(store)

    store.delete(store.ids[:100])
    store.add_texts(["new"])

    assert len(store) == 401
    assert store.similarity_search("new", 1)[0].page_content == "new"


def test_more_results_than_a_gpu_gives_come_from_the_cpu() -> None:
    store = FaissStore.from_texts([str(n) for n in range(3000)], EMBEDDING)

    assert len(found(store, k=3000)[0]) == 3000
