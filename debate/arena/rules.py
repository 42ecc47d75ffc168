"""The rules of a debate: protocol, stopping, decision."""

from __future__ import annotations

from dataclasses import fields

from pydantic import Field
from pydantic.dataclasses import dataclass

from chains.debating.kinds import Decision, Protocol, Stop
from debate.graph.settings import GraphSettings


@dataclass(frozen=True)
class Rules:
    """The rules of a debate.

    Attributes:
        rounds: held at most; in each every debater speaks once.
        protocol: who hears what before speaking.
            ``sequential``: everything said so far.
            ``simultaneous``: what was said in the rounds before this one.
            ``relay``: the turn right before, and one's own (Becker et al. 2025, "MALLM", paradigm *relay*).
            ``round_table``: everything, and a moderator opens each round with a question from an unused passage.
        decision: ``moderator``: asked twice, with the names in opposite order.
            ``judge``: every two debaters are compared in both orders of their speeches; who wins most pairs wins.
            ``majority``, ``approval``, ``ranked``: the debaters vote; see ``debate.arena.votes``.
        stop: what ends a debate before its last round: ``agreement`` asks the debaters after each round whose position
            they hold; ``nothing_new`` ends it when a round rests on no passage that was not used before.
        token_budget: tokens that the turns may spend; checked from the end of the first round on.
        fresh_k: passages that each debater finds at the beginning of each later round by what was said against it.
        lookups: tools that a debater whose model can call them may call itself before each turn: its own search, and
            others that it was given. What it searched and read is in its turn.
        baseline: let a single agent answer the same question for about the same tokens, too.
        seat: id of the persona that a person speaks for, or "".
    """

    rounds: int = 2
    protocol: Protocol = "sequential"
    decision: Decision = "moderator"
    stop: tuple[Stop, ...] = ()
    token_budget: int | None = Field(default=None, ge=1)
    fresh_k: int = Field(default=0, ge=0)
    lookups: int = Field(default=0, ge=0)
    baseline: bool = False
    seat: str = ""

    @classmethod
    def of(cls, chosen: GraphSettings, seat: str = "") -> Rules:
        """Return the rules that settings ask for."""
        own = {one.name for one in fields(cls)} & GraphSettings.model_fields.keys()
        return cls(**chosen.model_dump(include=own), seat=seat)
