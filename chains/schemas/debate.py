"""A debate: positions, turns, votes and verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic.dataclasses import dataclass

from chains.debating.kinds import Decision
from chains.schemas.answer import Defect, Support
from chains.schemas.chunk import Chunk, Reading


@dataclass(frozen=True)
class Position:
    """What a persona stands for in a debate on one question, taken before the first turn.

    Attributes:
        text: one sentence; "" if the persona has neither a usable answer nor a view.
        source: who put it into words: the model, or one of the persona's own views where the model gave no sentence.
        agrees_with: ids of the personas before it that hold the same, also after it was asked for its difference.
    """

    persona_id: str
    speaker: str
    text: str
    source: Literal["model", "view", "none"] = "model"
    agrees_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A sentence that a debater said, word for word but for citation markers.

    Attributes:
        turn: index of the turn that holds it, from 0; None for the debater's position.
    """

    persona_id: str
    sentence: str
    turn: int | None = None


@dataclass(frozen=True)
class Lookup:
    """A tool that a debater called itself before a turn.

    Attributes:
        tool: ``search``, or the name of another tool.
        query: what it asked; JSON where the call had several arguments.
        chunk_ids: the passages that it brought and that the debater had not read before.
        failure: why it brought nothing, such as a limit that was reached; "" if it did.
    """

    tool: str
    query: str
    chunk_ids: tuple[str, ...] = ()
    failure: str = ""


class TurnFault(StrEnum):
    """What is wrong with a turn."""

    SHORT = "is shorter than asked for"
    ECHO = "says again what was said before"
    OTHER_SPEAKER = "begins to speak as somebody else"
    RECITAL = "recites its instructions"
    ABOUT_THE_TEXT = "speaks of the text instead of the matter"
    DRIFT = "is nearer to an opponent's position than to its own"
    NO_ANSWER = "does not answer the claim"


class DebateOutcome(StrEnum):
    """How a debate ended."""

    WON = "won"
    NO_WINNER = "no winner"
    NO_CONSENSUS = "no consensus"  # of the debaters' votes
    NO_DISAGREEMENT = "no disagreement"
    ABSTAINED = "not held: the answer was an abstention"


@dataclass(frozen=True)
class Turn:
    """One contribution to a debate.

    Attributes:
        chunk_ids: the passages that were in its prompt, best first; a marker [n] in the text means the n-th of them.
        dropped: ids of passages that did not fit the model's window.
        unsupported: numbers, dates and names in it that are neither in a passage read so far, by any debater, nor in
            the question. What another debater merely said counts for nothing.
        defects: what a reader would strike out, found by rules.
        answers: the claim that it was to answer; None if there was none yet.
        answered: the share of the claim's content words that it takes up, in [0, 1].
        concedes: it says that its opponent is right in something.
        used: ids of the passages that its sentences rest on; ``new`` are those that no turn before it used.
        echo: the share of its 4-grams that a turn before it or an opponent's position has, outside quotations.
        drift: cosine to its own position less the largest to an opponent's; below 0 it argues for the other side.
            None without embeddings or positions.
        faults: what is still wrong with it after ``tries`` prompts.
        sentences, supported: what each sentence rests on, and the share that rests on a passage.
        lookups: the tools that it called itself before it spoke.
    """

    round: int
    persona_id: str
    speaker: str
    text: str
    words: int
    chunk_ids: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    loop: str = ""
    notes: tuple[str, ...] = ()
    tokens: int = 0
    unsupported: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()
    answers: Claim | None = None
    answered: float | None = None
    concedes: bool = False
    used: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    echo: float = 0.0
    drift: float | None = None
    faults: tuple[TurnFault, ...] = ()
    tries: int = 1
    sentences: tuple[Support, ...] = ()
    supported: float | None = None
    lookups: tuple[Lookup, ...] = ()


class StopReason(StrEnum):
    """Why a debate continued no longer."""

    ROUNDS = "all rounds held"
    AGREEMENT = "all debaters hold the same position"
    NOTHING_NEW = "nothing new was said in a round"
    BUDGET = "the token budget is spent"


@dataclass(frozen=True)
class Judgement:
    """One answer of a judge: who argued better, of these in the order in which they were shown; "" for nobody."""

    shown: tuple[str, ...]
    winner: str = ""


@dataclass(frozen=True)
class Ballot:
    """The vote of one debater.

    Attributes:
        choices: ids of the personas whose position it chose, best first; none if it named nobody.
    """

    persona_id: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Poll:
    """Whose position each debater holds after a round."""

    round: int
    ballots: tuple[Ballot, ...]


@dataclass(frozen=True)
class RoundQuestion:
    """What a moderator asks at the beginning of a round.

    Attributes:
        chunk_id: the passage that raised it, which every debater then reads.
        source: who put it into words: the model, or the passage where the model asked nothing usable.
    """

    round: int
    text: str
    chunk_id: str
    source: Literal["model", "passage"] = "model"


@dataclass(frozen=True)
class Verdict(Turn):
    """What was decided and why: a turn in round 0, spoken by the moderator.

    Attributes:
        winner: id of the persona that argued better, or whose position was voted for; "" if there is none.
        decision: how that was decided.
        share: of the judgements or votes that there were, the share for the winner, in [0, 1]; None without a winner.
            Where the question has a checkable answer, this is the probability that the debate gives it.
        judgements: what a moderator or judge answered, each time it was asked.
        ballots: how the debaters voted.
        decided_by: claims that decided, as they were said.
        conceded: claims that an opponent conceded.
    """

    winner: str = ""
    decision: Decision = "moderator"
    share: float | None = None
    judgements: tuple[Judgement, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    decided_by: tuple[Claim, ...] = ()
    conceded: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Debate:
    """A debate as it was held, or why there was none.

    Attributes:
        turns: in the order they were spoken; none if the personas do not disagree.
        verdict: None if there are no turns.
        chunks: every passage that a debater read, once.
        readings: which of them each debater read, with its scores.
    """

    turns: tuple[Turn, ...]
    verdict: Verdict | None = None
    outcome: DebateOutcome = DebateOutcome.NO_WINNER
    positions: tuple[Position, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    readings: tuple[Reading, ...] = ()
