"""A store's folder: atomic to write, checked to read, and without pickle.

    manifest.json            what the store is, a checksum of every file and of itself
    index-<checksum>.faiss   the vectors
    documents-<checksum>.arrow

Files carry their checksum in their name and the manifest is replaced last, in one step: whoever reads the
folder, or whatever interrupts the writer, meets the whole old store or the whole new one. Knows bytes and
checksums, no FAISS and no Arrow.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from vectorstore.errors import StoreError
from vectorstore.runtime.files import file_checksum, put_in_place

FORMAT = "pov-debate vector store"
VERSION = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a store's folder says of itself; `probe` is how its embedding model embeds a fixed sentence."""

    kind: str
    count: int
    dimension: int
    embedding: str
    probe: tuple[float, ...]
    files: Mapping[str, str]
    stance: bool = False


def save_folder(
    folder: Path, writers: Mapping[str, Callable[[Path], None]], manifest: Callable[[dict[str, str]], Manifest]
) -> None:
    """Write each of `writers` (file suffix → writer) and then the manifest made from their file names.

    Args:
        folder: made when it is not there; other files in it stay.
        writers: for instance {"documents.arrow": write}, stored as documents-<checksum>.arrow.
        manifest: from the checksums by file name to the manifest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = dict(_write_file(folder, name, write) for name, write in writers.items())
    content = {"format": FORMAT, "version": VERSION, **asdict(manifest(files))}
    text = json.dumps({**content, "checksum": _checksum_of(content)}, indent=1)
    draft = folder / f".{MANIFEST}.{os.getpid()}"
    draft.write_text(text, encoding="utf-8")
    put_in_place(draft, folder / MANIFEST)
    for name in writers:
        stem, _, suffix = name.partition(".")
        for old in folder.glob(f"{stem}-*.{suffix}"):
            if old.name not in files:
                old.unlink()


def _write_file(folder: Path, name: str, write: Callable[[Path], None]) -> tuple[str, str]:
    draft = folder / f".{name}.{os.getpid()}"
    write(draft)
    checksum = file_checksum(draft)
    stem, _, suffix = name.partition(".")
    final = f"{stem}-{checksum[:16]}.{suffix}"
    put_in_place(draft, folder / final)
    return final, checksum


def read_manifest(folder: Path) -> Manifest:
    """Read and check a store's manifest.

    Raises:
        StoreError: no store here, a foreign or edited manifest, or a newer format.
    """
    path = folder / MANIFEST
    if not path.is_file() and (folder / "index.faiss").is_file() and (folder / "index.pkl").is_file():
        raise StoreError(
            f"{folder} is a FAISS index of LangChain's. Its texts are in a pickle, which could run any code and is not "
            "opened. Index the documents again; or, if you trust the folder, open it with FAISS.load_local and hand "
            "that store on: as_pov_store takes it as it is."
        )
    if not path.is_file():
        raise StoreError(f"{folder} contains no store ({MANIFEST} is missing). Name the folder that was saved to.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StoreError(f"{path} is truncated or no JSON: {error}. Build the store again.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise StoreError(f"{path} was not written by this library. Name the folder of a store.")
    if content.get("version") != VERSION:
        raise StoreError(
            f"{path} has format version {content.get('version')!r}; this release reads {VERSION}. "
            "Update pov-debate, or build the store again."
        )
    stated = content.pop("checksum", None)
    if stated != _checksum_of(content):
        raise StoreError(f"{path} was edited or damaged (its checksum differs). Build the store again.")
    fields = {name: content[name] for name in ("kind", "count", "dimension", "embedding", "files")}
    return Manifest(**fields, probe=tuple(content["probe"]), stance=bool(content.get("stance", False)))


def checked_file(folder: Path, manifest: Manifest, stem: str) -> Path:
    """Return the path of a store's file whose bytes are those that were saved, else raise StoreError."""
    name = next((name for name in manifest.files if name.startswith(f"{stem}-")), None)
    path = folder / str(name)
    if name is None or path.name != name or not path.is_file():
        raise StoreError(f"{path} is missing, so {folder} is not a complete store. Restore it or build it again.")
    if file_checksum(path) != manifest.files[name]:
        raise StoreError(f"{path} is not what was saved (its checksum differs). Restore it or build it again.")
    return path


def _checksum_of(content: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
