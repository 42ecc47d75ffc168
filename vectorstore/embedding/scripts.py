"""Which scripts a model has learnt, by the vocabulary of its tokenizer, and what is written in others. Loads nothing.

A model cuts a script that it has never learnt into single letters: every text in it then lies near every other one, and
what a search finds is chance.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection
from functools import lru_cache

MULTILINGUAL = "index the documents with --embeddings intfloat/multilingual-e5-small"  # what to do about it

# Tokens. bert-base-uncased, an English model, has 26,600 Latin ones, 488 Chinese characters, 20 to 92 letters of each
# other script; multilingual vocabularies have thousands of each.
_LEARNT = 600
_READABLE = 0.5  # of a text's letters
_KANA = ("HIRAGANA", "KATAKANA")  # tell Japanese from Chinese, though most of a sentence may be ideographs
_CALLED = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}
_BYTE_OF_SPACE = "Ġ"  # begins every word in a byte-level vocabulary, such as GPT-2's


def learnt_scripts(vocabulary: Collection[str]) -> frozenset[str] | None:
    """Return the scripts that a vocabulary has words of, by their Unicode names: {"LATIN", "CYRILLIC", …}.

    None for a vocabulary of bytes, which does not tell.
    """
    if sum(token.startswith(_BYTE_OF_SPACE) for token in vocabulary) >= _LEARNT:
        return None
    counted = Counter(script for token in vocabulary for script in set(map(_script, filter(str.isalpha, token))))
    return frozenset(script for script, tokens in counted.items() if tokens >= _LEARNT)


def foreign_script(text: str, scripts: Collection[str]) -> str:
    """Return what people call the script of a text of which less than half of the letters are of these; else ""."""
    if readable_share(text, scripts) >= _READABLE:
        return ""
    letters = [script for one in text if one.isalpha() and (script := _script(one)) not in scripts]
    most = next(filter(_KANA.__contains__, letters), "") or Counter(letters).most_common(1)[0][0]
    return _CALLED.get(most, most.title())


def readable_share(text: str, scripts: Collection[str]) -> float:
    """Return the share of a text's letters that are of these scripts, in [0, 1]; 1 for a text without letters."""
    letters = [one for one in text if one.isalpha()]
    return sum(_script(one) in scripts for one in letters) / len(letters) if letters else 1.0


@lru_cache(65_536)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
