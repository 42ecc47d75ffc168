"""Load a folder or file as LangChain documents with stable ids; passages are word for word.

A file that cannot be read is reported and skipped.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from vectorstore.corpus.chunking import CHUNK_WORDS, split_text
from vectorstore.corpus.files import CorpusFiles, Skipped, corpus_files
from vectorstore.corpus.readers import READERS, Record, read_records
from vectorstore.corpus.readers.wording import shortened
from vectorstore.errors import CorpusError
from vectorstore.runtime.arguments import checked
from vectorstore.text.letters import is_seen

logger = logging.getLogger(__name__)

MOST_PARTS = 100  # that are named of one file; more are counted


class Corpus(list[Document]):
    """A list of documents, with what was left out while reading them.

    Attributes:
        skipped: files that could not be read.
        partial: parts left out of files that were read: a row, a page, a hidden sheet.
        files: the number of files read.
        repeated: the number of chunks left out because an earlier one has the same words.
    """

    def __init__(
        self,
        documents: list[Document],
        skipped: list[Skipped],
        files: int = 0,
        repeated: int = 0,
        partial: list[Skipped] | None = None,
    ) -> None:
        """Hold them."""
        super().__init__(documents)
        self.skipped = skipped
        self.partial = partial or []
        self.files = files
        self.repeated = repeated


def chunk_id(text: str) -> str:
    """Return the id of a chunk: 16 hex digits of its text's sha256, the same in any file."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@checked(CorpusError)
def load_corpus(
    folder_or_file: str | Path,
    *,
    chunk_words: int = CHUNK_WORDS,
    progress: Callable[[int, int], None] | None = None,
    follow_links: bool = False,
) -> Corpus:
    """Read every readable file in a folder, or one file, into chunks.

    Args:
        folder_or_file: see `corpus_files`; files of unknown kinds are listed in `.skipped`.
        chunk_words: the most words of a chunk.
        progress: called with (files done, files) after each file.
        follow_links: follow links that lead out of the folder.

    Returns:
        Documents in path order with `id`, `page_content` (verbatim) and metadata: `source` (path inside the folder),
        `title`, `start` (characters into the file's or row's text), for tables `row` and the other columns, for
        Markdown the fields of its front matter. A field with one of these names is kept as `column_NAME`. If two files
        have the same words, there is one chunk under the first file's name.

    Raises:
        CorpusError: the place does not exist, or nothing in it could be read.
    """
    place = corpus_files(folder_or_file, follow_links=follow_links)
    documents: dict[str, Document] = {}
    skipped, partial = list(place.skipped), []
    causes: dict[Path, str] = {}
    chunks = 0
    for number, path in enumerate(place.files, start=1):
        try:
            read, left_out = _read(path, place, chunk_words)
            partial += [Skipped(path, reason) for reason in left_out]
            for document in read:
                documents.setdefault(str(document.id), document)
            chunks += len(read)
        except (CorpusError, OSError) as error:
            skipped.append(Skipped(path, str(error)))
            causes[path] = f" ({type(error.__cause__).__name__}: {error.__cause__})" if error.__cause__ else ""
        if progress is not None:
            progress(number, len(place.files))
    skipped.sort(key=lambda one: one.path)
    for one in skipped:
        logger.warning("skipped %s: %s%s", one.path, one.reason, causes.get(one.path, ""))
    for one in partial:
        logger.warning("left out of %s: %s", one.path, one.reason)
    if not documents:
        reasons = "".join(f"\n  {one.path}: {one.reason}" for one in skipped)
        raise CorpusError(f"{place.root} contains no readable text. Readable: {' '.join(sorted(READERS))}.{reasons}")
    files = len(place.files) + len(place.skipped) - len(skipped)
    return Corpus(list(documents.values()), skipped, files, chunks - len(documents), partial)


def check_corpus(folder_or_file: str | Path, *, follow_links: bool = False) -> None:
    """Check a corpus quickly, by the names of its files; opens only files of unknown kinds.

    Raises:
        CorpusError: as `load_corpus`.
    """
    place = corpus_files(folder_or_file, follow_links=follow_links)
    if not any(path.suffix.lower() in READERS for path in place.files):
        load_corpus(folder_or_file, follow_links=follow_links)


def _read(path: Path, place: CorpusFiles, chunk_words: int) -> tuple[list[Document], list[str]]:
    """Return a file's chunks, and what was left out of it; CorpusError where nothing is left."""
    records = read_records(path)
    left_out = list(records.left_out)
    documents: list[Document] = []
    for record in records:
        if _is_text(record.text):
            documents += _documents(record, place.source(path), chunk_words)
        else:
            left_out.append(f"row {record.row}: contains half of a surrogate pair, so it is not valid text.")
    if not documents:
        raise CorpusError("; ".join(shortened(left_out)) or "holds no text.")
    return documents, shortened(left_out, MOST_PARTS)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _documents(record: Record, source: str, chunk_words: int) -> Iterator[Document]:
    row: dict[str, Any] = {} if record.row is None else {"row": record.row}
    for chunk in split_text(record.text, chunk_words):
        if not is_seen(chunk.text):
            continue
        metadata = {**record.extra, **row, "source": source, "title": record.title, "start": chunk.start}
        yield Document(id=chunk_id(chunk.text), page_content=chunk.text, metadata=metadata)
