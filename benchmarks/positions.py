"""Agreement: whether pairs of positions are told apart as a person told them.

    python -m benchmarks.positions

The pairs of ``positions.toml``, by the bundled MiniLM with its stance space and, as in a run without embeddings, by words.
"""

import sys
import tomllib
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chains.debating.agreement import agreeing, gives_other_reasons
from chains.debating.likeness import Likeness
from chains.schemas import Position
from vectorstore import load_embeddings

KINDS = ("agree", "reasons", "differ")


def judged(sets: list[dict[str, Any]], likeness: Likeness | None) -> Iterator[tuple[bool, str, str, tuple[str, str]]]:
    """Yield whether a pair is held back, how a person judged it, how the rules do, and the pair."""
    for one in sets:
        for kind in KINDS:
            for pair in one.get(kind, ()):
                positions = [Position(str(n), f"P{n}", text) for n, text in enumerate(pair)]
                agree = agreeing(positions, 1, one["question"], likeness) == [0]
                reasons = agree and gives_other_reasons(*pair, one["question"])
                yield one["held"], kind, "reasons" if reasons else "agree" if agree else "differ", tuple(pair)


def main() -> int:
    """Print a line a kind, and each pair that was judged wrongly."""
    warnings.simplefilter("ignore")
    sets = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["sets"]
    for name, likeness in (("embeddings", Likeness(load_embeddings())), ("words", None)):
        print(name)
        found: defaultdict[tuple[bool, str], list[tuple[str, tuple[str, str]]]] = defaultdict(list)
        for held, kind, told, pair in judged(sets, likeness):
            found[held, kind].append((told, pair))
        for held, kind in sorted(found, key=lambda one: (one[0], KINDS.index(one[1]))):
            pairs = found[held, kind]
            wrong = [(told, pair) for told, pair in pairs if told != kind]
            print(
                f"  {kind + (', held back' if held else ''):20} {len(pairs) - len(wrong):2d} of {len(pairs)} judged rightly"
            )
            print(
                "".join(f"      {told}: {one}\n      {' ' * len(told)}  {other}\n" for told, (one, other) in wrong),
                end="",
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
