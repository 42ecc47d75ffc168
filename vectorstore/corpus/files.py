"""Which files belong to a corpus, for reading and for fingerprints.

Hidden files are left out, and so are runs and indexes inside the folder, which are named. Links within the corpus are
followed, and links to folders right beside it; other links out of it are reported, and followed only if allowed.
"""

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vectorstore.errors import CorpusError

# A folder with one of these records, which has all of its names, was made from documents and is none itself.
RECORDS = {"run.toml": ("a run", {"settings", "inputs"}), "index.toml": ("an index", {"documents"})}

HIDDEN = (".", "~$")  # Word and Excel keep ~$NAME beside a file as long as somebody has it open
HIDDEN_BY_NAME = frozenset({"Thumbs.db", "desktop.ini", "__MACOSX"})


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, whole or in part, with the reason."""

    path: Path
    reason: str


@dataclass(frozen=True)
class CorpusFiles:
    """The files of a corpus in the order of their paths, and what was left out."""

    root: Path
    files: tuple[Path, ...]
    skipped: tuple[Skipped, ...] = ()

    def source(self, path: Path) -> str:
        """Return a file's name inside the corpus."""
        return path.name if path == self.root else path.relative_to(self.root).as_posix()


def corpus_files(root: str | Path, *, follow_links: bool = False) -> CorpusFiles:
    """List the files under a folder, or the one file that is named.

    Args:
        root: the folder or file.
        follow_links: read what links that lead out of the corpus point to, as well.

    Raises:
        CorpusError: there is no such place, or it is neither a folder nor a file.
    """
    place = Path(root)
    if place.is_file():
        return CorpusFiles(place, (place,))
    if not place.is_dir():
        wrong = "is neither a file nor a folder" if os.path.lexists(place) else "does not exist"
        raise CorpusError(f"{place} {wrong}. Name a folder of documents, or one file.")
    walk = _Walk(place.resolve(), follow_links)
    files = list(walk.files_in(place))
    while walk.linked:
        files += walk.files_in(walk.linked.pop(0))
    return CorpusFiles(place, tuple(sorted(files)), tuple(sorted(walk.skipped, key=lambda one: one.path)))


@dataclass
class _Walk:
    """One walk over a folder; linked folders wait in `linked`, so that a file is read under its own name first."""

    home: Path
    follow_links: bool
    skipped: list[Skipped] = field(default_factory=list)
    linked: list[Path] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)

    def files_in(self, folder: Path) -> Iterator[Path]:
        real = folder.resolve()
        if real in self.seen:
            return
        self.seen.add(real)
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - keeps names that are no text in UTF-8
        except OSError as error:
            self._skip(folder, f"cannot be opened: {error.strerror}; check its permissions.")
            return
        for path in (folder / name for name in names if not name.startswith(HIDDEN) and name not in HIDDEN_BY_NAME):
            if not path.is_symlink():
                yield from self._files_at(path)
            elif self._belongs(path, Path(os.path.realpath(path))):
                if path.is_dir() and not _made(path):
                    self.linked.append(path)
                else:
                    yield from self._files_at(path)

    def _files_at(self, path: Path) -> Iterator[Path]:
        if path.is_file():
            yield path
        elif not path.is_dir():
            self._skip(path, "is neither a file nor a folder.")
        elif made := _made(path):
            self._skip(path, f"is {made} of this program and no document.")
        else:
            yield from self.files_in(path)

    def _belongs(self, link: Path, target: Path) -> bool:
        """Return whether a link is to be followed; one that is not is named."""
        if not link.exists():
            self._skip(link, f"is a link to {target}, where nothing is.")
        elif self.follow_links or self._near(target):
            return True
        else:
            remedy = "copy that into the corpus, or pass --follow-links (in Python: load_corpus(…, follow_links=True))"
            self._skip(link, f"is a link out of the corpus, to {target}; {remedy}.")
        return False

    def _near(self, target: Path) -> bool:
        """Return whether a target is in the corpus or in a folder right beside it, and not hidden."""
        if target == self.home or not target.is_relative_to(self.home.parent) or self.home.is_relative_to(target):
            return target == self.home
        inside = target.is_relative_to(self.home)
        parts = target.relative_to(self.home.parent).parts
        return (inside or target.is_dir()) and not any(part.startswith(HIDDEN) for part in parts[inside:])

    def _skip(self, path: Path, reason: str) -> None:
        self.skipped.append(Skipped(path, reason))


def _made(folder: Path) -> str:
    """Return what this program has made in a folder, by its record there; "" for nothing."""
    return next((what for name, (what, names) in RECORDS.items() if names <= _names_in(folder / name)), "")


def _names_in(record: Path) -> set[str]:
    """Return the names at the top of a TOML file; none where there is no such file."""
    try:
        return set(tomllib.loads(record.read_text(encoding="utf-8"))) if record.is_file() else set()
    except (OSError, ValueError, RecursionError):  # somebody else's file, which is a document or is named as none
        return set()
