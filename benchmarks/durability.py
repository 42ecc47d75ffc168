"""Runs that are killed at random moments and gone on with: do they end with the rows of an undisturbed one?

    python -m benchmarks.durability              # 40 runs of 12 questions, a model that answers slowly
    python -m benchmarks.durability --real 3     # and 3 runs of 2 questions with the real SmolLM2

Each run is a process of its own that works through the list by ``run_questions``; it is killed with SIGKILL at a
random moment, up to three times, and started again. The model writes each call to a log before it answers and after,
synced, so that a question generated again after its row was finished would be seen.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models.llms import LLM

ROOT = Path(__file__).resolve().parent.parent
_ASKED = re.compile(r"Question number (\d+)\?")


class SlowLLM(LLM):
    """Takes its time, answers what the prompt alone decides, and keeps a durable log of its calls."""

    log: Path

    @property
    def _llm_type(self) -> str:
        return "slow"

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        digest = sha256(prompt.encode()).hexdigest()
        asked = _ASKED.search(prompt)
        self._note("begin", asked.group(1) if asked else "?", digest)
        time.sleep(int(digest[:2], 16) / 255 * 0.04)
        self._note("end", asked.group(1) if asked else "?", digest)
        return " ".join(f"The {digest[n : n + 6]} grew by {digest[n + 6 : n + 12]}." for n in range(0, 48, 8))

    def _note(self, *what: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(" ".join(what) + "\n")
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True)
class Outcome:
    """What became of one run that was killed.

    Attributes:
        kills: how often it was killed before it was done.
        same_rows: its rows are those of the undisturbed run, byte for byte but for the seconds.
        kept: what stood in the journal at each kill still stands at its end, unchanged.
        generated_again: model calls for a question whose row was finished before.
        steps_again: calls that had been answered and were made again, since the kill came before their checkpoint.
    """

    kills: int
    same_rows: bool
    kept: bool
    generated_again: int
    steps_again: int = 0

    @property
    def good(self) -> bool:
        """Whether nothing was lost, changed or done twice."""
        return self.same_rows and self.kept and not self.generated_again


def work(folder: Path, questions: int) -> None:
    """Run the list in this folder from where it stands; the target of the processes that are killed."""
    from debate import DebateSettings, run_questions
    from vectorstore import FaissStore

    (folder / "docs").mkdir(parents=True, exist_ok=True)
    (folder / "q.txt").write_text("".join(f"Question number {n}?\n" for n in range(questions)), encoding="utf-8")
    texts = [f"Passage {n}." for n in range(5)]
    store = FaissStore.from_texts(texts, DeterministicFakeEmbedding(size=32), ids=texts)
    settings = DebateSettings(
        questions=folder / "q.txt", corpus=folder / "docs", out=folder / "out", deepen=0, concurrency=4
    )
    (folder / "started").touch()
    run_questions(settings, llm=SlowLLM(log=folder / "calls.log"), store=store)


def undisturbed(folder: Path, questions: int) -> tuple[list[str], float]:
    """Run the list without a kill and return its rows and its seconds."""
    started = time.monotonic()
    work(folder, questions)
    return rows(folder), time.monotonic() - started


def killed_run(folder: Path, questions: int, wanted: list[str], seconds: float, seed: int) -> Outcome:
    """Run the list, kill it up to three times early enough in the seconds that a run takes, and let it finish."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["debate.run.runner", "langgraph.checkpoint.sqlite"])
    moments = random.Random(seed)  # noqa: S311 - a schedule, no secret
    kills, generated_again, kept = 0, 0, True
    for attempt in range(4):
        finished, before = finished_questions(folder), journal(folder)
        calls = len(log(folder))
        (folder / "started").unlink(missing_ok=True)
        process = context.Process(target=work, args=(folder, questions))
        process.start()
        wait_for(folder / "started", process)
        process.join(moments.uniform(0, 0.6 * seconds) if attempt < 3 else None)
        if process.is_alive():
            process.kill()
            process.join()
            kills += 1
        generated_again += sum(line.split()[1] in finished for line in log(folder)[calls:])
        kept = kept and journal(folder).startswith(before)
        if process.exitcode == 0:
            break
    answered = Counter(line.split()[2] for line in log(folder) if line.startswith("end"))
    return Outcome(kills, rows(folder) == wanted, kept, generated_again, sum(count - 1 for count in answered.values()))


