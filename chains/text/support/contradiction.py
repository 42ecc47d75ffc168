"""Whether a text closes on the opposite side from its opening, or takes both sides at once.

Two sentences contradict each other if they are about the same things and one denies what the other says or uses the
opposite word. This does not see a contradiction that needs knowledge, nor one in the middle of a text.
"""

import re
from collections.abc import Sequence

from chains.text.content import content_words
from chains.text.ngrams import units
from chains.text.phrases import OPPOSITES
from chains.text.support.negation import denials
from vectorstore.text.words import stem

_CLAIM = re.compile(
    r"\b(?:i (?:hold|believe|argue|think|maintain|conclude|am convinced|say)|verdict|conclu\w+|therefore|thus|"
    r"in the end|ultimately|should|must|ought|can|cannot|will|has|have|is|are)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:–—]| but | while | whereas ")
_SAME_MATTER = 0.75  # of the shorter clause's content words
_LEAST_SHARED = 3  # content words
_BOTH = 0.75  # of the question's content words in one sentence
_EACH = 0.7  # of each alternative's content words, in one sentence: one that weighs them has fewer
_TAKEN = 0.5  # of an alternative's own content words
_OPPOSITES = [(stem(one), stem(other)) for one, other in OPPOSITES]
_PLAINLY, _HARDLY = 0.75, 0.45  # of them, where a sentence states one alternative and not the other
_CONCEDES = re.compile(
    r"\b(?:however|also|while|although|though|but|critics?|some|others?|both|can|could|may|might|if)\b", re.IGNORECASE
)
_PARTS = 3  # paragraphs: with fewer a text has no opening and close to compare
_SENTENCES = 6
_WEIGHS = re.compile(r"\b(?:than|instead|against)\b", re.IGNORECASE)


def contradicts(opening: Sequence[str], close: Sequence[str]) -> str:
    """The sentence of the close that takes the opposite side from a sentence of the opening, or ""."""
    for last in close:
        for first in opening:
            if _CLAIM.search(first) and _CLAIM.search(last) and opposed(first, last):
                return last
    return ""


def turns_round(paragraphs: Sequence[Sequence[str]], question: str = "") -> str:
    """The sentence of a text's last paragraph, or last two sentences, that contradicts its first; "" if none does.

    In a text of several paragraphs also any sentence that states the other alternative than the first one.
    """
    sentences = [sentence for paragraph in paragraphs for sentence in paragraph]
    if len(paragraphs) >= _PARTS:
        changed = (one for one in sentences[1:] if changes_side(one, sentences[0], question))
        return contradicts(paragraphs[0], paragraphs[-1]) or next(changed, "")
    return contradicts(sentences[:2], sentences[-2:]) if len(sentences) >= _SENTENCES else ""


def alternatives(question: str) -> tuple[str, ...]:
    """The two sides of an either-or question, as it puts them; none if it offers no two clauses."""
    parts = [one.strip(" ?") for one in re.split(r",? or ", question)]
    return tuple(parts) if len(parts) == 2 and all(len(_content(one)) >= _LEAST_SHARED for one in parts) else ()


def side_taken(sentence: str, question: str) -> int | None:
    """Which alternative of an either-or question a sentence takes, 0 or 1, by the words that only one of them has."""
    first, second = _shares(sentence, question)
    return None if first == second or max(first, second) < _TAKEN else int(second > first)


def changes_side(sentence: str, side: str, question: str) -> bool:
    """Whether a sentence states the alternative that the side taken leaves, and concedes nothing."""
    if denies(side) or denies(sentence) or _CONCEDES.search(sentence):
        return False
    before, now = _shares(side, question), _shares(sentence, question)
    return any(
        min(taken, stated) >= _PLAINLY and max(left, kept) <= _HARDLY
        for taken, left, stated, kept in ((*before, *now[::-1]), (*before[::-1], *now))
    )


def _shares(sentence: str, question: str) -> tuple[float, float]:
    """The shares of each alternative's own words that a sentence has."""
    sides = [_content(one) for one in alternatives(question)]
    if not sides:
        return 0.0, 0.0
    said, (first, second) = _content(sentence), sides
    shares = [len(said & own) / max(1, len(own)) for own in (first - second, second - first)]
    return shares[0], shares[1]


def denies(sentence: str) -> bool:
    """Whether a sentence denies anything; "not only" denies nothing."""
    return bool(denials(sentence).denied)


def takes_both(sentence: str, question: str) -> bool:
    """Whether a sentence turns an either-or question into a statement: "it has given power, or (and) only quarrels"."""
    sides = [_content(side) for side in re.split(r",? or ", question)]
    if len(sides) < 2 or sentence.rstrip().endswith("?"):
        return False
    said, asked = _content(sentence), frozenset[str]().union(*sides)
    if " or " in sentence:
        return len(asked) >= _LEAST_SHARED and len(asked & said) >= _BOTH * len(asked)
    weighs = denies(sentence) or _WEIGHS.search(sentence)
    return not weighs and all(len(one) >= _LEAST_SHARED and len(one & said) >= _EACH * len(one) for one in sides)


def opposed(first: str, last: str) -> bool:
    """Whether some clause of one sentence denies, or says the opposite of, some clause of the other."""
    return any(_clauses_opposed(one, other) for one in _CLAUSE.split(first) for other in _CLAUSE.split(last))


def _clauses_opposed(first: str, last: str) -> bool:
    one, other = _content(first), _content(last)
    shared, denied = one & other, denies(first) != denies(last)
    opposites = _has_opposites(one, other)
    needed = _SAME_MATTER * (min(len(one), len(other)) - opposites)  # the opposite words themselves are not shared
    return len(shared) >= max(_LEAST_SHARED, needed) and denied != opposites


def _has_opposites(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(
        (a in one and b in other and a not in other and b not in one)
        or (b in one and a in other and b not in other and a not in one)
        for a, b in _OPPOSITES
    )


def _content(text: str) -> frozenset[str]:
    """Content words, and "more", which takes a side."""
    return content_words(text) | ({"more"} & set(units(text)))
