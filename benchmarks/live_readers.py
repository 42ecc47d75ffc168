"""What a hundred readers of one live debate cost the model that writes it, and whether they lose an event.

    python -m benchmarks.live_readers --readers 100 --rounds 8
    python -m benchmarks.live_readers --readers 100 --processor 30

The bundled model writes two versions of a turn, again and again, as in a run: with nobody told, with what it writes
shown to nobody, and with readers on a real ``debate serve``, in turns, so that another load of the machine falls on all.
The readers are a process of their own with the least priority: theirs are other machines.

With ``--processor`` nothing is generated: for so many seconds two texts grow as fast as a run shows them, and the
processor time of the server is taken. Where a model keeps two cores busy, that time is what the model lacks, so that the
share of two cores bounds the delay; unlike seconds, it can be measured on a machine that others use.
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
from typing import cast
from uuid import uuid4

import psutil
from langchain_core.outputs import GenerationChunk
from langchain_core.runnables import RunnableConfig, RunnableLambda

from chains.generation.completion import complete_all
from chains.generation.contract import WordLimits
from chains.models.loading import load_llm
from chains.models.settings import ModelSettings
from debate.progress import Progress
from debate.run.records.drafts import DRAFTS, Drafts
from debate.run.records.progress_file import PROGRESS, recorded_progress
from prompts import RenderedPrompt

_ARMS = ("alone", "shown", "read")


class _Reader(asyncio.Protocol):
    """Keeps what it is sent, as cheaply as it can: readers are other machines, and only their server counts."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._got: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.WriteTransport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        self._got.append(data)

    def got(self) -> tuple[list[int], int]:
        """Return the places of the events, and how many drafts there were."""
        lines = b"".join(self._got).split(b"\n")
        places = [int(line[4:]) for line in lines if line.startswith(b"id: ")]
        return places, sum(line.startswith(b"event: draft") for line in lines)


async def _readers(port: int, count: int, after: int) -> None:
    os.nice(19)
    ends = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, ends.set)
    path = f"/api/runs/run/events?after={after}&question=q1"
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n".encode()
    readers = [(await loop.create_connection(lambda: _Reader(request), "127.0.0.1", port))[1] for _ in range(count)]
    print("there", flush=True)
    await ends.wait()
    print(json.dumps([one.got() for one in readers]))


