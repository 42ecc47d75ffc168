"""Split a text into passages of whole sentences, word for word.

Splits at paragraphs and sentences, and packs sentences up to a length in words and in characters.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from vectorstore.text.letters import IDEOGRAPHS, SOUTH_EAST_ASIAN, UNSPACED
from vectorstore.text.sentences import each_sentence

# Meant to stay under the 256 word pieces that all-MiniLM-L6-v2 reads; not measured on a corpus.
CHUNK_WORDS = 160
SCRAP = 0.25  # of a chunk's words; the example's longest chunk has 236 word pieces with it
# Characters that a chunk has for each word at most, blanks included: twice what English has.
LETTERS_A_WORD = 12
LONGEST_WORD = 24  # letters; what is longer, such as a link, counts as several words

_SCRIPTS_WITH_MARKS = (range(0x300, 0x370), range(0x590, 0x700), range(0x900, 0x1100), range(0x1780, 0x1800))
_MARKS = "".join(chr(code) for codes in _SCRIPTS_WITH_MARKS for code in codes if unicodedata.combining(chr(code)))
_WORD = re.compile(
    rf"[{IDEOGRAPHS}]|(?:[{SOUTH_EAST_ASIAN}]{{1,3}}|[^\s{UNSPACED}]{{1,{LONGEST_WORD}}})[{_MARKS}\u200c\u200d\ufe0f]*"
)


@dataclass(frozen=True)
class Piece:
    """A passage: `text` is exactly `source[start:start + len(text)]`."""

    text: str
    start: int


def most_letters(words: int = CHUNK_WORDS) -> int:
    """Return how many characters a chunk of so many words has at most."""
    return max(words * LETTERS_A_WORD, 2 * LONGEST_WORD)


def split_text(text: str, words: int = CHUNK_WORDS) -> list[Piece]:
    """Cut `text` into chunks of at most `words` words and `most_letters(words)` characters.

    They do not overlap, have no blank edges, and hold every character of the text that is not blank. A rest of less
    than a quarter of the words, such as a source line, stays with the chunk before: alone it says nothing, and would
    take a passage's place. A CJK character counts as one word, which is about what a multilingual tokenizer makes of
    it, and so do three characters of a script without blanks and 24 of a link.
    """
    if words < 1:
        raise ValueError(f"words={words!r}: a chunk needs at least one word.")
    most = most_letters(words)
    spans: list[tuple[int, int]] = []
    start, end, count = 0, 0, 0
    for piece_start, piece_end, length in _pieces(text, words, most):
        if count and (count + length > words or piece_end - start > most):
            spans.append((start, end))
            start, count = piece_start, 0
        elif not count:
            start = piece_start
        end, count = piece_end, count + length
    if spans and count < words * SCRAP and end - spans[-1][0] <= most:
        start, _ = spans.pop()
    if count:
        spans.append((start, end))
    return [Piece(text[start:end], start) for start, end in spans]


def _pieces(text: str, words: int, most: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, words) of every sentence; one that is too long comes in parts."""
    for sentence in each_sentence(text):
        plain = sentence.text.split() if sentence.text.isascii() else []  # counted at once, which saves half the time
        if plain and len(plain) <= words and len(sentence.text) <= most and max(map(len, plain)) <= LONGEST_WORD:
            yield sentence.start, sentence.end, len(plain)
            continue
        start, end, count = sentence.start, sentence.start, 0
        for word in _WORD.finditer(text, sentence.start, sentence.end):
            if count == words or (count and word.end() - start > most):
                yield start, end, count
                count = 0
            if not count:
                start = word.start()
            end, count = word.end(), count + 1
        if count:
            yield start, end, count
