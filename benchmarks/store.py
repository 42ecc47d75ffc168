"""Cost of a store: python -m benchmarks.store --data DIR [--counts 10000 100000 1000000] [--vectors real|gaussian]

Vectors of real text, expanded (see `benchmarks.vectors`), or Gaussian ones; questions and views are vectors that
are not in the store, so that no model's time is in the figures. Next to ours in the same run, call by call: FAISS
by itself (flat), and the naive way (one search over everything for each view, merged in Python). Memory is what a
fresh process grows by when it loads the store, and when it maps it. With --stores DIR, stores that were built
before are taken from there, so that a long build and the timing may be two runs.

With faiss-gpu: python -m benchmarks.store --vectors gaussian --counts 100000 1000000 --device cuda
searches the same stores on the GPU (FAISS by itself stays on the CPU) and adds how far the scores are from the
CPU's.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import faiss
import numpy as np
import psutil
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from benchmarks import vectors as made
from vectorstore import POV, FaissStore
from vectorstore.pov import fold

K = 10
VIEWS = 8
POV_WEIGHT = 0.5
SLICE = 50_000  # vectors are added in slices, as an index that is built file by file would
Vectors = NDArray[np.float32]


class KnownVectors(Embeddings):
    """Texts that are numbers of rows of a matrix."""

    name = "known"

    def __init__(self, rows: Vectors) -> None:
        """Hold the rows."""
        self._rows = rows

    def embed_query(self, text: str) -> list[float]:
        """Return the row that the text names; any other text (a store's probe) is the first."""
        return self._rows[int(text) if text.isdigit() else 0].tolist()  # type: ignore[no-any-return]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return their rows."""
        return [self.embed_query(text) for text in texts]


def main() -> None:
    """Print one JSON line a count and kind of index."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the public sets, for --vectors real")
    parser.add_argument("--cache", type=Path, help="keep the real vectors in this .npy file")
    parser.add_argument("--vectors", choices=["real", "gaussian"], default="real")
    parser.add_argument("--counts", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--kinds", nargs="+", help="[flat hnsw ivf; on a GPU flat ivf]")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--stores", type=Path, help="keep the built stores in this folder")
    parser.add_argument("--load", type=Path, help=argparse.SUPPRESS)  # the fresh process that memory is measured in
    parser.add_argument("--mmap", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load is not None:
        print(grown_by_loading(options.load, options.mmap))
        return
    if options.vectors == "real" and options.data is None and not (options.cache and options.cache.is_file()):
        parser.error("--vectors real needs --data DIR, the folder of the public sets")
    kinds = options.kinds or (["flat", "ivf"] if options.device == "cuda" else ["flat", "hnsw", "ivf"])
    print(json.dumps(machine() | {"vectors": options.vectors}), flush=True)
    base = made.real(options.data, options.cache) if options.vectors == "real" else None
    asked = options.rounds + VIEWS
    for count in options.counts:
        if base is None:
            queries, corpus = made.gaussian(asked, seed=1), made.gaussian(count)
        else:
            queries, corpus = base[:asked], made.expanded(base[asked:], count)
        plain = faiss.IndexFlatIP(corpus.shape[1])
        plain.add(corpus)
        with tempfile.TemporaryDirectory() as passing:
            for kind in kinds:
                folder = (options.stores or Path(passing)) / f"{options.vectors}-{count}-{kind}"
                build(folder, kind, corpus, queries)
                print(json.dumps(measure(folder, plain, queries, options.device)), flush=True)


def machine() -> dict[str, object]:
    """Say what is measured on."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "faiss": faiss.__version__,
    }


def build(folder: Path, kind: str, corpus: Vectors, queries: Vectors) -> None:
    """Build and save a store with every row under its number, unless it is there."""
    if (folder / "build.json").is_file():
        return
    began = time.perf_counter()
    store = FaissStore(KnownVectors(queries), kind=kind)  # type: ignore[arg-type]
    for start in range(0, len(corpus), SLICE):
        rows = corpus[start : start + SLICE]
        names = [str(start + i) for i in range(len(rows))]
        store.add_embedded(names, rows, ids=names)
    seconds = time.perf_counter() - began
    store.save(folder)
    np.save(folder / "queries.npy", queries, allow_pickle=False)
    (folder / "build.json").write_text(json.dumps({"build_s": round(seconds, 1)}))


