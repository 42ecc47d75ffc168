"""An answer as it was drafted, before its sentences get their markers."""

from dataclasses import dataclass

from chains.schemas import Chunk, Completion


@dataclass(frozen=True)
class Draft:
    """An answer as one completion, the chunks that were shown, and the ids of those too long to show.

    Attributes:
        why_short: why it is no longer, where it is too short and its style knows.
    """

    completion: Completion
    chunks: tuple[Chunk, ...]
    dropped: tuple[str, ...]
    notes: tuple[str, ...] = ()
    why_short: str = ""