class _Readers:
    """Readers in a process of their own."""

    def __init__(self, port: str, count: int, after: int) -> None:
        command = [sys.executable, "-m", "benchmarks.live_readers", "--port", port, "--readers", str(count)]
        self.process = subprocess.Popen(  # noqa: S603
            [*command, "--after", str(after)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout  # noqa: S101
        self.process.stdout.readline()
        time.sleep(3)  # until all are connected

    def end(self) -> list[tuple[list[int], int]]:
        """Return what each of them got."""
        time.sleep(1.5)
        return [(places, drafts) for places, drafts in json.loads(self.process.communicate("\n")[0])]


def _places(path: Path, after: int) -> list[int]:
    ends, place = [], 0
    for line in path.read_bytes().splitlines(keepends=True):
        place += len(line)
        ends.append(place)
    return [one for one in ends if one > after]


def processor(readers: int, seconds: float) -> None:
    """Print what share of two cores the server takes while texts grow, without readers and with them."""
    with tempfile.TemporaryDirectory() as place:
        run = _new_run(Path(place))
        server, port = _serve(place)
        with recorded_progress(run, Progress()) as progress:
            for count in (0, readers):
                after = (run / PROGRESS).stat().st_size
                there = _Readers(port, count, after) if count else None
                used, began = _processor_time(server), time.perf_counter()
                theirs = _processor_time(there.process) if there else 0.0
                own = time.process_time()
                _write(Drafts(run / DRAFTS), progress, seconds)
                took = time.perf_counter() - began
                share = (_processor_time(server) - used) / took / 2
                writing = (time.process_time() - own) / took / 2
                print(
                    f"{count} readers, {took:.0f} s: the server took {share:.2%} of two cores, the writing {writing:.2%}"
                )
                if there:
                    print(f"  the readers themselves took {(_processor_time(there.process) - theirs) / took / 2:.2%}")
                    told, got = _places(run / PROGRESS, after), there.end()
                    _tell_lost(told, got)
        server.terminate()
        server.wait()


def _write(drafts: Drafts, progress: Progress, seconds: float) -> None:
    """Let two versions of turns grow as a model of 15 tokens a second writes them, with an event a second."""
    began, n = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        turn, call = uuid4(), uuid4()
        drafts.on_chain_start({}, {}, run_id=turn, name="turn:hawk", metadata={"thread_id": "q1:x"})
        drafts.on_llm_start({}, ["?"], run_id=call, parent_run_id=turn)
        for _ in range(60):
            for row in range(2):
                chunk = GenerationChunk(text="trade grew ", generation_info={"row": row})
                drafts.on_llm_new_token(chunk.text, chunk=chunk, run_id=call)
            n += 1
            if n % 8 == 0:
                progress.stage("q1", "debate")
            time.sleep(0.13)
        drafts.on_llm_end(None, run_id=call)
        drafts.on_chain_end({}, run_id=turn)


def _processor_time(process: subprocess.Popen[str]) -> float:
    used = psutil.Process(process.pid).cpu_times()
    return float(used.user + used.system)


def _tell_lost(told: list[int], got: list[tuple[list[int], int]]) -> None:
    lost = sum(len(set(told) - set(places)) for places, _ in got)
    twice = sum(len(places) - len(set(places)) for places, _ in got)
    drafts = sum(count for _, count in got)
    print(
        f"{len(got)} readers: {len(told)} events to get for each, {lost} lost in all, {twice} got twice; {drafts} drafts"
    )


def _new_run(place: Path) -> Path:
    run = place / "run"
    run.mkdir()
    (run / "run.toml").write_text('[settings]\nmodel = "smollm2"\n[inputs]\n')
    return run


def _serve(place: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "debate", "serve", place, "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603
    assert server.stdout  # noqa: S101
    return server, server.stdout.readline().split()[0].rstrip("/").rpartition(":")[2]


def measure(readers: int, rounds: int) -> None:
    """Alternate the three, and print each one's seconds and ratios."""
    llm = load_llm(ModelSettings(name="smollm2"))
    text = "Write what you think of the enlargement of BRICS: who gains, who loses, and why.\n\n"
    prompts = [RenderedPrompt("", text, text + start) for start in ("First, ", "The group ")]
    turn = RunnableLambda(lambda seed: complete_all(llm, prompts, [WordLimits(80, 100)] * 2, seed)).with_config(
        run_name="turn:hawk"
    )
    seconds: dict[str, list[float]] = {arm: [] for arm in _ARMS}
    work: dict[str, list[float]] = {
        arm: [] for arm in _ARMS
    }  # processor seconds of the model, which others disturb less
    with tempfile.TemporaryDirectory() as place:
        run = _new_run(Path(place))
        server, port = _serve(place)
        with recorded_progress(run, Progress()) as progress:
            turn.invoke(0)
            for n in range(rounds):
                for arm in random.Random(n).sample(_ARMS, 3):  # noqa: S311
                    after = (run / PROGRESS).stat().st_size
                    there = _Readers(
                        port, readers if arm == "read" else 0, after
                    )  # the same wait before each of the three
                    callbacks = [] if arm == "alone" else [Drafts(run / DRAFTS)]
                    config: RunnableConfig = {"callbacks": callbacks, "metadata": {"thread_id": "q1:x"}}
                    began, used = time.perf_counter(), time.process_time()
                    turn.invoke(n + 1, config)
                    work[arm].append(time.process_time() - used)
                    seconds[arm].append(time.perf_counter() - began)
                    for stage in ("debate", "verdict"):
                        progress.stage("q1", stage)
                    told, got = _places(run / PROGRESS, after), there.end()
                    if got:
                        _tell_lost(told, got)
                print(f"round {n + 1}: " + ", ".join(f"{arm} {seconds[arm][-1]:.2f} s" for arm in _ARMS), flush=True)
        server.terminate()
        server.wait()
    for arm in _ARMS[1:]:
        for what, taken in (("seconds", seconds), ("processor seconds", work)):
            ratios = [one / alone for one, alone in zip(taken[arm], taken["alone"], strict=True)]
            spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
            print(f"{arm} / alone, {what}: median {statistics.median(ratios):.3f} ({spread})")


def main() -> None:
    """Measure, or be the readers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--processor", type=float, default=0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--after", type=int, default=0)
    given = parser.parse_args()
    if given.port:
        asyncio.run(_readers(given.port, given.readers, given.after))
    elif given.processor:
        processor(given.readers, given.processor)
    else:
        measure(given.readers, given.rounds)


if __name__ == "__main__":
    main()
