"""Runs on a Ray cluster of three nodes of which one, or the driver, is killed: do they end with an undisturbed one's rows?

    python -m benchmarks.cluster                 # 20 runs of 24 questions, a model that answers slowly
    python -m benchmarks.cluster --cost 200      # seconds a question with Ray ÷ without, one worker, a model at once
    python -m benchmarks.cluster --workers 4 --questions 800 --model smollm2 --flags concurrency=16,backend=transformers
                                                 # questions a minute of 4 workers ÷ 1 on this machine, a GPU each

The nodes are processes of this machine (``ray.cluster_utils.Cluster``). The driver is a process of its own that works
through the list by ``run_questions``; at a random moment one of the three nodes or the driver is killed (SIGKILL). A
driver that was killed is started again, with Ray or without it. The model keeps a synced log of its calls, so that a
question generated again after its row was finished would be seen.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.cluster_models import at_once, slow
from benchmarks.durability import finished_questions, journal, log, rows, undisturbed, wait_for
from debate import DebateSettings, run_questions
from debate.progress import Progress
from debate.settings import EXAMPLE, load_settings
from tests.support.ray_cluster import cluster


@dataclass(frozen=True)
class Disturbed:
    """What became of one run: who was killed, whether anything was lost, changed or generated again.

    ``all_ready``: the run had a worker on each of the three nodes at once, so that a killed one was in its work.
    """

    killed: str
    same_rows: bool
    kept: bool
    generated_again: int
    all_ready: bool

    @property
    def good(self) -> bool:
        """Whether nothing was lost, changed or done twice."""
        return self.same_rows and self.kept and not self.generated_again


def settings_of(folder: Path, questions: int, address: str, **more: Any) -> DebateSettings:
    """Return the settings of a run of so many questions in a folder, with Ray where an address is given."""
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    (folder / "q.txt").write_text("".join(f"Question number {n}?\n" for n in range(questions)), encoding="utf-8")
    given = {"questions": folder / "q.txt", "corpus": folder / "docs", "out": folder / "out", "deepen": 0}
    return DebateSettings(**given, concurrency=4, ray=address, **more)


def drive(folder: Path, questions: int, address: str) -> None:
    """Run the list in this folder from where it stands; the target of the process that may be killed."""
    settings = settings_of(folder, questions, address)
    (folder / "started").touch()
    run_questions(settings, load=partial(slow, calls=folder / "calls.log"))


def disturbed_run(folder: Path, made: Any, questions: int, wanted: list[str], seed: int) -> Disturbed:
    """Run the list, kill a node or the driver once rows come in, and let the run finish."""
    chance = random.Random(seed)  # noqa: S311 - a schedule, no secret
    victim = chance.choice(["driver", "node", "node"])
    after = chance.randrange(0, questions - 2)  # rows
    process = _driver(folder, questions, made.address)
    while process.is_alive() and len(finished_questions(folder)) < after:
        time.sleep(0.02)
    time.sleep(chance.uniform(0, 0.3))
    finished, before, calls = finished_questions(folder), journal(folder), len(log(folder))
    if victim == "driver":
        process.kill()
        process.join()
        process = _driver(folder, questions, chance.choice([made.address, ""]))
    else:
        made.remove_node(
            chance.choice(sorted(made.worker_nodes, key=lambda node: node.unique_id)), allow_graceful=False
        )
        made.add_node(num_cpus=1)
    process.join()
    again = sum(line.split()[1] in finished for line in log(folder)[calls:] if line.startswith("begin"))
    all_ready = "3 of 3 workers ready" in (folder / "out" / "log.txt").read_text(encoding="utf-8")
    return Disturbed(victim, rows(folder) == wanted, journal(folder).startswith(before), again, all_ready)


def _driver(folder: Path, questions: int, address: str) -> multiprocessing.process.BaseProcess:
    (folder / "started").unlink(missing_ok=True)
    process = multiprocessing.get_context("spawn").Process(target=drive, args=(folder, questions, address))
    process.start()
    wait_for(folder / "started", process)
    return process


def cost(folder: Path, questions: int) -> None:
    """Print the seconds a question with one Ray worker and without Ray."""
    seconds = {}
    for name, address in (("without", ""), ("with", "local")):
        settings = settings_of(folder / name, questions, address, **({"workers": 1} if address else {}))
        run_questions(settings_of(folder / f"{name} warm", 1, ""), load=at_once)
        watch = _Watch()
        run_questions(settings, load=at_once, progress=watch)
        seconds[name] = (watch.ended[-1] - watch.began) / questions
        print(f"{name} Ray: {seconds[name] * 1000:.1f} ms a question, {questions} questions")
    print(f"with ÷ without: {seconds['with'] / seconds['without']:.2f}")


def speed_up(folder: Path, workers: int, questions: int, model: str, flags: dict[str, str]) -> None:
    """Print the questions a minute of so many workers and of one, over the documents of the example, and the ratio.

    Counted between a tenth and nine tenths of the rows: how long workers load, and how long the last questions take
    when most of a worker's batch is empty, is no part of it and told beside it. A list should be long enough for ten
    rounds of all workers: a card takes as long for a batch of 10 as for one of 40, so that with a round and a half
    four workers are hardly faster than one.
    """
    topics = ("trade", "oil", "gold", "grain", "debt", "migration", "patents", "shipping", "water", "lending")
    places = ("Iran", "Brazil", "Russia", "India", "China", "South Africa", "Egypt", "Ethiopia", "Japan", "Peru")
    asked = [f"What does BRICS mean for {topic} in {place}?" for topic in topics for place in places]
    several = [f"{one} Look at {year}." for year in range(2010, 2026) for one in asked][:questions]
    (folder / "q.txt").write_text("".join(f"{one}\n" for one in several), encoding="utf-8")
    given = {"questions": folder / "q.txt", "limit": questions, "deepen": 0, "model": model, "ray": "local", **flags}
    rates = {}
    for count in (1, workers):
        watch, started = _Watch(), time.monotonic()
        settings = load_settings(given | {"workers": count, "out": folder / f"workers{count}"}, EXAMPLE)
        summary = run_questions(settings, progress=watch)
        first, last = len(watch.ended) // 10, len(watch.ended) * 9 // 10
        rates[count] = 60 * (last - first) / (watch.ended[last] - watch.ended[first])
        print(
            f"{count} workers: {rates[count]:.1f} questions a minute in the middle of the list; began after "
            f"{watch.began - started:.0f} s, the first row after {watch.ended[0] - started:.0f} s, nine tenths after "
            f"{watch.ended[last] - started:.0f} s, all after {watch.ended[-1] - started:.0f} s; {summary.failed} failed",
            flush=True,
        )
    print(f"{workers} workers ÷ 1: {rates[workers] / rates[1]:.2f}")


class _Watch(Progress):
    """Notes when the first question begins, and when each row ends."""

    def __init__(self) -> None:
        self.began = 0.0
        self.ended: list[float] = []

    def stage(self, question_id: str, stage: str, turns: int = 0) -> None:
        self.began = self.began or time.monotonic()

    def finished(self, result: Any) -> None:
        self.ended.append(time.monotonic())


def main() -> None:
    """Read the arguments, run everything, print one line a run and the sum."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--questions", type=int, default=24)
    parser.add_argument("--cost", type=int, default=0, help="questions of the run that is timed, instead")
    parser.add_argument("--workers", type=int, default=0, help="workers whose speed is compared with one's, instead")
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--flags", default="", help="settings of that run: NAME=VALUE,NAME=VALUE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.workers:
            flags = dict(one.split("=", 1) for one in arguments.flags.split(",") if one)
            speed_up(folder, arguments.workers, arguments.questions, arguments.model, flags)
            return
        if arguments.cost:
            cost(folder, arguments.cost)
            return
        wanted, seconds = undisturbed(folder / "whole", arguments.questions)
        print(f"undisturbed, without Ray: {len(wanted)} rows in {seconds:.1f} s")
        outcomes = []
        with cluster() as made:
            for seed in range(arguments.runs):
                started = time.monotonic()
                outcomes.append(disturbed_run(folder / f"run{seed}", made, arguments.questions, wanted, seed))
                print(f"run {seed}: {outcomes[-1]} in {time.monotonic() - started:.1f} s", flush=True)
        kinds = Counter(one.killed for one in outcomes)
        print(f"{sum(one.good for one in outcomes)} of {len(outcomes)} good ({dict(kinds)})")


if __name__ == "__main__":
    main()
