"""The bundled model through unsloth in 4 bits: opinions and debates over the example's real passages, on a GPU.

    python -m benchmarks.opinion_gpu --prepare FILE            # anywhere: the passages, no language model
    python -m benchmarks.opinion_gpu --passages FILE           # on the GPU: needs neither FAISS nor embeddings

SmolLM2, ``FastLanguageModel.from_pretrained(load_in_4bit=True)``, transformers' pipeline, LangChain's
``HuggingFacePipeline``, then ``opinion_chain`` in both styles and ``debate_chain`` with the example's debaters: 400-500
words, two rounds, the settings of the example. All questions of a step run concurrently. Prints what was read and written,
seconds, words, peak memory and every text, as JSON lines; ``--out`` keeps them.
"""

import argparse
import json
import os
import platform
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

os.environ.setdefault("UNSLOTH_COMPILE_DISABLE", "1")
with suppress(ImportError, NotImplementedError):  # it patches transformers, so it comes first; it wants a GPU
    import unsloth  # noqa: F401

# isort: split
import torch
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_huggingface import HuggingFacePipeline
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from chains import (
    Chunk,
    DebateRequest,
    ModelSettings,
    OpinionRequest,
    WordLimits,
    debate_chain,
    load_llm,
    opinion_chain,
)
from chains.text.sentences import ends_with_sentence
from debate.progress import NullProgress
from debate.run.executor import map_concurrently
from prompts import Persona, load_personas

EXAMPLE = Path(__file__).parent.parent / "examples" / "brics"
DEBATERS = ("atlanticist", "diplomat")  # as in the example's debate.toml
TURN, PASSAGES_A_TURN = WordLimits(30, 60), 3
MIB = 2**20
Result = TypeVar("Result")


@dataclass(frozen=True)
class Asked:
    """A question, the passages for its opinion, and each debater's own by the debater's id."""

    question: str
    chunks: tuple[Chunk, ...]
    debaters: dict[str, tuple[Chunk, ...]]


def retrieve(count: int) -> list[Asked]:
    """The example's first questions with the passages that the example's points of view bring."""
    from chains import pov_retrieval_chain
    from debate.run.questions import read_questions
    from vectorstore import build_index, load_corpus, load_embeddings

    store = build_index(load_corpus(EXAMPLE / "corpus"), load_embeddings())
    cast = load_personas(EXAMPLE / "personas.toml")
    opinion = pov_retrieval_chain(store, cast.povs)
    own = {one: pov_retrieval_chain(store, cast.persona(one).povs, k=PASSAGES_A_TURN) for one in DEBATERS}
    texts = [question.text for question in read_questions(EXAMPLE / "questions.xlsx")[:count]]
    return [
        Asked(text, opinion.invoke(text), {one: chain.invoke(text) for one, chain in own.items()}) for text in texts
    ]


def measured(llm: Any, work: Callable[[Asked], Result], asked: Sequence[Asked]) -> tuple[list[Result], dict[str, Any]]:
    """Do the work for all questions at once: results, and seconds and peak memory of the step."""

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    done = map_concurrently(
        lambda place: (place, work(asked[place])), range(len(asked)), llm, len(asked), NullProgress()
    )
    found = dict(one for some in done for one in some)
    results = [found[place] for place in range(len(asked))]
    figures: dict[str, Any] = {"seconds": time.perf_counter() - began}
    if torch.cuda.is_available():
        figures |= {
            "peak_allocated_mib": torch.cuda.max_memory_allocated() / MIB,
            "peak_reserved_mib": torch.cuda.max_memory_reserved() / MIB,
        }
    return results, figures


