"""Words and sentences of a text: counting, and cutting where a sentence ends. Text only.

Does not know abbreviations: a full stop before a space ends a sentence, in "U.S. policy" too.
"""

import re

_END = re.compile(r"[.!?。！？][\"'”’)\]]*(?=\s|$)")


def word_count(text: str) -> int:
    """Return the number of words, as separated by white space."""
    return len(text.split())


def ends_with_sentence(text: str) -> bool:
    """Tell whether a text ends with a full stop, question or exclamation mark, quotes and brackets aside."""
    return any(match.end() == len(text.rstrip()) for match in _END.finditer(text.rstrip()))


def cut_at_sentence(text: str, max_words: int) -> str:
    """Cut a text after its last whole sentence within ``max_words`` words.

    A text within the limit keeps all its whole sentences; one without any sentence's end is cut at the word.
    """
    words = list(re.finditer(r"\S+", text))
    if not words or max_words < 1:
        return ""
    head = text[: words[min(max_words, len(words)) - 1].end()]
    ends = [match.end() for match in _END.finditer(head)]
    return head[: ends[-1]] if ends else head
