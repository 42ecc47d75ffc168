"""Charts of a run: words, support, loops and time of each question, in the order of the list.

In a long run a bar combines several questions; its label says how many.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from debate.output.report.rows import anchor_of, tags_of
from debate.results import QuestionResult

_BARS = 120  # more would be thinner than a line
_WIDTH, _HEIGHT = 300.0, 90.0  # of the plot; the template adds room for the axes


@dataclass(frozen=True)
class Figures:
    """What the charts need of a row; an abstention has neither words nor support that mean anything."""

    id: str
    anchor: str
    tags: frozenset[str]
    words: int | None
    supported: int | None
    loops: int
    seconds: float


@dataclass(frozen=True)
class ChartBar:
    """One bar: its place in the plot, what it says, and the row it leads to (none for a bin)."""

    x: float
    y: float
    width: float
    height: float
    label: str
    href: str
    failed: bool


@dataclass(frozen=True)
class Chart:
    """One chart; ``ticks`` are heights with their labels, ``band`` top and height of the range asked for."""

    title: str
    summary: str
    bars: tuple[ChartBar, ...]
    ticks: tuple[tuple[float, str], ...]
    last: str
    band: tuple[float, float] | None = None


def figures(result: QuestionResult) -> Figures:
    """Take from a row what the charts need."""
    opinion = result.opinion
    return Figures(
        id=result.question.id,
        anchor=anchor_of(result),
        tags=frozenset(tags_of(result)),
        words=opinion.words if opinion and not opinion.abstained else None,
        supported=None if opinion is None or opinion.supported is None else round(100 * opinion.supported),
        loops=sum(bool(one.loop) for one in (opinion, *result.spoken) if one),
        seconds=result.seconds,
    )


def charts(rows: Sequence[Figures], words: tuple[int, int]) -> list[Chart]:
    """Return the charts that have something to show; ``words`` is the range that an opinion's length was to keep.

    One row needs no chart, and neither do bars without height.

    Abstentions and failed rows have no length and no support: they are in no mean.
    """
    lengths = [one.words for one in rows]
    supported = [one.supported for one in rows]
    loops = [one.loops for one in rows]
    seconds = [one.seconds for one in rows]
    asked = f", {words[0]} to {words[1]} asked for" if words[1] else ""
    made: list[Chart] = []
    if len(rows) < 2:
        return made
    if any(known := _known(lengths)):
        summary = f"median {median(known):.0f}{asked}"
        made.append(_chart("Length of the opinion", summary, lengths, rows, band=words))
    if any(known := _known(supported)):
        summary = f"median {median(known):.0f}%"
        made.append(_chart("Sentences that a passage supports", summary, supported, rows, unit="%", top=100))
    if any(loops):
        made.append(_chart("Loops cut", f"{sum(loops)} in all", loops, rows, total=True))
    if any(seconds):
        summary = f"median {median(seconds):.1f} s, from {min(seconds):.1f} to {max(seconds):.1f} s"
        made.append(_chart("Time", summary, seconds, rows, unit=" s"))
    return made


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _chart(
    title: str,
    summary: str,
    values: Sequence[float | None],
    rows: Sequence[Figures],
    *,
    unit: str = "",
    top: float = 0.0,
    band: tuple[int, int] = (0, 0),
    total: bool = False,
) -> Chart:
    size = math.ceil(len(values) / _BARS)
    bins = [range(start, min(start + size, len(values))) for start in range(0, len(values), size)]
    heights = [_height(_known([values[n] for n in one]), total=total) for one in bins]
    largest = _nice(max(top, band[1], *_known(heights)))
    step = _WIDTH / len(bins)
    bars = tuple(
        _bar(rows, one, height or 0.0, _told(height, unit), (n * step, step), largest)
        for n, (one, height) in enumerate(zip(bins, heights, strict=True))
    )
    each = "" if size == 1 else f"; a bar is the {'sum' if total else 'mean'} of {size} questions"
    parts = (0, 1) if total and largest % 2 else (0, 0.5, 1)  # there is no half of a loop
    ticks = tuple((round(_HEIGHT * (1 - part), 1), _plain(largest * part) + unit) for part in parts)
    return Chart(title, summary + each, bars, ticks, str(len(values)), _band(band, largest))


def _height(known: Sequence[float], *, total: bool) -> float | None:
    if total:
        return sum(known)
    return fmean(known) if known else None


def _told(height: float | None, unit: str) -> str:
    return "no answer" if height is None else f"{_plain(height)}{unit}"


def _bar(
    rows: Sequence[Figures], members: range, height: float, value: str, place: tuple[float, float], largest: float
) -> ChartBar:
    first, last = rows[members[0]], rows[members[-1]]
    failed = any("failed" in rows[n].tags for n in members)
    name = first.id if len(members) == 1 else f"{first.id} to {last.id}"
    drawn = max(_HEIGHT * height / largest, 1.5 if failed else 0.0)
    gap = place[1] * 0.12
    return ChartBar(
        x=round(place[0] + gap, 2),
        y=round(_HEIGHT - drawn, 2),
        width=round(place[1] - 2 * gap, 2),
        height=round(drawn, 2),
        label=f"{name}: {value}{', failed' if failed else ''}",
        href=first.anchor if len(members) == 1 else "",
        failed=failed,
    )


def _band(band: tuple[int, int], largest: float) -> tuple[float, float] | None:
    if not band[1]:
        return None
    return round(_HEIGHT * (1 - band[1] / largest), 1), round(_HEIGHT * (band[1] - band[0]) / largest, 1)


def _nice(value: float) -> float:
    """Return the end of an axis: the next round number."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * 0.9999)


def _plain(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
