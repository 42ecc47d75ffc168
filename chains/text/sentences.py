"""Sentences and words, as all of this package count them; see ``vectorstore.text``."""

from vectorstore.text.letters import UNSPACED
from vectorstore.text.sentences import (
    CITATION,
    Sentence,
    cut_at_sentence,
    ends_with_sentence,
    split_sentences,
    word_count,
)

__all__ = [
    "CITATION",
    "UNSPACED",
    "Sentence",
    "cut_at_sentence",
    "ends_with_sentence",
    "split_sentences",
    "word_count",
]
