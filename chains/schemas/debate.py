"""A debate: positions, turns, votes and verdict."""

from enum import StrEnum
from typing import Literal

from pydantic.dataclasses import dataclass

from chains.kinds import Decision
from chains.schemas.answer import Defect, Support
from chains.schemas.chunk import Chunk, Reading


@dataclass(frozen=True)
class Position:
    """What a persona stands for in a debate, stated before the first turn.

    Attributes:
        text: one sentence; "" if the persona has neither a usable answer nor a view.
        source: the model, or one of the persona's own views if the model gave no sentence.
        agrees_with: ids of earlier personas with the same position, even after the persona was asked for its
            difference.
        other_reasons: it agrees with them for a reason of its own.
    """

    persona_id: str
    speaker: str
    text: str
    source: Literal["model", "view", "none"] = "model"
    agrees_with: tuple[str, ...] = ()
    other_reasons: bool = False


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
        left_out: the characters of its text beyond the most that a debater reads of a tool; 0 if it was read whole.
    """

    tool: str
    query: str
    chunk_ids: tuple[str, ...] = ()
    failure: str = ""
    left_out: int = 0


class TurnFault(StrEnum):
    """What is wrong with a turn."""

    SHORT = "is shorter than asked for"
    ECHO = "says again what was said before"
    OTHER_SPEAKER = "begins to speak as somebody else"
    RECITAL = "recites its instructions"
    ABOUT_THE_TEXT = "speaks of the text instead of the matter"
    DRIFT = "is nearer to an opponent's position than to its own"
    NO_ANSWER = "does not answer the claim"
    NO_ARGUMENT = "gives a passage's words and none of its own"


class DebateOutcome(StrEnum):
    """How a debate ended."""

    WON = "won"
    NO_WINNER = "no winner"
    NO_CONSENSUS = "no consensus"  # of the debaters' votes
    NO_DISAGREEMENT = "no disagreement"
    ABSTAINED = "not held: the answer was an abstention"


@dataclass(frozen=True)
class Turn:
    """One turn of a debate.

    Attributes:
        chunk_ids: the passages in its prompt, best first; a marker [n] in the text means the n-th of them.
        dropped: ids of passages that did not fit the context window.
        unsupported: numbers, dates and names in it that are neither in a passage that a debater has read nor in the
            question. Another debater's words do not count as support.
        defects: sentences that an editor would strike out, found by rules.
        answers: the claim to answer; None if there was none yet.
        answered: the share of the claim's content words in the turn, in [0, 1].
        concedes: it says that its opponent is right about something.
        used: ids of the passages that support its sentences; ``new`` are those that no earlier turn used.
        echo: the share of its 4-grams that occur in an earlier turn or an opponent's position, outside quotations.
        drift: cosine to its own position minus the largest to an opponent's; below 0 it argues for the other side. None
            without embeddings or positions.
        faults: what is still wrong with it after ``tries`` prompts.
        sentences, supported: the support of each sentence, and the share that is supported.
        lookups: the tools that it called before speaking.
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
    """The decision and its reasons: a turn of the moderator in round 0.

    Attributes:
        winner: id of the persona that argued better, or whose position won the vote; "" if there is none.
        decision: how it was decided.
        share: the winner's share of the judgements or votes, in [0, 1]; None without a winner. If the question has a
            checkable answer, this is the probability that the debate gives it.
        judgements: the answers of the moderator or judge.
        ballots: the debaters' votes.
        decided_by: the claims that decided.
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
    """A debate, or why there was none.

    Attributes:
        turns: in order; empty if the personas do not disagree.
        verdict: None without turns.
        chunks: every passage that a debater read, once.
        readings: which of them each debater read, with its scores.
    """

    turns: tuple[Turn, ...]
    verdict: Verdict | None = None
    outcome: DebateOutcome = DebateOutcome.NO_WINNER
    positions: tuple[Position, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    readings: tuple[Reading, ...] = ()
