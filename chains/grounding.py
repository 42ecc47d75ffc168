"""Recognises an answer that says it does not know. Text only."""

import re

_ABSTENTION = re.compile(r"^\W*i (?:do not|don['’]t) know\b", re.IGNORECASE)
_LONGEST = 30  # words: an abstention may say why, an essay that opens with the phrase is an answer


def is_abstention(text: str) -> bool:
    """Tell whether a text is "I don't know", with a short tail at the most."""
    return _ABSTENTION.match(text) is not None and len(text.split()) <= _LONGEST
