"""The rules of a debate: protocol, stopping, decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from chains.errors import ChainError
from chains.kinds import Decision, Protocol, Stop
from debate.settings.graph import GraphSettings
from prompts import Persona


@dataclass(frozen=True)
class Rules:
    """The rules of a debate.

    Attributes:
        rounds: the most rounds; every debater speaks once in each.
        protocol: what a debater hears before speaking.
            ``sequential``: everything said so far.
            ``simultaneous``: everything said in earlier rounds.
            ``relay``: the turn right before, and one's own (Becker et al. 2025, "MALLM", paradigm *relay*).
            ``round_table``: everything; a moderator opens each round with a question about an unused passage.
        decision: ``moderator``: asked twice, with the names in opposite order.
            ``judge``: compares every two debaters in both orders; who wins most pairs wins.
            ``majority``, ``approval``, ``ranked``: the debaters vote; see ``debate.arena.votes``.
        stop: what ends a debate early. ``agreement`` asks the debaters after each round whose position they hold;
            ``nothing_new`` ends it after a round without a new passage.
        token_budget: the most tokens for all turns; checked from the end of the first round.
        fresh_k: new passages for each debater in later rounds, found by the arguments against it.
        lookups: the most tool calls of a debater before each turn, if its model can call tools: its own search, and
            other tools. What it searched and read is in its turn.
        baseline: also let a single agent answer the question for about the same tokens.
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


def check_rules(rules: Rules, debaters: Sequence[Persona], tools: Mapping[str, Collection[Any]]) -> None:
    """Refuse a seat of nobody's, and tools that nobody may call.

    Args:
        tools: which tools debaters have besides their search, by persona id.

    Raises:
        ChainError: one of these.
    """
    known = [one.id for one in debaters]
    if rules.seat not in ("", *known):
        raise ChainError(f"there is no debater {rules.seat!r} to speak for; there are: {', '.join(known)}")
    if stranger := next((one for one in tools if one not in known), ""):
        raise ChainError(f"no debater {stranger!r} who could use tools; there are: {', '.join(known)}")
    if not rules.lookups and (idle := next((one for one, own in tools.items() if own), "")):
        raise ChainError(f"persona {idle!r} has tools and may not call any; set lookups to 1 or more")