def opinions(llm: Any, asked: Sequence[Asked], style: Any) -> list[dict[str, Any]]:
    """Lines of the opinions in one style, the step's own first."""
    chain = opinion_chain(llm, load_personas(EXAMPLE / "personas.toml").persona("professor"), style=style)
    written, figures = measured(llm, lambda one: chain.invoke(OpinionRequest(one.question, one.chunks)), asked)
    tokens = sum(one.tokens for one in written)
    lines: list[dict[str, Any]] = [
        {
            "step": f"opinion_chain, {style}",
            "questions": len(asked),
            **figures,
            "tokens": tokens,
            "tokens_per_second": tokens / figures["seconds"],
            "within_400_500": sum(400 <= one.words <= 500 for one in written),
            "end_with_a_sentence": sum(ends_with_sentence(one.answer) for one in written),
        }
    ]
    return lines + [{"question": one.question, **asdict(answer)} for one, answer in zip(asked, written, strict=True)]


def debates(llm: Any, asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Lines of the debates: the step's own first, then one a turn."""
    cast = load_personas(EXAMPLE / "personas.toml")
    personas = [cast.persona(one) for one in DEBATERS]
    chain = debate_chain(llm, personas, {one.id: _found(one, asked) for one in personas}, limits=TURN)
    held, figures = measured(llm, lambda one: chain.invoke(DebateRequest(one.question)), asked)
    spoken = [(one.question, turn) for one, debate in zip(asked, held, strict=True) for turn in debate.turns]
    verdicts = [(one.question, debate.verdict) for one, debate in zip(asked, held, strict=True)]
    tokens = sum(turn.tokens for _, turn in spoken + verdicts)
    head = {"step": "debate_chain", "questions": len(asked), "turns": len(spoken), **figures, "tokens": tokens}
    return [head | {"tokens_per_second": tokens / figures["seconds"]}] + [_turn(*one) for one in spoken + verdicts]


def _found(persona: Persona, asked: Sequence[Asked]) -> Runnable[Any, tuple[Chunk, ...]]:
    """A retrieval that finds again what was retrieved before."""
    known = {one.question: one.debaters[persona.id] for one in asked}
    return RunnableLambda(lambda question: known[question])


def _turn(question: str, turn: Any) -> dict[str, Any]:
    return {"question": question, **asdict(turn)}


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    versions = {name: _version(name) for name in ("transformers", "unsloth", "bitsandbytes", "langchain-core")}
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return {"when": when, "gpu": gpu, "python": platform.python_version(), "torch": torch.__version__, **versions}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def main(arguments: list[str] | None = None) -> int:
    """Write the passages, or print one JSON line a step and a text."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.opinion_gpu", description=__doc__.splitlines()[0])
    parser.add_argument("--prepare", type=Path, help="write the passages there, and end")
    parser.add_argument("--passages", type=Path, help="what --prepare wrote; without it they are retrieved first")
    parser.add_argument("--questions", type=int, default=12)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--backend", choices=["unsloth", "transformers", "openvino"], default="unsloth")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    known = TypeAdapter(list[Asked])
    if given.prepare:
        given.prepare.write_bytes(known.dump_json(retrieve(given.questions), indent=1))
        return 0
    if given.passages:
        asked = known.validate_json(given.passages.read_bytes())[: given.questions]
    else:
        asked = retrieve(given.questions)
    with given.out.open("w", encoding="utf-8") if given.out else nullcontext() as file:

        def say(lines: Sequence[dict[str, Any]]) -> None:
            for line in lines:
                rounded = {key: round(value, 2) if isinstance(value, float) else value for key, value in line.items()}
                print(json.dumps(rounded, ensure_ascii=False), file=sys.stdout, flush=True)
                if file:
                    print(json.dumps(rounded, ensure_ascii=False), file=file, flush=True)

        say([machine() | {"model": given.model, "backend": given.backend}])
        began = time.perf_counter()
        llm: Any = load_llm(ModelSettings(name=given.model, backend=given.backend))
        if not isinstance(llm, HuggingFacePipeline):
            raise SystemExit(f"{given.model} is not loaded as a HuggingFacePipeline; give a local model")
        four_bit = sum(weight.dtype == torch.uint8 for weight in llm.pipeline.model.parameters())
        say([{"step": "load", "seconds": time.perf_counter() - began, "weights_in_4_bits": four_bit}])
        for style in ("by_chunk", "single"):
            say(opinions(llm, asked, style))
        say(debates(llm, asked))
    return 0


if __name__ == "__main__":
    sys.exit(main())
