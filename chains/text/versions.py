"""Choose among versions of one part of an answer by what its passages bear out, and let idle comments go."""

from collections.abc import Sequence

from chains.schemas import Chunk
from chains.text.draft import DraftSentence
from chains.text.support.grounding import ground

_COMMENTS = 1  # sentences of a paragraph that its passage does not bear out: what the fact means


def best_first(versions: Sequence[list[DraftSentence]]) -> list[list[DraftSentence]]:
    """Versions of one paragraph, those first that tell most of their passage in the writer's own words.

    Of versions that tell equally much, one with a sentence of the passage comes first, then one with fewer words that
    the passage does not bear out.
    """
    written = [one for one in versions if one]
    return sorted(written, key=lambda one: (-_told_anew(one), not _rests(one), _idle(one)))


def best_close(versions: Sequence[list[DraftSentence]], part: int, chunks: Sequence[Chunk]) -> list[DraftSentence]:
    """The version of an answer whose close, its part ``part``, the passages bear out best; the first of equals.

    A version without a close comes after all that have one. Of what no passage says, that counts whose words they have.
    """

    def rank(told: Sequence[DraftSentence]) -> tuple[bool, float, float]:
        close = " ".join(one.text for one in told if one.part == part)
        found = ground(close, chunks, None)
        return bool(close), found.supported, sum(one.score for one in found.sentences) / max(1, len(found.sentences))

    return max(versions, key=rank)


def without_idle_comments(told: Sequence[DraftSentence], minimum: int) -> list[DraftSentence]:
    """The sentences with one comment a paragraph, as far as ``minimum`` words are left.

    A comment is a sentence that the paragraph's passage does not bear out; the last ones go first.
    """
    kept = list(told)
    for one in reversed(told):
        before = sum(other.part == one.part and not other.borne_out for other in kept[: kept.index(one)])
        if not one.borne_out and before >= _COMMENTS and sum(other.words for other in kept) - one.words >= minimum:
            kept.remove(one)
    return kept


def _told_anew(version: Sequence[DraftSentence]) -> int:
    return sum(one.words for one in version if one.borne_out and not one.copied)


def _rests(version: Sequence[DraftSentence]) -> bool:
    return any(one.borne_out for one in version)


def _idle(version: Sequence[DraftSentence]) -> int:
    return sum(one.words for one in version if not one.borne_out)
