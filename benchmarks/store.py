"""What a store costs: python -m benchmarks.store --data DIR [--counts 10000 100000 1000000] [--vectors real|gaussian]

For every count and kind of index one line of JSON, printed as soon as it is measured: seconds to build, memory (what
a fresh process grows by when it loads the store, and when it maps it), recall of the true ten, and milliseconds a
search, median and p99, with 0, 1 and 8 points of view. Next to ours in the same run, call by call: FAISS by itself
(flat), and the naive way (one search over everything for each view, merged in Python). What goes on stands on stderr.

Vectors are of real text, expanded (see `benchmarks.vectors`), or Gaussian ones; questions and views are vectors that
are not in the store, so that no model's time is in the figures. --spaces 2 takes 768 dimensions instead of 384: the
question space and the stance space, as the bundled model's stores have them.

--device cuda searches flat and ivf through faiss-gpu, takes turns with the same store on the CPU, and adds the ratio
of the two, one question at a time (cpu_to_gpu) and all questions in one call (batch_cpu_to_gpu), the largest
difference of their scores, rank by rank, and the share of results that are the same chunk.

The time: a store's searches end after --seconds or --rounds, whichever comes first, and no build goes on beyond
--minutes: what is not built by then is named in a line of its own and left out.

Examples:
  python -m benchmarks.store --data DATA --counts 10000 100000 1000000
  python -m benchmarks.store --vectors gaussian --counts 1000000 --threads 16 --minutes 8
  python -m benchmarks.store --vectors gaussian --counts 200000 --kinds flat hnsw --spaces 2
  python -m benchmarks.store --vectors gaussian --counts 100000 1000000 --device cuda
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import psutil
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from benchmarks import vectors as made
from vectorstore import POV, FaissStore
from vectorstore.pov import fold
from vectorstore.store.encoder import Encoder
from vectorstore.store.index import KINDS, gpu_visible

K = 10
VIEWS = 8
POV_WEIGHT = 0.5
SLICE = 50_000  # vectors are added in slices, as an index that is built file by file would
NAIVE_ROUNDS = 5
BATCH_ROUNDS = 5
Vectors = NDArray[np.float32]


class KnownVectors(Embeddings):
    """Texts that are numbers of rows of a matrix: of one space (n, 384), or of both (n, 768)."""

    name = "known"

    def __init__(self, rows: Vectors) -> None:
        """Hold the rows."""
        self.rows = rows
        self.has_stance = rows.shape[1] == 2 * made.DIMENSION

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the rows that the texts name at their ends, as "3" and "question: 3" do; the store's probe is row 0."""
        return self._named(texts)[:, : made.DIMENSION]

    encode_queries = encode_documents

    def encode_stance(self, texts: Sequence[str]) -> Vectors:
        """Return their halves in the stance space."""
        return self._named(texts)[:, made.DIMENSION :]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Do the same for LangChain."""
        return self.encode_documents(texts).tolist()  # type: ignore[no-any-return]

    def embed_query(self, text: str) -> list[float]:
        """Do the same for LangChain."""
        return self.embed_documents([text])[0]

    def _named(self, texts: Sequence[str]) -> Vectors:
        last = [text.split()[-1] for text in texts]
        return self.rows[[int(word) if word.isdigit() else 0 for word in last]]


@dataclass(frozen=True)
class Asked:
    """What every store is asked: questions, each with the same views, and the vectors (n, d) that they become."""

    model: KnownVectors
    questions: list[str]
    views: list[POV]
    plain: Vectors
    folded: Vectors
    basis: Vectors  # of the views

    @classmethod
    def of(cls, rows: Vectors) -> "Asked":
        """Take the last rows for views and the others for questions."""
        model = KnownVectors(rows)
        questions = [str(i) for i in range(len(rows) - VIEWS)]
        views = [POV(str(len(questions) + i), 1.0 + i) for i in range(VIEWS)]
        encoder = Encoder(model)
        plain, basis = encoder.queries(questions), encoder.povs(questions[0], views)
        folded = np.stack([fold(query, basis, [view.weight for view in views], POV_WEIGHT) for query in plain])
        return cls(model, questions, views, *(array.astype(np.float32) for array in (plain, folded, basis)))


def main() -> None:
    """Print one JSON line a count and kind of index."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the public sets, for --vectors real")
    parser.add_argument("--cache", type=Path, help="keep the real vectors in this .npy file; --data is needed once")
    parser.add_argument("--vectors", choices=["real", "gaussian"], default="real", help="[real]")
    parser.add_argument("--spaces", type=int, choices=[1, 2], default=1, help="1: 384 dimensions, 2: 768 [1]")
    parser.add_argument("--counts", type=int, nargs="+", default=[10_000, 100_000], help="[10000 100000]")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, help="[flat ivf hnsw; on a GPU flat ivf]")
    parser.add_argument("--rounds", type=int, default=200, help="questions, at the most [200]")
    parser.add_argument("--seconds", type=float, default=60, help="time for one store's searches, at the most [60]")
    parser.add_argument("--minutes", type=float, default=60, help="after so many nothing more is built [60]")
    parser.add_argument("--threads", type=int, help="FAISS' threads [every core]")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="[cpu]")
    parser.add_argument("--stores", type=Path, help="keep the stores in this folder, and take those that are there")
    parser.add_argument("--load", type=Path, help=argparse.SUPPRESS)  # the fresh process that memory is measured in
    parser.add_argument("--mmap", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load is not None:
        print(grown_by_loading(options.load, options.mmap))
        return
    if options.vectors == "real" and options.data is None and not (options.cache and options.cache.is_file()):
        parser.error("--vectors real needs --data DIR, the folder of the public sets")
    if options.device == "cuda" and "hnsw" in (options.kinds or ()):
        parser.error("FAISS has no GPU form of hnsw: give --kinds flat ivf, or --device cpu")
    if options.device == "cuda" and not gpu_visible():
        parser.error("FAISS sees no GPU: --device cuda needs faiss-gpu in place of faiss-cpu, and an NVIDIA card")
    if options.threads is not None:
        faiss.omp_set_num_threads(options.threads)
    say(machine() | {"vectors": options.vectors, "dimensions": made.DIMENSION * options.spaces})
    for result in results(options):
        say(result)


def results(options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Build and measure store after store."""
    deadline = time.monotonic() + 60 * options.minutes
    kinds = options.kinds or (["flat", "ivf"] if options.device == "cuda" else ["flat", "ivf", "hnsw"])
    tell("making vectors")
    base = made.real(options.data, options.cache, options.spaces) if options.vectors == "real" else None
    rows = options.rounds + VIEWS
    for count in options.counts:
        if base is None:
            asked, corpus = made.gaussian(rows, options.spaces, seed=1), made.gaussian(count, options.spaces)
        else:
            asked, corpus = base[:rows], made.expanded(base[rows:], count)
        bench = StoreBenchmark(Asked.of(asked), corpus, options.seconds, options.device)
        with tempfile.TemporaryDirectory() as passing:
            for kind in kinds:
                name = f"{options.vectors}-{made.DIMENSION * options.spaces}-{count}-{kind}"
                folder = (options.stores or Path(passing)) / name
                left_out = build(folder, kind, corpus, asked, deadline)
                yield left_out or bench.measure(folder)


def machine() -> dict[str, object]:
    """Say what is measured on."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "threads": faiss.omp_get_max_threads(),
        "gpus": faiss.get_num_gpus() if hasattr(faiss, "get_num_gpus") else 0,
        "load": round(os.getloadavg()[0], 1),
        "faiss": faiss.__version__,
    }


def build(folder: Path, kind: str, corpus: Vectors, asked: Vectors, deadline: float) -> dict[str, object] | None:
    """Build and save a store with every row under its number, unless it is there; say so where time runs out."""
    if (folder / "build.json").is_file():
        return None
    began = time.monotonic()
    store = FaissStore(KnownVectors(asked), kind=kind, device="cpu")  # type: ignore[arg-type]
    for start in range(0, len(corpus), SLICE):
        tell(f"{kind}: {start:,} of {len(corpus):,} built, {time.monotonic() - began:.0f} s")
        if time.monotonic() > deadline:
            return {"count": len(corpus), "kind": kind, "left_out": f"{start} built when --minutes were over"}
        rows = corpus[start : start + SLICE]
        names = [str(start + i) for i in range(len(rows))]
        store.add_embedded(names, rows, ids=names)
    seconds = time.monotonic() - began
    store.save(folder)
    np.save(folder / "queries.npy", asked, allow_pickle=False)
    (folder / "build.json").write_text(json.dumps({"build_s": round(seconds, 1)}))
    return None


class StoreBenchmark:
    """Measures stores of one corpus against FAISS by itself and the naive way."""

    def __init__(self, asked: Asked, corpus: Vectors, seconds: float, device: str) -> None:
        """Time the naive way, which is the same beside every kind of store."""
        self.asked = asked
        self.seconds = seconds
        self.device = device
        self.plain = faiss.IndexFlatIP(corpus.shape[1])
        self.plain.add(corpus)
        tell("the naive way")
        times, _ = clocked({"naive": lambda i: naive(self.plain, asked, i)}, NAIVE_ROUNDS, seconds)
        self.naive = times["naive"]

    def measure(self, folder: Path) -> dict[str, object]:
        """Measure one store."""
        asked, on_gpu = self.asked, self.device == "cuda"
        tell(f"{folder.name}: searching")
        store, on_cpu = (FaissStore.load(folder, asked.model, device=device) for device in (self.device, "cpu"))
        ways = {
            "plain_faiss": lambda i: self.plain.search(asked.plain[i : i + 1], K),
            **{f"povs_{count}": lambda i, count=count: search(store, asked, i, count) for count in (0, 1, VIEWS)},
            **({"cpu": lambda i: search(on_cpu, asked, i, VIEWS)} if on_gpu else {}),
        }
        batches = {"batch": lambda _: search_all(store, asked)}
        batches |= {"batch_cpu": lambda _: search_all(on_cpu, asked)} if on_gpu else {}
        clocked(ways, 1, self.seconds)  # the views are embedded and the GPU's copy is made once, as in a run
        times, found = clocked(ways, len(asked.questions), self.seconds)
        batch_times, batch_found = clocked(batches, BATCH_ROUNDS, self.seconds)
        median = {name: float(np.median(seconds)) for name, seconds in (times | batch_times).items()}
        tell(f"{folder.name}: memory")
        return {
            "count": len(store),
            "kind": store.kind,
            "device": store.device,
            **json.loads((folder / "build.json").read_text()),
            "memory_mb": in_fresh_process(folder),
            "mapped_mb": in_fresh_process(folder, "--mmap"),
            "rounds": len(times["povs_8"]),
            "recall_povs_0": recall(self.plain, asked.plain, found["povs_0"]),
            "recall_povs_8": recall(self.plain, asked.folded, found["povs_8"]),
            **{f"{name}_ms": milliseconds(seconds) for name, seconds in (times | batch_times).items()},
            "naive_ms": milliseconds(self.naive),
            "povs_8_to_plain_faiss": round(median["povs_8"] / median["plain_faiss"], 3),
            "naive_to_povs_8": round(float(np.median(self.naive)) / median["povs_8"], 1),
            **(beside_the_cpu(median, batch_found) if on_gpu else {}),
        }


def search(store: FaissStore, asked: Asked, number: int, views: int) -> list[Document]:
    """Ask one question from the first so many views."""
    return search_all(store, asked, slice(number, number + 1), views)[0]


def search_all(store: FaissStore, asked: Asked, which: slice = slice(None), views: int = VIEWS) -> list[list[Document]]:
    """Ask many questions in one call."""
    questions = asked.questions[which]
    povs = [asked.views[:views]] * len(questions)
    return store.pov_search(questions, povs, pov_weight=POV_WEIGHT, k=K, mode="dense")


def beside_the_cpu(median: Mapping[str, float], found: Mapping[str, list[Any]]) -> dict[str, float]:
    """Compare a store on the GPU with the same one on the CPU: times, scores rank by rank, and chunks."""
    ours, theirs = found["batch"][0], found["batch_cpu"][0]
    pairs = [pair for mine, other in zip(ours, theirs, strict=True) for pair in zip(mine, other, strict=True)]
    return {
        "cpu_to_gpu": round(median["cpu"] / median["povs_8"], 2),
        "batch_cpu_to_gpu": round(median["batch_cpu"] / median["batch"], 2),
        "largest_score_difference": max(abs(a.metadata["score"] - b.metadata["score"]) for a, b in pairs),
        "same_chunks": round(sum(a.id == b.id for a, b in pairs) / len(pairs), 4),
    }


def in_fresh_process(folder: Path, *flags: str) -> int:
    """Return the MiB that a fresh process grows by when it loads a store."""
    command = [sys.executable, "-m", "benchmarks.store", "--load", str(folder), *flags]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S603


def grown_by_loading(folder: Path, mmap: bool) -> int:
    """Load a store, search it once, and return the MiB that this process grew by."""
    model = KnownVectors(np.load(folder / "queries.npy", allow_pickle=False))
    before = psutil.Process().memory_info().rss
    store = FaissStore.load(folder, model, mmap=mmap, device="cpu")
    store.pov_search(["1"], [[]], pov_weight=0, k=K)
    return (psutil.Process().memory_info().rss - before) >> 20


def clocked(
    ways: Mapping[str, Callable[[int], Any]], rounds: int, at_most: float
) -> tuple[dict[str, list[float]], dict[str, list[Any]]]:
    """Return the seconds and the result of every call, the ways taking turns so that other work hits all alike.

    It ends with the round in which `at_most` seconds are over.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, list[Any]] = {name: [] for name in ways}
    ends = time.perf_counter() + at_most
    for i in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            found[name].append(way(i))
            seconds[name].append(time.perf_counter() - began)
        if time.perf_counter() > ends:
            break
    return seconds, found


def recall(plain: faiss.IndexFlatIP, vectors: Vectors, found: Sequence[Sequence[Document]]) -> float:
    """Return the share of the true K nearest that was found, for as many vectors as were searched."""
    _, truth = plain.search(vectors[: len(found)], K)
    hits = [len({str(i) for i in row} & {one.id for one in few}) / K for row, few in zip(truth, found, strict=True)]
    return round(float(np.mean(hits)), 4)


def naive(plain: faiss.IndexFlatIP, asked: Asked, number: int) -> list[int]:
    """Score everything for a question and for every view, then add up chunk by chunk."""
    totals: dict[int, float] = {}
    weights = np.array([view.weight for view in asked.views])
    shares = [1 - POV_WEIGHT, *(POV_WEIGHT * weights / weights.sum())]
    for vector, share in zip([asked.plain[number], *asked.basis], shares, strict=True):
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


def say(line: Mapping[str, object]) -> None:
    """Print a result at once."""
    print(json.dumps(line), flush=True)


def tell(what: str) -> None:
    """Say what goes on, with the time, on stderr."""
    print(f"{datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
