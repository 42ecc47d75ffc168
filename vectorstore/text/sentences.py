"""Sentences of a text, with where they are in it, and its length in words.

English and other spaced text, Persian, Urdu, Hindi, Japanese, Chinese.

Text only: no model, no word list beyond a few dozen abbreviations. It does not know every abbreviation, nor
whether a full stop after "U.S." also ends the sentence; it guesses from the next word. Thai and other scripts
that end sentences with a space come back as one sentence.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from vectorstore.text.letters import UNSPACED

_WIDE_PUNCTUATION = "\u3001-\u3004\u3008-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
_WORD = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}{_WIDE_PUNCTUATION}]+")

CITATION = re.compile(r"\[\d{1,2}\]")  # a marker such as [1]; passages are few, so two digits are enough
# As models write them: [1], [1, 2], [1][2], [1] and [2], ([1]). A run of blanks is tried once, from its beginning.
_NUMBERS = r"\[\d{1,2}(?:[ \t]?[,;–-][ \t]?\d{1,2})*\]"
_CITED = rf"{_NUMBERS}(?:[ \t]?(?:[,;&–-]|and)?[ \t]?{_NUMBERS})*"
_CITED_WITH_BLANKS = re.compile(
    rf"^[ \t]*(?:\({_CITED}\)|{_CITED})[ \t]*|(?<![ \t])[ \t]*(?:\({_CITED}\)|{_CITED})", re.MULTILINE
)
_CLOSERS = "\"'”’»)\\]」』）】*_"
_NO_SPACE = re.compile(rf"(?<=[。！？」』）]) (?=[{UNSPACED}「『（])")
_MARKERS = r"(?:[ \t]*\[\d{1,2}\])*"  # a marker behind the full stop belongs to the sentence before it
_WIDE = "。！？｡؟۔।॥"  # end a sentence whatever follows
_MAY_END = re.compile(rf"[.!?…{_WIDE}\n]")
# ". . ." is one stop.
# The lookbehinds and the bound keep the search linear: a run of dots or lines is tried once, from its beginning.
_STOP = re.compile(
    rf"(?P<wide>[{_WIDE}]+[{_CLOSERS}]*{_MARKERS})"
    rf"|(?<![.!?…])(?P<stop>[.!?…]+(?: [.!?…]+){{0,40}})[{_CLOSERS}]*{_MARKERS}(?=\s|$|[{UNSPACED}])"
    r"|(?<!\n)(?P<break>\n\s*(?:\n|(?=[-*•#]\s|\d{1,2}[.)]\s)))"
)
_LONGEST_ABBREVIATION = 40  # characters before a full stop that are looked at
_BEFORE_WORD = re.compile(r"[\s(\[“\"'‘]")
_NEXT_WORD = re.compile(r"[\s\"'“‘(\[]*(?P<word>\w*)")

# Never the end of a sentence: a name or an example follows.
_LEADS_ON = re.compile(
    r"dr|mrs?|ms|prof|gen|col|sen|rep|gov|hon|rev|sgt|capt|lt|maj|adm|amb|pres|st|mt|messrs|e\.g|i\.e|vs|cf|viz"
)
# Only before a number: "No. 5", but "He said no. Then".
_BEFORE_NUMBER = re.compile(
    r"nos?|pp?|figs?|vol|arts?|sec|ch|paras?|ca|approx|eq|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
# Behind "U.S." or "J." a capital proves nothing; only words that seldom follow inside a sentence do.
_OPENERS = re.compile(
    r"the|this|that|these|those|its?|he|she|they|we|you|i|an?|and|but|or|so|yet|in|on|at|as|by|for|from|to|of|"
    r"if|when|while|although|though|however|moreover|therefore|thus|still|instead|meanwhile|after|before|since|"
    r"because|there|here|what|why|how|who|where|is|are|was|were|both|each|many|most|some|such|not?"
)
_DOTTED = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")  # U.S, a.m, J


@dataclass(frozen=True)
class Sentence:
    """A sentence: `text` is exactly `whole[start:end]`, offsets in characters, no space at either end."""

    text: str
    start: int
    end: int


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text in order; together they hold every character that is not white space.

    A blank line or the start of a list item ends a sentence too, so headings stand alone. A full stop does not
    end one inside a decimal, after a title, an initial or "e.g.", nor before a small letter.
    """
    return tuple(each_sentence(text))


