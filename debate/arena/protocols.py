"""How a debate proceeds: which turns a debater has heard when it speaks, and when the debate ends.

The order of speakers is the same in every protocol.
"""

from collections.abc import Sequence

from chains.kinds import Protocol
from chains.schemas import Poll, StopReason, Turn
from debate.arena.rules import Rules


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


def reason_to_stop(rules: Rules, turns: Sequence[Turn], debaters: int) -> StopReason | None:
    """Return why the debate ends after these turns; None while it continues."""
    first_round_held = len(turns) >= debaters
    if rules.token_budget and first_round_held and sum(turn.tokens for turn in turns) >= rules.token_budget:
        return StopReason.BUDGET
    if not round_is_whole(turns, debaters):
        return None
    if len(turns) >= rules.rounds * debaters:
        return StopReason.ROUNDS
    if "nothing_new" in rules.stop and not any(turn.new for turn in turns[-debaters:]):
        return StopReason.NOTHING_NEW
    return None


def wants_poll(rules: Rules, turns: Sequence[Turn], debaters: int, polls: Sequence[Poll]) -> bool:
    """Whether the debaters are to be asked whose position they hold now."""
    asked = polls[-1].round if polls else 0
    return "agreement" in rules.stop and round_is_whole(turns, debaters) and asked < len(turns) // debaters


def agreed(poll: Poll) -> bool:
    """Whether every debater holds the same position."""
    held = {ballot.choices[:1] for ballot in poll.ballots}
    return len(held) == 1 and () not in held
