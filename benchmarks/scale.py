"""What the framework itself costs: many questions through a model that answers at once.

    python -m benchmarks.scale --questions 10000

Runs a tenth of the list and the whole list, each in a process of its own, and prints the time a question, its growth
and that of the peak memory. Beside them, over the tenth: the same without traces, and the same chains called one
after the other in a plain loop, with no graph, files, traces or threads: what a run costs beyond that is the
framework's. CPU seconds stand beside the wall's, which other work on the machine disturbs more.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.language_models.llms import LLM

from vectorstore import FaissStore


class InstantLLM(LLM):
    """Answers everything at once, with a text of usual length."""

    @property
    def _llm_type(self) -> str:
        return "instant"

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        sentences = 70 if "Answer the question below" in prompt else 15  # an opinion, or a turn
        return " ".join(f"Sentence {n} says something about trade." for n in range(sentences))


class InstantEmbeddings(Embeddings):
    """Looks vectors up by a checksum of the text: an embedding model that costs nothing."""

    _VECTORS = np.random.default_rng(0).standard_normal((1024, 384)).tolist()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Look each text up."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Look a text up."""
        vector: list[float] = self._VECTORS[zlib.crc32(text.encode()) % 1024]
        return vector


def measure(questions: int, way: str = "run") -> dict[str, float]:
    """Work through a list in this process; ``way`` is run or plain. Returns rows, seconds and bytes."""

    store = FaissStore.from_texts([f"Passage {n} about trade. " * 20 for n in range(200)], InstantEmbeddings())
    texts = [f"Question number {n}?" for n in range(questions)]
    worked = plain_loop if way == "plain" else run_list
    with tempfile.TemporaryDirectory() as name:
        worked(Path(name), store, texts[:3])  # warm
    with tempfile.TemporaryDirectory() as name:
        started, cpu = time.perf_counter(), time.process_time()
        rows = worked(Path(name), store, texts)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        written = {file.name: file.stat().st_size for file in Path(name).rglob("*") if file.is_file()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"rows": rows, "seconds": seconds, "cpu": cpu, "peak": peak, **written}


def run_list(folder: Path, store: FaissStore, texts: list[str]) -> int:
    """Run the list as a user would, but for the model."""
    from debate import DebateSettings, run_questions

    (folder / "docs").mkdir()
    (folder / "q.txt").write_text("\n".join(texts), encoding="utf-8")
    settings = DebateSettings(
        questions=folder / "q.txt", corpus=folder / "docs", out=folder / "out", deepen=0, abstain=False
    )
    summary = run_questions(settings, llm=InstantLLM(), store=store)
    return summary.total - summary.failed


def plain_loop(_: Path, store: FaissStore, texts: list[str]) -> int:
    """Call the same chains with the same settings one after the other."""
    from chains import debate_chain, opinion_chain, pov_retrieval_chain
    from chains.debate import DebateRequest
    from chains.generation.contract import WordLimits
    from chains.opinion import OpinionRequest
    from prompts import load_personas

    llm, personas = InstantLLM(), load_personas(None)
    writer = personas.persona("professor")
    retrieve = pov_retrieval_chain(store, personas.povs or writer.povs)
    own = {one.id: pov_retrieval_chain(store, one.povs) for one in personas.personas}
    opinion = opinion_chain(llm, writer, embeddings=store.embeddings)
    debate = debate_chain(llm, personas.personas, own, limits=WordLimits(30, 120))
    for text in texts:
        written = opinion.invoke(OpinionRequest(text, retrieve.invoke(text)))
        debate.invoke(DebateRequest(text, written.answer))
    return len(texts)


def in_own_process(questions: int, way: str = "run", **environment: str) -> dict[str, float]:
    """Measure in a fresh process, so that peaks do not mix."""
    command = [sys.executable, "-m", "benchmarks.scale", "--measure", str(questions), "--way", way]
    shown = subprocess.run(  # noqa: S603
        command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ | environment
    )
    measured: dict[str, float] = json.loads(shown.stdout.splitlines()[-1])
    return measured


def shown(name: str, run: dict[str, float]) -> None:
    """Print one line of the table."""
    wall, cpu = (run[what] / run["rows"] * 1000 for what in ("seconds", "cpu"))
    print(f"{name:28} {run['rows']:6.0f} rows {wall:7.2f} ms a question, CPU {cpu:6.2f} {run['peak'] / 2**20:6.0f} MiB")


def main() -> None:
    """Read the arguments, run all sizes and ways, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--way", default="run", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, arguments.way)))
        return
    tenth = arguments.questions // 10
    plain = in_own_process(tenth, "plain")
    silent = in_own_process(tenth, OTEL_SDK_DISABLED="true")
    small, large = (in_own_process(size) for size in (tenth, arguments.questions))
    shown("the chains in a plain loop", plain)
    shown("a run without traces", silent)
    shown("a run", small)
    shown("a run of the whole list", large)
    for what, key in (("wall", "seconds"), ("CPU", "cpu")):
        each = [run[key] / run["rows"] * 1000 for run in (plain, silent, small, large)]
        print(
            f"{what}: framework {each[2] - each[0]:.2f} ms a question, of which traces {each[2] - each[1]:.2f}; "
            f"growth over ten times the list {each[3] / each[2]:.2f}"
        )
    print(f"peak memory: growth {large['peak'] / small['peak']:.2f}")
    files = ", ".join(f"{name} {size / large['rows'] / 1024:.1f}" for name, size in large.items() if "." in name)
    print(f"KiB a question on disk: {files}")


if __name__ == "__main__":
    main()
