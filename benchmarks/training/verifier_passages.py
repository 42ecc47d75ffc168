"""The passages that the verifier learns from, and those that it is measured on.

Learns from UN speeches, Perspectrum's evidence and ArguAna. The World Factbook and RAMDocs are domains that it never
sees; of the others every tenth document is kept for measuring, and what shares eight words running with one of those
is not learned from. Long texts are cut as the product cuts them.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.public_sets import Row, read
from benchmarks.training.stance_data import eights
from chains.text.sentences import Sentence, split_sentences
from vectorstore.corpus.chunking import split_text

Split = Literal["train", "test"]
LEARNED, UNSEEN = ("speeches", "evidence", "arguments"), ("factbook", "ramdocs")
DOMAINS = (*LEARNED, *UNSEEN)
KEPT = 10  # every so many-th document is for measuring
SHORTEST, LONGEST = 8, 45  # words of a sentence that is used


@dataclass(frozen=True)
class Passage:
    """A passage of one document."""

    id: str
    domain: str
    split: Split
    text: str

    def sentences(self) -> list[Sentence]:
        """Return its whole statements of a usable length."""
        return [one for one in split_sentences(self.text) if _is_statement(one.text)]


def passages(data: Path) -> list[Passage]:
    """Read them all; what a measuring passage says too is left out of training.

    Args:
        data: folder of the public sets.
    """
    found = [one for domain in DOMAINS for one in _passages(data, domain)]
    held = set[str]().union(*(eights(one.text) for one in found if one.split == "test"))
    return [one for one in found if one.split == "test" or not eights(one.text) & held]


def _passages(data: Path, domain: str) -> Iterator[Passage]:
    for document, text in _documents(data, domain):
        kept = domain in UNSEEN or zlib.crc32(document.encode()) % KEPT == 0
        for number, chunk in enumerate(split_text(text)):
            yield Passage(f"{document}/{number}", domain, "test" if kept else "train", chunk.text)


def _documents(data: Path, domain: str) -> Iterator[tuple[str, str]]:
    """Yield (name, text); passages of one speech or one debate share their name's hash by standing together."""
    if domain == "ramdocs":
        for row in read(data / "ramdocs.jsonl.gz"):
            for number, document in enumerate(row["documents"]):
                yield f"{row['_id']}-{number}", document["text"]
        return
    file, name = {
        "speeches": ("political/un_speeches", lambda row: row["_id"].rpartition("-")[0]),
        "evidence": ("perspectrum/evidence", lambda row: row["_id"]),
        "arguments": ("arguana/corpus", _debate),
        "factbook": ("political/factbook", lambda row: row["_id"]),
    }[domain]
    texts: dict[str, str] = {}
    for row in read(data / f"{file}.jsonl.gz"):
        texts[name(row)] = f"{texts.get(name(row), '')}\n\n{row['text']}".strip()
    yield from texts.items()


def _debate(row: Row) -> str:
    """Both sides of an argument share a name: `…-con01a` and `…-con01b`."""
    return str(row["_id"])[:-1]


def _is_statement(text: str) -> bool:
    words = text.split()
    whole = text[0].isupper() and text.endswith(".") and "\n" not in text
    return whole and SHORTEST <= len(words) <= LONGEST and not any(mark in text for mark in '"“”?:;[]|')
