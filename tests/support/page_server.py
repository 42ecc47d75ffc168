"""A real ``debate serve`` in a process of its own, and runs as others left them."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from fakes import EMBEDDING, ScriptedLLM
from hostile import MARKUP

from debate.arena.seat import SeatRequest
from debate.compare.runner import compare_models
from debate.compare.settings import CompareSettings
from debate.progress import Progress
from debate.results import QuestionResult
from debate.run.records.journal import Journal
from debate.run.records.progress_file import PROGRESS
from debate.run.seat import SEAT, Asked
from vectorstore import FaissStore

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


def an_index(place: Path, *texts: str) -> Path:
    """Index documents of these texts, by the command line."""
    documents = place.with_name(f"documents of {place.name}")
    documents.mkdir()
    for n, text in enumerate(texts):
        (documents / f"{n}.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "debate", "index", str(documents), "--out", str(place), "--quiet"]
    subprocess.run(command, check=True)  # noqa: S603
    return place


def a_run(folder: Path, *rows: QuestionResult) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.toml").write_text('[settings]\nmodel = "smollm2"\n[inputs]\n', encoding="utf-8")
    Journal(folder / "results.jsonl").extend(rows)
    return folder


def told(folder: Path, *events: dict[str, object]) -> None:
    """Tell of a run's progress as the run does."""
    with (folder / PROGRESS).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in events)


def a_comparison(folder: Path) -> None:
    (folder / "q.txt").write_text("Did trade grow?\nWho pays?\n")
    texts = {
        one: f"Trade grew {one} in every year, says the ministry, and nobody doubts it. {MARKUP[0]}" for one in "xy"
    }
    settings = CompareSettings(
        models=("model x", "model y"), questions=folder / "q.txt", corpus=folder / "docs", out=folder / "runs" / "ours",
        min_words=5, max_words=60,
    )  # fmt: skip
    store = FaissStore.from_texts(["Trade grew."], EMBEDDING)
    compare_models(settings, Progress(), load=lambda name: ScriptedLLM(script={"": texts[name[-1]]}), store=store)


def asks_a_person(run: Path) -> None:
    """Leave what a run writes while it waits for a person."""
    passages = ("# A heading\n\nTrade grew in each of the last five years, the ministry says. It fell then.", "Peace.")
    request = SeatRequest("turn", "hawk", "Hawk", "Did trade grow?", 1, passages=passages, claim="It fell.")
    (run / SEAT).write_text(json.dumps(asdict(Asked("q1 turn 1", "q1.1", request))))
