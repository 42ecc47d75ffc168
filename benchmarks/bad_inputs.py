"""Everything that can be wrong with what a run is given, tried through the command line.

    python -m benchmarks.bad_inputs              # writes docs/errors.md; needs root for the full and read-only disks

Each case runs the command line in a process of its own, against a model on a loopback server that answers at once.
Fails on a traceback, an empty message, or an exit code that the README does not promise.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from filelock import FileLock

from benchmarks.bad_input_cases import Case, all_cases, lay_out, text
from benchmarks.bad_input_commands import every_case

TABLE = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
_PROCESSES = multiprocessing.get_context("forkserver")
_SECONDS = 600  # for one case, on a machine that does other things too
_HEAD = """# What can be wrong, and what the command says

Tried through the command line; this page is written by `python -m benchmarks.bad_inputs`, which fails on a traceback.
Exit codes: 0 all rows done · 2 bad input or settings, nothing started · 3 finished with failed rows · 130 interrupted.

| where | what is wrong | exit code | message |
|---|---|---|---|
"""


class Model(BaseHTTPRequestHandler):
    """A chat server that says the same to everybody."""

    def do_POST(self) -> None:
        """Answer a chat completion."""
        self.rfile.read(int(self.headers["Content-Length"]))
        message = {"role": "assistant", "content": "BRICS grew in 2024. That is what they say."}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = json.dumps({"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def model_server() -> Iterator[str]:
    """Run the server and yield what ``--model`` takes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1#m"
    finally:
        server.shutdown()
        thread.join()


def run(folder: Path, model: str, case: Case) -> subprocess.CompletedProcess[str]:
    """Run the command of a case in its folder, in a process of its own that is forked with the libraries loaded."""
    usual = ("run", "--questions", "q.csv", "--corpus", "docs", "--out", "out", "--deepen", "0")
    if "--model" not in case.flags:  # which may be repeated
        usual = (*usual, "--model", model)
    arguments = case.command or (*usual, "--quiet", *case.flags)
    with tempfile.TemporaryDirectory() as name:
        process = _PROCESSES.Process(target=command, args=(folder, Path(name), arguments, case.environment))
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise SystemExit(f"{case.what}: no end after {_SECONDS} s")
        out, error = (
            (Path(name) / stream).read_text(encoding="utf-8", errors="replace") for stream in ("out", "error")
        )
    return subprocess.CompletedProcess(arguments, process.exitcode, out, error)


def command(folder: Path, outputs: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Be the command line: the target of a case's process."""
    for stream, number in (("out", 1), ("error", 2)):
        os.dup2(os.open(outputs / stream, os.O_CREAT | os.O_WRONLY), number)
    os.chdir(folder)
    os.environ.update(environment)
    from debate.cli import main as debate

    debate([*arguments])


def told(ran: subprocess.CompletedProcess[str], folder: Path) -> str:
    """Return what a person is told: the lines that are no log of progress."""
    lines = [line.strip() for line in ran.stderr.splitlines()]
    lines += [line for line in ran.stdout.splitlines() if line.startswith("skipped:")]
    kept = [
        line for line in lines if line.startswith(("error:", "skipped:")) or " WARNING " in line or "failed:" in line
    ]
    usage = [
        line for line in lines if line and " INFO " not in line and not line.startswith(("Usage", "Try", "╭", "╰"))
    ]
    message = re.sub(r"\b\d\d:\d\d:\d\d ", "", " ".join(kept or usage))
    message = message.replace(f"{folder.parent}/good/", "")  # where a run that is resumed was begun
    return message.replace(f"{folder}/", "").replace(str(folder), ".").strip("│ ")


def problem(case: Case, ran: subprocess.CompletedProcess[str], message: str) -> str:
    """Return what is wrong with how a case was told, or nothing."""
    if "Traceback" in ran.stderr or "Traceback" in ran.stdout:
        return f"a traceback: {ran.stderr.strip().splitlines()[-1]}"
    if ran.returncode != case.code:
        return f"exit code {ran.returncode} for {case.code}: {message}"
    return "" if message or case.code == 0 else "no message"


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount a small disk of its own at a folder."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", str(folder)], check=True)  # noqa: S603, S607
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S603, S607


def tried(folder: Path, model: str, case: Case, finished: Path | None) -> tuple[str, str, str]:
    """Lay out, spoil and run a case; return its row of the table and what is wrong with it."""
    lay_out(folder, finished if case.resumes else None)
    case.spoil(folder)
    return judged(folder, model, case)


def judged(folder: Path, model: str, case: Case) -> tuple[str, str, str]:
    """Run a case whose folder stands."""
    ran = run(folder, model, case)
    message = told(ran, folder)
    cells = (case.group, case.what, str(ran.returncode), message.replace("|", "\\|").replace("<", "&lt;"))
    return f"| {' | '.join(cells)} |", case.what, problem(case, ran, message)


def disk_cases(folder: Path, model: str, finished: Path) -> Iterator[tuple[str, str, str]]:
    """Try what needs a disk of its own, and a folder that another process holds."""
    held = Case("run folder", "another process works in it", resumes=True)
    lay_out(folder / "held", finished)
    with FileLock(folder / "held" / "out" / ".lock"):
        yield judged(folder / "held", model, held)
    lay_out(folder / "full", None)
    with mounted(folder / "full" / "out", "-o", "size=64k"):
        yield judged(folder / "full", model, Case("disk", "full at the checkpoints"))
    lay_out(folder / "filling", finished)
    with mounted(folder / "filling" / "disk", "-o", "size=1m"):
        text("disk/filler", "x" * 1_000_000)(folder / "filling")
        new = Case("disk", "full before anything is written", flags=("--out", "disk/out"))
        yield judged(folder / "filling", model, new)
    lay_out(folder / "readonly", None)
    with mounted(folder / "readonly" / "disk", "-o", "ro"):
        yield judged(folder / "readonly", model, Case("disk", "read-only, a new run", flags=("--out", "disk/out")))


def main() -> int:
    """Try all cases, write the table, and say which of them are badly told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases whose words contain this; the table is not written")
    only = parser.parse_args().only
    os.environ |= {"HF_HUB_OFFLINE": "1", "COLUMNS": "300"}
    _PROCESSES.set_forkserver_preload(["debate.run.runner", "sentence_transformers", "langgraph.checkpoint.sqlite"])
    with tempfile.TemporaryDirectory() as name, model_server() as model:
        folder = Path(name)
        lay_out(folder / "good", None)
        good = run(folder / "good", model, Case("", ""))
        if good.returncode:
            raise SystemExit(f"the run that nothing is wrong with failed: {good.stderr}")
        finished = folder / "good" / "out"
        chosen = [case for case in (*all_cases(), *every_case()) if only in case.what or only == case.group]
        with ThreadPoolExecutor(6) as pool:
            places = [folder / f"case{n}" for n in range(len(chosen))]
            rows = list(pool.map(lambda place, case: tried(place, model, case, finished), places, chosen))
        if not only or only == "disk":
            rows += list(disk_cases(folder, model, finished))
    wrong = [f"{what}: {why}" for _, what, why in rows if why]
    print("\n".join(row for row, _, _ in rows) if only else f"{len(rows)} tried")
    if not only:
        TABLE.write_text(_HEAD + "".join(f"{row}\n" for row, _, _ in rows), encoding="utf-8")
    print("\n".join(wrong) or "all told")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
