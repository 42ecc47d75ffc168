"""The content words of a text, and which of its lines claim nothing. Text only."""

import re
from functools import lru_cache

from vectorstore.text.letters import UNSPACED, for_matching
from vectorstore.text.sentences import CITATION, ends_with_sentence
from vectorstore.text.words import FUNCTION_WORDS, stem

_WORD = re.compile(rf"[^\W\d_{UNSPACED}]+(?:['-][^\W\d_{UNSPACED}]+)*")
_RUN = re.compile(f"[{UNSPACED}]{{2,}}")
_GRAMMAR = re.compile("[\u3040-\u309f]{2}")  # two hiragana are an ending or a particle of Japanese
_PERSIAN = """
و در به از که این آن را با است هست بود شد شده می نمی هم برای تا یا اما ولی هر هیچ نیز بر یک خود آیا
اگر چون زیرا پس همه چه چند دیگر باید شود شوند کند کنند کرد کرده دارد دارند داشت نیست هنوز بسیار بیش
بیشتر تنها بین میان روی ها های ای آنها ما من او
"""
_OTHER_FUNCTION_WORDS = frozenset(for_matching(_PERSIAN).split())
_SOURCE_LINE = re.compile(
    r"\W*(?:sources?|references?|see|footnotes?|quellen?|fuente|出典|منبع|источник)\b[^.]{0,20}[:：]", re.IGNORECASE
)
_HEADING_MARK = re.compile(r"\s*#{1,6}\s|\s*\*\*[^*]+\*\*\s*$")
_HEADING_WORDS = 12
_LEAST_OF_A_SOURCE = 3  # content words
_MARK = re.compile(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)|^\s*#{1,6}\s+", re.MULTILINE)


def without_marks(text: str) -> str:
    """A text without Markdown's emphasis and heading marks."""
    return _MARK.sub("", text)


@lru_cache(8192)
def content_words(text: str) -> frozenset[str]:
    """The stems of a text's words, without function words; pairs of characters in scripts without spaces."""
    text = for_matching(CITATION.sub("", text))
    pairs = {run.group()[at : at + 2] for run in _RUN.finditer(text) for at in range(len(run.group()) - 1)}
    pairs = {pair for pair in pairs if not _GRAMMAR.fullmatch(pair)}
    words = (match.group().lower().removesuffix("'s") for match in _WORD.finditer(text))
    return frozenset(stem(word) for word in words if word not in FUNCTION_WORDS | _OTHER_FUNCTION_WORDS) | pairs


@lru_cache(8192)
def words_in_order(text: str) -> tuple[tuple[str, int], ...]:
    """The stems of a text's content words in their order, each with where it ends; of scripts with spaces only."""
    found = ((match, match.group().lower().removesuffix("'s")) for match in _WORD.finditer(for_matching(text)))
    content = (one for one in found if one[1] not in FUNCTION_WORDS | _OTHER_FUNCTION_WORDS)
    return tuple((stem(word), match.end()) for match, word in content)


def claims_nothing(sentence: str) -> bool:
    """Whether a sentence is a heading or a source line, which claims nothing that a passage could support."""
    if _SOURCE_LINE.match(sentence) or _HEADING_MARK.match(sentence):
        return True
    words = sentence.split()
    if ends_with_sentence(sentence) or not 0 < len(words) <= _HEADING_WORDS:
        return False
    capitals = sum(word[:1].isupper() or word.lower() in FUNCTION_WORDS for word in words)
    return words[0][:1].isupper() and capitals == len(words)


def tells_a_source(sentence: str, passage: str) -> bool:
    """Whether all that a sentence says stands in a passage's source line: "World Economic Outlook for 2022."."""
    lines = [line for line in passage.splitlines() if _SOURCE_LINE.match(line)]
    words = content_words(sentence)
    return len(words) >= _LEAST_OF_A_SOURCE and any(words <= content_words(line) for line in lines)
