"""Random lists, changed while their runs are killed: does every row belong to its question in the end?

    python -m benchmarks.identity              # 200 lists, two processes at a time on each folder

For each list two processes start on the same folder at once; each kills itself (SIGKILL) at a random call of its
model, or comes to its end. Then the list changes (questions are inserted, dropped, put in another order, given other
ids) and two more processes are started with ``force`` and killed in the same way. A last process works undisturbed. Its rows
are compared with those of a run that was never disturbed: ids, texts, parents, answers, every turn and the verdict.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import Field

from tests.support.fakes import TAXED, TOPICS, TopicEmbedding, TopicLLM

IDS = ("1", "1.1", "1.1.1", "1.2", "2", "2.1", "a", "a.1")
Listed = tuple[str, str]  # an id or "", and a topic


class MortalLLM(TopicLLM):
    """Answers what the question alone decides, and kills its process at one of its calls."""

    dies_at: int = 0
    calls: Any = Field(default_factory=lambda: count(1))

    def _call(self, prompt: str, *given: Any, **more: Any) -> str:
        if next(self.calls) == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._call(prompt, *given, **more)


@dataclass(frozen=True)
class Outcome:
    """What became of one list: whether its rows are an undisturbed run's, and how the other processes ended."""

    same: bool
    ends: tuple[str, ...]
    deeper: int = 0  # questions


def write(folder: Path, listed: list[Listed]) -> None:
    """Write a list of questions."""
    lines = [{"question": f"Why was {topic} taxed?"} | ({"id": one} if one else {}) for one, topic in listed]
    (folder / "q.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def work(folder: Path, out: str, deepen: int, dies_at: int) -> None:
    """Run the list of a folder; the target of every process. Exit code 2: the other process held the folder."""
    from debate import DebateSettings, RunFolderError, run_questions
    from vectorstore import FaissStore

    store = FaissStore.from_texts(TAXED, TopicEmbedding())
    settings = DebateSettings(
        questions=folder / "q.jsonl",
        corpus=folder / "docs",
        out=folder / out,
        deepen=deepen,
        abstain=False,
        concurrency=3,
    )
    try:
        summary = run_questions(settings, llm=MortalLLM(dies_at=dies_at), store=store, force=True)
    except RunFolderError as error:
        raise SystemExit(2 if "another process" in str(error) else str(error)) from error
    rows = [
        [
            *(row.question.id, row.question.text, row.question.parent_id, row.question.same_as, row.error),
            row.opinion.answer if row.opinion else "",
            [turn.text for turn in row.turns],
            row.verdict.text if row.verdict else "",
        ]
        for row in summary.rows()
    ]
    (folder / f"{out}.json").write_text(json.dumps(rows), encoding="utf-8")


def random_list(dice: random.Random) -> list[Listed]:
    """Make a list; a topic may stand in it twice, an id may not."""
    ids = dice.sample(IDS, len(IDS))
    return [(ids[n] if dice.random() < 0.5 else "", dice.choice(TOPICS)) for n in range(dice.randint(1, 5))]


def changed(listed: list[Listed], dice: random.Random) -> list[Listed]:
    """Drop, insert and reorder; ids go with their questions, or to others."""
    kept = [one for one in listed if dice.random() < 0.8]
    taken = {one for one, _ in kept}
    free = [one for one in IDS if one not in taken]
    for _ in range(dice.randint(0, 2)):
        one = free.pop(dice.randrange(len(free))) if dice.random() < 0.5 else ""
        kept.insert(dice.randint(0, len(kept)), (one, dice.choice(TOPICS)))
    if dice.random() < 0.3:
        dice.shuffle(kept)
    return kept or [("", "salt")]


def disturbed(context: Any, folder: Path, deepen: int, dice: random.Random) -> list[str]:
    """Start two processes at once on the folder, which die at random calls; return how they ended."""
    deaths = [dice.randint(1, 30) if dice.random() < 0.8 else 0 for _ in range(2)]
    both = [context.Process(target=work, args=(folder, "out", deepen, dies_at)) for dies_at in deaths]
    for one in both:
        one.start()
    for one in both:
        one.join()
    return [{0: "finished", 2: "refused", -signal.SIGKILL: "killed"}.get(one.exitcode, "failed") for one in both]


def tried(context: Any, folder: Path, seed: int) -> Outcome:
    """Disturb one list, let it finish, and compare."""
    dice = random.Random(seed)  # noqa: S311 - a schedule, no secret
    (folder / "docs").mkdir(parents=True)
    deepen, listed = dice.randint(0, 2), random_list(dice)
    write(folder, listed)
    ends = disturbed(context, folder, deepen, dice)
    write(folder, changed(listed, dice))
    ends += disturbed(context, folder, deepen, dice)
    for out in ("out", "whole"):
        last = context.Process(target=work, args=(folder, out, deepen, 0))
        last.start()
        last.join()
        if last.exitcode:
            return Outcome(False, (*ends, "failed"))
    found, wanted = (json.loads((folder / f"{out}.json").read_text(encoding="utf-8")) for out in ("out", "whole"))
    ids = [row[0] for row in found]
    deeper = sum(bool(row[2]) for row in wanted)
    return Outcome(found == wanted and len(set(ids)) == len(ids), tuple(ends), deeper)


def main() -> int:
    """Try the lists and print how many came out right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lists", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first list's number, for several processes")
    arguments = parser.parse_args()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["debate.run.runner", "langgraph.checkpoint.sqlite", "vectorstore.store.faiss_store"]
    )
    with tempfile.TemporaryDirectory() as name:
        outcomes = {}
        for seed in range(arguments.first, arguments.first + arguments.lists):
            outcomes[seed] = tried(context, Path(name) / str(seed), seed)
            print(f"list {seed}: {outcomes[seed]}", flush=True)
    ends = Counter(end for one in outcomes.values() for end in one.ends)
    wrong = [seed for seed, one in outcomes.items() if not one.same or "failed" in one.ends]
    deeper = sum(one.deeper for one in outcomes.values())
    print(f"{len(outcomes) - len(wrong)} of {len(outcomes)} lists have the rows of an undisturbed run")
    print(f"their deeper questions: {deeper}")
    print(f"disturbing processes: {', '.join(f'{number} {end}' for end, number in sorted(ends.items()))}")
    if wrong:
        print(f"wrong: {wrong}")
    return bool(wrong) or not deeper


if __name__ == "__main__":
    raise SystemExit(main())
