"""What a hundred readers of one live debate cost the model that writes it, and whether they lose an event.

    python -m benchmarks.live_readers --readers 100 --rounds 8

The bundled model writes two versions of a turn, again and again, as in a run: with nobody told, with what it writes
shown to nobody, and with readers on a real ``debate serve``, in turns, so that another load of the machine falls on all.
The readers are a process of their own with the least priority: theirs are other machines.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from langchain_core.runnables import RunnableConfig, RunnableLambda

from chains.generation.completion import complete_all
from chains.generation.contract import WordLimits
from chains.models.loading import ModelSettings, load_llm
from debate.progress import NullProgress
from debate.run.drafts import DRAFTS, Drafts
from debate.run.progress_file import PROGRESS, recorded_progress
from prompts import RenderedPrompt

_ARMS = ("alone", "shown", "read")


async def _read(port: int, after: int, ends: asyncio.Event) -> tuple[list[int], int]:
    """Return the places of the events that one reader got, and how many drafts."""
    reading, writing = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    path = f"/api/runs/run/events?after={after}&question=q1"
    writing.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n".encode())
    places, drafts = [], 0
    while not ends.is_set():
        try:
            line = await asyncio.wait_for(reading.readline(), 0.5)
        except TimeoutError:
            continue
        if line.startswith(b"id: "):
            places.append(int(line[4:]))
        drafts += line.startswith(b"event: draft")
    writing.close()
    return places, drafts


async def _readers(port: int, count: int, after: int) -> None:
    os.nice(19)
    ends = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, ends.set)
    tasks = [asyncio.create_task(_read(port, after, ends)) for _ in range(count)]
    print("there", flush=True)
    print(json.dumps(await asyncio.gather(*tasks)))


class _Readers:
    """Readers in a process of their own."""

    def __init__(self, port: str, count: int, after: int) -> None:
        command = [sys.executable, "-m", "benchmarks.live_readers", "--port", port, "--readers", str(count)]
        self._process = subprocess.Popen(  # noqa: S603
            [*command, "--after", str(after)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout  # noqa: S101
        self._process.stdout.readline()
        time.sleep(3)  # until all are connected

    def end(self) -> list[tuple[list[int], int]]:
        """Return what each of them got."""
        time.sleep(1.5)
        return [(places, drafts) for places, drafts in json.loads(self._process.communicate("\n")[0])]


def _places(path: Path, after: int) -> list[int]:
    ends, place = [], 0
    for line in path.read_bytes().splitlines(keepends=True):
        place += len(line)
        ends.append(place)
    return [one for one in ends if one > after]


def measure(readers: int, rounds: int) -> None:
    """Alternate the three, and print each one's seconds and ratios."""
    llm = load_llm(ModelSettings(name="smollm2"))
    text = "Write what you think of the enlargement of BRICS: who gains, who loses, and why.\n\n"
    prompts = [RenderedPrompt("", text, text + start) for start in ("First, ", "The group ")]
    turn = RunnableLambda(lambda seed: complete_all(llm, prompts, [WordLimits(20, 40)] * 2, seed)).with_config(
        run_name="turn:hawk"
    )
    seconds: dict[str, list[float]] = {arm: [] for arm in _ARMS}
    lost = twice = drafts = events = 0
    with tempfile.TemporaryDirectory() as place:
        run = Path(place) / "run"
        run.mkdir()
        (run / "run.toml").write_text('[settings]\nmodel = "smollm2"\n[inputs]\n')
        server = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "debate", "serve", place, "--port", "0"], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout  # noqa: S101
        port = server.stdout.readline().split()[0].rstrip("/").rpartition(":")[2]
        with recorded_progress(run, NullProgress()) as progress:
            turn.invoke(0)
            for n in range(rounds):
                for arm in random.Random(n).sample(_ARMS, 3):  # noqa: S311
                    after = (run / PROGRESS).stat().st_size
                    there = _Readers(port, readers, after) if arm == "read" else None
                    callbacks = [] if arm == "alone" else [Drafts(run / DRAFTS)]
                    config: RunnableConfig = {"callbacks": callbacks, "metadata": {"thread_id": "q1:x"}}
                    began = time.perf_counter()
                    turn.invoke(n + 1, config)
                    seconds[arm].append(time.perf_counter() - began)
                    for stage in ("debate", "verdict"):
                        progress.stage("q1", stage)
                    if there:
                        told, got = _places(run / PROGRESS, after), there.end()
                        events += len(told) * readers
                        lost += sum(len(set(told) - set(places)) for places, _ in got)
                        twice += sum(len(places) - len(set(places)) for places, _ in got)
                        drafts += sum(count for _, count in got)
                print(f"round {n + 1}: " + ", ".join(f"{arm} {seconds[arm][-1]:.2f} s" for arm in _ARMS), flush=True)
        server.terminate()
        server.wait()
    for arm in _ARMS[1:]:
        ratios = [one / alone for one, alone in zip(seconds[arm], seconds["alone"], strict=True)]
        spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
        print(
            f"{arm} / alone: median {statistics.median(ratios):.3f} ({spread}), sums {sum(seconds[arm]) / sum(seconds['alone']):.3f}"
        )
    print(f"{readers} readers: {events} events to get, {lost} lost, {twice} twice; {drafts} drafts got")


def main() -> None:
    """Measure, or be the readers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--after", type=int, default=0)
    given = parser.parse_args()
    if given.port:
        asyncio.run(_readers(given.port, given.readers, given.after))
    else:
        measure(given.readers, given.rounds)


if __name__ == "__main__":
    main()
