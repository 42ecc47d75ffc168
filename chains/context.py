"""Fit retrieved chunks into a prompt: clean them for reading, and drop what exceeds the context window.

Cleaning affects only the prompt; stored chunks stay word for word. Whole chunks are dropped from the end, and their ids
are returned: nothing is cut silently.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chains.errors import GenerationError, WindowExceeded
from chains.schemas import Chunk, Completion
from prompts import RenderedPrompt

_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]*|#{2,}", re.MULTILINE)
_EMPHASIS = re.compile(r"\*{2,3}|(?<!\w)_{2,3}|_{2,3}(?!\w)")
_SECTION = re.compile(r"^[ \t]*#{3}[ \t]*[A-Z][A-Z ]*:", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n\s*\n+")
NEAR = 0.72  # of the best passage's cosine to the question; below it a passage is there for the views alone


@dataclass(frozen=True)
class FittedPrompt:
    """A prompt within its budget, the chunks that it shows, and the ids of those it had to drop."""

    prompt: RenderedPrompt
    chunks: tuple[Chunk, ...]
    dropped: tuple[str, ...]


def clean_passage(text: str) -> str:
    """Take Markdown marks and blank lines out of a passage, for the prompt only."""
    return _BLANK_LINES.sub("\n", _EMPHASIS.sub("", _HEADING.sub("", text))).strip()


def bearing_chunks(chunks: Sequence[Chunk]) -> list[Chunk]:
    """The chunks with words that were not retrieved for the points of view alone; all where they have no scores."""
    worded = [one for one in chunks if any(map(str.isalnum, one.text))]
    best = max((one.question_score for one in worded), default=0.0)
    return [one for one in worded if one.question_score >= NEAR * best] or list(chunks)


def shown_passage(chunk: Chunk) -> str:
    """A passage as a prompt shows it: whose words it is, where that is known, and the cleaned text."""
    text = clean_passage(chunk.text)
    return f"From {clean_passage(chunk.label)}:\n{text}" if chunk.label else text


def word_for_word(chunk: Chunk) -> str:
    """A passage as a debate shows it: whose words it is, where that is known, and the text, byte for byte.

    Only a passage that would open a section of the prompt ("### RESPONSE:") loses its marks.
    """
    text = clean_passage(chunk.text) if _SECTION.search(chunk.text) else chunk.text
    return f"From {clean_passage(chunk.label)}:\n{text}" if chunk.label else text


def fit_chunks(
    render: Callable[[Sequence[str]], RenderedPrompt],
    chunks: Sequence[Chunk],
    fits: Callable[[RenderedPrompt], bool],
    shown: Callable[[Chunk], str] = shown_passage,
    least: int = 1,
) -> FittedPrompt:
    """Render the prompt with as many chunks as fit, best first, each as ``shown``.

    Raises:
        GenerationError: not even the ``least`` chunks fit (or, with no chunks, the bare prompt does not).
    """
    for kept in range(len(chunks), min(least, len(chunks)) - 1, -1):
        prompt = render([shown(chunk) for chunk in chunks[:kept]])
        if fits(prompt):
            return FittedPrompt(prompt, tuple(chunks[:kept]), tuple(chunk.id for chunk in chunks[kept:]))
    raise GenerationError(
        "the prompt does not fit the model's window even with its best passage alone; "
        "use a model with a longer window, shorter answers, or smaller chunks"
    )


def complete_fitted(
    complete: Callable[[RenderedPrompt], Completion],
    render: Callable[[Sequence[str]], RenderedPrompt],
    chunks: Sequence[Chunk],
    fits: Callable[[RenderedPrompt], bool],
) -> tuple[Completion, FittedPrompt]:
    """Complete the prompt with as many chunks as fit; where only the server knows, it is asked with fewer and fewer.

    Raises:
        GenerationError: as ``fit_chunks``, or the model gave no text.
        WindowExceeded: the server refused the prompt with its best passage alone.
    """
    fitted = fit_chunks(render, chunks, fits)
    while True:
        try:
            return complete(fitted.prompt), fitted
        except WindowExceeded:
            if len(fitted.chunks) < 2:
                raise
        fitted = fit_chunks(render, fitted.chunks[:-1], fits)
        fitted = replace(fitted, dropped=tuple(chunk.id for chunk in chunks[len(fitted.chunks) :]))
