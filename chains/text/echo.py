"""Echo: the share of a text's n-grams that occur in earlier texts, outside quotations.

Text only. A paraphrase in other words does not count.
"""

import re
from collections.abc import Sequence

from chains.errors import ChainError
from chains.text.content import without_marks
from chains.text.ngrams import ngrams

COPIED = 0.8  # of a sentence's 4-grams, out of a passage: the passage speaks, not the writer

# Each kind stops at its own closing mark or at the line's end: a mark left open quotes nothing.
_QUOTATION = re.compile(r"“[^“”\n]*”|„[^„“”\n]*[“”]|\"[^\"\n]*\"|«[^«»\n]*»|「[^「」\n]*」|『[^『』\n]*』")


def outside_quotation(text: str) -> list[str]:
    """The stretches of a text that are in no quotation marks (“…”, "…", „…“, «…», 「…」), in order."""
    return _QUOTATION.split(text)


def echo_share(text: str, said_before: str | Sequence[str], n: int = 4) -> float:
    """Return the share of a text's n-grams, outside quotation, that an earlier text has; in [0, 1].

    No n-gram reaches over a quotation or from one earlier text into the next. Words count without case and
    punctuation; in scripts without spaces two characters count as a word.

    Args:
        text: the text that is judged.
        said_before: what was said before, one text or several; what they quote counts as said.
        n: length of the n-grams in words, at least 1.

    Returns:
        0.0 if the text is shorter than n words, or all quotation.

    Raises:
        ChainError: n is below 1.
    """
    if n < 1:
        raise ChainError(f"n = {n}: an n-gram has at least one word")
    earlier = [said_before] if isinstance(said_before, str) else said_before
    said = {gram for one in earlier for gram in ngrams(one, n)}
    grams = [gram for stretch in outside_quotation(text) for gram in ngrams(stretch, n)]
    return sum(gram in said for gram in grams) / len(grams) if grams else 0.0


def is_copied(sentence: str, passages: Sequence[str]) -> bool:
    """Whether a sentence stands in some passage word for word, or nearly."""
    return any(echo_share(sentence, without_marks(one)) >= COPIED for one in passages)
