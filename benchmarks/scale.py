"""What the framework itself costs: many questions through a model that answers at once.

    python -m benchmarks.scale --questions 10000

Runs a tenth of the list and the whole list, each in a process of its own, and prints the overhead a question,
its growth, and the growth of the peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models.llms import LLM


class InstantLLM(LLM):
    """Answers everything at once, with a text of usual length."""

    @property
    def _llm_type(self) -> str:
        return "instant"

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        sentences = 70 if "Answer the question below" in prompt else 15  # an opinion, or a turn
        return " ".join(f"Sentence {n} says something about trade." for n in range(sentences))


def measure(questions: int) -> dict[str, float]:
    """Run a list in this process and return seconds, bytes at the peak, and rows."""
    from debate import DebateSettings, run_questions
    from vectorstore import FaissStore

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        (folder / "q.txt").write_text("".join(f"Question number {n}?\n" for n in range(questions)), encoding="utf-8")
        texts = [f"Passage {n} about trade. " * 20 for n in range(200)]
        store = FaissStore.from_texts(texts, DeterministicFakeEmbedding(size=384))
        settings = DebateSettings(
            questions=folder / "q.txt", corpus=folder / "docs", out=folder / "out", deepen=0, turn_words=120
        )
        started = time.perf_counter()
        summary = run_questions(settings, llm=InstantLLM(), store=store)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"rows": summary.total, "seconds": seconds, "peak": peak}


def in_own_process(questions: int) -> dict[str, float]:
    """Run ``measure`` in a fresh process, so that peaks do not mix."""
    command = [sys.executable, "-m", "benchmarks.scale", "--measure", str(questions)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    measured: dict[str, float] = json.loads(shown.stdout.splitlines()[-1])
    return measured


def main() -> None:
    """Read the arguments, run both sizes, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    small, large = (in_own_process(size) for size in (arguments.questions // 10, arguments.questions))
    for name, run in (("a tenth", small), ("the list", large)):
        each = run["seconds"] / run["rows"] * 1000
        print(f"{name:9} {run['rows']:7.0f} rows {each:7.2f} ms a question {run['peak'] / 2**20:8.0f} MiB at the peak")
    growth = (large["seconds"] / large["rows"]) / (small["seconds"] / small["rows"])
    print(f"growth: time a question {growth:.2f}, peak memory {large['peak'] / small['peak']:.2f}")


if __name__ == "__main__":
    main()
