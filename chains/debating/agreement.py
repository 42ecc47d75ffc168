"""Whether two positions hold the same. What they claim is compared, not the reasons that they give for it.

Cosines see the topic better than the side. Two claims therefore agree only where both cosines are high, neither denies
what the other says, they take no different alternatives of the question, not one of them alone sets a condition, and
what they add to the question is not all different.
Where a question asks for a reason, the reason is the answer. English words; other languages are compared whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chains.debating.claims import contradicts, overlap
from chains.debating.likeness import Likeness
from chains.schemas import Position
from chains.text.content import content_words
from chains.text.support.contradiction import opposed, side_taken

# On 200 claims of Perspectrum (dev) with a perspective of each stance, the bundled stance space puts the one of
# the same stance nearer in 76%, the plain model in 54%; both reach .65 on near-paraphrases alone.
_SAME_SIDE, _SAME_MEANING = 0.65, 0.65
_SAME_TEXT = 0.80  # of the meaning, where the embeddings know no sides
_SAME_WORDS = 0.75  # without embeddings: of the shorter one's content words
_AN_ANSWER, _SAME_ANSWER = 3, 0.25  # content words beyond the question's, and how many of the fewer both share
_SAME_REASON = 0.5  # of the shorter one's content words
_ASKS_FOR_A_REASON = re.compile(
    r"\b(?:why|how come|for what reasons?|what (?:is|are|was|were) the reasons?)\b", re.IGNORECASE
)
# "since 2014" and "as long as" give no reason.
_BEHIND = re.compile(
    r",? (?:because(?: of)?|since(?! (?:\w+ )?\d)|due to|owing to|thanks to|given that|for the (?:\w+ )?reason that)\b"
    r"|, (?:as|for)\b(?! (?:long|well|soon|if|though|far|an?|example|instance)\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:because(?: of)?|since(?! \d)|due to|owing to|given that|as(?! (?:long|well|soon|if|far|an?)\b))\b"
    r" ([^,]+), (?=\w)",
    re.IGNORECASE,
)
_ONLY_IF = re.compile(r"\b(?:only (?:if|when|where|once)|unless|provided that)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Stated:
    claim: str
    reason: str = ""


def agreeing(positions: Sequence[Position], n: int, question: str, likeness: Likeness | None) -> list[int]:
    """Return the indices of the positions before the n-th that hold the same, for whatever reasons."""
    texts = [_stated(one.text, question).claim for one in positions[: n + 1]]
    if not texts[n]:
        return []
    others = [other for other, text in enumerate(texts[:n]) if text and not _differ(text, texts[n], question)]
    if likeness is None:
        return [other for other in others if overlap(texts[other], texts[n]) >= _SAME_WORDS]
    meanings = likeness.meaning(texts[n], texts)
    if not likeness.knows_sides:
        return [other for other in others if meanings[other] >= _SAME_TEXT]
    sides = likeness.positions(question, texts)[n]
    return [other for other in others if sides[other] >= _SAME_SIDE and meanings[other] >= _SAME_MEANING]


def gives_other_reasons(one: str, other: str, question: str) -> bool:
    """Whether two positions that hold the same give different reasons for it, or one of them alone gives any."""
    reasons = [_stated(text, question).reason for text in (one, other)]
    return reasons != ["", ""] and overlap(*reasons) < _SAME_REASON


def _stated(text: str, question: str) -> _Stated:
    """Part what a position claims from its reason; all of it is the claim if the question asks for the reason."""
    if _ASKS_FOR_A_REASON.search(question):
        return _Stated(text)
    if before := _BEFORE.match(text):
        return _Stated(text[before.end() :], before[1])
    behind = _BEHIND.search(text)
    return _Stated(f"{text[: behind.start()]}.", text[behind.end() :]) if behind else _Stated(text)


def _differ(one: str, other: str, question: str) -> bool:
    """Whether rules see that two claims differ."""
    sides = {side_taken(one, question), side_taken(other, question)} - {None}
    conditions = {_ONLY_IF.search(one) is None, _ONLY_IF.search(other) is None}
    answers = [content_words(text) - content_words(question) for text in (one, other)]
    least = min(map(len, answers))
    strange = least >= _AN_ANSWER and len(answers[0] & answers[1]) < _SAME_ANSWER * least
    return strange or contradicts(one, other) or opposed(one, other) or len(sides) > 1 or len(conditions) > 1
