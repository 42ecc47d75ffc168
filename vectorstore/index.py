"""Unit vectors by position behind one FAISS index: flat, HNSW or IVF; the only importer of FAISS.

The same code runs with faiss-gpu's CPU indexes, since both packages are the module `faiss`. Knows no texts,
no ids and no points of view.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import StoreError

Kind = Literal["flat", "hnsw", "ivf"]
KINDS: tuple[Kind, ...] = ("flat", "hnsw", "ivf")

# A flat search took 11 ms at 100k on two cores and grows in line with the count. The bound itself is a
# choice: HNSW and IVF were not timed against it.
LARGEST_FLAT = 200_000
# Candidates beyond k: FAISS breaks ties and rounds by batch size; scoring these again makes the cut exact.
SPARE = 8


class VectorIndex:
    """Vectors (n, d) that are searched by dot product; not safe for threads while it is changed.

    Args:
        kind: "flat" is exact. "hnsw" (Malkov and Yashunin 2016) and "ivf" are approximate; removing from
            them builds them again.
    """

    def __init__(self, kind: Kind = "flat") -> None:
        """Start empty; the first vectors fix the dimension."""
        if kind not in KINDS:
            raise StoreError(f"index kind {kind!r} is unknown. Use one of {', '.join(KINDS)}.")
        self.kind: Kind = kind
        self._faiss: Any = None
        self._mapped = False

    def __len__(self) -> int:
        """Return the number of vectors."""
        return 0 if self._faiss is None else int(self._faiss.ntotal)

    @property
    def dimension(self) -> int | None:
        """The vectors' dimension; None before the first."""
        return None if self._faiss is None else int(self._faiss.d)

    def search(self, vectors: NDArray[Any], k: int) -> list[NDArray[np.int64]]:
        """Return for each row of (b, d) the positions of its k nearest, and a few more."""
        _, found = self._faiss.search(vectors.astype(np.float32), min(k + SPARE, len(self)))
        return [row[row >= 0] for row in found]

    def vectors(self, positions: Iterable[int]) -> NDArray[np.float32]:
        """Return the vectors (n, d) at these positions."""
        wanted = np.fromiter(positions, dtype=np.int64)
        if not wanted.size:
            return np.empty((0, self.dimension or 0), dtype=np.float32)
        return np.asarray(self._faiss.reconstruct_batch(wanted))

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Append vectors (n, d)."""
        if not len(vectors):
            return
        if self._faiss is None:
            self._faiss = _new_faiss(self.kind, vectors)
        self._own()
        self._faiss.add(vectors)

    def keep(self, positions: list[int]) -> None:
        """Drop every vector but these; the others move up."""
        if self.kind == "flat":
            self._own()
            gone = np.setdiff1d(np.arange(len(self)), positions)
            self._faiss.remove_ids(gone)
            return
        vectors = self.vectors(positions)
        self._faiss, self._mapped = None, False
        self.add(vectors)

    def write(self, path: Path) -> None:
        """Write the index in FAISS' own format."""
        faiss.write_index(faiss.IndexFlatIP(1) if self._faiss is None else self._faiss, str(path))

    @classmethod
    def read(cls, path: Path, kind: Kind, *, mmap: bool = False) -> Self:
        """Read a written index; with `mmap` its vectors stay on disk until they are needed."""
        index = cls(kind)
        try:
            loaded = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mmap else 0)
        except RuntimeError as error:
            raise StoreError(f"{path} is no FAISS index: {error}. Build the store again.") from error
        if loaded.ntotal:
            index._faiss, index._mapped = loaded, mmap
        return index

    def _own(self) -> None:
        """Copy a mapped index into memory before it is changed; FAISS cannot resize a mapping."""
        if self._mapped:
            self._faiss, self._mapped = faiss.deserialize_index(faiss.serialize_index(self._faiss)), False


def _new_faiss(kind: Kind, vectors: NDArray[np.float32]) -> Any:
    dimension = vectors.shape[1]
    if kind == "flat":
        return faiss.IndexFlatIP(dimension)
    if kind == "hnsw":
        graph = faiss.IndexHNSWFlat(dimension, 32, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = 200
        graph.hnsw.efSearch = 128
        return graph
    cells = max(1, min(int(4 * np.sqrt(len(vectors))), len(vectors) // 39))  # FAISS wants 39 points a cell
    lists = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimension), dimension, cells, faiss.METRIC_INNER_PRODUCT)
    lists.train(vectors)
    lists.nprobe = max(1, cells // 16)
    lists.make_direct_map()  # so that vectors can be read back by position
    return lists
