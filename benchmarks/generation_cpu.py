"""Whole-run tokens a second of a list of opinions on this CPU, against one question at a time with the stock pipeline.

    python -m benchmarks.generation_cpu [--questions 16] [--baseline 2] [--style by_chunk] [--out FILE]

Both answer the example's questions from the same five passages with the bundled model, 400-500 words each. The baseline
is LangChain's own ``HuggingFacePipeline`` over transformers (fp32, sdpa), greedy, one call after the other, in the same
run; it gets the prompt that the single style sends, and writes exactly ``--baseline-tokens`` new tokens a question (600:
450 words of SmolLM2's English), so that its rate is neither helped nor hurt by when it stops. Ours counts every token
that it generated, those of second attempts in ``tokens``, and those of the finished answers, first and only, in
``delivered``, since tokens that nobody reads are no speed. Of those, some were not generated: markers, the words that an
opening or a close begins with, and sentences quoted from the passages.

The baseline's questions are answered half before ours and half after, and both are timed by the wall clock and by the
CPU seconds of this process: the first tells what a user waits for, the second is less disturbed by other programs.
"""

import argparse
import os
import platform
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from chains import WordLimits, load_llm, opinion_chain, pov_retrieval_chain
from chains.context import clean_passage
from chains.models.bundled import smollm2_folder
from chains.opinion import OpinionRequest
from chains.schemas import Chunk, Opinion
from chains.writing.styles import Style, opinion_prompt
from debate.progress import Progress
from debate.run.executor import map_concurrently
from debate.run.questions import read_questions
from prompts import Persona, load_personas
from vectorstore import build_index, load_corpus, load_embeddings
from vectorstore.text.sentences import ends_with_sentence

EXAMPLE = Path(__file__).parent.parent / "examples" / "brics"
LIMITS = WordLimits(400, 500)


@dataclass(frozen=True)
class Took:
    """Seconds on the wall clock, and of this process on all cores."""

    wall: float
    cpu: float

    @classmethod
    def since(cls, began: "Took") -> "Took":
        """From a moment, which ``Took.now`` gave, until now."""
        now = cls.now()
        return cls(now.wall - began.wall, now.cpu - began.cpu)

    @classmethod
    def now(cls) -> "Took":
        """This moment."""
        return cls(time.perf_counter(), time.process_time())


@dataclass(frozen=True)
class Asked:
    """A question, and the passages that both ways of answering are shown."""

    question: str
    chunks: tuple[Chunk, ...]


def example_questions(count: int, embeddings: Any) -> list[Asked]:
    """The example's questions in order, its twelve again from other points of view where more are wanted."""
    store = build_index(load_corpus(EXAMPLE / "corpus"), embeddings)
    personas = load_personas(EXAMPLE / "personas.toml")
    texts = [question.text for question in read_questions(EXAMPLE / "questions.xlsx")]
    views = [personas.povs, *(persona.povs for persona in personas.personas)]
    pairs = [(text, povs) for povs in views for text in texts][:count]
    return [Asked(text, pov_retrieval_chain(store, povs).invoke(text)) for text, povs in pairs]


def stock_pipeline(new_tokens: int) -> Any:
    """Stock transformers behind the stock ``HuggingFacePipeline``, always writing so many tokens."""
    from langchain_huggingface import HuggingFacePipeline
    from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

    folder = smollm2_folder()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    writer = pipeline("text-generation", model=model, tokenizer=tokenizer)
    return HuggingFacePipeline(
        pipeline=writer,
        pipeline_kwargs={
            "max_new_tokens": new_tokens,
            "min_new_tokens": new_tokens,
            "do_sample": False,
            "return_full_text": False,
        },
    )


def one_at_a_time(stock: Any, asked: Sequence[Asked], voice: str) -> Took:
    """The seconds that the stock pipeline takes for these questions, one call after the other."""
    prompts = [_as_chat(stock.pipeline.tokenizer, one, voice) for one in asked]
    began = Took.now()
    for prompt in prompts:
        stock.invoke(prompt)
    return Took.since(began)


def _as_chat(tokenizer: Any, asked: Asked, voice: str) -> str:
    prompt = opinion_prompt(voice, asked.question, [clean_passage(chunk.text) for chunk in asked.chunks], LIMITS)
    messages = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
    return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


def ours(
    llm: Any, asked: Sequence[Asked], persona: Persona, style: Style, embeddings: Any
) -> tuple[list[Opinion], Took]:
    """The opinions, and the seconds of the whole run with grounding and all second attempts."""
    chain = opinion_chain(llm, persona, limits=LIMITS, embeddings=embeddings, style=style)

    def write(place: int) -> tuple[int, Opinion]:
        return place, chain.invoke(OpinionRequest(asked[place].question, asked[place].chunks))

    began = Took.now()
    written = map_concurrently(write, range(len(asked)), llm, len(asked), Progress())
    opinions = dict(one for some in written for one in some)
    return [opinions[place] for place in range(len(asked))], Took.since(began)


def line(style: str, opinions: Sequence[Opinion], took: Took, base: Took, tokenizer: Any) -> str:
    """One style's figures; ``base`` is what the stock pipeline takes for a token."""
    tokens = sum(one.tokens for one in opinions)
    delivered = sum(len(tokenizer(one.answer, add_special_tokens=False).input_ids) for one in opinions)
    words = sum(one.words for one in opinions) / len(opinions)
    kept = sum(LIMITS.minimum <= one.words <= LIMITS.maximum and ends_with_sentence(one.answer) for one in opinions)
    rates = [
        f"{name} {count} tokens, {count / took.wall:.1f} a second = {count / took.wall * base.wall:.2f} x "
        f"(by CPU seconds {count / took.cpu * base.cpu:.2f} x)"
        for name, count in (("generated", tokens), ("delivered", delivered))
    ]
    return (
        f"ours, {style}: {len(opinions)} questions, {words:.0f} words each, {kept} within 400-500 and ended, "
        f"{took.wall:.1f} s, {took.cpu:.1f} CPU s; " + "; ".join(rates)
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the figures, and write them where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generation_cpu", description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=16)
    parser.add_argument("--baseline", type=int, default=2, help="questions that the stock pipeline answers")
    parser.add_argument("--baseline-tokens", type=int, default=600)
    parser.add_argument("--styles", nargs="+", default=list(get_args(Style)), choices=get_args(Style))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    warnings.simplefilter("ignore")

    embeddings = load_embeddings()
    persona = load_personas(EXAMPLE / "personas.toml").persona("professor")
    asked = example_questions(given.questions, embeddings)
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; smollm2; {machine}; load {os.getloadavg()[0]:.1f}", flush=True)
    stock, llm = stock_pipeline(given.baseline_tokens), load_llm()
    half = given.baseline // 2
    before = one_at_a_time(stock, asked[:half], persona.voice)
    written = {style: ours(llm, asked, persona, style, embeddings) for style in given.styles}
    after = one_at_a_time(stock, asked[half : given.baseline], persona.voice)
    tokens = given.baseline * given.baseline_tokens
    base = Took((before.wall + after.wall) / tokens, (before.cpu + after.cpu) / tokens)
    lines = [
        f"python -m benchmarks.generation_cpu; smollm2; {machine}; load {os.getloadavg()[0]:.1f} after",
        f"stock, one at a time: {given.baseline} questions, {tokens} tokens, {before.wall:.1f} s before and "
        f"{after.wall:.1f} s after ours, {1 / base.wall:.1f} tokens/s",
    ]
    lines += [line(style, *result, base, llm.pipeline.tokenizer) for style, result in written.items()]
    print("\n".join(lines), flush=True)
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
