"""A folder or file → LangChain Documents with stable ids: passages that stand word for word in their source.

A file that cannot be read is named and left out; the others go on. Knows nothing of embeddings or indexes.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from vectorstore.corpus.chunking import CHUNK_WORDS, split_text
from vectorstore.corpus.files import CorpusFiles, Skipped, corpus_files
from vectorstore.corpus.readers import READERS, read_records
from vectorstore.errors import CorpusError

logger = logging.getLogger(__name__)

_SCAN = "; if it is a scan, recognise its letters (OCR) first"


class Corpus(list[Document]):
    """The documents of a corpus, a plain list.

    Attributes:
        skipped: the files that could not be read.
        files: how many could.
        repeated: chunks left out because the same words stood before them.
    """

    def __init__(self, documents: list[Document], skipped: list[Skipped], files: int = 0, repeated: int = 0) -> None:
        """Hold them."""
        super().__init__(documents)
        self.skipped = skipped
        self.files = files
        self.repeated = repeated


def chunk_id(text: str) -> str:
    """Return the id of a chunk: 16 hex digits of its text's sha256, the same wherever it stands."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_corpus(
    folder_or_file: str | Path,
    *,
    chunk_words: int = CHUNK_WORDS,
    progress: Callable[[int, int], None] | None = None,
    follow_links: bool = False,
) -> Corpus:
    """Read every readable file under a folder, or one file, into chunks.

    Args:
        folder_or_file: see `corpus_files`; a suffix that no reader knows is listed in `.skipped`.
        chunk_words: the most words a chunk has.
        progress: called with (files done, files) after each.
        follow_links: read what links that lead out of the folder point to, as well.

    Returns:
        Documents in path order with `id`, `page_content` (verbatim) and metadata `source` (path inside the
        folder), `title`, `start` (characters into the file's or row's text), and for tables `row` and the
        row's other columns. The same words in two files are one chunk, under the first file's name.

    Raises:
        CorpusError: the place does not exist, or nothing in it could be read.
    """
    place = corpus_files(folder_or_file, follow_links=follow_links)
    documents: dict[str, Document] = {}
    skipped: list[Skipped] = []
    chunks = 0
    for number, path in enumerate(place.files, start=1):
        try:
            read = list(_documents(path, place, chunk_words))
            if not read:
                raise CorpusError(f"holds no text{_SCAN if path.suffix.lower() == '.pdf' else ''}.")
            for document in read:
                documents.setdefault(str(document.id), document)
            chunks += len(read)
        except (CorpusError, OSError, UnicodeError) as error:
            logger.warning("skipped %s: %s", path, error)
            skipped.append(Skipped(path, str(error)))
        if progress is not None:
            progress(number, len(place.files))
    unread = len(skipped)
    skipped = sorted([*skipped, *place.skipped], key=lambda one: one.path)
    if not documents:
        reasons = "".join(f"\n  {one.path}: {one.reason}" for one in skipped)
        raise CorpusError(f"{place.root} holds no readable text. Readable: {' '.join(sorted(READERS))}.{reasons}")
    return Corpus(list(documents.values()), skipped, len(place.files) - unread, chunks - len(documents))


def _documents(path: Path, place: CorpusFiles, chunk_words: int) -> Iterator[Document]:
    source = place.source(path)
    for record in read_records(path):
        row: dict[str, Any] = {} if record.row is None else {"row": record.row}
        for chunk in split_text(record.text, chunk_words):
            metadata = {**record.extra, **row, "source": source, "title": record.title, "start": chunk.start}
            yield Document(id=chunk_id(chunk.text), page_content=chunk.text, metadata=metadata)
