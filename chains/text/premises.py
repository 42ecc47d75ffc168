"""Facts of passages that a deeper question can take for granted. English only; text only."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from chains.text.content import content_words
from chains.text.drafting.draft import full_sentences, stands_alone
from chains.text.support.entities import names
from chains.text.support.numbers import claimed_numbers
from prompts.languages import in_english
from vectorstore.text.sentences import word_count
from vectorstore.text.words import FUNCTION_WORDS

__all__ = ["as_premise", "asked_behind", "premises_in"]

_SHORTEST, _LONGEST = 6, 30  # words
_LEAST_SMALL = 0.1  # of a sentence's words are "the", "of", "in" and the like; in another language hardly any is
_POINTS_BACK = re.compile(r"\b(?:it|they|them|he|she|him|we|us|i|you|this|these|there|here)\b", re.IGNORECASE)
_BELONGS = re.compile(r"\b(?:its|their|his|her|our|such|both|another|others?)\b", re.IGNORECASE)
_CONNECTS = re.compile(r"(?:then|also|still|again|thus|instead|later|now|today|here|there)\b", re.IGNORECASE)
_BEGINS = frozenset({"before", "after", "during", "within", "without", "despite", "among", "under", "since", "until"})
_ASK = re.compile(r"(?:and |but |so |then )?(?=(?:why|how|what|which|who|whose|where|whether|at what|to what)\b)", re.I)


def premises_in(passages: Sequence[str], question: str) -> list[str]:
    """Return sentences that stand alone and hold a name or a number, each passage's nearest to the question first.

    They come in turns: the first of every passage, then the second of every passage, and so on.
    """
    if not in_english(question):
        return []
    asked = content_words(question)
    ranked = [
        sorted(_usable(passage), key=lambda fact: len(content_words(fact) & asked), reverse=True)
        for passage in passages
    ]
    return list(dict.fromkeys(fact for turn in zip_longest(*ranked) for fact in turn if fact))


def as_premise(fact: str, passages: Sequence[str]) -> str:
    """Return a fact as it goes on behind "Given that": without its full stop, and small where no name begins it."""
    first = re.match(r"[^\W\d_]+", fact)
    word = first.group() if first else ""
    is_common = (
        word.lower() in FUNCTION_WORDS | _BEGINS
        or bool(claimed_numbers(word.lower()))
        or any(re.search(rf"(?<![\w-]){word.lower()}(?![\w-])", one) for one in passages)
    )
    begun = word.lower() + fact[len(word) :] if word.istitle() and word != "I" and is_common else fact
    return begun.rstrip(" .")


def asked_behind(premise: str, frame: str, text: str) -> str:
    """Return a question with its premise, which is put back where the model left it out.

    A question that was begun anew behind the frame ("how does this affect Who pays?") takes the frame's place.
    """
    rest = text.removeprefix(f"{premise}, {frame}").lstrip()
    asks = _ASK.match(rest)
    return f"{premise}, {rest[asks.end()].lower()}{rest[asks.end() + 1 :]}" if asks else text


def _usable(passage: str) -> Iterator[str]:
    for sentence in full_sentences(passage):
        if (
            _SHORTEST <= word_count(sentence) <= _LONGEST
            and sentence.endswith(".")
            and _is_english(sentence)
            and (claimed_numbers(sentence) or names(sentence))
            and stands_alone(sentence)
            and not _leans(sentence)
        ):
            yield sentence


def _is_english(sentence: str) -> bool:
    words = sentence.lower().split()
    return sum(word in FUNCTION_WORDS for word in words) >= _LEAST_SMALL * len(words)


def _leans(sentence: str) -> bool:
    """Whether a sentence may need one before it: it has a pronoun, or an owner comes before any name."""
    if _POINTS_BACK.search(sentence) or _CONNECTS.match(sentence):
        return True
    owner, named = _BELONGS.search(sentence), names(sentence)
    return owner is not None and not (named and named[0].start < owner.start())
