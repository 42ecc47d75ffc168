"""Fill an answer by chunk that is too short: with its other versions, then with facts of its passages not told yet.

Only what a passage bears out makes an answer longer: its length is no reason to say anything else.
"""

from collections.abc import Mapping, Sequence

from chains.schemas import Chunk, Completion
from chains.text.draft import DraftSentence, lead, with_lead, with_own_words, without_repetition, without_strays
from chains.writing.parts import PartWriter

_ROUNDS = 2  # of going on in each paragraph


def filled(
    told: list[DraftSentence], others: Sequence[Sequence[Sequence[DraftSentence]]], words: int
) -> list[DraftSentence]:
    """While the answer is shorter than that, let each paragraph go on with what its other versions tell.

    Args:
        others: of each paragraph, its other versions.
    """
    for place in range(max(map(len, others), default=0)):
        for versions in others:
            if place < len(versions) and sum(one.words for one in told) < words:
                told = without_strays(without_repetition([*told, *(one for one in versions[place] if one.borne_out)]))
    return told


def go_on(
    writer: PartWriter, told: list[DraftSentence], shown: Mapping[int, Chunk], words: int
) -> tuple[list[DraftSentence], list[Completion]]:
    """While the answer is shorter than that, let paragraphs continue with a fact of their passage not told yet.

    The writer's own words for the fact stand in place of the passage's, where the passage bears them out.
    """
    more: list[Completion] = []
    for _ in range(_ROUNDS):
        if sum(one.words for one in told) >= words:
            break
        leads = {n: fact for n, chunk in shown.items() if (fact := lead(chunk.text, writer.question, told))}
        asked = [(n, begun, prompt) for n, fact in leads.items() for begun, prompt in writer.retelling(shown[n], fact)]
        asked = [one for one in asked if writer.fits(one[2])]
        completed = writer.complete([prompt for *_, prompt in asked], writer.part) if asked else []
        retold = set()
        for (n, begun, _), one in zip(asked, completed, strict=True):
            said = with_own_words(writer.sentences(n + 1, with_lead(begun, one.text), shown[n]))
            added = [one for one in said if one.borne_out and not (one.copied and n in retold)]
            retold |= {n} if any(not one.copied for one in added) else set()
            told = without_repetition([*told, *added])
        more += completed
    return told, more
