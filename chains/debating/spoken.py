"""A model's words as a turn: in the speaker's own name, behind the words that it had to begin with, in whole sentences.

Text only.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chains.text.cleaning.answer import clean_answer
from chains.text.drafting.draft import stands_alone
from chains.text.echo import echo_share
from vectorstore.text.sentences import (
    cut_at_sentence,
    ends_with_sentence,
    joined_sentences,
    split_sentences,
    without_citations,
)

SAID_BEFORE = 0.60  # of a sentence's 4-grams: a listener has heard it
_OPENER = re.compile(
    r"^\W*(?:(?:my|our) (?:side|position|answer|response|stance|turn|claim|conclusion)|rebuttal|conclusion|fact)"
    r"\W{0,3}:\W*",
    re.IGNORECASE,
)
_THE_FACT = re.compile(
    r"\bTh(?:e|is) (?:fact|evidence|FACT|EVIDENCE)(?: provided)? "
    r"(?=(?:shows|means|suggests|indicates|demonstrates|highlights|implies|proves|reveals)\b)"
)
_SUPPORTS = re.compile(
    r"\bTh(?:e|is) (?:evidence|fact|context|statement)(?: provided)? (?:clearly |strongly )?supports the "
    r"(?:claim|idea|view|argument|notion|position|statement) that (?P<first>\w)"
)
# What stood in bold before a list's items: "Access to Resources: By leveraging …"
_LABEL = re.compile(
    r"(?:^|(?<=[.!?:] ))[A-Z][\w-]+(?: (?:and|of|the|in|for|to|on|[A-Z][\w-]+)){0,5}: (?=[A-Z])", re.MULTILINE
)
_HALF_A_NUMBER = re.compile(r"(?<![\d.,])\d{1,2}\.$")  # "to invest 1.", where "1.5 billion" was begun
_BEFORE_A_STOP = re.compile(r"(?<!\s)\s+([.,;:!?])")


@dataclass(frozen=True)
class Spoken:
    """The text of a turn; ``cut`` says that it continued as another speaker and was ended there."""

    text: str
    cut: bool = False


def in_own_name(text: str, speakers: Sequence[str]) -> Spoken:
    """Take a name or a passage's number from before a turn, and end it where it begins to speak as another."""
    cleaned = clean_answer(re.sub(r"^\s*\[\d+\]\s*", "", text), speakers=speakers)
    own = re.sub(r"^\s*\[\d+\]\s*", "", _OPENER.sub("", cleaned.text))
    own = _SUPPORTS.sub(lambda found: found["first"].upper(), _THE_FACT.sub("This ", own))
    if any(one.kind == "list mark" for one in cleaned.removed):
        own = _LABEL.sub("", own)
    return Spoken(own, any(one.kind == "next speaker" for one in cleaned.removed))


def to_the_end_of_a_sentence(text: str, most: int) -> str:
    """Return a text as one paragraph of at most so many words that ends with a sentence, where it holds one."""
    paragraph = re.sub(r"\s+", " ", text).strip()
    whole = cut_at_sentence(paragraph, most) if paragraph else ""
    if not _HALF_A_NUMBER.search(whole):
        return whole
    before = cut_at_sentence(_HALF_A_NUMBER.sub("", whole).rstrip(), most)
    return before if ends_with_sentence(before) else whole


def said_once(parts: Sequence[str]) -> str:
    """Join the parts of a turn, without what one before said, and the unfinished end of all but the last."""
    told: list[str] = []
    for number, part in enumerate(parts, 1):
        whole = [one.text for one in split_sentences(part) if number == len(parts) or ends_with_sentence(one.text)]
        told.append(" ".join(one for one in whole if echo_share(one, told) < SAID_BEFORE))
    return " ".join(filter(None, told))


def without_position(text: str, position: str) -> str:
    """Return a turn without the sentences that only say its speaker's position again, which all have heard."""
    sentences = [one.text for one in split_sentences(text)]
    new = [one for one in sentences if echo_share(plain(one), [position]) < SAID_BEFORE]
    return without_strays(text, joined_sentences(new))


def without_strays(text: str, left: str) -> str:
    """Return what is left of a text without the sentences that point back to one that is gone: "This is because …"."""
    times = Counter(one.text for one in split_sentences(left))  # of a repeated sentence, the first may be left
    kept: list[str] = []
    gone = False
    for sentence in (one.text for one in split_sentences(text)):
        gone = sentence not in times or (gone and not stands_alone(sentence))
        if not gone and times[sentence]:
            kept.append(sentence)
            times[sentence] -= 1
    return joined_sentences(kept)


def plain(text: str) -> str:
    """Return a text without citation markers."""
    return _BEFORE_A_STOP.sub(r"\1", without_citations(text)).strip()
