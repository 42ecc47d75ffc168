"""The opinion chain: a persona answers a question from its passages, or says "I don't know".

The passages reach the prompt word for word but for Markdown marks. With no passage at all the answer is
"I don't know" and no token is spent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.documents import Document
from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import Runnable, RunnableLambda

from chains.completion import completion_chain, fits_window
from chains.context import clean_passage, fit_chunks
from chains.contracts import WordLimits
from chains.grounding import is_abstention
from chains.schemas import Chunk, Completion, Opinion, Question, as_chunks
from chains.sentences import word_count
from prompts import Persona, RenderedPrompt, load_persona, load_prompt

ABSTENTION = "I don't know."
DEFAULT_LIMITS = WordLimits(400, 500)


@dataclass(frozen=True)
class OpinionRequest:
    """A question and the passages that its answer has to rest on."""

    question: Question | str
    chunks: Sequence[Chunk | Document] = ()


def opinion_chain(
    llm: BaseLanguageModel[Any],
    persona: Persona | None = None,
    *,
    limits: WordLimits = DEFAULT_LIMITS,
    seed: int = 0,
) -> Runnable[OpinionRequest | Mapping[str, Any], Opinion]:
    """Return a Runnable that writes an opinion.

    Input: an ``OpinionRequest``, or a mapping with ``question`` and ``context`` (chunks or documents).
    ``persona`` is the built-in professor unless given.

    Raises (when run):
        GenerationError: the prompt does not fit the model even with a single passage.
    """
    voice = (persona or load_persona("professor")).voice
    complete = completion_chain(llm, limits, seed)

    def write(asked: OpinionRequest | Mapping[str, Any]) -> Opinion:
        request = asked if isinstance(asked, OpinionRequest) else _request(asked)
        question = request.question if isinstance(request.question, str) else request.question.text
        chunks = as_chunks(request.chunks)
        if not chunks:
            return Opinion(ABSTENTION, 3, (), abstained=True, notes=("no passage was retrieved",))

        def render(passages: Sequence[str]) -> RenderedPrompt:
            return opinion_prompt(voice, question, passages, limits)

        fitted = fit_chunks(render, chunks, lambda prompt: fits_window(llm, prompt, limits))
        return _opinion(complete.invoke(fitted.prompt), fitted.chunks, fitted.dropped)

    return RunnableLambda(write).with_config(run_name="opinion")


def opinion_prompt(
    voice: str, question: str, passages: Sequence[str], limits: WordLimits, response: str = ""
) -> RenderedPrompt:
    """Fill in the opinion template; with a ``response`` its text is a fine-tuning example."""
    return load_prompt("opinion").render(
        voice=voice,
        question=question,
        passages=passages,
        min_words=limits.minimum,
        max_words=limits.maximum,
        response=response,
    )


def training_example(
    question: str,
    chunks: Sequence[Chunk],
    answer: str,
    persona: Persona | None = None,
    limits: WordLimits = DEFAULT_LIMITS,
) -> str:
    """Format a finished answer as one fine-tuning example, in exactly the form the chain asks for."""
    voice = (persona or load_persona("professor")).voice
    passages = [clean_passage(chunk.text) for chunk in chunks]
    return opinion_prompt(voice, question, passages, limits, answer).text


def _request(asked: Mapping[str, Any]) -> OpinionRequest:
    try:
        return OpinionRequest(question=asked["question"], chunks=asked["context"])
    except KeyError as error:
        raise ValueError(f"the opinion chain needs {error.args[0]!r}; it takes question and context") from error


def _opinion(completion: Completion, chunks: Sequence[Chunk], dropped: tuple[str, ...]) -> Opinion:
    return Opinion(
        answer=completion.text,
        words=word_count(completion.text),
        chunk_ids=tuple(chunk.id for chunk in chunks),
        abstained=is_abstention(completion.text),
        dropped=dropped,
        loop=completion.loop,
        notes=completion.notes,
        prompt_tokens=completion.tokens_in,
        tokens=completion.tokens_out,
    )
