"""A real ``debate serve`` in a process of its own, and runs as others left them."""

import json
import subprocess
import sys
from pathlib import Path

from debate.results import QuestionResult
from debate.run.records.journal import Journal
from debate.run.records.progress_file import PROGRESS

HERE = {"event": "began", "process": 1, "created": 0.0, "host": "another machine"}  # believed to run


class Server:
    def __init__(self, runs: Path, *options: str, port: str = "0") -> None:
        self.runs = runs
        command = [sys.executable, "-m", "debate", "serve", str(runs), "--port", port, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[0].rstrip("/")
        self.port = self.address.rpartition(":")[2]

    def kill(self) -> None:
        """End it at once; it may have ended already."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def a_run(folder: Path, *rows: QuestionResult) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.toml").write_text('[settings]\nmodel = "smollm2"\n[inputs]\n', encoding="utf-8")
    Journal(folder / "results.jsonl").extend(rows)
    return folder


def told(folder: Path, *events: dict[str, object]) -> None:
    """Tell of a run's progress as the run does."""
    with (folder / PROGRESS).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in events)
