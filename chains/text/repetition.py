"""Repetition loops in generated text: find where one begins, and measure how repetitive a text is.

What it does. Two alarms, both CUSUM tests (see ``chains.text.cusum``):

- *periodic*: for each lag p, the evidence is word[i] == word[i-p]. Small edits cost a little and do not
  hide the loop; the last moment at zero is where the loop begins.
- *recycled*: the evidence is that word i lies in a 4-gram that was said a short while ago. This one catches
  loops whose unit grows, shrinks or comes back in another order, where no single lag fits.

What it does not know. Nothing about meaning: a paraphrase in other words is no loop here. Nothing about
tokenizers: `loop_in_tokens` sees ids only, so it cannot tell a table of numbers from prose; confirm its
alarm with `detect_loop` on the decoded text.

`seq_rep_n` follows Welleck et al. 2020, "Neural text generation with unlikelihood training"
(arXiv 1908.04319).
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chains.errors import ChainError
from chains.text.cusum import Run, evidence_at, run_around, threshold
from vectorstore.text.letters import UNSPACED

__all__ = ["Loop", "TokenLoop", "detect_loop", "loop_in_tokens", "seq_rep_n"]

_UNIT = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+(?:[-'’.,][^\W_{UNSPACED}]+)*")
_IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
# One piece 30 times over without a space: "!!!!" from a 4-bit overflow, "hahaha". Ruled lines are no loop.
_WITHIN_WORD = re.compile(r"(?P<piece>[^\s\-=_*.·~#|+]\S{0,15}?)(?P=piece){29,}")

_WORD_WINDOW = 512  # words: the longest period, above the longest answer asked for (500 words)
_TOKEN_WINDOW = 512  # tokens: the tail that the stopping criterion looks at
_TAIL = 16  # tokens: a lag is worth testing only when most of the last few tokens repeat at it
_TAIL_MATCHES = 10  # of those 16: random tails of prose agree on 1 or 2

# Evidence is counted in words. A number is worth half and costs more when it changes: the columns and years
# of a table repeat innocently, and one that counts up is new content. Two unspaced characters make a word.
_WORD_GAIN, _NUMBER_GAIN, _CHARACTER_GAIN = 1.0, 0.5, 0.5
_WORD_COST, _NUMBER_COST, _CHARACTER_COST = 1.25, 2.0, 0.625  # so at least 56% of the words must repeat

# Never fire on fewer words than the first; always on a passage as long as the second that is said again.
_LEAST_WORDS, _ENOUGH_WORDS = 9.0, 60.0
# The same for tokens, about 1.5 to a word, with a margin: there is no text to check the alarm on.
_LEAST_TOKENS, _ENOUGH_TOKENS = 24.0, 96.0

_GRAM = 4  # words, as in seq-rep-4
_RECYCLED_WITHIN = 200  # words since the 4-gram was last said: a loop comes back soon
_RECYCLED_ENOUGH = 40.0  # words; fires on 0.2% of web pages and no speech, at 30 on 0.6% of the pages


@dataclass(frozen=True)
class Loop:
    """A repetition loop in a text.

    Attributes:
        start: character offset where the *second* occurrence of the repeated unit begins, so `text[:start]`
            keeps everything before the loop and the unit once.
        period: length of one repeat in units: words where the script is spaced, characters where it is not
            (Japanese, Chinese, Thai). The typical distance where the unit's length varies.
        repeats: how many times the unit occurs, the first one included; at least 2.
    """

    start: int
    period: int
    repeats: int


@dataclass(frozen=True)
class TokenLoop:
    """A repetition loop in token ids.

    Attributes:
        start: index, in the whole sequence, of the second occurrence (or of the first one in view).
        period: tokens in one repeat.
        repeats: occurrences in view, the first one included; at least 2.
    """

    start: int
    period: int
    repeats: int


def seq_rep_n(text_or_tokens: str | Sequence[Hashable], n: int = 4) -> float:
    """The share of n-grams that are repeats: 1 - unique n-grams / n-grams (seq-rep-n of Welleck et al. 2020).

    Args:
        text_or_tokens: a text, counted in lower-case words (characters where the script has no spaces), or
            any sequence of tokens as it is.
        n: length of the n-grams, at least 1.

    Returns:
        A share in [0, 1); 0.0 for a sequence shorter than n.

    Raises:
        ChainError: n is below 1.
    """
    if n < 1:
        raise ChainError(f"n = {n}: an n-gram has at least one token")
    tokens: Sequence[Hashable] = _units(text_or_tokens)[0] if isinstance(text_or_tokens, str) else text_or_tokens
    grams = [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def detect_loop(text: str) -> Loop | None:
    """Find the first repetition loop in a text, or None.

    A loop is a unit that comes about twice more after its first occurrence (a unit of 40 words or more: once
    more), word for word but for small edits, with at least 9 repeated words or 18 unspaced characters.
    Numbers count half, so that the columns of a table do not pass for a loop. Time is linear in the text.

    Returns:
        The earliest loop; see `Loop` for its units.
    """
    words, offsets = _units(text)
    gain, cost = _weights(words)
    runs = [run for run in (_periodic(words, gain, cost), _recycled(words, gain)) if run]
    found = [Loop(offsets[run.start], run.period, run.repeats) for run in runs]
    if inner := _WITHIN_WORD.search(text):
        piece = len(inner["piece"])
        found.append(Loop(inner.start() + piece, piece, (inner.end() - inner.start()) // piece))
    return min(found, key=lambda loop: (loop.start, loop.period), default=None)


def loop_in_tokens(ids: Sequence[int]) -> TokenLoop | None:
    """The loop that a growing sequence of token ids is in *now*, at its end, or None.

    For a stopping criterion: call it every few steps on the new tokens of each batch row. It looks at the
    last 512 tokens, and only at lags at which most of the last 16 repeat, so a call on fresh prose costs
    some tens of microseconds. A loop that ended earlier is not reported. Ids say nothing of words or numbers,
    so the evidence asked for is higher than in `detect_loop`, which should confirm the alarm on the text.

    Args:
        ids: token ids in order, without padding.
    """
    skipped = max(0, len(ids) - _TOKEN_WINDOW)
    codes = np.asarray(ids[skipped:], dtype=np.int64)
    if len(codes) < _LEAST_TOKENS:
        return None
    gain, cost = np.ones(len(codes)), np.full(len(codes), _WORD_COST)
    for period in _tail_periods(codes):
        evidence = evidence_at(codes, gain, cost, period)
        if len(evidence) and evidence[-1] >= threshold(period, _LEAST_TOKENS, _ENOUGH_TOKENS):
            run = run_around(evidence, len(evidence) - 1, period)
            return TokenLoop(skipped + run.start, run.period, run.repeats)
    return None


def _tail_periods(codes: NDArray[np.int64]) -> list[int]:
    """The lags, shortest first, at which at least 10 of the last 16 tokens repeat."""
    windows = np.lib.stride_tricks.sliding_window_view(codes, _TAIL)
    matches = (windows[:-1] == codes[-_TAIL:]).sum(axis=1)  # one count a window, the farthest first
    periods: list[int] = (len(matches) - np.flatnonzero(matches >= _TAIL_MATCHES))[::-1].tolist()
    return periods


def _units(text: str) -> tuple[list[str], list[int]]:
    """Case-folded words (or unspaced characters) without punctuation, and their character offsets."""
    matches = list(_UNIT.finditer(text))
    return [match.group().casefold() for match in matches], [match.start() for match in matches]


def _weights(words: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each unit adds when it repeats and takes away when it does not, in words; two arrays (units,)."""
    number = np.array([not word.isalpha() and any(map(str.isdigit, word)) for word in words], dtype=bool)
    character = np.array([len(word) == 1 and bool(_IS_UNSPACED.match(word)) for word in words], dtype=bool)
    gain = np.where(number, _NUMBER_GAIN, np.where(character, _CHARACTER_GAIN, _WORD_GAIN))
    cost = np.where(number, _NUMBER_COST, np.where(character, _CHARACTER_COST, _WORD_COST))
    return gain, cost


