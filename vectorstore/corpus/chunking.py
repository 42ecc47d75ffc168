"""Cut a text into passages that stand in it word for word.

Splits at paragraphs and sentences (also 。！？ of Japanese and Chinese), and packs whole sentences up to a
length. Knows no files and no models: text in, spans of that text out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Meant to stay under the 256 word pieces that all-MiniLM-L6-v2 reads; not measured on a corpus.
CHUNK_WORDS = 160
SCRAP = 0.25  # of a chunk's words; the example's longest chunk has 236 word pieces with it

CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
_WORD = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
# A sentence ends after .!? with closing quotes and a space, after 。！？ with brackets, or at a blank line.
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s)|[。！？][」』）”]*|(?:\r?\n)\s*?(?:\r?\n)+|\Z")


@dataclass(frozen=True)
class Chunk:
    """A passage: `text` is exactly `source[start:start + len(text)]`."""

    text: str
    start: int


def split_text(text: str, words: int = CHUNK_WORDS) -> list[Chunk]:
    """Cut `text` into chunks of at most `words` words, without overlap and without blank edges.

    A rest of less than a quarter of that, such as a source line, stays with the chunk before: alone it says nothing,
    and would take a passage's place. A CJK character counts as one word, which is about what a multilingual tokenizer
    makes of it.
    """
    if words < 1:
        raise ValueError(f"words={words!r}: a chunk needs at least one word.")
    spans: list[tuple[int, int]] = []
    start, end, count = 0, 0, 0
    for piece_start, piece_end, length in _pieces(text, words):
        if count and count + length > words:
            spans.append((start, end))
            start, count = piece_start, 0
        end, count = piece_end, count + length
    if spans and count < words * SCRAP:
        start, _ = spans.pop()
    return [chunk for span in [*spans, (start, end)] for chunk in _chunk(text, *span)]


def _chunk(text: str, start: int, end: int) -> list[Chunk]:
    raw = text[start:end]
    kept = raw.strip()
    return [Chunk(kept, start + raw.index(kept))] if kept else []


def _pieces(text: str, words: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, words) of every sentence; one longer than `words` comes in parts of that length."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        spans = [found.span() for found in _WORD.finditer(text, start, match.end())]
        for first in range(0, len(spans), words):
            part = spans[first : first + words]
            yield part[0][0], part[-1][1], len(part)
        start = match.end()
