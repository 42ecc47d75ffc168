"""How often the 95% intervals of ``debate compare`` hold the true difference: python -m benchmarks.intervals [--sets 1000]

Each set is n differences of a known mean: normal, skewed (lognormal), rare (one in ten is 1, the others 0), shares (of two
beta distributions), and yes or no (60% against 30%). Beside the product's interval stand those of Student and of scipy's
bootstrap. The product gives none where too little varies: *given* is the share of sets with one, *held* how many of these
hold the mean, *misled* how many of all sets have one that does not (5% at most, if it is right). The last table: the share
of p-values below 5, 20 and 50% where there is no difference.
"""

import argparse
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import stats

from debate.compare.statistics import paired_difference

SIZES = (3, 5, 8, 12, 20, 30, 60)
METHODS = ("percentile", "basic", "BCa")
Draw = Callable[[np.random.Generator, int], Any]


def _yes_or_no(chance: np.random.Generator, n: int, first: float, second: float) -> Any:
    return (chance.random(n) < second).astype(float) - (chance.random(n) < first)


KINDS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda chance, n: chance.normal(0.3, 1, n), 0.3),
    "lognormal": (lambda chance, n: chance.lognormal(0, 1, n), float(np.exp(0.5))),
    "rare": (lambda chance, n: (chance.random(n) < 0.1).astype(float), 0.1),
    "shares": (lambda chance, n: chance.beta(0.5, 0.5, n) - chance.beta(0.3, 0.9, n), 0.25),
    "yes or no": (lambda chance, n: _yes_or_no(chance, n, 0.3, 0.6), 0.3),
}
ALIKE: dict[str, Draw] = {
    "normal": lambda chance, n: chance.normal(0, 1, n),
    "rare": lambda chance, n: _yes_or_no(chance, n, 0.05, 0.05) * chance.integers(1, 4, n),
    "yes or no": lambda chance, n: _yes_or_no(chance, n, 0.3, 0.3),
}


def others(differences: Any, seed: int) -> Iterator[tuple[float, float]]:
    """Student's interval, then each of scipy's; one value over and over is its own interval."""
    n, middle = len(differences), float(np.mean(differences))
    if np.ptp(differences) == 0:
        yield from [(middle, middle)] * (1 + len(METHODS))
        return
    yield stats.t.interval(0.95, n - 1, middle, stats.sem(differences))
    for method in METHODS:
        found = stats.bootstrap(
            (differences,), np.mean, n_resamples=2000, method=method, rng=np.random.default_rng(seed)
        )
        yield found.confidence_interval


def row(kind: str, n: int, sets: int) -> str:
    """One line of the table."""
    draw, mean = KINDS[kind]
    chance = np.random.default_rng(n)
    held, beside = [], []
    for seed in range(sets):
        differences = draw(chance, n)
        found = paired_difference([0.0] * n, differences, yes_or_no=kind == "yes or no", seed=seed)
        held.append(None if found.interval is None else found.interval[0] <= mean <= found.interval[1])
        beside.append([low <= mean <= high for low, high in others(differences, seed)])
    given = [one for one in held if one is not None]
    seen = f"{np.mean(given):7.3f}" if given else "      –"
    columns = "".join(f"{share:12.3f}" for share in np.mean(beside, axis=0))
    return f"{kind:10}{n:4}{len(given) / sets:8.3f}{seen}{given.count(False) / sets:8.3f}{columns}"


def level(kind: str, n: int, sets: int) -> str:
    """The p-values where both models are alike."""
    chance = np.random.default_rng(n)
    found = [
        paired_difference([0.0] * n, ALIKE[kind](chance, n), yes_or_no=kind == "yes or no", seed=seed).p
        for seed in range(sets)
    ]
    return f"{kind:10}{n:4}" + "".join(f"{np.mean(np.array(found) < level):8.3f}" for level in (0.05, 0.2, 0.5))


def main() -> None:
    """Print both tables, each line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=1000)
    sets = parser.parse_args().sets
    warnings.simplefilter("ignore", stats.DegenerateDataWarning)
    names = "".join(f"{name:>12}" for name in ("Student", *METHODS))
    print(f"{sets} sets a line\n\n{'':10}{'n':>4}   given   held  misled{names}")
    for kind in KINDS:
        for n in SIZES:
            print(row(kind, n, sets), flush=True)
    print(f"\n{'no effect':10}{'n':>4}{'p<.05':>8}{'p<.2':>8}{'p<.5':>8}")
    for kind in ALIKE:
        for n in (8, 20, 60):
            print(level(kind, n, sets), flush=True)


if __name__ == "__main__":
    main()
