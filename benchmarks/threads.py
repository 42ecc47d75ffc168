"""How long an embedding takes beside threads that read texts: all at once, and one at a time as the product does.

python -m benchmarks.threads --threads 0 8 64
"""

import argparse
import threading
import time
from collections.abc import Callable

import torch

from vectorstore import load_embeddings
from vectorstore.embedding import memory
from vectorstore.runtime.turnstile import one_at_a_time

_SECONDS = 10.0


def reading() -> None:
    """Compute in Python for about a millisecond, as the rules do that read a text."""
    sum(number * number for number in range(20_000))


def measured(threads: int, read: Callable[[], None], embed: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds an embedding and the texts read a second beside so many threads."""
    counts, over = [0] * threads, threading.Event()

    def work(own: int) -> None:
        while not over.is_set():
            read()
            counts[own] += 1

    workers = [threading.Thread(target=work, args=(own,)) for own in range(threads)]
    for one in workers:
        one.start()
    began, embedded = time.perf_counter(), 0
    while embedded == 0 or (time.perf_counter() - began < _SECONDS and embedded < 100):
        embed()
        embedded += 1
    seconds = time.perf_counter() - began
    over.set()
    for one in workers:
        one.join()
    return 1000 * seconds / embedded, sum(counts) / seconds


def main() -> None:
    """Print a line for each number of threads, and the ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.threads", description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[0, 8, 64])
    torch.set_num_threads(1)
    embeddings = load_embeddings(backend="torch")
    embed = lambda: embeddings.embed_documents(["Sanctions fall on pharmacies before ministries."])  # noqa: E731
    embed()
    for count in parser.parse_args().threads:
        one_by_one, texts = measured(count, one_at_a_time(reading), embed)
        own, memory.while_memory_lasts = memory.while_memory_lasts, memory.while_memory_lasts.__wrapped__
        at_once, as_many = measured(count, reading, embed)
        memory.while_memory_lasts = own
        print(
            f"{count} threads: {at_once:.0f} ms an embedding and {as_many:.0f} texts a second at once, "
            f"{one_by_one:.0f} ms and {texts:.0f} one at a time: {at_once / one_by_one:.1f} times faster"
        )


if __name__ == "__main__":
    main()
