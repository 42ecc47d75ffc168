"""Fill an answer by chunk that is too short: with its other versions, then with facts of its passages not told yet.

Only what a passage bears out makes an answer longer: its length is no reason to say anything else.
"""

from collections.abc import Mapping, Sequence

from chains.generation.contract import WordLimits
from chains.schemas import Chunk, Completion
from chains.text.drafting.draft import DraftSentence, lead, new_to, without_strays
from chains.writing.parts import PartWriter
from vectorstore.text.sentences import word_count

_ROUNDS = 3  # of going on in each paragraph
_ROOM = 2  # times the words of the longest fact, to tell it in other words


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
                new = new_to(told, [one for one in versions[place] if one.borne_out])
                told = without_strays([*told, *new])
    return told


def go_on(
    writer: PartWriter, told: list[DraftSentence], shown: Mapping[int, Chunk], words: int, *, asked: int = 1
) -> tuple[list[DraftSentence], list[Completion]]:
    """While the answer is shorter than that, let paragraphs continue with a fact of their passage not told yet.

    The fact is told in the writer's own words where the passage bears them out, else in the passage's.

    Args:
        asked: rounds in which the writer is asked for its words; in the others facts are the passage's.
    """
    more: list[Completion] = []
    retold: list[DraftSentence] = []
    for turn in range(_ROUNDS):
        facts = {n: fact for n, chunk in shown.items() if (fact := lead(chunk.text, writer.question, [*told, *retold]))}
        if not facts or sum(one.words for one in told) >= words:
            break
        prompts = {n: writer.retelling(shown[n], fact) for n, fact in facts.items() if turn < asked}
        prompts = {n: prompt for n, prompt in prompts.items() if writer.fits(prompt)}
        room = WordLimits(0, _ROOM * max(map(word_count, facts.values())))
        completed = dict(zip(prompts, writer.complete([*prompts.values()], room) if prompts else (), strict=True))
        for n, fact in facts.items():
            said = writer.sentences(n + 1, completed[n].text, shown[n]) if n in completed else []
            own = [one for one in said if one.borne_out and not one.copied]
            retold += [DraftSentence(n + 1, fact, 0, 0.0)] if own else []
            told = [*told, *new_to(told, own or writer.sentences(n + 1, fact, shown[n]))]
        more += completed.values()
    return told, more
