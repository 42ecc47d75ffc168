"""Complete rendered prompts within the contract: the step that every chain shares.

Works with any LangChain language model. Three steps keep the contract: try along the ladder until there is a usable
text (``ladder``), cut it at a sentence if it is too long or unfinished, and continue it if it is too short
(``continuing``).
"""

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import Runnable, RunnableConfig

from chains.errors import GenerationError
from chains.generation.backends import backend_for
from chains.generation.continuing import Growing, grow
from chains.generation.contract import Backend, RawText, WordLimits
from chains.generation.ladder import Asked, Check, Draft, best_of, climb, read, unchecked
from chains.generation.metering import count, tokens_of
from chains.schemas import Completion
from prompts import RenderedPrompt
from vectorstore.text.sentences import cut_at_sentence


def completion_chain(
    llm: BaseLanguageModel[Any],
    limits: WordLimits,
    seed: int = 0,
    *,
    prose: bool = True,
    check: Check = unchecked,
) -> Runnable[RenderedPrompt, Completion]:
    """Return a Runnable that sends a prompt and brings back the completion (see ``complete_all``)."""
    return _Completion(llm, limits, seed, prose, check)


class _Completion(Runnable[RenderedPrompt, Completion]):
    """Adds no span: the model's calls appear in the trace directly under the step that made them."""

    def __init__(self, llm: BaseLanguageModel[Any], limits: WordLimits, seed: int, prose: bool, check: Check) -> None:
        self._llm = llm
        self._limits = limits
        self._seed = seed
        self._prose = prose
        self._check = check

    def invoke(self, input: RenderedPrompt, config: RunnableConfig | None = None, **_: Any) -> Completion:
        asked = Asked(input, self._limits, self._seed, self._prose, self._check)
        return fulfil(backend_for(self._llm), [asked], config)[0]


def complete_all(
    llm: BaseLanguageModel[Any],
    prompts: Sequence[RenderedPrompt],
    limits: Sequence[WordLimits],
    seed: int = 0,
    config: RunnableConfig | None = None,
    *,
    prose: bool = True,
    check: Check = unchecked,
    may_be_empty: bool = False,
) -> list[Completion]:
    """Complete prompts together, each within its own limits: a local model in one batch, a server concurrently.

    Args:
        prose: False keeps headings and lists, for prompts that ask for a list.
        check: finds the defects of a text; a text with many is retried, and sentences with defects are removed.
        may_be_empty: a prompt that got no text has the text "" instead of raising.

    Raises:
        GenerationError: no attempt at a prompt gave usable text.
        WindowExceeded: a prompt with its answer is longer than the model's window.
    """
    asked = [Asked(one, limit, seed, prose, check) for one, limit in zip(prompts, limits, strict=True)]
    return fulfil(backend_for(llm), asked, config, may_be_empty=may_be_empty)


def as_completion(text: str, prompt: RenderedPrompt, limits: WordLimits) -> Completion:
    """Apply the contract to a text written outside it: clean it, cut it before a loop and at the maximum length."""
    draft = read(RawText(text, after_opening=False), Asked(prompt, limits), 1)
    kept = cut_at_sentence(draft.text, limits.maximum) if draft.text else ""
    return Completion(kept, attempts=(draft.attempt,), removed=draft.removed)


def fits_window(llm: BaseLanguageModel[Any], prompt: RenderedPrompt, limits: WordLimits) -> bool:
    """Return whether a prompt leaves room for its answer, as far as the model's window is known.

    If the window is unknown, a server that refuses a prompt as too long raises WindowExceeded and makes it known.
    """
    return backend_for(llm).fits(prompt, limits.maximum)


def fulfil(
    backend: Backend, asked: Sequence[Asked], config: RunnableConfig | None = None, *, may_be_empty: bool = False
) -> list[Completion]:
    """Keep the contract for all prompts together.

    Raises:
        GenerationError: as ``complete_all``.
    """
    drafts = climb(backend, asked, config)
    growing = [_begin(one, tries, may_be_empty) for one, tries in zip(asked, drafts, strict=True)]
    grow(backend, growing, config)
    written = [_completion(one) for one in growing]
    for one, completion in zip(asked, written, strict=True):
        count(tokens_of(one.prompt.text, completion))
    return written


def _begin(asked: Asked, tries: Sequence[Draft], may_be_empty: bool) -> Growing:
    attempts = [draft.attempt for draft in tries]
    try:
        best = best_of(tries, asked.limits.maximum)
    except GenerationError:
        if not may_be_empty:
            raise
        return Growing(asked, "", attempts)
    return Growing(asked, cut_at_sentence(best.text, asked.limits.maximum), attempts, list(best.removed))


def _completion(grown: Growing) -> Completion:
    return Completion(
        text=grown.text,
        tokens_in=max(attempt.tokens_in for attempt in grown.attempts),
        tokens_out=sum(attempt.tokens_out for attempt in grown.attempts),
        attempts=tuple(grown.attempts),
        removed=tuple(grown.removed),
        short=grown.short,
    )
