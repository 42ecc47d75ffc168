"""A file's checksum, and files that are in their place completely or not at all."""

import hashlib
import os
from pathlib import Path


def file_checksum(path: Path) -> str:
    """Return a file's sha256 as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def put_in_place(draft: Path, target: Path, *, durably: bool = True) -> None:
    """Give a complete draft, a file or a folder, its name in one step; ``durably``: once its bytes are on the disk."""
    for path in (draft, *draft.rglob("*")) if durably else ():
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    draft.replace(target)
