"""A check of files that are zip archives inside, before anything unpacks them."""

from pathlib import Path
from zipfile import ZipFile

from vectorstore.errors import CorpusError

# Documents unpack to 5 to 20 times their size, sheets of equal rows to 40 times. A trap reaches 1,000 times.
MOST_TIMES = 60
# Below this nothing is refused: parsing as much takes a second or two, and some 60 MB.
ALWAYS = 4 * 2**20


def check_unpacked(path: Path) -> None:
    """Raise CorpusError where an archive unpacks to far more than documents do.

    The sizes are those that the archive states; Python's zipfile reads no more than is stated.
    """
    with ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > max(ALWAYS, MOST_TIMES * path.stat().st_size):
        raise CorpusError(
            f"unpacks from {_mb(path.stat().st_size)} to {_mb(size)}, which no document does. Save it anew."
        )


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
