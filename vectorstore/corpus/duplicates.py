"""Find near-duplicates: the same passage with a typo or another header."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Two chunks sharing this much of their characters' eights are the same passage.
SAME_PASSAGE = 0.85
SHINGLE = 8
# Vectors of such chunks are nearer than this, so only those pairs are compared letter by letter.
NEAR = 0.9
BLOCK = 1024


def same_passage(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two chunks' shingles overlap by `SAME_PASSAGE`."""
    shared = len(one & other)
    return shared >= SAME_PASSAGE * (len(one) + len(other) - shared)


@lru_cache(maxsize=1024)  # the same few passages are retrieved for question after question
def shingles(text: str) -> frozenset[str]:
    """Return every run of `SHINGLE` letters and digits of a text, case and everything else left out."""
    letters = "".join(filter(str.isalnum, text.casefold()))
    return frozenset(letters[i : i + SHINGLE] for i in range(max(1, len(letters) - SHINGLE + 1)))


def count_near_duplicates(vectors: NDArray[Any], texts: Sequence[str]) -> int:
    """Count the chunks that are the same passage as one before them; unit vectors (n, d), n texts."""
    found = 0
    for start in range(0, len(texts), BLOCK):
        near = vectors[start : start + BLOCK] @ vectors[: start + BLOCK].T > NEAR
        for row, others in enumerate(near, start=start):
            candidates = np.flatnonzero(others[:row])
            if candidates.size:
                own = shingles(texts[row])
                found += any(same_passage(own, shingles(texts[int(i)])) for i in candidates)
    return found