def measure(folder: Path, plain: faiss.IndexFlatIP, queries: Vectors, device: str) -> dict[str, object]:
    """Measure one store against FAISS alone and the naive way."""
    rounds = len(queries) - VIEWS
    store = FaissStore.load(folder, KnownVectors(queries), device=device)  # type: ignore[arg-type]
    views = [POV(str(rounds + i), 1.0 + i) for i in range(VIEWS)]
    weights = [view.weight for view in views]
    folded = np.stack([fold(q, queries[rounds:], weights, POV_WEIGHT) for q in queries[:rounds]]).astype(np.float32)

    def ours(i: int, count: int) -> list[str]:
        found = store.pov_search([str(i)], [views[:count]], pov_weight=POV_WEIGHT, k=K, mode="dense")
        return [str(document.id) for document in found[0]]

    ways: dict[str, Callable[[int], object]] = {
        "plain_faiss": lambda i: plain.search(queries[i : i + 1], K),
        **{f"povs_{count}": lambda i, count=count: ours(i, count) for count in (0, 1, VIEWS)},
    }
    ours(0, VIEWS)  # the views are embedded once, as in a run
    seconds = clocked(ways, rounds)
    seconds |= clocked({"naive": lambda i: naive(plain, queries[i], queries[rounds:], weights)}, max(3, rounds // 20))
    median = {name: float(np.median(times)) for name, times in seconds.items()}
    return {
        "count": len(store),
        "kind": store.kind,
        "device": store.device,
        **json.loads((folder / "build.json").read_text()),
        "memory_mb": in_fresh_process(folder),
        "mapped_mb": in_fresh_process(folder, "--mmap"),
        "recall_povs_0": recall(plain, queries[:rounds], [ours(i, 0) for i in range(rounds)]),
        "recall_povs_8": recall(plain, folded, [ours(i, VIEWS) for i in range(rounds)]),
        **{f"{name}_ms": milliseconds(times) for name, times in seconds.items()},
        **({} if device == "cpu" else {"largest_score_difference": difference(folder, store, queries, views)}),
        "povs_8_to_plain_faiss": round(median["povs_8"] / median["plain_faiss"], 3),
        "naive_to_povs_8": round(median["naive"] / median["povs_8"], 1),
    }


def difference(folder: Path, store: FaissStore, queries: Vectors, views: Sequence[POV]) -> float:
    """Return the largest difference, rank by rank, between a store's scores and those of the same one on the CPU."""
    stores = [store, FaissStore.load(folder, KnownVectors(queries), device="cpu")]
    questions = [str(i) for i in range(len(queries) - len(views))]
    found = [one.pov_search(questions, [views] * len(questions), pov_weight=POV_WEIGHT, k=K) for one in stores]
    scores = [[[document.metadata["score"] for document in row] for row in rows] for rows in found]
    return float(np.abs(np.array(scores[0]) - np.array(scores[1])).max())


def in_fresh_process(folder: Path, *flags: str) -> int:
    """Return the MiB that a fresh process grows by when it loads a store."""
    command = [sys.executable, "-m", "benchmarks.store", "--load", str(folder), *flags]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S603


def grown_by_loading(folder: Path, mmap: bool) -> int:
    """Load a store, search it once, and return the MiB that this process grew by."""
    model = KnownVectors(np.load(folder / "queries.npy", allow_pickle=False))
    before = psutil.Process().memory_info().rss
    store = FaissStore.load(folder, model, mmap=mmap)
    store.pov_search(["1"], [[]], pov_weight=0, k=K)
    return (psutil.Process().memory_info().rss - before) >> 20


def clocked(ways: dict[str, Callable[[int], object]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of every call, the ways taking turns so that other work on the machine hits all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for i in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way(i)
            seconds[name].append(time.perf_counter() - began)
    return seconds


def recall(plain: faiss.IndexFlatIP, vectors: Vectors, found: Sequence[Sequence[str]]) -> float:
    """Return the share of the true K nearest that was found."""
    _, truth = plain.search(vectors, K)
    hits = [len({str(i) for i in row} & set(ids)) / K for row, ids in zip(truth, found, strict=True)]
    return round(float(np.mean(hits)), 4)


def naive(plain: faiss.IndexFlatIP, question: Vectors, views: Vectors, weights: Sequence[float]) -> list[int]:
    """Score everything for the question and for every view, then add up chunk by chunk."""
    totals: dict[int, float] = {}
    shares = [POV_WEIGHT * weight / sum(weights) for weight in weights]
    for vector, share in zip([question, *views], [1 - POV_WEIGHT, *shares], strict=True):
        scores, positions = plain.search(vector[None, :], plain.ntotal)
        for position, score in zip(positions[0].tolist(), scores[0].tolist(), strict=True):
            totals[position] = totals.get(position, 0.0) + share * score
    return sorted(totals, key=lambda position: -totals[position])[:K]


def milliseconds(times: Sequence[float]) -> dict[str, float]:
    """Return median and 99th percentile."""
    return {
        "median": round(1e3 * float(np.median(times)), 3),
        "p99": round(1e3 * float(np.quantile(times, 0.99)), 3),
    }


if __name__ == "__main__":
    main()
