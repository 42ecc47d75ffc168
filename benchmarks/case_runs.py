"""The cases of ``benchmarks.cases`` that a run, a server or a checker of texts decides."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chains.abstention import is_abstention
from chains.deepen import parse_questions
from chains.schemas import Chunk
from chains.text.support.entities import unsupported_entities
from chains.text.support.grounding import ground
from debate import DebateSettings, run_questions
from vectorstore import FaissStore, load_corpus, load_embeddings

ROOT = Path(__file__).resolve().parent.parent
Judged = tuple[bool, str]  # right or not, and what was got
QUICK = ("--min-words", "20", "--max-words", "450", "--k", "1", "--debate-k", "1", "--candidates", "1", "--no-abstain")
# What ends a server's answer before the model says anything, and so fails its row.
NO_TEXT = frozenset(("empty", "null", "refusal", "html", "lenreason"))


@contextmanager
def misbehaving_server(folder: Path) -> Iterator[str]:
    """Run a case's own server in its folder and yield its address."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    server = subprocess.Popen([sys.executable, "fake_server.py", str(port)], cwd=folder)  # noqa: S603
    try:
        wait_for(port, server)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server takes connections."""
    while server.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the cases' server does not start")


def run(folder: Path, out: str, *flags: str) -> tuple[int, list[dict[str, str]], str]:
    """Run a case's questions over the example's documents; return the exit code, its rows and what was told."""
    questions = next(one for one in sorted(folder.iterdir()) if one.name in ("q.txt", "q.csv"))
    corpus = ROOT / "examples" / "brics" / "corpus"
    command = [sys.executable, str(ROOT / "run_debate.py"), "--questions", str(questions), "--corpus", str(corpus)]
    ran = subprocess.run(  # noqa: S603
        [*command, "--out", out, *QUICK, *flags],
        cwd=folder,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    journal = folder / out / "results.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.is_file() else []
    rows = [
        {
            "id": str(row["question"]["id"]),
            "text": row["question"]["text"],
            "parent": row["question"].get("parent_id") or "",
            "answer": (row.get("opinion") or {}).get("answer", ""),
            "error": row.get("error") or "",
            "note": row["question"].get("note") or "",
        }
        for row in map(json.loads, lines)
    ]
    return ran.returncode, rows, ran.stdout + ran.stderr


def deepening(folder: Path) -> Judged:
    """One of three questions cannot be deepened: it is answered undeepened or fails, the others are answered."""
    got = {}
    with misbehaving_server(folder.parent / "server-answers") as server:
        for model in ("deep500", "deep400", "deephtml"):
            code, rows, told = run(folder, model, "--model", f"{server}#{model}", "--deepen", "1")
            seeds = [row for row in rows if not row["parent"]]
            others = [row for row in seeds if "Contingent" not in row["text"]]
            fine = code in (0, 3) and len(seeds) == 3 and all(row["answer"] for row in others)
            got[model] = fine and "Traceback" not in told, code, len(rows)
    return all(fine for fine, *_ in got.values()), str(got)


def hierarchical_ids(folder: Path) -> Judged:
    """Three questions, one of whose ids a child would take: three seeds' rows, and no id twice."""
    with misbehaving_server(folder.parent / "server-answers") as server:
        code, rows, _ = run(folder, "out", "--model", f"{server}#good", "--deepen", "2")
    seeds = sorted(row["id"] for row in rows if not row["parent"])
    ids = [row["id"] for row in rows]
    return code == 0 and seeds == ["1", "1.1", "2"] and len(set(ids)) == len(ids), f"exit code {code}, ids {ids}"


def long_about(folder: Path) -> Judged:
    """A row of 70 KB that no window holds is named; the other is answered."""
    code, rows, told = run(folder, "out", "--model", "smollm2", "--max-words", "60", "--turn-words", "20")
    by_id = {row["id"]: row for row in rows}
    named = by_id["b"]["error"] or by_id["b"]["note"]
    fine = code in (0, 3) and bool(by_id["a"]["answer"]) and bool(named)
    return fine and "Traceback" not in told, f"exit code {code}, b: {named}"


def server_answers(folder: Path) -> Judged:
    """Each misbehaving model's answer is the right text, or its row has failed where there is none."""
    right = " ".join((folder / "answer.txt").read_text(encoding="utf-8").split())
    names = [
        "good",
        "empty",
        "null",
        "think",
        "think_open",
        "assistant",
        "json",
        "fence",
        "ctx",
        "length429",
        "refusal",
        "html",
        "echo",
        "lenreason",
    ]
    wrong = {}
    corpus = ROOT / "examples" / "brics" / "corpus"
    store = FaissStore.from_documents(load_corpus(corpus), load_embeddings())
    with misbehaving_server(folder) as server:
        for model in names:
            settings = DebateSettings(
                questions=folder / "q.txt",
                corpus=corpus,
                out=folder / model,
                model=f"{server}#{model}",
                deepen=0,
                candidates=1,
                max_words=450,
                abstain=False,
            )
            row = next(run_questions(settings, store=store).rows())
            answer = " ".join(without_markers(row.opinion.answer if row.opinion else "").split())
            if not (bool(row.error) if model in NO_TEXT else same_text(answer, right)):
                wrong[model] = row.error or answer
    return not wrong, f"{len(names) - len(wrong)} of {len(names)} right {wrong or ''}"


def without_markers(answer: str) -> str:
    """Return an answer without its markers."""
    return "".join(part.split("]", 1)[-1] if n else part for n, part in enumerate(answer.split(" [")))


def same_text(answer: str, right: str) -> bool:
    """Tell whether an answer is the right text, whole or ended early at one of its sentences."""
    return answer.endswith((".", "?", "!")) and right.startswith(answer) and len(answer) > len(right) / 2


def languages(folder: Path) -> Judged:
    """Each line under a heading is one deeper question, or a refusal."""
    asked, refused, target = [], [], None
    for line in (folder / "cases.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            target = asked if "parse_questions" in line else refused
        elif line and target is not None:
            target.append(line)
    wrong = [line for line in asked if len(parse_questions(line)) != 1]
    wrong += [line for line in refused if not is_abstention(line)]
    total = len(asked) + len(refused)
    return not wrong and bool(asked) and bool(refused), f"{total - len(wrong)} of {total} right; wrong: {wrong}"


def grounding(folder: Path) -> Judged:
    """Support and unknown entities of each text are the right ones."""
    wrong = []
    for case in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        got = {
            "supported": ground(case["answer"], [Chunk("c", case["passage"])], None).supported,
            "unknown": list(unsupported_entities(case["answer"], [case["passage"]])),
        }
        if any(got[key] != value for key, value in case["right"].items()):
            wrong.append(f"{case['name']}: {got} for {case['right']}")
    return not wrong, "; ".join(wrong) or "all texts right"
