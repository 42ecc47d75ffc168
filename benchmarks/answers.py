"""One prompt with all passages against one prompt a passage: what the answers to the example questions rest on.

    python -m benchmarks.answers [--model NAME] [--questions N] [--out FILE] [--keep FILE]

The example's own questions, points of view and settings (five chunks, 400-500 words, the professor). All questions run
concurrently, one style after the other, so that seconds are those of a list. ``--keep`` writes the answers, to be read.
"""

import argparse
import json
import os
import platform
import sys
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from chains import ModelSettings, detect_loop, load_llm, opinion_chain, pov_retrieval_chain
from chains.abstention import calibrate
from chains.opinion import OpinionRequest
from chains.schemas import Chunk, Opinion
from chains.writing.styles import Style
from debate.run.questions import read_questions
from prompts import load_personas
from vectorstore import build_index, load_corpus, load_embeddings
from vectorstore.text.sentences import ends_with_sentence

EXAMPLE = Path(__file__).parent.parent / "examples" / "brics"


def write_all(llm: Any, chain: Any, asked: Sequence[OpinionRequest]) -> tuple[list[Opinion], float]:
    """Answer all requests concurrently; the opinions and the seconds."""

    def write(request: OpinionRequest) -> Opinion:
        with llm.caller() if hasattr(llm, "caller") else nullcontext():
            opinion: Opinion = chain.invoke(request)
            return opinion

    began = time.perf_counter()
    with ThreadPoolExecutor(len(asked)) as threads:
        opinions = list(threads.map(write, asked))
    return opinions, time.perf_counter() - began


def line(style: str, opinions: Sequence[Opinion], seconds: float) -> str:
    """One row of the table; shares are of the answers, coverage in chunks an answer."""
    count = len(opinions)
    covered = [len(opinion.citations.split(", ")) if opinion.citations else 0 for opinion in opinions]
    right = sum(400 <= one.words <= 500 for one in opinions)
    ended = sum(ends_with_sentence(one.answer) for one in opinions)
    both = sum(400 <= one.words <= 500 and ends_with_sentence(one.answer) for one in opinions)
    return (
        f"{style:10}{sum(covered) / count:9.2f}{min(covered):5d}{sum(one.supported for one in opinions) / count:11.0%}"
        f"{sum(len(one.unsupported) for one in opinions) / count:9.2f}"
        f"{sum(detect_loop(one.answer) is not None for one in opinions):7d}{sum(bool(one.loop) for one in opinions):8d}"
        f"{right / count:9.0%}{ended / count:7.0%}{both / count:6.0%}{sum(one.abstained for one in opinions):7d}"
        f"{sum(one.tokens for one in opinions):9d}{seconds:9.0f}"
    )


HEADER = (
    f"{'style':10}{'covered':>9}{'min':>5}{'supported':>11}{'unknown':>9}{'loops':>7}{'caught':>8}{'400-500':>9}{'ended':>7}{'both':>6}"
    f"{'silent':>7}{'tokens':>9}{'seconds':>9}"
)


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--questions", type=int, default=12)
    parser.add_argument("--styles", nargs="+", default=list(get_args(Style)))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args(arguments)
    warnings.simplefilter("ignore")

    embeddings = load_embeddings()
    store = build_index(load_corpus(EXAMPLE / "corpus"), embeddings)
    personas = load_personas(EXAMPLE / "personas.toml")
    retrieve = pov_retrieval_chain(store, personas.povs)
    questions = read_questions(EXAMPLE / "questions.xlsx")[: given.questions]
    asked = [OpinionRequest(question, retrieve.invoke(question)) for question in questions]
    llm = load_llm(ModelSettings(name=given.model))

    table = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {given.model}; {len(asked)} example questions, 5 chunks each",
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before",
        "covered: chunks of 5 that some sentence rests on, mean and min; unknown: numbers and names in no passage,",
        "an answer; loops: left in the answer; caught: cut on the way",
        HEADER,
    ]
    print("\n".join(table), flush=True)
    kept: list[dict[str, Any]] = []
    for style in given.styles:
        chain = opinion_chain(
            llm, personas.persona("professor"), embeddings=embeddings, style=style, abstention=calibrate(store)
        )
        opinions, seconds = write_all(llm, chain, asked)
        table.append(line(style, opinions, seconds))
        print(table[-1], flush=True)
        kept += [_as_row(style, one, opinion) for one, opinion in zip(asked, opinions, strict=True)]
    if given.out:
        given.out.write_text("\n".join(table) + "\n", encoding="utf-8")
    if given.keep:
        given.keep.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in kept) + "\n", encoding="utf-8")
    return 0


def _as_row(style: str, asked: OpinionRequest, opinion: Opinion) -> dict[str, Any]:
    question = asked.question if isinstance(asked.question, str) else asked.question.text
    passages = [chunk.text for chunk in asked.chunks if isinstance(chunk, Chunk)]
    shown = {
        "words": opinion.words,
        "supported": opinion.supported,
        "unknown": opinion.unsupported,
        "loop": opinion.loop,
        "notes": opinion.notes,
    }
    return {"style": style, "question": question, "answer": opinion.answer, **shown, "passages": passages}


if __name__ == "__main__":
    sys.exit(main())
