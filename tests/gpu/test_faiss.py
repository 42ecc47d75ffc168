"""A store that searches on the GPU through faiss-gpu: python -m pytest tests/gpu/test_faiss.py -rs"""

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from vectorstore import POV, FaissStore
from vectorstore.store.index import gpu_visible

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(not gpu_visible(), reason="needs faiss-gpu and an NVIDIA GPU"),
]
EMBEDDING = DeterministicFakeEmbedding(size=64)
VIEWS = [POV("trade brings peace"), POV("guns do", weight=-0.5), POV("sanctions work", against="sanctions fail")]


def found(store: FaissStore, k: int = 20, **options) -> tuple[list[list[str]], np.ndarray]:
    """Ask thirty questions from three views; return the ids found and their scores (30, k)."""
    results = store.pov_search([f"question {n}" for n in range(30)], [VIEWS] * 30, pov_weight=0.5, k=k, **options)
    ids = [[str(document.id) for document in one] for one in results]
    return ids, np.array([[document.metadata["score"] for document in one] for one in results])


@pytest.mark.parametrize("mode", ["dense", "hybrid"])
@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_the_gpu_finds_the_chunks_that_the_cpu_finds_with_the_same_scores(tmp_path, kind: str, mode: str) -> None:
    names = [str(n) for n in range(5000)]
    FaissStore.from_texts(names, EMBEDDING, ids=names, kind=kind, device="cpu").save(tmp_path)
    on_cpu = FaissStore.load(tmp_path, EMBEDDING, device="cpu")

    on_gpu = FaissStore.load(tmp_path, EMBEDDING)

    assert (on_cpu.device, on_gpu.device) == ("cpu", "cuda")
    (ours, our_scores), (theirs, their_scores) = found(on_gpu, mode=mode), found(on_cpu, mode=mode)
    assert ours == theirs
    assert our_scores == pytest.approx(their_scores, abs=1e-6)


def test_a_store_on_the_gpu_can_be_changed_between_searches() -> None:
    store = FaissStore.from_texts([str(n) for n in range(500)], EMBEDDING)
    found(store)

    store.delete(store.ids[:100])
    store.add_texts(["new"])

    assert (store.device, len(store)) == ("cuda", 401)
    assert store.similarity_search("new", 1)[0].page_content == "new"


def test_more_results_than_a_gpu_gives_are_the_cpus() -> None:
    names = [str(n) for n in range(3000)]
    on_gpu, on_cpu = (FaissStore.from_texts(names, EMBEDDING, ids=names, device=device) for device in ("auto", "cpu"))

    ids, scores = found(on_gpu, k=3000)

    assert on_gpu.device == "cuda"
    assert ids == found(on_cpu, k=3000)[0]
    assert scores.shape == (30, 3000)
