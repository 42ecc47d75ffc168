"""Choose the sentences of an answer that is written in parts: complete, not repeated, or expendable.

A sentence is judged by its words and by the support of its part's passage. Knows no model.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from chains.schemas import Chunk
from chains.text.content import content_words, tells_a_source
from chains.text.drafting.headings import FIELD, headings_of, without_heading
from chains.text.drafting.retelling import retells
from chains.text.echo import is_copied
from chains.text.idle import IDLE_CLAUSE
from chains.text.recital import said_again
from chains.text.support.agreement import read_passage
from chains.text.support.grounding import ground
from vectorstore.runtime.turnstile import one_at_a_time
from vectorstore.text.sentences import ends_with_sentence, joined_sentences, split_sentences, word_count
from vectorstore.text.words import FUNCTION_WORDS

_LEAST_POINT = 5  # words; below it is a heading
_LIST_MARK = re.compile(r"^(?:[-*•]\s+|\d{1,2}[.)]\s+|(?:A|Q|Answer|Question|Response):\s+)+")
# "Monitoring developments closely." In a sentence of its own there is a comma, or a verb. "Evaluate the implications."
_ITEM = re.compile(
    r"(?:Research|Analy[sz]e|Consider|Evaluate|Monitor|Engage|Develop|Strengthen|Promote|Identify|Assess|Review|Explore)\b|"
    r"[A-Z][a-z]{2,}ing\b"
    r"(?!.*\b(?:is|are|was|were|has|have|had|do|does|did|will|would|can|could|may|might|must|should)\b)[^,]*$"
)
_CLOSERS = " \n.!?…。؟۔।"  # what cannot continue a sentence
_LEAST_COLUMNS = 2

# A name, or several, that end a sentence or its first part: "Iran.", "China and India", "Russia, which".
_NAMES = re.compile(
    r"[A-Z][\w-]*['’]s? \w"
    r"|[A-Z][\w.-]*(?: (?:of (?:the )?)?[A-Z][\w.-]*)*(?:[.;!?]|\Z| and |, (?:which|who|whose|and|[A-Z]))"
)
_VERB_SOON = re.compile(
    r"(?:[^\s,]+ ){1,4}(?:is|are|was|were|has|have|had|do|does|did|will|would|can|could|may|might|must|should)\b"
)
_MOST_COPIES = 2  # sentences of a part: the fact; then it is for the writer to say what it means
_LEANS = re.compile(
    r"^\W*(?:however, |moreover, |additionally, )?(?:it|its|he|his|she|her|they|their|this|that|these|those|both|such|"
    r"but|and|so|yet|nor|the (?:former|latter|same|other))\b(?!\s+is\s+(?:true|clear|wrong|right)\b)"
    r"|^\W*(?:in|by|on|since|from|after|before) [^,.]{1,25},? (?:it|he|she|they|this|these|those)\b"
    r"|\bthe (?:second|other|same) (?:measure|month|year|day)\b"
    r"|\bthe (?:next|following) (?:night|day|morning|week|month)\b|^\W*by \d{4} the figures\b"
    r"|^\W*\w+(?:s|ed) (?:it|them|these|this)\b|^\W*\w+ \w+ them\b|^\W*(?:[^\s,]+ ){1,6}(?:it|them)\W*$"
    r"|^\W*\w+ \w+ such (?!an?\b|as\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DraftSentence:
    """A sentence: its part, its length, how far its passage supports it, and whether it copies it.

    Attributes:
        borne_out: as the answer's support is judged; 0 where the passage does not bear out the whole sentence.
        near: the share of its content words that the passage has, borne out or not.
    """

    part: int
    text: str
    words: int
    borne_out: float
    copied: bool = False
    near: float = 0.0


def fragments(sentences: Sequence[str]) -> list[str]:
    """The sentences that are items of a list without its marks: two or more tasks in a row, without a subject."""
    runs = [list(run) for is_item, run in groupby(sentences, lambda one: bool(_ITEM.match(one))) if is_item]
    return [one for run in runs if len(run) > 1 for one in run]


@one_at_a_time
def sentences_of(
    part: int, text: str, chunk: Chunk | None = None, question: str = "", shown: Sequence[str] = ()
) -> list[DraftSentence]:
    """The complete sentences of a part, without idle clauses, headings and source lines of its passages.

    Args:
        chunk: the part's passage; without one, for a frame, no sentence is ever spared.
        shown: more passages whose headings and source lines may have been copied.
    """
    passages = [chunk.text] if chunk else []
    whole = [IDLE_CLAUSE.sub("", s.text) for s in split_sentences(text) if ends_with_sentence(s.text)]
    headings = [heading for one in (*passages, *shown) for heading in headings_of(one)]
    plain = [sentence for sentence in (without_heading(_plain(one), headings) for one in whole) if sentence]
    plain = [one for one in plain if not any(tells_a_source(one, passage) for passage in (*passages, *shown))]
    supports = _supports(plain, chunk, question)
    return [
        DraftSentence(part, one, word_count(one), borne_out, is_copied(one, passages), near)
        for one, (borne_out, near) in zip(plain, supports, strict=True)
    ]


def stands_alone(sentence: str) -> bool:
    """Whether a sentence can be understood without one before it: it begins with no pronoun that points back."""
    return _LEANS.search(sentence) is None


def with_own_words(sentences: Sequence[DraftSentence]) -> list[DraftSentence]:
    """The sentences of one part with so many of its passage's own at most, the first of them."""
    kept: list[DraftSentence] = []
    for one in sentences:
        if not one.copied or sum(other.copied for other in kept) < _MOST_COPIES:
            kept.append(one)
    return kept


