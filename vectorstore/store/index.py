"""Unit vectors by position in a FAISS index: flat, HNSW or IVF. The only importer of FAISS.

faiss-cpu and faiss-gpu are the same module. With faiss-gpu and a GPU, a copy of the index searches there, and the
vectors stay here.
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
Device = Literal["auto", "cpu", "cuda"]
DEVICES: tuple[Device, ...] = ("auto", "cpu", "cuda")

# A choice: at 200k a flat search took 8.7 ms and is exact, HNSW's 1.6 ms with .995 of the true ten (12 threads); below
# a second of generation neither is felt, and HNSW takes longer to build and to delete from.
LARGEST_FLAT = 200_000
# Measured on 100k vectors of real text: 32 links and a construction width of 100 find .994 of
# the true ten at a search width of 128; a width of 200 takes 2.5 times as long to build for .003 more.
LINKS, EF_CONSTRUCTION, EF_SEARCH = 32, 100, 128
PROBED = 16  # one cell in so many is searched: .98 of the true ten there
# Vectors a cell that its clustering learns from, FAISS' own lower bound. With 256 as by default, 1M vectors took
# minutes to cluster; on 59k real ones both found .979 of the true ten.
TRAINED_A_CELL = 39
# Candidates beyond k: FAISS breaks ties and rounds by batch size; scoring these again makes the cut exact.
SPARE = 8
BLOCK = 16_384  # vectors that are compared at a time under a filter
# The most results that FAISS gives on a GPU; a wider search runs on the CPU.
MOST_ON_GPU = 2048


def kind_for(count: int) -> Kind:
    """Return the kind of index for so many vectors: exact as long as that is quick."""
    return "flat" if count <= LARGEST_FLAT else "hnsw"


def gpu_visible() -> bool:
    """Return whether this FAISS was built for GPUs and sees one."""
    return hasattr(faiss, "StandardGpuResources") and faiss.get_num_gpus() > 0


class VectorIndex:
    """Vectors (n, d) that are searched by dot product; not safe for threads while it is changed.

    Args:
        kind: "flat" is exact. "hnsw" (Malkov and Yashunin 2016) and "ivf" are approximate; removing from
            them builds them again, and so does growing, for "ivf", past what its cells were made for.
        device: "auto" searches on the first visible GPU, but "hnsw", of which FAISS has no GPU form, on the CPU.
    """

    def __init__(self, kind: Kind = "flat", device: Device = "auto") -> None:
        """Start empty; the first vectors fix the dimension."""
        if kind not in KINDS:
            raise StoreError(f"index kind {kind!r} is unknown. Use one of {', '.join(KINDS)}.")
        self.kind: Kind = kind
        self.device = _choose_device(device, kind)
        self._faiss: Any = None
        self._gpu: Any = None
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
        wide = min(k + SPARE, len(self))
        index = self._on_gpu() if self.device == "cuda" and wide <= MOST_ON_GPU else self._faiss
        _, found = index.search(vectors.astype(np.float32), wide)
        return [row[row >= 0] for row in found]

    def search_among(self, allowed: NDArray[np.int64], vectors: NDArray[Any], k: int) -> list[NDArray[np.int64]]:
        """Return for each row of (b, d) its k nearest of the allowed positions, exactly, and a few more."""
        wide = min(k + SPARE, len(allowed))
        best = [np.empty(0, dtype=np.int64)] * len(vectors)
        scores = [np.empty(0, dtype=np.float32)] * len(vectors)
        for start in range(0, len(allowed), BLOCK):  # so that a large corpus is never copied whole
            block = allowed[start : start + BLOCK]
            found = vectors.astype(np.float32) @ self.vectors(block).T
            for row, own in enumerate(found):
                merged, places = np.concatenate([scores[row], own]), np.concatenate([best[row], block])
                top = np.argpartition(-merged, wide - 1)[:wide] if wide < len(merged) else slice(None)
                scores[row], best[row] = merged[top], places[top]
        return best

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
        elif self.kind == "ivf" and _cells(len(self) + len(vectors)) >= 2 * self._faiss.nlist:
            vectors = np.vstack([self.vectors(range(len(self))), vectors])
            self._faiss, self._mapped = _new_faiss(self.kind, vectors), False
        self._own()
        self._gpu = None
        self._faiss.add(vectors)

    def keep(self, positions: list[int]) -> None:
        """Drop every vector but these; the others move up."""
        self._gpu = None
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
    def read(cls, path: Path, kind: Kind, *, mmap: bool = False, device: Device = "auto") -> Self:
        """Read a written index; with `mmap` its vectors stay on disk until they are needed."""
        index = cls(kind, device)
        try:
            loaded = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mmap else 0)
        except RuntimeError as error:
            raise StoreError(f"{path} is not a FAISS index: {error}. Build the store again.") from error
        if loaded.ntotal:
            index._faiss, index._mapped = loaded, mmap
        return index

    def _on_gpu(self) -> Any:
        """Return the copy on the GPU, made by the first search after a change."""
        if self._gpu is None:
            try:
                self._gpu = faiss.index_cpu_to_gpu(faiss.StandardGpuResources(), 0, self._faiss)
            except RuntimeError as error:
                raise StoreError(
                    f"{len(self)} vectors of {self.dimension} dimensions could not be brought to the GPU: {error}. "
                    "Free memory there, or open the store with device='cpu'."
                ) from error
        return self._gpu

    def _own(self) -> None:
        """Copy a mapped index into memory before it is changed; FAISS cannot resize a mapping."""
        if self._mapped:
            self._faiss, self._mapped = faiss.deserialize_index(faiss.serialize_index(self._faiss)), False


def _choose_device(wanted: Device, kind: Kind) -> str:
    if wanted not in DEVICES:
        raise StoreError(f"device {wanted!r} is unknown. Use one of {', '.join(DEVICES)}.")
    if wanted == "cuda" and kind == "hnsw":
        raise StoreError("An 'hnsw' index is searched on the CPU only. Use kind='flat' or 'ivf' on a GPU.")
    if wanted == "cuda" and not gpu_visible():
        raise StoreError("FAISS sees no GPU. Install faiss-gpu instead of faiss-cpu, or use device='cpu'.")
    return "cuda" if wanted != "cpu" and kind != "hnsw" and gpu_visible() else "cpu"


def _new_faiss(kind: Kind, vectors: NDArray[np.float32]) -> Any:
    dimension = vectors.shape[1]
    if kind == "flat":
        return faiss.IndexFlatIP(dimension)
    if kind == "hnsw":
        graph = faiss.IndexHNSWFlat(dimension, LINKS, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = EF_CONSTRUCTION
        graph.hnsw.efSearch = EF_SEARCH
        return graph
    cells = _cells(len(vectors))
    lists = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimension), dimension, cells, faiss.METRIC_INNER_PRODUCT)
    lists.cp.max_points_per_centroid = TRAINED_A_CELL
    lists.train(vectors)
    lists.nprobe = max(1, cells // PROBED)
    lists.make_direct_map()  # so that vectors can be read back by position
    return lists


def _cells(count: int) -> int:
    """Return the cells for so many vectors: 4·√n as FAISS advises, with enough vectors in each to learn from."""
    return max(1, min(int(4 * np.sqrt(count)), count // TRAINED_A_CELL))
