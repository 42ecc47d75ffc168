"""An answer built passage by passage: a paragraph on each chunk, then an opening and a close that take a side.

One long prompt lets a small model write a generality about everything; a short prompt on one passage keeps it on
that passage. All paragraphs are asked for in one call, so that a local model writes them in one batch. What two
paragraphs both say is said once, and where there is too much the sentences that rest least on their passage go.
Knows nothing of citations or abstention thresholds: that is the opinion chain's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.completion import completion_chain, fits_window, prompt_value
from chains.context import clean_passage
from chains.contracts import WordLimits
from chains.errors import GenerationError
from chains.grounding import ground, is_abstention
from chains.llm import BatchedHuggingFacePipeline
from chains.schemas import Chunk, Completion
from chains.sentences import ends_with_sentence, split_sentences, word_count
from prompts import RenderedPrompt, load_prompt

# Shares of the whole answer's words. Paragraphs that reach only their minimum leave two frames of a size that the
# model can fill; those that reach their maximum are trimmed to PARAGRAPHS_AT_MOST.
_PARAGRAPH_MINIMUM = 0.75  # of the answer's minimum, all paragraphs together
_PARAGRAPH_MAXIMUM = 0.95  # of the answer's maximum: room to end a long sentence
_PARAGRAPHS_AT_MOST = 0.72  # of the answer's maximum, after trimming
_FOR_MARKERS = 0.04  # of the answer's maximum: [1] counts as a word
_SAME = 0.75  # of the smaller sentence's words; rewordings of one fact lie above, two facts on one topic below
_MODEST = 12  # words; a window narrower than this cannot be met at a sentence's end
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Essay:
    """The finished parts as one completion, the chunks that were shown, and the ids of those too long to show."""

    completion: Completion
    chunks: tuple[Chunk, ...]
    dropped: tuple[str, ...]


def write_by_chunk(
    llm: BaseLanguageModel[Any],
    voice: str,
    question: str,
    chunks: Sequence[Chunk],
    limits: WordLimits,
    seed: int = 0,
    config: RunnableConfig | None = None,
) -> Essay:
    """Write an answer of ``limits`` words, a paragraph a chunk.

    A paragraph in which the model says that it does not know is left out; where all do, the text is that of the first.

    Raises:
        GenerationError: no chunk fits the model's window.
    """
    part = _paragraph_limits(limits, len(chunks))
    prompts = [_paragraph_prompt(voice, question, chunk, part) for chunk in chunks]
    fits = [fits_window(llm, prompt, part) for prompt in prompts]
    shown = tuple(chunk for chunk, fit in zip(chunks, fits, strict=True) if fit)
    dropped = tuple(chunk.id for chunk, fit in zip(chunks, fits, strict=True) if not fit)
    if not shown:
        raise GenerationError("no passage fits the model's window; use a longer window or smaller chunks")
    written = _complete(llm, [p for p, fit in zip(prompts, fits, strict=True) if fit], part, seed, config)
    kept = [_finished(completion.text) for completion in written]
    known = [index for index, text in enumerate(kept) if text and not is_abstention(text)]
    if not known:
        return Essay(_merged(written, written[0].text, ()), shown, dropped)

    body = _trimmed([kept[i] for i in known], [shown[i] for i in known], int(limits.maximum * _PARAGRAPHS_AT_MOST))
    frame = _frame(llm, voice, question, body, limits, seed, config)
    opening, closing = (_finished(completion.text) for completion in frame)
    text = "\n\n".join(piece for piece in (opening, *body, closing) if piece)
    silent = tuple(f"no paragraph on [{n + 1}] {c.id}" for n, c in enumerate(shown) if n not in known)
    words = word_count(text)
    short = (f"{words} words, {limits.minimum} asked for",) if words < limits.minimum else ()
    return Essay(_merged([*written, *frame], text, (*silent, *short)), shown, dropped)


def _paragraph_limits(limits: WordLimits, count: int) -> WordLimits:
    minimum = int(limits.minimum * _PARAGRAPH_MINIMUM / count)
    return WordLimits(minimum, max(minimum + _MODEST, int(limits.maximum * _PARAGRAPH_MAXIMUM / count)))


def _paragraph_prompt(voice: str, question: str, chunk: Chunk, part: WordLimits) -> RenderedPrompt:
    return load_prompt("paragraph").render(
        voice=voice,
        question=question,
        passage=clean_passage(chunk.text),
        min_words=part.minimum,
        max_words=part.maximum,
    )


def _frame(
    llm: BaseLanguageModel[Any],
    voice: str,
    question: str,
    body: Sequence[str],
    limits: WordLimits,
    seed: int,
    config: RunnableConfig | None,
) -> list[Completion]:
    """Write the opening and the close, half each of the words that the paragraphs leave."""
    used = sum(word_count(paragraph) for paragraph in body)
    room = int(limits.maximum * (1 - _FOR_MARKERS)) - used
    minimum = max(0, (limits.minimum - used + 1) // 2)
    part = WordLimits(minimum, max(minimum + _MODEST, room // 2))
    points = [split_sentences(paragraph)[0].text for paragraph in body]
    prompts = [
        load_prompt(name).render(
            voice=voice, question=question, points=points, min_words=part.minimum, max_words=part.maximum
        )
        for name in ("opening", "closing")
    ]
    return _complete(llm, prompts, part, seed, config)


def _complete(
    llm: BaseLanguageModel[Any],
    prompts: Sequence[RenderedPrompt],
    limits: WordLimits,
    seed: int,
    config: RunnableConfig | None,
) -> list[Completion]:
    """Complete all prompts together: a local model in one batch, a server with concurrent calls."""
    if not isinstance(llm, BatchedHuggingFacePipeline):
        return completion_chain(llm, limits, seed).batch(list(prompts), config)
    callbacks = (config or {}).get("callbacks")
    values = [prompt_value(llm, prompt) for prompt in prompts]
    result = llm.generate_prompt(values, callbacks=callbacks, limits=limits, seed=seed)
    return [(row[0].generation_info or {})["completion"] for row in result.generations]


def _finished(text: str) -> str:
    """The whole sentences of a part, in one paragraph; "" where none was finished."""
    return " ".join(s.text for s in split_sentences(text) if ends_with_sentence(s.text))


@dataclass(frozen=True)
class _Told:
    """A sentence of the body: in which paragraph it stands, and how far its passage bears it out."""

    paragraph: int
    text: str
    words: frozenset[str]
    borne_out: float


def _trimmed(paragraphs: Sequence[str], chunks: Sequence[Chunk], at_most: int) -> list[str]:
    """The paragraphs without what an earlier sentence said, and within ``at_most`` words.

    Where there is too much, the sentence that rests least on its passage goes first; the last one of a paragraph stays.
    """
    told: list[_Told] = []
    for index, (paragraph, chunk) in enumerate(zip(paragraphs, chunks, strict=True)):
        for support in ground(paragraph, [chunk], None).sentences:
            text = paragraph[support.start : support.end]
            words = frozenset(_WORD.findall(text.lower()))
            if not any(_says_the_same(words, other.words) for other in told):
                told.append(_Told(index, text, words, support.score if support.chunk is not None else 0.0))
    while sum(word_count(one.text) for one in told) > at_most:
        spare = [one for one in told if sum(other.paragraph == one.paragraph for other in told) > 1]
        if not spare:
            break
        told.remove(min(spare, key=lambda one: one.borne_out))
    texts = [" ".join(one.text for one in told if one.paragraph == index) for index in range(len(paragraphs))]
    return [text for text in texts if text]


def _says_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences share most of their words, numbers included: two that differ in a number differ."""
    if {word for word in one if word.isdigit()} != {word for word in other if word.isdigit()}:
        return False
    return len(one & other) >= _SAME * min(len(one), len(other))


def _merged(parts: Sequence[Completion], text: str, notes: tuple[str, ...]) -> Completion:
    """One completion out of all parts: tokens added up, loops told by part, notes once each."""
    loops = "; ".join(f"part {n}: {part.loop}" for n, part in enumerate(parts, 1) if part.loop)
    retried = sum(any("attempts" in note for note in part.notes) for part in parts)
    again = (f"{retried} of {len(parts)} parts written again",) if retried else ()
    return Completion(
        text,
        tokens_in=sum(part.tokens_in for part in parts),
        tokens_out=sum(part.tokens_out for part in parts),
        loop=loops,
        notes=(*again, *notes),
    )
