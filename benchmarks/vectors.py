"""Vectors for benchmarks of a store: real text's, expanded to any count, and Gaussian ones.

Real: all-MiniLM-L6-v2 on every window of 48 words, two a text at the most, of the public sets under --data; computed
on the GPU where torch sees one. In both spaces a vector has two halves of length 1, the question space's and the
stance space's, as a store holds them.
Expanded, since no million texts lie here: x_i + s·(x_j - x_k) for random i, j, k, scaled to length 1. The
difference of two real vectors varies as the corpus does (its covariance), and s is set so that a new vector is
as near to its x_i as a real one is to its nearest neighbour (median), so neighbourhoods are as tight as real.
Gaussian: independent normal components, the worst case of every graph and of every clustering.
"""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore import load_embeddings

SETS = (
    "arguana/corpus.jsonl.gz",
    "perspectrum/corpus.jsonl.gz",
    "perspectrum/evidence.jsonl.gz",
    "political/un_speeches.jsonl.gz",
    "political/factbook.jsonl.gz",
)
WINDOW_WORDS = 48
WINDOWS = 2
DIMENSION = 384  # of one space
Vectors = NDArray[np.float32]


def windows(data: Path) -> Iterable[str]:
    """Yield the windows of every text of the public sets, each once."""
    seen: set[str] = set()
    for name in SETS:
        with gzip.open(data / name, "rt", encoding="utf-8") as file:
            for line in file:
                words = json.loads(line)["text"].split()
                for start in range(0, min(len(words), WINDOWS * WINDOW_WORDS), WINDOW_WORDS):
                    window = " ".join(words[start : start + WINDOW_WORDS])
                    if window not in seen:
                        seen.add(window)
                        yield window


def real(data: Path, cache: Path | None, spaces: int = 1) -> Vectors:
    """Return the windows' vectors (n, 384·spaces) in random order; kept in `cache`, a .npy file, in half precision."""
    if cache is not None and cache.is_file():
        kept = np.load(cache, allow_pickle=False)
        if kept.shape[1] != DIMENSION * spaces:
            raise ValueError(f"{cache} holds vectors of {kept.shape[1]} dimensions, not {DIMENSION * spaces}.")
        return unit(kept.astype(np.float32))
    texts = list(windows(data))
    model = load_embeddings(stance=spaces == 2)
    vectors = model.encode_documents(texts)
    if spaces == 2:
        vectors = np.hstack([vectors, model.encode_stance(texts)])
    shuffled = vectors[np.random.default_rng(0).permutation(len(vectors))]
    if cache is not None:
        np.save(cache, shuffled.astype(np.float16), allow_pickle=False)
    return shuffled


def expanded(base: Vectors, count: int, seed: int = 0) -> Vectors:
    """Return `count` vectors made from real ones, the real ones first."""
    if count <= len(base):
        return base[:count]
    rng = np.random.default_rng(seed)
    share = noise_share(base)
    made = np.empty((count, base.shape[1]), np.float32)
    made[: len(base)] = base
    for start in range(len(base), count, 65_536):
        rows = min(65_536, count - start)
        i, j, k = rng.integers(len(base), size=(3, rows))
        made[start : start + rows] = unit(base[i] + share * (base[j] - base[k]))
    return made


def noise_share(base: Vectors, sample: int = 1000) -> float:
    """Return the s at which the median cosine of x_i + s·(x_j - x_k) to x_i is that to its nearest neighbour."""
    rng = np.random.default_rng(1)
    chosen = rng.choice(len(base), min(sample, len(base)), replace=False)
    cosines = base[chosen] @ base.T
    cosines[np.arange(len(chosen)), chosen] = -1
    wanted = float(np.median(cosines.max(axis=1)))
    own, j, k = base[chosen], base[rng.permutation(len(base))[: len(chosen)]], base[chosen[::-1]]
    low, high = 0.0, 4.0
    for _ in range(30):
        middle = (low + high) / 2
        near = float(np.median((unit(own + middle * (j - k)) * own).sum(axis=1)))
        low, high = (middle, high) if near > wanted else (low, middle)
    return (low + high) / 2


def gaussian(count: int, spaces: int = 1, seed: int = 0) -> Vectors:
    """Return `count` random vectors (count, 384·spaces), each half of length 1."""
    return unit(np.random.default_rng(seed).standard_normal((count, DIMENSION * spaces), dtype=np.float32))


def unit(vectors: Vectors) -> Vectors:
    """Scale every half of every row to length 1."""
    halves = vectors.reshape(len(vectors), -1, DIMENSION)
    return np.asarray(halves / np.linalg.norm(halves, axis=2, keepdims=True)).reshape(vectors.shape)
