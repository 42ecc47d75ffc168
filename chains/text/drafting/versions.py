"""Choose among versions of one part of an answer by what its passages bear out, and let idle comments go."""

import math
from collections.abc import Sequence

from chains.text.drafting.draft import DraftSentence, stands_alone
from chains.text.drafting.retelling import retells

_FACTS = 5  # that an answer tells for each comment on them: what is left is for its opening and its close


def best_first(versions: Sequence[list[DraftSentence]]) -> list[list[DraftSentence]]:
    """Versions of one paragraph, those first that tell most of their passage in the writer's own words.

    Of versions that tell equally much, one with a sentence of the passage comes first, then one with fewer words that
    the passage does not bear out.
    """
    written = [one for one in versions if one]
    return sorted(written, key=lambda one: (-_told_anew(one), not _rests(one), _idle(one)))


def without_fact(told: Sequence[DraftSentence], part: int, fact: str) -> list[DraftSentence]:
    """The sentences behind the opening, without those that tell a fact of that part, and what points back to these."""
    kept: list[DraftSentence] = []
    left = 0
    for one in told:
        leans = one.part == left and not stands_alone(one.text)
        if one.part and (leans or retells(one.text, fact, one.part == part)):
            left = one.part
        else:
            kept, left = [*kept, one], 0
    return kept


def without_idle_comments(told: Sequence[DraftSentence]) -> list[DraftSentence]:
    """The sentences with one comment for every five that their passages bear out, and at least one; one a paragraph.

    A comment is a sentence that its paragraph's passage does not bear out. Those stay that have most words of theirs.
    """
    nearest = sorted((one for one in told if not one.borne_out), key=lambda one: one.near, reverse=True)
    first = {one.part: one for one in reversed(nearest)}  # of each paragraph, the nearest
    facts = sum(0 < one.borne_out < math.inf for one in told)
    allowed = [one for one in nearest if first[one.part] is one][: max(1, facts // _FACTS)]
    return [one for one in told if one.borne_out or any(one is other for other in allowed)]


def _told_anew(version: Sequence[DraftSentence]) -> int:
    return sum(one.words for one in version if one.borne_out and not one.copied)


def _rests(version: Sequence[DraftSentence]) -> bool:
    return any(one.borne_out for one in version)


def _idle(version: Sequence[DraftSentence]) -> int:
    return sum(one.words for one in version if not one.borne_out)
