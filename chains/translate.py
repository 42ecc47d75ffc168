"""The translation chain: translate a text paragraph by paragraph.

Each paragraph is one prompt, all in one batch, with length limits in proportion to the paragraph. Numbers,
citations such as [1], and terms of the glossary must be in the translation, no citation may be new, and it must be in
the language (see ``chains.text.translation``). A paragraph with a fault is retried with a note of what is wrong; what
is still wrong is reported. Nothing checks whether the rest is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from chains.errors import ChainError
from chains.generation.backends import LanguageModel
from chains.generation.completion import complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.runnable import Chain, TranslationInput
from chains.schemas import Completion, Opinion, Translation, TranslationFault
from chains.text.translation.losses import Losses, losses_of
from chains.text.translation.names import standing
from prompts import load_prompt
from vectorstore.runtime.arguments import checked
from vectorstore.text.letters import UNSPACED
from vectorstore.text.sentences import word_count

# The name that a model knows a language by, and how many words (characters, if there are no spaces) of it an
# English word becomes: at least, at most. Wide, because they only keep a row from stopping early or running on.
LANGUAGES: Mapping[str, tuple[str, float, float]] = {
    "ar": ("Arabic", 0.4, 1.6),
    "de": ("German", 0.5, 1.6),
    "es": ("Spanish", 0.6, 2.0),
    "fa": ("Persian", 0.5, 2.0),
    "fr": ("French", 0.6, 2.0),
    "ja": ("Japanese", 1.2, 5.0),
    "pt": ("Portuguese", 0.6, 2.0),
    "ru": ("Russian", 0.4, 1.6),
    "zh": ("Chinese", 0.9, 4.0),
}
TRIES = 3  # translations of a paragraph at most, while something is wrong with it
_SPARE = 20  # words: a heading may become a sentence
_LEAST_WORDS = 12  # of a paragraph whose translation can be too short: a name may become an acronym
_UNSPACED = re.compile(f"[{UNSPACED}]")
_PARAGRAPHS = re.compile(r"\n\s*\n")


# Translates paragraphs; the second argument says what was wrong with each the last time. "" is no translation.
Translate = Callable[[Sequence[str], Sequence[Losses]], list[Completion]]


@checked(ChainError)
def translation_chain(
    llm: LanguageModel, language: str = "ja", *, glossary: Mapping[str, str] | None = None, seed: int = 0
) -> Runnable[str | Opinion | Mapping[str, Any], Translation]:
    """Return a Runnable that translates a text, an opinion's answer, or ``{"text": …}``.

    Args:
        llm: any LangChain language model.
        language: a code of ``LANGUAGES``, such as ``ja``.
        glossary: terms and their translations; those that occur in the text are put into the prompt and checked.
        seed: seed of retries.

    Raises:
        ChainError: an argument of a wrong type, or an unknown language; when run, an input without text, or a
            paragraph that does not fit the model's context window.
    """
    check_language(language)
    name, _, _ = LANGUAGES[language]
    terms = dict(glossary or {})

    def translate(asked: str | Opinion | Mapping[str, Any], config: RunnableConfig) -> Translation:
        def ask(paragraphs: Sequence[str], before: Sequence[Losses]) -> list[Completion]:
            limits = [_limits(paragraph, language) for paragraph in paragraphs]
            prompts = [
                load_prompt("translate").render(text=one, language=name, glossary=standing(terms, one), before=losses)
                for one, losses in zip(paragraphs, before, strict=True)
            ]
            for prompt, limit, paragraph in zip(prompts, limits, paragraphs, strict=True):
                if not fits_window(llm, prompt, limit):
                    raise ChainError(
                        f"a paragraph of {word_count(paragraph)} words does not fit the model's window together with "
                        "its translation; use a longer window, or break the paragraph with a blank line"
                    )
            return complete_all(llm, prompts, limits, seed, config, prose=False, may_be_empty=any(before))

        return translated(_text_of(asked), language, terms, ask)

    return Chain(translate, "translate", TranslationInput, f"Translate a text into {name}.")


def _text_of(asked: object) -> str:
    text = asked.get("text") if isinstance(asked, Mapping) else asked.answer if isinstance(asked, Opinion) else asked
    if not isinstance(text, str):
        raise ChainError(f"a translation needs a text, an Opinion or a mapping with text, not {type(asked).__name__}")
    return text


def translated(text: str, language: str, glossary: Mapping[str, str], translate: Translate) -> Translation:
    """Translate a text by paragraphs, and again those with which something is wrong."""
    paragraphs = [paragraph for paragraph in _PARAGRAPHS.split(text.strip()) if paragraph]
    first = translate(paragraphs, [Losses()] * len(paragraphs)) if paragraphs else []
    written = [_Written.of(*pair, language, glossary) for pair in zip(paragraphs, first, strict=True)]
    for _ in range(TRIES - 1):
        poor = [n for n, one in enumerate(written) if one.losses]
        if not poor:
            break
        again = translate([paragraphs[n] for n in poor], [written[n].losses for n in poor])
        for n, completion in zip(poor, again, strict=True):
            written[n] = written[n].or_rather(_Written.of(paragraphs[n], completion, language, glossary))
    return _joined(language, written)


@dataclass(frozen=True)
class _Written:
    """A paragraph's best translation so far, what is wrong with it, and what all attempts took."""

    completion: Completion
    losses: Losses
    tries: int
    tokens: int

    @classmethod
    def of(cls, paragraph: str, completion: Completion, language: str, glossary: Mapping[str, str]) -> _Written:
        least = _limits(paragraph, language).minimum if word_count(paragraph) >= _LEAST_WORDS else 0
        losses = losses_of(paragraph, completion.text, language, standing(glossary, paragraph), least)
        if _ends_in_loop(completion) and TranslationFault.REPETITION not in losses.faults:
            losses = replace(losses, faults=(*losses.faults, TranslationFault.REPETITION))
        return cls(completion, losses, 1, completion.tokens_out)

    def or_rather(self, other: _Written) -> _Written:
        better = other if other.completion.text and other.losses.weight < self.losses.weight else self
        return replace(better, tries=self.tries + 1, tokens=self.tokens + other.tokens)