def rows(folder: Path) -> list[str]:
    """Return a run's rows in the order of their ids, as JSON without the seconds."""
    values = [json.loads(line) for line in journal(folder).splitlines()]
    return [
        json.dumps(row | {"seconds": 0, "stages": []})
        for row in sorted(values, key=lambda row: str(row["question"]["id"]))
    ]


def journal(folder: Path) -> bytes:
    """Return the whole lines of a run's journal."""
    path = folder / "out" / "results.jsonl"
    text = path.read_bytes() if path.is_file() else b""
    return text[: text.rfind(b"\n") + 1]


def finished_questions(folder: Path) -> set[str]:
    """Return the numbers of the questions whose rows are finished."""
    return {match.group(1) for row in rows(folder) if (match := _ASKED.search(json.loads(row)["question"]["text"]))}


def log(folder: Path) -> list[str]:
    """Return the model's calls so far."""
    path = folder / "calls.log"
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def wait_for(path: Path, process: multiprocessing.process.BaseProcess) -> None:
    """Wait until a process made a file, or ended."""
    while process.is_alive() and not path.exists():
        time.sleep(0.005)


def real_run(folder: Path, wanted: list[str] | None, seconds: float, seed: int) -> tuple[list[str], float, Outcome]:
    """Run two questions with the real model by the command line; killed unless there is nothing to compare with."""
    example = ROOT / "examples" / "brics"
    (folder / "q.txt").write_text("What is the New Development Bank?\nDid Iran join BRICS?\n", encoding="utf-8")
    flags = [
        "--questions",
        "q.txt",
        "--corpus",
        str(example / "corpus"),
        "--out",
        "out",
        "--deepen",
        "0",
        "--k",
        "1",
        "--quiet",
    ]
    command = [sys.executable, str(ROOT / "run_debate.py"), *flags, "--concurrency", "1"]
    short = {"DEBATE_MIN_WORDS": "10", "DEBATE_MAX_WORDS": "30", "DEBATE_TURN_WORDS": "20", "DEBATE_DEBATE_K": "1"}
    moments = random.Random(seed)  # noqa: S311 - a schedule, no secret
    kills, kept, started = 0, True, time.monotonic()
    for attempt in range(4):
        before = journal(folder)
        process = subprocess.Popen(  # noqa: S603
            command, cwd=folder, env=os.environ | short, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(moments.uniform(0.1, 0.7) * seconds if wanted and attempt < 3 else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
        kept = kept and journal(folder).startswith(before)
        if process.returncode == 0:
            break
    found = rows(folder)
    return found, time.monotonic() - started, Outcome(kills, found == wanted, kept, 0)


def main() -> None:
    """Read the arguments, run everything, print one line a run and the sum."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--first", type=int, default=0, help="the first run's number, to run them in pieces")
    parser.add_argument("--questions", type=int, default=12)
    parser.add_argument("--real", type=int, default=0, help="runs with the real SmolLM2")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        work(folder / "warm", 1)
        wanted, seconds = undisturbed(folder / "whole", arguments.questions)
        print(f"undisturbed: {len(wanted)} rows in {seconds:.2f} s")
        outcomes = [
            killed_run(folder / f"run{seed}", arguments.questions, wanted, seconds, seed)
            for seed in range(arguments.first, arguments.first + arguments.runs)
        ]
        if arguments.runs:
            summary("a model that answers slowly", outcomes)
        if arguments.real:
            (folder / "real").mkdir()
            wanted, seconds, _ = real_run(folder / "real", None, 0, 0)
            print(f"SmolLM2, undisturbed: {len(wanted)} rows in {seconds:.0f} s")
            outcomes = []
            for seed in range(arguments.first, arguments.first + arguments.real):
                (folder / f"real{seed}").mkdir()
                outcomes.append(real_run(folder / f"real{seed}", wanted, seconds, seed)[2])
            summary("SmolLM2", outcomes)


def summary(name: str, outcomes: list[Outcome]) -> None:
    """Print what became of the runs."""
    kills = Counter(outcome.kills for outcome in outcomes)
    told = ", ".join(f"{runs} killed {times} times" for times, runs in sorted(kills.items()))
    print(f"{name}: {sum(one.good for one in outcomes)} of {len(outcomes)} good ({told})")
    print(
        f"  rows as undisturbed {sum(one.same_rows for one in outcomes)}, journal kept {sum(one.kept for one in outcomes)}, "
        f"calls for finished questions {sum(one.generated_again for one in outcomes)}, "
        f"answered calls made again {sum(one.steps_again for one in outcomes)}"
    )


if __name__ == "__main__":
    main()
