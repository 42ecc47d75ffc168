"""What is known of a debate at any moment. Data only: no model, no prompt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chains.schemas import Chunk, Position, Reading, Turn


@dataclass(frozen=True)
class DebateRecord:
    """A debate so far.

    Attributes:
        opinion: the opinion under debate, or "".
        table: every passage of the question by id; texts are kept here alone.
        readings: what each persona reads, by its id.
        heard: indices of the turns that the next speaker has heard; None for all.
        asked: what the moderator asks in this round, or "".
    """

    question: str
    opinion: str = ""
    table: Mapping[str, Chunk] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    positions: tuple[Position, ...] = ()
    turns: tuple[Turn, ...] = ()
    heard: frozenset[int] | None = None
    asked: str = ""

    def heard_turns(self) -> list[tuple[int, Turn]]:
        """Return the turns that the next speaker has heard, with their indices in ``turns``."""
        return [(n, turn) for n, turn in enumerate(self.turns) if self.heard is None or n in self.heard]

    def position_of(self, persona_id: str) -> str:
        """Return a persona's position, or ""."""
        return next((one.text for one in self.positions if one.persona_id == persona_id), "")

    def names(self) -> dict[str, str]:
        """Return the names of those who took a position or spoke, by their ids."""
        taken = {one.persona_id: one.speaker for one in self.positions}
        return taken | {one.persona_id: one.speaker for one in self.turns}

    def used(self) -> frozenset[str]:
        """Return the ids of the passages that support turns heard so far."""
        return frozenset(chunk_id for _, turn in self.heard_turns() for chunk_id in turn.used)

    def passages_of(self, persona_id: str) -> tuple[Chunk, ...]:
        """Return what a persona reads, best first."""
        reading = self.readings.get(persona_id)
        return reading.chunks(self.table) if reading else ()

    def unused_first(self, persona_id: str) -> list[Chunk]:
        """Return what a persona reads, the passages that nobody used yet first."""
        used = self.used()
        return sorted(self.passages_of(persona_id), key=lambda chunk: chunk.id in used)

    def in_reading_order(self, persona_id: str, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Return those of a persona's passages, best first."""
        shown = {chunk.id for chunk in chunks}
        return [chunk for chunk in self.passages_of(persona_id) if chunk.id in shown]

    def texts_read(self) -> tuple[str, ...]:
        """Return the text of every passage that was in the prompt of a turn."""
        ids = dict.fromkeys(chunk_id for turn in self.turns for chunk_id in turn.chunk_ids)
        return tuple(self.table[one].text for one in ids if one in self.table)
