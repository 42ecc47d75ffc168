"""Speed of embedding: python -m benchmarks.embedding --data DIR [--ndcg] [--cache DIR]

Passages of 160 words through stock `SentenceTransformer.encode` and through ours, taking turns in one process so
that other work on the machine hits both alike. With --ndcg also what ArguAna's nDCG@10 loses.
"""

import argparse
import gzip
import json
import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.retrieval import arguana_ndcg, interval
from vectorstore import load_embeddings
from vectorstore.embedding.loading import bundled_model

WORDS = 160


def main() -> None:
    """Print one JSON line of speeds, and a line of quality a backend."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--passages", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--ndcg", action="store_true", help="also ArguAna's nDCG@10 through a store (10 minutes)")
    parser.add_argument("--cache", type=Path, help="keep the stores of --ndcg here between runs")
    options = parser.parse_args()
    print(json.dumps(speeds(passages(options.data, options.passages), options.rounds)), flush=True)
    for backend in ("torch", "openvino") if options.ndcg else ():
        model = load_embeddings(device="cpu", stance=False, backend=backend)
        cache = None if options.cache is None else options.cache / backend
        print(f"ArguAna nDCG@10 {backend:10} {interval(arguana_ndcg(options.data, cache, model))}", flush=True)


def passages(data: Path, count: int) -> list[str]:
    """Return the first 160 words of so many ArguAna documents that have as many."""
    found = []
    with gzip.open(data / "arguana/corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            words = json.loads(line)["text"].split()
            if len(words) >= WORDS:
                found.append(" ".join(words[:WORDS]))
    return found[:count]


def speeds(texts: list[str], rounds: int) -> dict[str, Any]:
    """Return passages a second of each way and their ratios to stock, the median over rounds."""
    from sentence_transformers import SentenceTransformer

    stock = SentenceTransformer(str(bundled_model()), device="cpu")
    ours = load_embeddings(device="cpu")
    ways: dict[str, Callable[[], Any]] = {
        "stock": lambda: stock.encode(texts, normalize_embeddings=True, show_progress_bar=False),
        "ours": lambda: ours.encode_documents(texts),
        "ours_stance": lambda: ours.encode_stance(texts),
    }
    vectors = {name: np.asarray(way()) for name, way in ways.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    cosines = (vectors["stock"] * vectors["ours"]).sum(axis=1)
    ratios = {name: np.array(seconds["stock"]) / np.array(times) for name, times in seconds.items()}
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "backend": ours.backend,
        "passages": len(texts),
        "per_second": {name: round(len(texts) / float(np.median(times)), 1) for name, times in seconds.items()},
        "to_stock": {name: round(float(np.median(ratio)), 2) for name, ratio in ratios.items() if name != "stock"},
        "rounds": {name: [round(float(x), 2) for x in ratio] for name, ratio in ratios.items() if name != "stock"},
        "lowest_cosine_to_stock": round(float(cosines.min()), 6),
    }


if __name__ == "__main__":
    main()
