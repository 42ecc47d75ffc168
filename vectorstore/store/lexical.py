"""The BM25 side of hybrid search. The only importer of bm25s.

BM25 (Robertson and Zaragoza 2009) is linear in the query's words, so points of view fold into it as into vectors. Words
are runs of letters and digits, with English plural and verb endings folded, and pairs of neighbouring characters in
scripts without spaces. Texts are normalised for matching only.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vectorstore.pov import POV
from vectorstore.store.ranking import standardised
from vectorstore.text.letters import UNSPACED, for_matching
from vectorstore.text.words import FUNCTION_WORDS, stem

_RUN = re.compile(rf"[{UNSPACED}]+|[^\W{UNSPACED}]+")
_UNSPACED_RUN = re.compile(rf"[{UNSPACED}]+")


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
    for run in _RUN.findall(for_matching(text).casefold()):
        if _UNSPACED_RUN.fullmatch(run):
            found += ["".join(pair) for pair in pairwise(run)] or [run]
        elif run not in FUNCTION_WORDS:
            found.append(stem(run))
    return found
