"""A JSON Lines file that is appended to and synced, never rewritten.

A killed process or a full disk may leave half a line at the end. Reading skips it; the next append removes it.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from io import FileIO
from pathlib import Path

from debate.errors import RunFolderError

_BLOCK = 1 << 16


class JsonLines:
    """The whole lines of a file that may not exist yet. No file is held open between calls."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield each whole line with the byte that it begins at; nothing if there is no file.

        Args:
            start: the byte of a line's beginning to read from.

        Raises:
            RunFolderError: the file cannot be read.
        """
        offset = start
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                for line in file:
                    if line.endswith(b"\n"):
                        yield offset, line
                    offset += len(line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unreadable(error) from error

    def size(self) -> int:
        """Return the bytes that the file has; 0 if there is none."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def at(self, offsets: Iterable[int]) -> Iterator[bytes]:
        """Yield the lines that begin at these bytes.

        Raises:
            RunFolderError: the file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                for offset in offsets:
                    file.seek(offset)
                    yield file.readline()
        except OSError as error:
            raise self._unreadable(error) from error

    def append(self, lines: Sequence[bytes]) -> int:
        """Write lines and sync them to the disk together; return the byte that the first one begins at.

        Without lines, only half a line at the end is removed, and an unwritable file raises.

        Raises:
            RunFolderError: the disk is full or gone; lines that were written before are kept.
        """
        rest = memoryview(b"".join(lines))
        try:
            with FileIO(self.path, "a+b") as file:
                start = _end_of_whole_lines(file)
                file.truncate(start)
                while rest:
                    rest = rest[file.write(rest) :]  # a disk that fills up takes a part
                if lines:
                    os.fsync(file.fileno())
        except OSError as error:
            raise RunFolderError(
                f"cannot write {self.path}: {error.strerror}; finished rows are kept: make room and run the same "
                "command again"
            ) from error
        return start

    def _unreadable(self, error: OSError) -> RunFolderError:
        return RunFolderError(f"cannot read {self.path}: {error.strerror}; restore it or choose another --out")


def _end_of_whole_lines(file: FileIO) -> int:
    """Return the size of the file without half a line at its end."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - _BLOCK)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
