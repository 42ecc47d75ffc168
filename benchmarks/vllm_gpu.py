"""vLLM on this card: its own offline figure, and a whole ``debate run`` list through its server.

    python -m benchmarks.vllm_gpu --site SITE --checkpoint DIR [--server-checkpoint DIR]

SITE is a folder that vLLM was installed into (docs/vllm.md); each of its processes has it as PYTHONPATH, this one does
not. Offline: ``LLM.generate`` over prompts of random tokens. Server: the example's questions, repeated up to
``--questions``, are answered and debated by ``debate run``; tokens are those that the server counts in ``/metrics``, so
second attempts are in them. ``--processes N`` divides the list by ``--shard`` among N processes, as on a machine whose one
processor core is what the card waits for. ``--offline-again`` measures the server's checkpoint offline too, which is the figure to
compare the server with where the two checkpoints differ.
"""

import argparse
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.generation_gpu import WINDOW, say
from debate import DebateSettings, run_questions
from debate.run.questions import read_questions
from debate.run.records.journal import Journal

EXAMPLE = Path(__file__).parent.parent / "examples" / "brics"
PORT = 8123
STARTS_WITHIN = 300.0  # seconds; loading and capturing take most of it
OFFLINE = """
import json, random, sys, time
from vllm import LLM, SamplingParams
checkpoint, prompts, length, new, window = sys.argv[1], *map(int, sys.argv[2:])
llm = LLM(checkpoint, dtype="bfloat16", max_model_len=window, gpu_memory_utilization=0.9)
chance = random.Random(0)
size = llm.get_tokenizer().vocab_size
asked = [{"prompt_token_ids": chance.choices(range(1000, size), k=length)} for _ in range(prompts)]
limits = SamplingParams(temperature=0, max_tokens=new, ignore_eos=True)
llm.generate(asked[:1], limits, use_tqdm=False)
began = time.perf_counter()
written = sum(len(one.outputs[0].token_ids) for one in llm.generate(asked, limits, use_tqdm=False))
seconds = time.perf_counter() - began
print(json.dumps({"run": "vLLM offline", "checkpoint": checkpoint, "tokens": written, "seconds": round(seconds, 2),
                  "tokens_per_second": round(written / seconds, 1)}), flush=True)
"""


def main(arguments: list[str] | None = None) -> int:
    """Print one JSON line a measurement."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vllm_gpu", description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--server-checkpoint", type=Path)
    parser.add_argument("--offline-again", action="store_true")
    parser.add_argument("--questions", type=int, default=64)
    parser.add_argument("--processes", type=int, nargs="+", default=[1], help="one run of the list for each number")
    parser.add_argument("--prompts", type=int, default=128)
    parser.add_argument("--prompt-tokens", type=int, default=1500)
    parser.add_argument("--new-tokens", type=int, default=256)
    given = parser.parse_args(arguments)
    served = given.server_checkpoint or given.checkpoint
    for checkpoint in dict.fromkeys([given.checkpoint, *([served] if given.offline_again else [])]):
        shape = (given.prompts, given.prompt_tokens, given.new_tokens, WINDOW)
        command = [sys.executable, "-c", OFFLINE, str(checkpoint), *map(str, shape)]
        subprocess.run(command, env=environment(given.site), check=True)  # noqa: S603 - our own script
    with server(given.site, served) as url:
        for processes in given.processes:
            say(run="debate run through the server", **through_server(url, given.questions, processes))
    return 0


def environment(site: Path) -> dict[str, str]:
    """What vLLM's processes need: its folder, no engine process of its own, and no sampler that compiles at start."""
    settings = {"VLLM_ENABLE_V1_MULTIPROCESSING": "0", "VLLM_USE_FLASHINFER_SAMPLER": "0"}
    return os.environ | settings | {"PYTHONPATH": str(site)}


@contextmanager
def server(site: Path, checkpoint: Path) -> Iterator[str]:
    """A vLLM server on this card, with the name ``model``."""
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(checkpoint)]
    command += ["--served-model-name", "model", "--port", str(PORT), "--host", "127.0.0.1", "--max-model-len", "8192"]
    command += ["--gpu-memory-utilization", "0.85"]  # the run's embedding model and reranker use the same card
    command += ["--stream-interval", "8"]  # tokens a message: reading one message a token is what limits the reader
    process = subprocess.Popen(command, env=environment(site))  # noqa: S603 - our own command
    try:
        wait_for(process, f"http://127.0.0.1:{PORT}/health")
        yield f"http://127.0.0.1:{PORT}"
    finally:
        process.terminate()
        process.wait(60)


def wait_for(process: "subprocess.Popen[bytes]", url: str) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"vLLM's server ended with {process.returncode} before it answered")
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(1)
    raise SystemExit(f"vLLM's server did not answer at {url} within {STARTS_WITHIN:.0f} s")


def through_server(url: str, count: int, processes: int) -> dict[str, object]:
    """Answer and debate so many questions, and read from the server how many tokens that took."""
    texts = [question.text for question in read_questions(EXAMPLE / "questions.xlsx")]
    asked = [f"{texts[n % len(texts)]} ({n // len(texts) + 1})" for n in range(count)]  # no two are the same
    with tempfile.TemporaryDirectory() as folder:
        questions = Path(folder) / "questions.txt"
        questions.write_text("\n".join(asked) + "\n", encoding="utf-8")
        whole = DebateSettings(
            questions=questions,
            corpus=EXAMPLE / "corpus",
            personas=EXAMPLE / "personas.toml",
            model=f"{url}/v1#model",
            deepen=0,
            concurrency=-(-count // processes),
        )
        parts = [
            whole.model_copy(update={"out": Path(folder) / f"part{n}", "shard": f"{n}/{processes}"})
            for n in range(1, processes + 1)
        ]
        before, began = counted(url), time.perf_counter()
        with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
            list(pool.map(run_questions, parts))
        seconds, after = time.perf_counter() - began, counted(url)
        rows = [row for part in parts for row in Journal(part.out / "results.jsonl").rows()]
    errors = {row.error for row in rows if row.error}
    print("\n".join(sorted(errors)[:3]), file=sys.stderr)
    failed = sum(bool(row.error) for row in rows)
    figures = {"questions": count, "processes": processes, "failed": failed, "seconds": seconds}
    counts = {name: after[name] - before[name] for name in after}
    return figures | counts | {"tokens_per_second": counts["generation_tokens"] / seconds}


def counted(url: str) -> dict[str, float]:
    """What a server has counted since it started: tokens written and read, those it had read before, and requests."""
    text = httpx.get(f"{url}/metrics").text
    names = ("generation_tokens", "prompt_tokens", "prefix_cache_hits", "request_success")
    return {
        name: sum(map(float, re.findall(rf"^vllm:{name}_total(?:\{{[^}}]*\}})? (\S+)$", text, re.M))) for name in names
    }


if __name__ == "__main__":
    sys.exit(main())
