"""Whether a question is asked in English, as the prompts are. Otherwise they ask for its own language."""

import re

# Words that English questions have and other languages in Latin letters do not.
_WORDS = """
the of and is are were do does did has have had can could will would should what when where which who why how it its for
with from that than only be been by not or to if
"""
_ENGLISH = frozenset(_WORDS.split())
_WORD = re.compile(r"[A-Za-z]+")
_LEAST = 0.2  # of the words


def in_english(question: str) -> bool:
    """Whether a question is English; one without a word is taken to be."""
    words = _WORD.findall(question.lower())
    others = sum(one.isalpha() and one > "\u024f" for one in question)
    if others > sum(map(len, words)):
        return False
    return sum(one in _ENGLISH for one in words) >= _LEAST * len(words)
