"""How an opinion is written: from one prompt with all passages, a paragraph by passage, or from a plan."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.context import complete_fitted
from chains.generation.backends import backend_for
from chains.generation.completion import completion_chain, fits_window
from chains.generation.contract import WordLimits
from chains.generation.ladder import Check
from chains.schemas import Chunk, Defect
from chains.text.defects import find_defects
from chains.text.fact_question import asks_for_a_fact
from chains.writing.by_chunk import write_by_chunk
from chains.writing.draft import Draft
from chains.writing.plan import write_from_plan
from prompts import RenderedPrompt, load_prompt

Style = Literal["single", "by_chunk", "plan"]
STYLES = (*get_args(Style), "auto")
# By chunk a model of 135 million parameters covered its passages and kept its length, which from one prompt it did not
# (benchmarks/answers.py). One of 1.5 billion rested .82 of its sentences on a passage by chunk, .04 from one prompt and
# .03 from a plan (benchmarks/texts.py). Models of 7 billion and more were not compared yet and keep the one prompt,
# which lets them weigh the passages against each other; where between the two it turns is a guess.
_SMALL = 4_000_000_000
_WORDS_A_PART = 60  # two sentences; with less a paragraph says nothing


def drafting(
    llm: BaseLanguageModel[Any],
    voice: str,
    style: Style | Literal["auto"],
    limits: WordLimits,
    seed: int,
    candidates: int,
) -> Callable[[str, Sequence[Chunk], RunnableConfig], Draft]:
    """Return what drafts an answer in a style."""

    def draft(question: str, chunks: Sequence[Chunk], config: RunnableConfig) -> Draft:
        chosen = style if style != "auto" else default_style(llm, limits, len(chunks))
        if chosen == "by_chunk":
            return write_by_chunk(llm, voice, question, chunks, limits, seed, config, candidates=candidates)
        check = checker(voice, question, chunks, limits)
        write = _from_one_prompt if chosen == "single" else write_from_plan
        return write(llm, voice, question, chunks, limits, check, seed, config)

    return draft


def _from_one_prompt(
    llm: BaseLanguageModel[Any],
    voice: str,
    question: str,
    chunks: Sequence[Chunk],
    limits: WordLimits,
    check: Check,
    seed: int,
    config: RunnableConfig,
) -> Draft:
    complete = completion_chain(llm, limits, seed, check=check)
    completion, fitted = complete_fitted(
        lambda prompt: complete.invoke(prompt, config),
        lambda passages: opinion_prompt(voice, question, passages, limits),
        chunks,
        lambda prompt: fits_window(llm, prompt, limits),
    )
    return Draft(completion, fitted.chunks, fitted.dropped)


def default_style(llm: BaseLanguageModel[Any], limits: WordLimits, chunks: int) -> Style:
    """Return how "auto" writes an answer of this length on so many chunks with this model.

    A model with an adapter gets the one prompt that ``debate finetune`` trains it on.
    """
    room = limits.maximum >= _WORDS_A_PART * (chunks + 2)
    backend = backend_for(llm)
    small = backend.parameters is not None and backend.parameters < _SMALL
    return "by_chunk" if room and small and not backend.adapted else "single"


def opinion_prompt(voice: str, question: str, passages: Sequence[str], limits: WordLimits) -> RenderedPrompt:
    """Fill in the opinion template."""
    return load_prompt("opinion").render(
        voice=voice,
        question=question,
        passages=passages,
        min_words=limits.minimum,
        max_words=limits.maximum,
        fact=asks_for_a_fact(question),
    )


def checker(voice: str, question: str, chunks: Sequence[Chunk], limits: WordLimits) -> Check:
    """Return what finds the defects of an answer while it is written: of its text so far, without markers."""
    told = opinion_prompt(voice, question, [], limits).text
    passages = [chunk.text for chunk in chunks]

    def check(text: str) -> tuple[Defect, ...]:
        return find_defects(text, prompt=told, question=question, voice=voice, passages=passages)

    return check