def _ends_in_loop(completion: Completion) -> bool:
    """Whether the attempt that the text is of was cut before a loop: the rest of its paragraph is not there."""
    length = word_count(completion.text)
    return any(one.loop_after is not None and one.loop_after >= length > 0 for one in completion.attempts)


def check_language(language: str) -> None:
    """Raise ChainError for a language that is not in ``LANGUAGES``."""
    if language not in LANGUAGES:
        raise ChainError(f"cannot translate into {language!r}; there are: {', '.join(LANGUAGES)}")


def _limits(paragraph: str, language: str) -> WordLimits:
    """The words of a translation; the characters of a script without spaces are as many for a word as in Japanese."""
    _, least, most = LANGUAGES[language]
    words = word_count(paragraph)
    if 2 * len(_UNSPACED.findall(paragraph)) > words:
        _, fewest, many = LANGUAGES["ja"]
        least, most = least / many, most / fewest
    return WordLimits(int(words * least), int(words * most) + _SPARE)


def _joined(language: str, written: Sequence[_Written]) -> Translation:
    joined = "\n\n".join(part.completion.text for part in written)
    notes = [
        f"paragraph {number}: {note}" if len(written) > 1 else note
        for number, part in enumerate(written, 1)
        for note in part.completion.notes
    ]
    loops = [f"paragraph {n}: {part.completion.loop}" for n, part in enumerate(written, 1) if part.completion.loop]
    return Translation(
        text=joined,
        language=language,
        words=word_count(joined),
        missing=tuple(dict.fromkeys(lost for part in written for lost in part.losses.missing)),
        added=tuple(dict.fromkeys(marker for part in written for marker in part.losses.added)),
        faults=tuple(dict.fromkeys(fault for part in written for fault in part.losses.faults)),
        loop="; ".join(loops),
        notes=tuple(notes),
        prompt_tokens=sum(part.completion.tokens_in for part in written),
        tokens=sum(part.tokens for part in written),
        tries=max((part.tries for part in written), default=1),
    )
