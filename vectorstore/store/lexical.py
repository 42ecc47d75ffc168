"""The BM25 side of hybrid search; the only importer of bm25s.

BM25 (Robertson and Zaragoza 2009) is linear in the query's words, so points of view fold into it as they do
into vectors. Words are cut without a language's help: runs of letters and digits, with English plural and
verb endings folded, and pairs of neighbouring characters for Chinese and Japanese. Texts are stored word for word and
normalised here only. Knows no vectors.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vectorstore.corpus.chunking import CJK
from vectorstore.pov import POV
from vectorstore.store.ranking import standardised

_RUN = re.compile(rf"[{CJK}]+|[^\W{CJK}]+")
# Soft hyphens, zero-width spaces and marks of direction; the zero-width non-joiner parts words in Persian, and stays.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
# A word that is broken at the end of a line goes on with a small letter.
_BROKEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\r?\n[ \t]{0,20}(?=([^\W\d_]))")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_CJK_RUN = re.compile(rf"[{CJK}]+")
# So frequent in English that they say nothing; BM25's weights alone leave them noise in short texts.
_STOPWORDS = """a an and are as at be been but by can could did do does for from had has have he her his
how i if in into is it its may more most no not of on or our she should so some such than that the their
them then there these they this those to was we were what when where which who will with would you your"""
STOPWORDS = frozenset(_STOPWORDS.split())


class LexicalIndex:
    """BM25 over n texts, by position.

    Args:
        texts: the corpus, in the store's order.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Cut the texts into words and count them."""
        import bm25s

        self._count = len(texts)
        self._index = bm25s.BM25()
        corpus = [tokens(text) or [""] for text in texts]
        self._index.index(corpus, show_progress=False)

    def term_scores(self, question: str, povs: Sequence[POV]) -> NDArray[np.float64]:
        """Return standardised BM25 scores (n, 1+m) of the question and of each view.

        A view with `against` scores its own words less those of the other statement.
        """
        columns = [self._scores(question)]
        for pov in povs:
            own = self._scores(pov.text)
            columns.append(own if pov.against is None else own - self._scores(pov.against))
        return standardised(np.stack(columns, axis=1))

    def _scores(self, text: str) -> NDArray[np.float64]:
        known = [token for token in tokens(text) if token in self._index.vocab_dict]
        if not known:
            return np.zeros(self._count)
        return np.asarray(self._index.get_scores(known), dtype=np.float64)


def tokens(text: str) -> list[str]:
    """Cut a text into the words that BM25 counts."""
    found: list[str] = []
    for run in _RUN.findall(normalised(text)):
        if _CJK_RUN.fullmatch(run):
            found += ["".join(pair) for pair in pairwise(run)] or [run]
        elif run not in STOPWORDS:
            found.append(_stem(run))
    return found


def normalised(text: str) -> str:
    """Return a text as it is matched: one form of each character, digits as 0-9, broken words whole, small letters."""
    whole = _BROKEN.sub(lambda found: "" if found[1].islower() else found[0], text)
    one_form = unicodedata.normalize("NFKC", whole.translate(_INVISIBLE))
    return _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), one_form).casefold()


def _stem(word: str) -> str:
    """Fold the commonest English endings (a light stemmer after Harman 1991, with -ing and -ed)."""
    if not word.isascii() or len(word) < 5:
        return word[:-1] if word.isascii() and len(word) == 4 and word.endswith("s") and word[-2] != "s" else word
    if word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    if word.endswith("s") and not word.endswith(("ss", "us")):
        return word[:-1]
    return word
