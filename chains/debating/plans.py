"""What a candidate for a turn is asked: the claim to answer, the fact to bring, and in how many parts. Text only.

Candidates differ by what they are asked, not by chance, so that they differ with every model, greedy or not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Literal

from chains.debating.claims import claims_to_answer, touched
from chains.debating.likeness import Likeness
from chains.debating.measures import drift
from chains.debating.record import DebateRecord
from chains.debating.spoken import plain
from chains.schemas import Chunk, Claim
from chains.text.drafting.draft import full_sentences, stands_alone
from chains.text.echo import COPIED, echo_share
from chains.text.ngrams import share_a_script
from vectorstore.text.sentences import word_count

Part = Literal["reply", "case", "whole"]
_CLAIMS = 3  # the newest and most specific ones
_REPLIES = ("overlooks that", "leaves out that")
# With which the case goes on from its fact. Behind "This", models praise the fact; behind "That is why", they say their
# position again.
_FRAMES = ("Those who gain by this are", "The cost falls on", "Those who lose by this are")


@dataclass(frozen=True)
class Plan:
    """What one candidate is asked.

    Attributes:
        claim: the claim to answer, if there is one.
        fact: a sentence of a passage to bring, or "".
        in_parts: the reply to the claim and the case from the fact are asked for apart; a small model that is asked
            for both at once leaves one out.
        reply: the words behind the opponent's name that the reply begins with; "" for a turn too short for one.
        frame: the English words behind the fact with which the case goes on: they ask for a reason or a conclusion.
        calls: tools that it may call before.
        anew: candidates before it failed; many only said their position again, so that it is told to give reasons.
    """

    claim: Claim | None
    fact: str
    in_parts: bool
    reply: str = _REPLIES[0]
    frame: str = _FRAMES[0]
    calls: int = 0
    anew: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the turn, in the order in which they are spoken."""
        if not self.in_parts:
            return ("whole",)
        return ("reply", "case") if self.claim and self.reply else ("case",)


def plans_of(record: DebateRecord, persona_id: str, words: int, likeness: Likeness | None = None) -> Iterator[Plan]:
    """Yield plans without end: the best claim and the best unused passage first, then others.

    Args:
        words: of the turn at most.
    """
    claims: list[Claim | None] = [*claims_to_answer(record, persona_id)[:_CLAIMS]] or [None]
    facts = facts_of(record, persona_id, words // 2, likeness)
    for n in count():
        half, whole = divmod(n, 2)
        fact = facts[(half + whole) % len(facts)] if facts else ""
        claim, reply, frame = claims[half % len(claims)], _REPLIES[half % len(_REPLIES)], _FRAMES[half % len(_FRAMES)]
        yield Plan(claim, fact, bool(fact) and not whole, reply, frame)


def facts_of(record: DebateRecord, persona_id: str, most: int, likeness: Likeness | None = None) -> list[str]:
    """Return a sentence of each passage that nobody used yet, the best one; of all passages where none is left.

    The best is the nearest to the question and to the persona's side of it. Sentences that a turn has said already are
    taken only where no passage has another. A sentence that begins with a pronoun is understood behind others alone,
    and one of more than ``most`` words leaves no room for what it means: both are taken only if there is no other. One
    in another script than the question's is no fact that a turn can say. One that has no word of the question comes
    only where no passage, used or not, has a better one.
    """
    passages = record.passages_of(persona_id)
    unused = [chunk for chunk in passages if chunk.id not in record.used()]
    said = [plain(turn.text) for _, turn in record.heard_turns()]

    def facts(chunks: Sequence[Chunk], said: Sequence[str]) -> list[str]:
        told = (_sayable(chunk.text, record.question, said, most) for chunk in chunks)
        return [max(some, key=partial(_worth, record, persona_id, likeness)) for some in told if some]

    for chunks in (unused, passages):
        if on_the_matter := [fact for fact in facts(chunks, said) if touched(fact, record.question)]:
            return on_the_matter
    return facts(unused or passages, said) or facts(unused or passages, ())


def _sayable(passage: str, question: str, said: Sequence[str], most: int) -> list[str]:
    sayable = [one for one in full_sentences(passage) if share_a_script(one, question)]
    new = [one for one in sayable if echo_share(one, said) < COPIED]
    alone = [one for one in new if stands_alone(one)] or new
    return [one for one in alone if word_count(one) <= most] or alone


def _worth(record: DebateRecord, persona_id: str, likeness: Likeness | None, sentence: str) -> float:
    """How near a sentence is to the question, and how much nearer to the persona's position than to the others'."""
    if likeness is None:
        return touched(sentence, record.question)
    near = float(likeness.meaning(record.question, [sentence])[0])
    return near + (drift(persona_id, sentence, record, likeness) or 0.0)
