"""Which turns a debater has heard when it speaks. The order of speakers is the same in every protocol."""

from collections.abc import Sequence

from chains.debating.kinds import Protocol
from chains.schemas import Turn


def heard(protocol: Protocol, turns: Sequence[Turn], debaters: int, speaker_id: str) -> frozenset[int] | None:
    """Return the indices of the turns that the next speaker has heard; None for all of them."""
    spoken = len(turns)
    if protocol == "simultaneous":
        return frozenset(range(spoken - spoken % debaters))
    if protocol == "relay":
        own = (n for n, turn in enumerate(turns) if turn.persona_id == speaker_id)
        return frozenset([*own, *range(max(0, spoken - 1), spoken)])
    return None


def round_of(turns: Sequence[Turn], debaters: int) -> int:
    """Return the round of the next turn, from 1."""
    return len(turns) // debaters + 1


def round_is_whole(turns: Sequence[Turn], debaters: int) -> bool:
    """Whether every debater has spoken equally often, and at least once."""
    return bool(turns) and len(turns) % debaters == 0
