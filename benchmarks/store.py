"""Cost of a store: python -m benchmarks.store [--counts 10000 100000] [--rounds 50]

Random unit vectors of 384 dimensions stand for the corpus and the model costs nothing, so that the figures
are of the search alone. Next to ours in the same run: FAISS by itself, and the naive way (one search over
everything for each view, merged in Python).
"""

import argparse
import json
import platform
import resource
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import faiss
import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore import POV, FaissStore

DIMENSION = 384
K = 10


class RandomEmbeddings(Embeddings):
    """A fixed random vector for every text, made once."""

    name = "random"

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: dict[str, list[float]] = {}

    def embed_query(self, text: str) -> list[float]:
        """Return the text's vector."""
        if text not in self._known:
            seed = int.from_bytes(text.encode()[:8].ljust(8, b"0"), "little")
            self._known[text] = np.random.default_rng(seed).normal(size=DIMENSION).tolist()
        return self._known[text]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the texts' vectors."""
        return [self.embed_query(text) for text in texts]


def main() -> None:
    """Print one JSON line a count and kind of index."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--kinds", nargs="+", default=["flat", "hnsw", "ivf"])
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    print(json.dumps({"when": datetime.now(UTC).isoformat(), "cpu": platform.processor(), "faiss": faiss.__version__}))
    for count in options.counts:
        vectors = np.random.default_rng(0).normal(size=(count, DIMENSION)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        plain = faiss.IndexFlatIP(DIMENSION)
        plain.add(vectors)
        for kind in options.kinds:
            print(json.dumps(measure(count, kind, vectors, plain, options.rounds)), flush=True)


def measure(
    count: int, kind: str, vectors: NDArray[np.float32], plain: faiss.IndexFlatIP, rounds: int
) -> dict[str, object]:
    """Measure one store against FAISS alone and the naive way."""
    embeddings = RandomEmbeddings()
    store = FaissStore(embeddings, kind=kind)
    began = time.perf_counter()
    store.add_embedded([f"chunk {i}" for i in range(count)], vectors)
    build = time.perf_counter() - began
    views = [[POV(f"{i} view", 1.0 + i) for i in range(n)] for n in (0, 1, 8)]
    queries = [f"{i} question" for i in range(rounds)]
    embedded = np.asarray(embeddings.embed_documents(queries + [p.text for p in views[2]]), np.float32)
    embedded /= np.linalg.norm(embedded, axis=1, keepdims=True)
    ways: dict[str, Callable[[int], object]] = {
        f"povs_{len(v)}": lambda i, v=v: store.pov_search([queries[i]], [v], pov_weight=0.5, k=K, mode="dense")
        for v in views
    }
    ways["plain_faiss"] = lambda i: plain.search(embedded[i : i + 1], K)
    ways["naive_8"] = lambda i: naive(plain, embedded[i], embedded[rounds:])
    seconds = {name: [clock(way, i) for i in range(rounds)] for name, way in ways.items()}
    _, truth = plain.search(embedded[:rounds], K)
    found = store._index.search(embedded[:rounds].astype(np.float64), K)
    hits = [len(set(t) & set(f[:K])) / K for t, f in zip(truth, found, strict=True)]
    return {
        "count": count,
        "kind": kind,
        "build_s": round(build, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "recall": round(float(np.mean(hits)), 4),
        **{f"{name}_ms": milliseconds(times) for name, times in seconds.items()},
    }


def naive(
    index: faiss.IndexFlatIP, question: NDArray[np.float32], povs: NDArray[np.float32]
) -> list[tuple[int, float]]:
    """Score everything for the question and for every view, then add up chunk by chunk."""
    totals: dict[int, float] = {}
    for vector, weight in [(question, 0.5), *((p, 0.5 / len(povs)) for p in povs)]:
        scores, positions = index.search(vector[None, :], index.ntotal)
        for position, score in zip(positions[0].tolist(), scores[0].tolist(), strict=True):
            totals[position] = totals.get(position, 0.0) + weight * score
    return sorted(totals.items(), key=lambda item: -item[1])[:K]


def clock(way: Callable[[int], object], i: int) -> float:
    """Return the seconds of one call."""
    began = time.perf_counter()
    way(i)
    return time.perf_counter() - began


def milliseconds(times: Sequence[float]) -> dict[str, float]:
    """Return median and 99th percentile."""
    return {
        "median": round(1e3 * float(np.median(times)), 3),
        "p99": round(1e3 * float(np.quantile(times, 0.99)), 3),
    }


if __name__ == "__main__":
    main()
