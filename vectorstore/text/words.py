"""Words: the ones that every English text has, and what a word is without its ending."""

import re

# So frequent that they say nothing of what a text is about.
_ENGLISH = """
a about after all also although among an and any are as at be because been being between both but by can could
did do does each even for from had has have he her his how however i if in into is it its may might more most
must no nor not of on only or other our over own same she should since so some such than that the their them
then there these they this those through to too under until up upon very was we were what when where whether
which while who whose why will with within would yes yet you your
"""
FUNCTION_WORDS = frozenset(_ENGLISH.split())
_DOUBLED = re.compile(r"([bdfgmnprt])\1$")  # stopped: stop


def stem(word: str) -> str:
    """Fold the commonest English endings of a word in small letters (a light stemmer after Harman 1991).

    Four letters stay at least: states, stated and state are "stat"; policies is "policy".
    """
    if not word.isascii() or len(word) < 5:
        return word[:-1] if word.isascii() and len(word) == 4 and word.endswith("s") and word[-2] != "s" else word
    if word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return _DOUBLED.sub(r"\1", word[: -len(ending)])
    if word.endswith("s") and not word.endswith(("ss", "us")):
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word
