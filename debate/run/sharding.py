"""Select the seed questions of a shard: every n-th text of the list, so that equal questions stay together."""

from __future__ import annotations

from collections.abc import Sequence

from chains.schemas import Question


def of_shard(seeds: Sequence[Question], shard: str) -> list[Question]:
    """Return the seeds of a shard such as "2/8" in their order; all where ``shard`` is ""."""
    if not shard:
        return list(seeds)
    number, _, count = shard.partition("/")
    places = {text: place for place, text in enumerate(dict.fromkeys(seed.text for seed in seeds))}
    return [seed for seed in seeds if places[seed.text] % int(count) == int(number) - 1]
