"""Two servers against one, and one of two killed in the middle: seconds, rows, calls.

    python -m benchmarks.servers                 # 200 questions; each server answers 4 calls at a time, .4 s each

Each server is a process of its own that takes a fixed time a call, as a card at its limit does. The run is
``run_questions`` with real HTTP, retrieval over a small store and debates of two rounds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from langchain_core.embeddings import DeterministicFakeEmbedding

SLOTS = 4  # calls that a server answers at a time
MODEL = "fixed"


class FixedTime(BaseHTTPRequestHandler):
    """Answers with what the prompt alone decides, after the same time for every call."""

    protocol_version = "HTTP/1.1"
    seconds = 0.4
    slots = threading.Semaphore(SLOTS)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """List the model."""
        self._json({"object": "list", "data": [{"id": MODEL}]})

    def do_POST(self) -> None:
        """Answer a chat."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.slots:
            time.sleep(self.seconds)
        said = body["messages"][-1]["content"]
        text = " ".join(f"The {n}th valley grew {len(said) + n} tons of grain in {1900 + n}." for n in range(12))
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        usage = {"prompt_tokens": len(said) // 4, "completion_tokens": 150, "total_tokens": len(said) // 4 + 150}
        self._json({"id": "x", "created": 1, "object": "chat.completion", "choices": [choice], "usage": usage})

    def _json(self, body: dict[str, Any]) -> None:
        raw = json.dumps(body | {"model": MODEL}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def serve(port: Any, seconds: float) -> None:
    """Serve until the process is killed; the target of the servers' processes."""
    FixedTime.seconds = seconds
    with ThreadingHTTPServer(("127.0.0.1", 0), FixedTime) as server:
        port.put(server.server_port)
        server.serve_forever()


@contextmanager
def servers(count: int, seconds: float) -> Iterator[list[tuple[str, BaseProcess]]]:
    """Start servers; yield the address and the process of each."""
    context = multiprocessing.get_context("spawn")
    started = []
    for _ in range(count):
        port = context.Queue()
        process = context.Process(target=serve, args=(port, seconds), daemon=True)
        process.start()
        started.append((f"http://127.0.0.1:{port.get()}/v1#{MODEL}", process))
    yield started
    for _, process in started:
        process.kill()
        process.join()


def run(addresses: list[str], questions: int, kill_when_half_done: BaseProcess | None = None) -> str:
    """Run a list and return what it came to, in a line."""
    from debate import DebateSettings, run_questions
    from debate.progress import Progress
    from vectorstore import FaissStore

    class Killer(Progress):
        done = 0

        def finished(self, result: Any) -> None:
            self.done += 1
            if kill_when_half_done and self.done == questions // 2:
                kill_when_half_done.kill()

    texts = [f"Passage {n} is about grain, timber and the railway of Ruritania." for n in range(5)]
    store = FaissStore.from_texts(texts, DeterministicFakeEmbedding(size=32), ids=texts)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "docs").mkdir()
        (folder / "q.txt").write_text("".join(f"Question number {n}?\n" for n in range(questions)), encoding="utf-8")
        settings = DebateSettings(
            questions=folder / "q.txt", corpus=folder / "docs", out=folder / "out", deepen=0, min_words=60,
            candidates=1, concurrency=24, model=",".join(addresses),
        )  # fmt: skip
        started = time.monotonic()
        summary = run_questions(settings, store=store, progress=Killer())
        seconds = time.monotonic() - started
        journal, log = ((folder / "out" / name).read_text(encoding="utf-8") for name in ("results.jsonl", "log.txt"))
        rows = Counter(json.loads(line)["question"]["text"] for line in journal.splitlines())
        told = [line.split(": ", 1)[1] for line in log.splitlines() if "server http" in line]
    return (
        f"{seconds:6.1f} s  {len(rows)} rows, {sum(rows.values()) - len(rows)} twice, {summary.failed} failed\n"
        + "\n".join(f"    {line}" for line in told)
    )


def main() -> None:
    """Measure one server, two, and two of which one is killed when half of the rows are there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=0.4)
    asked = parser.parse_args()
    os.environ.setdefault("NO_PROXY", "127.0.0.1")
    for count, kill in ((1, False), (2, False), (2, True)):
        with servers(count, asked.seconds) as started:
            victim = started[0][1] if kill else None
            told = run([address for address, _ in started], asked.questions, victim)
        print(f"{count} server{'s' * (count > 1)}{', one killed at half' * kill}: {told}", flush=True)


if __name__ == "__main__":
    main()