def _words_a_unit(words: Sequence[str]) -> float:
    """How many words a unit is worth on average: 1 in spaced text, half in Japanese or Chinese."""
    characters = sum(len(word) == 1 and bool(_IS_UNSPACED.match(word)) for word in words)
    return 1 - (1 - _CHARACTER_GAIN) * characters / max(1, len(words))


def _lags_worth_a_look(
    codes: NDArray[np.int64], gain: NDArray[np.float64], words_a_unit: float
) -> list[tuple[int, float]]:
    """The lags at which enough units repeat to alarm if none spoke against it, each with the evidence that alarms."""
    lags = np.arange(1, min(_WORD_WINDOW, len(codes) - 1) + 1)
    if not len(lags):
        return []
    padded = np.concatenate([np.full(len(lags), -1), codes])
    shifted = np.lib.stride_tricks.sliding_window_view(padded, len(codes))[-2::-1]  # one row a lag
    repeats = np.count_nonzero(shifted == codes, axis=1)
    enough = threshold(lags * words_a_unit, _LEAST_WORDS, _ENOUGH_WORDS)
    worth = gain.max() * repeats >= enough
    return list(zip(lags[worth].tolist(), enough[worth].tolist(), strict=True))


def _periodic(words: Sequence[str], gain: NDArray[np.float64], cost: NDArray[np.float64]) -> Run | None:
    """The earliest run that repeats at one lag.

    Half the period alarms as well when half the unit's words recur ("peace and justice and"), and so do its
    multiples. So among the runs that overlap the earliest one, the one with the most evidence is taken.
    """
    ids: dict[str, int] = {}
    codes = np.array([ids.setdefault(word, len(ids)) for word in words], dtype=np.int64)
    runs: list[tuple[float, Run]] = []
    for period, enough in _lags_worth_a_look(codes, gain, _words_a_unit(words)):
        evidence = evidence_at(codes, gain, cost, period)
        alarms = evidence >= enough
        alarm = int(np.argmax(alarms))
        if alarms[alarm]:
            run = run_around(evidence, alarm, period)
            runs.append((float(evidence[run.end - 1 - period]), run))
    if not runs:
        return None
    first = min((run for _, run in runs), key=lambda run: run.start)
    overlapping = [(peak, run) for peak, run in runs if run.start < first.end]
    return max(overlapping, key=lambda found: (found[0], -found[1].period))[1]


def _recycled(words: Sequence[str], gain: NDArray[np.float64]) -> Run | None:
    """The first stretch that mostly re-uses 4-grams said within the last 200 words, whatever their order."""
    distance = _gram_distances(words)
    evidence, start = 0.0, 0
    for here, weight in enumerate(gain.tolist()):
        evidence += weight if distance[here] else -weight
        if evidence <= 0:
            evidence, start = 0.0, here + 1
        if evidence >= _RECYCLED_ENOUGH:
            period = int(np.median([d for d in distance[start : here + 1] if d]))
            return Run(start, here + 1, period)
    return None


def _gram_distances(words: Sequence[str]) -> list[int]:
    """How many words back the 4-gram around each word last occurred; 0 if not recently."""
    distance = [0] * len(words)
    last_said: dict[tuple[str, ...], int] = {}
    for here in range(len(words) - _GRAM + 1):
        gram = tuple(words[here : here + _GRAM])
        back = here - last_said.get(gram, -_RECYCLED_WITHIN)
        if back <= _RECYCLED_WITHIN and gram in last_said:
            distance[here : here + _GRAM] = [back] * _GRAM
        last_said[gram] = here
    return distance
