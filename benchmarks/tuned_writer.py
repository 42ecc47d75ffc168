"""Does a model that was fine-tuned on its own answers by chunk write better opinions from one prompt?

    python -m benchmarks.tuned_writer prepare --data DIR --work DIR [--training 240] [--unseen 60]
    python -m benchmarks.tuned_writer run --work DIR --model NAME [--teacher http://HOST/v1#NAME] [--steps 200]

``prepare`` writes questions with their passages: Factbook pages and UN speeches, each country in one part only, so that
the unseen questions rest on documents that the training never saw (needs the embeddings, no language model). ``run``
answers the training questions by chunk, keeps what is well supported, without defects and of the right length,
fine-tunes on it, and asks the model before and after, in the style ``single``, about the unseen ones. Each stage is a
process of its own and is not done again where its file is there. The table pairs the answers by question: means, the
difference with its 95% interval, and p (see ``debate.compare.statistics``).
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("UNSLOTH_COMPILE_DISABLE", "1")
with suppress(ImportError, NotImplementedError):  # it patches transformers, so it comes first; it wants a GPU
    import unsloth  # noqa: F401

# isort: split
from pydantic import TypeAdapter

from chains import Chunk, ModelSettings, OpinionRequest, Question, load_llm, opinion_chain
from debate.compare.comparison import compare_answers
from debate.compare.measures import Answer
from debate.compare.statistics import TOO_FEW
from debate.files.jsonl import JsonLines
from debate.training.data.dataset import read_training_data
from debate.training.finetune import finetune
from debate.training.progress import FinetuneProgress
from debate.training.settings import FinetuneSettings

QUESTIONS = (
    "What is the greatest weakness of {}'s economy, and what should its government do about it?",
    "How do its history and its geography explain the foreign policy of {}?",
    "How stable is the political order of {}, and what threatens it?",
    "Which alliances and international organisations serve {} best?",
)
PARTS = ("training", "unseen")
MIN_WORDS, MAX_WORDS, MIN_SUPPORTED = 400, 500, 0.7
_CHUNKS = TypeAdapter(tuple[Chunk, ...])
_ANSWER = TypeAdapter(Answer)
Asked = tuple[str, tuple[Chunk, ...]]


def main(arguments: list[str] | None = None) -> int:
    """Prepare, run, or do one stage of a run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tuned_writer", description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=["prepare", "run", "answer", "tune"])
    parser.add_argument("--work", type=Path, required=True, help="folder of everything that is read and written")
    parser.add_argument("--data", type=Path, help="folder with factbook.jsonl.gz and un_speeches.jsonl.gz")
    parser.add_argument("--training", type=int, default=240, help="questions to learn from")
    parser.add_argument("--unseen", type=int, default=60, help="questions about countries that are not learned from")
    parser.add_argument("--speeches", type=int, default=500, help="UN speeches among the passages")
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--teacher", help="who answers the training questions, such as a server; default: the model")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--min-supported", type=float, default=MIN_SUPPORTED, help="of the answers that are learned")
    parser.add_argument("--min-words", type=int, default=MIN_WORDS, help="of the answers that are learned")
    parser.add_argument("--max-copied", type=float, default=1.0, help="share of copied sentences in them")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--processes", type=int, default=1, help="that ask a server, which is faster than one of them")
    parser.add_argument("--style", help="of one stage")
    parser.add_argument("--asked", help="of one stage: training or unseen")
    given = parser.parse_args(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    {"prepare": prepare, "run": run, "answer": answer, "tune": tune}[given.part](given)
    return 0


def prepare(given: argparse.Namespace) -> None:
    """Write ``training.jsonl`` and ``unseen.jsonl``: a question and its passages a line."""
    from vectorstore import load_embeddings

    pages = read_pages(given.data, given.speeches)
    countries = sorted(pages)
    random.Random(0).shuffle(countries)  # noqa: S311 - a split, no secret
    held = countries[: len(countries) // 5]
    embeddings = load_embeddings()
    for part, members, count in (("training", countries[len(held) :], given.training), ("unseen", held, given.unseen)):
        asked = [(country, template.format(country)) for country in members for template in QUESTIONS]
        chosen = random.Random(1).sample(asked, min(count, len(asked)))  # noqa: S311 - a sample, no secret
        chains = {country: passages_on(pages[country], embeddings) for country in {country for country, _ in chosen}}
        lines = [
            json.dumps({"question": text, "chunks": [asdict(one) for one in chains[country].invoke(text)]})
            for country, text in chosen
        ]
        (given.work / f"{part}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{part}: {len(chosen)} questions about {len(members)} countries")


def passages_on(rows: Sequence[dict[str, Any]], embeddings: Any) -> Any:
    """Return the retrieval chain over one country's pages and speeches: what a user would bring to such a question."""
    from chains import pov_retrieval_chain
    from prompts import load_persona
    from vectorstore import FaissStore

    store = FaissStore.from_texts([row["text"] for row in rows], embeddings, ids=[row["_id"] for row in rows])
    return pov_retrieval_chain(store, load_persona("professor").povs, rerank=False)  # minutes less


def read_pages(folder: Path, count: int) -> dict[str, list[dict[str, Any]]]:
    """Return the passages of each country that has three pages or more, and speeches of others beside them."""
    pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _read(folder / "factbook.jsonl.gz"):
        pages[row["country"]].append(row)
    pages = {country: rows for country, rows in pages.items() if len(rows) >= 3}
    read = _read(folder / "un_speeches.jsonl.gz")
    speeches = random.Random(2).sample(read, min(count, len(read)))  # noqa: S311 - a sample, no secret
    homes = sorted(pages)
    for number, row in enumerate(speeches):  # each speech in one part only
        pages[homes[number % len(homes)]].append(row)
    return pages


def run(given: argparse.Namespace) -> None:
    """Answer, filter, fine-tune, ask before and after; print the table and a pair of answers."""
    tuned = given.work / "adapter"
    stage(given, "answer", given.teacher or given.model, "by_chunk", "training", given.processes)
    write_examples(given)
    if not (tuned / "README.md").is_file():
        stage(given, "tune", given.model)
    stage(given, "answer", given.model, "single", "unseen")
    stage(given, "answer", str(tuned), "single", "unseen")
    before = read_answers(given, given.model, "single", "unseen")
    after = read_answers(given, str(tuned), "single", "unseen")
    for one in compare_answers([before, after], min_words=MIN_WORDS, max_words=MAX_WORDS):
        if one.paired is not None:
            paired = one.paired
            ends = f"{paired.interval[0]:+.3f}, {paired.interval[1]:+.3f}" if paired.interval else TOO_FEW
            change = f"{paired.difference:+.3f} [{ends}]"
            print(
                f"{one.measure:32}{paired.pairs:4}{paired.first:9.3f}{paired.second:9.3f}  {change:26} p {paired.p:.4f}"
            )
    for name, one in (("before", before[0]), ("after", after[0])):
        print(f"\n--- {name}\n{one.opinion.answer if one.opinion else one.error}")


def stage(
    given: argparse.Namespace, what: str, model: str, style: str = "", asked: str = "", processes: int = 1
) -> None:
    """Do a stage in a process of its own, so that the card is free afterwards."""
    began = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.tuned_writer", what, "--work", str(given.work), "--model", model]
    command += ["--style", style, "--asked", asked, "--steps", str(given.steps)]
    command += ["--batch-size", str(given.batch_size), "--concurrency", str(given.concurrency)]
    command += ["--processes", str(processes)]
    subprocess.run(command, check=True)  # noqa: S603
    print(f"{what} {model} {style} {asked}: {time.monotonic() - began:.0f} s", flush=True)


def answer(given: argparse.Namespace) -> None:
    """Let a model answer the questions of a part that it has not answered yet, each process its share of them."""
    done = {one.question_key for one in read_answers(given, given.model, given.style, given.asked)}
    left = [one for one in read_asked(given.work / f"{given.asked}.jsonl") if one[0] not in done]
    shares = [share for n in range(given.processes) if (share := left[n :: given.processes])]
    files = [answers_file(given, given.model, given.style, given.asked, str(n)) for n in range(len(shares))]
    if len(shares) == 1:
        return answer_share(given, shares[0], files[0])
    with ProcessPoolExecutor(len(shares) or 1, get_context("spawn")) as pool:
        list(pool.map(partial(answer_share, given), shares, files))
    return None


def answer_share(given: argparse.Namespace, asked: Sequence[Asked], path: Path) -> None:
    """Answer these questions, as many at once as may be asked, and append the answers to a file."""
    from debate.progress import Progress
    from debate.run.executor import map_concurrently

    llm = load_llm(ModelSettings(name=given.model))
    chain = opinion_chain(llm, style=given.style, candidates=3)

    def work(one: Asked) -> Answer:
        began = time.monotonic()
        opinion = chain.invoke(OpinionRequest(Question(id=one[0], text=one[0]), one[1]))
        return Answer(one[0], given.model, opinion, time.monotonic() - began)

    for finished in map_concurrently(work, asked, llm, min(given.concurrency, len(asked)), Progress()):
        JsonLines(path).append([_ANSWER.dump_json(one) + b"\n" for one in finished])


def write_examples(given: argparse.Namespace) -> None:
    """Write the answers that may be learned from, and say how many there are."""
    passages = dict(read_asked(given.work / "training.jsonl"))
    answers = read_answers(given, given.teacher or given.model, "by_chunk", "training")
    least, words, most = given.min_supported, given.min_words, given.max_copied
    kept = [one for one in answers if one.opinion is not None and good(one, least, words, most)]
    rows = [
        {"instruction": one.question_key, "answer": one.opinion.answer if one.opinion else "",
         "context": "\n\n".join(f"[{n}] {chunk.text}" for n, chunk in enumerate(passages[one.question_key], 1))}
        for one in kept
    ]  # fmt: skip
    (given.work / "examples.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    print(f"{len(kept)} of {len(answers)} answers are learned from")


def good(one: Answer, min_supported: float, min_words: int, max_copied: float = 1.0) -> bool:
    """Tell whether an answer is worth learning from."""
    opinion = one.opinion
    return (
        opinion is not None
        and not opinion.abstained
        and not opinion.defects
        and (opinion.supported or 0) >= min_supported
        and (opinion.copied or 0) <= max_copied
        and min_words <= opinion.words <= MAX_WORDS
    )


def tune(given: argparse.Namespace) -> None:
    """Fine-tune on the examples."""
    settings = FinetuneSettings(
        data=(given.work / "examples.jsonl",),
        model=given.model,
        out=given.work / "adapter",
        steps=given.steps,
        batch_size=given.batch_size,
        accumulation=max(1, 8 // given.batch_size),
    )
    data = read_training_data(settings)
    print(f"{len(data.training)} to learn from, {len(data.validation)} to validate on", flush=True)
    result = finetune(settings, Lines())
    print(f"validation loss {result.losses.told}, {result.seconds:.0f} s", flush=True)


class Lines(FinetuneProgress):
    """Says on stdout what a training does."""

    def preparing(self, what: str) -> None:
        """Say it."""
        print(what, flush=True)

    def step(self, done: int, total: int, loss: float | None, validation: float | None) -> None:
        """Say the validation losses."""
        if validation is not None:
            print(f"step {done} of {total}: validation loss {validation:.3f}", flush=True)


def answers_file(given: argparse.Namespace, model: str, style: str, asked: str, process: str) -> Path:
    """Return where a process keeps a model's answers."""
    folder: Path = given.work
    return folder / f"{Path(model).name}-{style}-{asked}-{process}.jsonl"


def read_answers(given: argparse.Namespace, model: str, style: str, asked: str) -> list[Answer]:
    """Read a model's answers in the order of their questions' texts, so that two models' are paired."""
    files = given.work.glob(answers_file(given, model, style, asked, "*").name)
    found = [_ANSWER.validate_json(line) for path in files for _, line in JsonLines(path).lines()]
    return sorted(found, key=lambda one: one.question_key)


def read_asked(path: Path) -> list[Asked]:
    """Read questions with their passages."""
    rows: Sequence[dict[str, Any]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["question"], _CHUNKS.validate_python(row["chunks"])) for row in rows]


def _read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    sys.exit(main())
