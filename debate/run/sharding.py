"""Select the seed questions of a shard: every n-th text of the list, so that equal questions stay together."""

from collections.abc import Sequence

from chains.schemas import Question
from debate.errors import QuestionsError


def of_shard(seeds: Sequence[Question], shard: str) -> list[Question]:
    """Return the seeds of a shard such as "2/8" in their order; all where ``shard`` is "".

    Raises:
        QuestionsError: there are more shards than different questions, and this one has none.
    """
    if not shard:
        return list(seeds)
    number, _, count = shard.partition("/")
    places = {text: place for place, text in enumerate(dict.fromkeys(seed.text for seed in seeds))}
    mine = [seed for seed in seeds if places[seed.text] % int(count) == int(number) - 1]
    if not mine:
        most = len(places)
        told = f"the list has only {most} different ones; use at most {most} shards"
        raise QuestionsError(f"shard {shard} has no question: {told}")
    return mine
