"""The names of how a debate may be held, decided and stopped. Names only: this costs nothing to import."""

from typing import Literal

Protocol = Literal["sequential", "simultaneous", "relay", "round_table"]
Decision = Literal["moderator", "judge", "majority", "approval", "ranked"]
Stop = Literal["agreement", "nothing_new"]
VOTES: tuple[Decision, ...] = ("majority", "approval", "ranked")
FEWEST, MOST = 2, 8  # debaters
