"""Read and check the parts of a saved store together: manifest, vectors, documents."""

from dataclasses import dataclass
from pathlib import Path

from vectorstore.errors import StoreError
from vectorstore.store.documents import DocumentTable
from vectorstore.store.index import KINDS, Device, VectorIndex
from vectorstore.store.persistence import Manifest, checked_file, read_manifest


@dataclass(frozen=True)
class SavedStore:
    """What a folder holds; all of it fits together."""

    manifest: Manifest
    index: VectorIndex
    table: DocumentTable


def read_saved(folder: Path, *, mmap: bool, device: Device) -> SavedStore:
    """Read a store's folder, every byte of it checked.

    Raises:
        StoreError: no store there; a truncated, edited, foreign or newer one.
    """
    manifest = read_manifest(folder)
    index_file = checked_file(folder, manifest, "index")
    documents_file = checked_file(folder, manifest, "documents")
    kind = next((one for one in KINDS if one == manifest.kind), None)
    if kind is None:
        raise StoreError(f"{folder} has index kind {manifest.kind!r}, which this release does not know.")
    index = VectorIndex.read(index_file, kind, mmap=mmap, device=device)
    table = DocumentTable.read(documents_file)
    if not len(table) == manifest.count == len(index):
        raise StoreError(
            f"{folder}: {len(index)} vectors, {len(table)} texts, {manifest.count} expected. Build the store again."
        )
    return SavedStore(manifest, index, table)