def each_sentence(text: str) -> Iterator[Sentence]:
    """Yield what `split_sentences` returns, one after the other: a long text of dots has millions."""
    start = 0
    for end in chain(_boundaries(text), [len(text)]):
        piece = text[start:end]
        if stripped := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            yield Sentence(stripped, first, first + len(stripped))
        start = end


def without_citations(text: str) -> str:
    """Return a text without its markers and the blanks that stood before them; paragraphs stay."""
    return _CITED_WITH_BLANKS.sub("", text)


def joined_sentences(sentences: Iterable[str]) -> str:
    """Sentences as a text: a space between two of them, but for scripts without spaces."""
    return _NO_SPACE.sub("", " ".join(sentences))


def word_count(text: str) -> int:
    """How long a text is: words between spaces (as `len(text.split())`), letters where the script has no spaces."""
    return sum(1 for _ in _WORD.finditer(text))


def ends_with_sentence(text: str) -> bool:
    """Whether a text ends where a sentence may end: with a full stop, question or exclamation mark.

    Closing quotes, brackets and citation markers may follow it. "Dr.", "e.g." and a bare list number do not end
    one; "U.S." may.
    """
    text = text.rstrip()
    found = [match for match in _stops(text) if match.end() == len(text)]
    if not found or found[-1]["break"] is not None:
        return False
    return found[-1]["wide"] is not None or not _goes_on(text, 0, found[-1])


def cut_at_sentence(text: str, max_words: int) -> str:
    """The longest beginning of a text that ends with a sentence and has at most `max_words` words.

    Where not even the first sentence fits, or none is finished, the first `max_words` words are kept as they
    stand. A text that fits and ends with a sentence comes back unchanged. Words as in `word_count`.

    Raises:
        ValueError: `max_words` is below 1.
    """
    if max_words < 1:
        raise ValueError(f"max_words = {max_words}: at least one word has to stay")
    words = list(_WORD.finditer(text))
    fits = len(words) <= max_words
    if fits and ends_with_sentence(text):
        return text
    limit = len(text) if fits else words[max_words].start()
    ends = [s.end for s in split_sentences(text) if s.end <= limit and ends_with_sentence(s.text)]
    return text[: ends[-1]] if ends else text[:limit].rstrip()


def _stops(text: str) -> Iterator[re.Match[str]]:
    """Every match of ``_STOP``; it is only tried where it can begin, which halves the time."""
    end = 0
    for place in _MAY_END.finditer(text):
        if place.start() >= end and (match := _STOP.match(text, place.start())):
            end = match.end()
            yield match


def _boundaries(text: str) -> Iterator[int]:
    """Offsets at which a sentence ends, in order."""
    start = 0
    for match in _stops(text):
        if match["stop"] is None or not _goes_on(text, start, match):
            start = match.end()
            yield start


def _goes_on(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether the sentence that began at `start` continues behind this mark."""
    following = _NEXT_WORD.match(text, stop.end())
    after = following["word"] if following else ""
    if after[:1].islower():
        return True  # "Why?" he asked; approx. five
    if stop["stop"] != ".":
        return False
    end = stop.start("stop")
    before = text[max(start, end - _LONGEST_ABBREVIATION) : end]
    last = _BEFORE_WORD.split(before)[-1]
    word = last.lower()
    if not word:
        return False
    if _LEADS_ON.fullmatch(word):
        return True
    if _BEFORE_NUMBER.fullmatch(word):
        return after[:1].isdigit() or (not after and last != "no")
    if word.isdecimal() and len(word) <= 2:
        return not text[start : end - len(last)].strip(" \t\n*#")  # the number of a list item
    if _DOTTED.fullmatch(word):
        return bool(after) and not _OPENERS.fullmatch(after.lower())
    return False
