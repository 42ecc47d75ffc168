"""Which language a question is asked in: English, as the prompts are, or another; and what is counted in it.

Of another language the prompts ask for the question's own.
"""

import re

# Words that English questions have and other languages in Latin letters do not.
_WORDS = """
the of and is are were do does did has have had can could will would should what when where which who why how it its for
with from that than only be been by not or to if
"""
_ENGLISH = frozenset(_WORDS.split())
_WORD = re.compile(r"[A-Za-z]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff]")
_KANA = re.compile("[\u3041-\u30fa]")
_ARABIC = re.compile("[\u0620-\u06d3]")
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
    if _KANA.search(question):
        return "ja"
    letters = len(_ARABIC.findall(question))
    return "fa" if 2 * letters > sum(map(str.isalpha, question)) and _PERSIAN.search(question) else ""


def unit_of(question: str) -> str:
    """Words, or characters where the question is written without spaces."""
    return "characters" if 2 * len(_UNSPACED.findall(question)) > len(question) else "words"
