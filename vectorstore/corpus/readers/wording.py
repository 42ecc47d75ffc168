"""What was left out of a file, and where, in few words."""

from collections.abc import Sequence
from itertools import groupby

MOST_NAMED = 5  # more of a kind are counted


def unreadable(suffix: str) -> str:
    """Tell of a file that its parser fails on, without the parser's own words, which name its parts and not a cure."""
    remedy = "Open it in its program and save it again."
    return f"is not a readable {suffix} file: it is damaged or of another kind. {remedy}"


def spans(numbers: Sequence[int]) -> str:
    """Return rising numbers as "2, 5-6"; of more than a few runs, the first and how many numbers follow."""
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    named = [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:MOST_NAMED]]
    more = sum(map(len, runs[MOST_NAMED:]))
    return ", ".join(named) + (f" and {more} more" if more else "")


def rows(numbers: Sequence[int]) -> str:
    """Return "row 2" or "rows 2, 5-6"."""
    return f"row{'s' * (len(numbers) > 1)} {spans(numbers)}"


def shortened(messages: Sequence[str], most: int = MOST_NAMED) -> list[str]:
    """Return the first messages, and how many more there are."""
    more = len(messages) - most
    return list(messages) if more <= 0 else [*messages[:most], f"{more} more like these"]