def without_strays(told: Sequence[DraftSentence]) -> list[DraftSentence]:
    """The sentences, without those that open a part of several sentences and point back to nothing.

    An opening points back to the question: "It opened in 2015."
    """
    kept = list(told)
    for part in dict.fromkeys(one.part for one in told):
        own = [one for one in told if one.part == part]
        while len(own) > 1 and own[0].borne_out < math.inf and not stands_alone(own[0].text):
            kept.remove(own.pop(0))
    return kept


def without_short_parts(told: Sequence[DraftSentence], least: int, minimum: int) -> list[DraftSentence]:
    """The sentences, without a part that is one sentence which points back to nothing.

    Parts of fewer than ``least`` words go as far as ``minimum`` words are left without them. The opening and the close
    stay.
    """
    kept = list(told)
    for part in dict.fromkeys(one.part for one in told):
        own = [one for one in told if one.part == part]
        words = sum(one.words for one in own)
        is_frame = own[0].borne_out == math.inf
        is_orphan = len(own) == 1 and not stands_alone(own[0].text)
        is_short = words < least and sum(one.words for one in kept) - words >= minimum
        if not is_frame and (is_orphan or is_short):
            kept = [one for one in kept if one.part != part]
    return kept


def full_sentences(passage: str) -> list[str]:
    """The sentences of a passage that are no headings; all of it if there are none. A table's row is one sentence."""
    passage, headings = _row_as_sentence(passage), headings_of(passage)
    plain = [without_heading(_plain(sentence), headings) for sentence in read_passage(passage).sentences]
    return [one for one in plain if ends_with_sentence(one) and word_count(one) >= _LEAST_POINT] or plain


def lead(passage: str, question: str, told: Sequence[DraftSentence] = ()) -> str:
    """The sentence of a passage, not told yet, that shares most content with the question; "" where all was told.

    One that points back to others is taken only if there is no other.
    """
    asked = content_words(question)
    facts = [one for one in full_sentences(passage) if any(map(str.isalnum, one))]
    unsaid = [one for one in facts if not any(retells(one, other.text, True) for other in told)]
    unsaid = [one for one in unsaid if stands_alone(one)] or unsaid
    return max(unsaid, key=lambda sentence: len(content_words(sentence) & asked), default="")


