"""What a translation has to keep and may write in another way: names, and numbers in words.

Where a name begins a sentence ("Iran joined"), its capital says nothing by itself. The word is taken for a name if the
texts, or the passages beside them, have it with a capital inside sentences more often than in small letters; if it is a
country, its people or its capital; and in English also if it is nowhere in small letters and does not end as an
ordinary word does.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from chains.text.support.clause_words import first_names, first_words, is_country, is_role
from chains.text.support.entities import names
from chains.text.support.numbers import FRACTION, NUMBER_WORDS, claimed_numbers
from vectorstore.text.letters import UNSPACED
from vectorstore.text.sentences import split_sentences, word_count
from vectorstore.text.words import FUNCTION_WORDS

_POSSESSIVE = re.compile(r"['’]s?\Z")
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_ENGLISH = 0.1  # of a text's words are English function words
# Who does something, what is done, and how: "Analysts", "Enlargement", "Recently".
_ORDINARY = re.compile(r"(?:(?:[eo]r|st|ician)s|[ai]lly|[ae]ntly|tely|(?:tion|ment|ism)s?|ness|ity|ities|ings?|ed)\Z")
_COUNT = re.compile(rf"\b(?:{FRACTION}|{NUMBER_WORDS})(?!-?(?:first|second|third|[a-z]+th)\b)", re.IGNORECASE)
_CAN_BE_NAME = re.compile(r"[^\W_](?:[^\n]*[^\W_])?[^\w\n]{0,3}")  # begins with a letter or digit, not with = or @
_FORMULA = re.compile(r"[=<>{}|\\]|://")
_LEAST_IN_WORDS = 11  # "three reasons" is said without counting, "fifteen states" is not


def terms_in(texts: Iterable[str], beside: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names that texts speak of and the numbers that they write in words, each once, in their order.

    Args:
        beside: other texts of the same matter, such as passages; only how they write a word is read.
    """
    texts = list(texts)
    own = _sentences(texts)
    called = _names_at_first(own, [*texts, *beside])
    return tuple(dict.fromkeys(term for sentence in own for term in (*_names(sentence, called), *_counts(sentence))))


def as_name(name: str, text: str) -> str:
    """Return a translation that can be a name: one line of letters or digits, about as long; "" for any other.

    An acronym may become a word for each of its letters.
    """
    text = text.strip().strip('*_`"“”「」').rstrip("。.．،")
    is_name = _CAN_BE_NAME.fullmatch(text) and not _FORMULA.search(text)
    words = max(len(part) if part.isupper() else 1 for part in name.split()) + len(name.split()) - 1
    most = 6 * words + 8 if re.search(f"[{UNSPACED}]", text) else 2 * words + 2
    return text if is_name and word_count(text) <= most else ""


def _names(sentence: str, called: frozenset[str]) -> Iterator[str]:
    found = names(sentence, called)
    return (_POSSESSIVE.sub("", name.text[name.text.index(name.parts[0]) :]) for name in found)


def _counts(sentence: str) -> Iterator[str]:
    found = (count.group() for count in _COUNT.finditer(sentence))
    return (count for count in found if claimed_numbers(count, _LEAST_IN_WORDS))


def _names_at_first(sentences: Sequence[str], texts: Sequence[str]) -> frozenset[str]:
    """Return the words that begin sentences and are names, by how all texts write them."""
    known = _sentences(texts)
    small = Counter(word for one in known for word in _WORD.findall(one) if word.islower())
    inside = Counter(part for one in known for name in names(one) for part in name.parts)
    english = first_names(_sentences(filter(_is_english, texts)))
    first = frozenset[str]().union(*map(first_words, sentences))
    return frozenset(
        word
        for word in first
        if word[0].isupper()
        and word.lower() not in FUNCTION_WORDS
        and (
            inside[word] > small[word.lower()]
            or is_country(word)
            or (word in english and not small[word.lower()] and not is_role(word) and not _ORDINARY.search(word))
        )
    )


def _is_english(text: str) -> bool:
    words = text.lower().split()
    return sum(word in FUNCTION_WORDS for word in words) >= _LEAST_ENGLISH * len(words)


def _sentences(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence.text for text in texts for sentence in split_sentences(text)))
