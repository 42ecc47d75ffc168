"""Which language a question is asked in: English, as the prompts are, or another; and what is counted in it.

Of another language the prompts ask for the question's own.
"""

import re
import unicodedata

# Words that English questions have and other languages in Latin letters do not.
_WORDS = """
the of and is are were do does did has have had can could will would should what when where which who why how it its for
with from that than only be been by not or to if
"""
_ENGLISH = frozenset(_WORDS.split())
_WORD = re.compile(r"[A-Za-z]+")
_KANA = frozenset({"HIRAGANA", "KATAKANA"})
_UNSPACED = _KANA | {"CJK", "IDEOGRAPHIC", "THAI", "LAO", "MYANMAR", "KHMER"}
_PERSIAN = re.compile("[پچژگکی]")  # letters that Arabic does not have
_LEAST = 0.2  # of the words


def in_english(question: str) -> bool:
    """Whether a question is English; one without a word is taken to be."""
    words = _WORD.findall(question.lower())
    others = sum(one.isalpha() and one > "\u024f" for one in question)
    if others > sum(map(len, words)):
        return False
    return sum(one in _ENGLISH for one in words) >= _LEAST * len(words)


def language_of(question: str) -> str:
    """The language of a question that is told by its script: "ja" for kana, "fa" for letters of Persian; else ""."""
    letters = [_named(one) for one in question if one.isalpha()]
    if not all(map(_KANA.isdisjoint, letters)):
        return "ja"
    return "fa" if 2 * sum("ARABIC" in one for one in letters) > len(letters) and _PERSIAN.search(question) else ""


def unit_of(question: str) -> str:
    """Words, or characters where the question is written without spaces."""
    unspaced = sum(not _UNSPACED.isdisjoint(_named(one)) for one in question)
    return "characters" if 2 * unspaced > len(question) else "words"


def _named(letter: str) -> frozenset[str]:
    """The words of a character's name in Unicode, its script among them."""
    return frozenset(unicodedata.name(letter, "").replace("-", " ").split())