def with_lead(lead: str, text: str, frame: str = "This") -> str:
    """Return a text that begins with its lead, which is put back where the model did not say it.

    The words that were to follow the lead, its frame, go where a new sentence was begun in their place. A chat model
    behind a server does not continue the lead, and often leaves it out.
    """
    if not lead:
        return text
    if not text.startswith(lead):
        return joined_sentences([lead, text.lstrip(_CLOSERS)]).rstrip()
    rest = text.removeprefix(f"{lead} {frame} ")
    return f"{lead} {rest}" if rest != text and _begins_anew(rest, frame) else text


def _begins_anew(rest: str, frame: str) -> bool:
    """Whether a sentence was begun behind a frame, instead of going on from it, as a name does: "… falls on Iran."."""
    if frame == "This" or not rest[:1].isupper():
        return rest[:1].isupper()
    is_word = rest.split(maxsplit=1)[0].lower() in FUNCTION_WORDS
    return is_word or _NAMES.match(rest) is None or _VERB_SOON.match(rest) is not None


def without_repetition(sentences: Sequence[DraftSentence]) -> list[DraftSentence]:
    """The sentences, without those that say what an earlier one said."""
    return new_to([], sentences)


def new_to(told: Sequence[DraftSentence], more: Sequence[DraftSentence]) -> list[DraftSentence]:
    """The sentences that say nothing that was told, or that one before them says."""
    kept = list(told)
    for one in more:
        said = [other.text for other in kept]
        again = one.text in said or said_again([one.text], said)[0]
        if not again and not any(retells(one.text, other.text, one.part == other.part) for other in kept):
            kept.append(one)
    return kept[len(told) :]


def trimmed(told: Sequence[DraftSentence], at_most: int) -> list[DraftSentence]:
    """At most so many words: copies go, the writer's own where they are least borne out; no part loses its last one."""
    kept = list(told)
    while sum(one.words for one in kept) > at_most:
        spare = [one for one in kept if sum(other.part == one.part for other in kept) > 1]
        if not spare:
            break
        copies = [one for one in spare if one.copied and sum(o.copied for o in kept if o.part == one.part) > 1]
        kept.remove(copies[-1] if copies else min(reversed(spare), key=lambda one: one.borne_out))
    return kept


def joined(told: Sequence[DraftSentence]) -> str:
    """The sentences as one text, a paragraph a part."""
    parts = sorted({one.part for one in told})
    return "\n\n".join(joined_sentences(one.text for one in told if one.part == part) for part in parts)


def _plain(sentence: str) -> str:
    """A sentence on one line, without a list's mark. A line's end is no sentence's: a heading stands alone already."""
    return _LIST_MARK.sub("", " ".join(sentence.split()))


def _row_as_sentence(passage: str) -> str:
    """A row as the corpus reads it, a line a column, told in one sentence; any other passage as it is."""
    lines = passage.strip().split("\n")
    if len(lines) < _LEAST_COLUMNS or not all(map(FIELD.match, lines)) or any(map(ends_with_sentence, lines[:-1])):
        return passage
    told = ", ".join(line.strip() for line in lines)
    return told if ends_with_sentence(told) else f"{told}."


def _supports(sentences: Sequence[str], chunk: Chunk | None, question: str) -> list[tuple[float, float]]:
    """How far a passage bears out each sentence of a part, read in their order, and what share of its words it has."""
    if chunk is None:
        return [(math.inf, 0.0) for _ in sentences]
    found = ground(" ".join(sentences), [chunk], None, question=question).sentences
    supports, at = [], 0
    for one in sentences:
        end = at + len(one) + 1
        mine = [support for support in found if at <= support.start < end]
        near = min((support.score for support in mine), default=0.0)
        supports.append((near if mine and all(support.whole for support in mine) else 0.0, near))
        at = end
    return supports
