"""The translation chain: an answer, paragraph by paragraph, in another language.

Each paragraph is a short prompt of its own, all in one batch, so that a long text neither loses its thread nor loops;
its translation is held to a length in proportion to it, in characters where the language is written without spaces.
What can be checked without knowing the language is checked: numbers, markers [1] to [5], and the glossary's terms that
stand in the text have to stand in the translation. It does not know whether the rest is right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from chains.errors import ChainError
from chains.generation.completion import complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.schemas import Completion, Opinion, Translation
from chains.text.refusal import is_abstention
from chains.text.sentences import word_count
from prompts import load_prompt

# The name that a model knows a language by, and how many words (characters, where there are no spaces) of it an
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
_SPARE = 20  # words: a heading may become a sentence
_MARKER = re.compile(r"\[\d{1,2}\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PARAGRAPHS = re.compile(r"\n\s*\n")


def translation_chain(
    llm: BaseLanguageModel[Any],
    language: str = "ja",
    *,
    glossary: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Runnable[str | Opinion, Translation]:
    """Return a Runnable from a text, or an opinion's answer, to its translation.

    Args:
        language: a code of ``LANGUAGES``, such as ``ja``.
        glossary: how terms are to be translated; those that stand in the text are shown and checked.

    Raises:
        ChainError: an unknown language; when run, a paragraph that does not fit the model's window.
    """
    check_language(language)
    name, least, most = LANGUAGES[language]
    terms = dict(glossary or {})

    def translate(asked: str | Opinion, config: RunnableConfig) -> Translation:
        text = asked if isinstance(asked, str) else asked.answer
        paragraphs = [paragraph for paragraph in _PARAGRAPHS.split(text.strip()) if paragraph]
        limits = [_limits(word_count(paragraph), least, most) for paragraph in paragraphs]
        prompts = [
            load_prompt("translate").render(text=paragraph, language=name, glossary=_standing(terms, paragraph))
            for paragraph in paragraphs
        ]
        for prompt, limit, paragraph in zip(prompts, limits, paragraphs, strict=True):
            if not fits_window(llm, prompt, limit):
                raise ChainError(
                    f"a paragraph of {word_count(paragraph)} words does not fit the model's window together with its "
                    "translation; use a longer window, or break the paragraph with a blank line"
                )
        written = complete_all(llm, prompts, limits, seed, config, prose=False) if prompts else []
        return _joined(text, language, written, _standing(terms, text))

    return RunnableLambda(translate, name="translate").with_types(input_type=str).with_config(run_name="translate")


def check_language(language: str) -> None:
    """Raise ChainError for a language that is not in ``LANGUAGES``."""
    if language not in LANGUAGES:
        raise ChainError(f"cannot translate into {language!r}; there are: {', '.join(LANGUAGES)}")


def missing_from(text: str, translation: str, glossary: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Name what stands in a text and not in its translation: markers, numbers, and the glossary's translations.

    Each is named once, in that order. Digits of any script count, as do 1,000 for 1000; a number written out, or
    counted in other units (1.5 billion as 15億), is named, for a reader to look at.
    """
    translated = _plain(translation)
    markers = [marker for marker in _MARKER.findall(text) if marker not in _MARKER.findall(translated)]
    known = {_value(number) for number in _NUMBER.findall(_MARKER.sub(" ", translated))}
    numbers = [number for number in _NUMBER.findall(_MARKER.sub(" ", _plain(text))) if _value(number) not in known]
    terms = [term for term in (glossary or {}).values() if _plain(term) not in translated]
    return tuple(dict.fromkeys([*markers, *numbers, *terms]))


def _limits(words: int, least: float, most: float) -> WordLimits:
    return WordLimits(int(words * least), int(words * most) + _SPARE)


def _standing(glossary: Mapping[str, str], text: str) -> dict[str, str]:
    """The glossary's terms that stand in a text as words."""
    return {term: wanted for term, wanted in glossary.items() if re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text)}


def _plain(text: str) -> str:
    """Digits and brackets of every width and script as ASCII's."""
    text = unicodedata.normalize("NFKC", text).replace("【", "[").replace("】", "]")
    return "".join(str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in text)


def _value(number: str) -> str:
    """A number without what separates its thousands; 1.000 and 1,000 are 1000, 1.5 and 1,5 the same."""
    return re.sub(r"[.,](?=\d{3}(?!\d))", "", number).replace(",", ".")


def _joined(text: str, language: str, written: Sequence[Completion], glossary: Mapping[str, str]) -> Translation:
    translated = "\n\n".join(part.text for part in written)
    notes = [
        f"paragraph {number}: {note}" if len(written) > 1 else note
        for number, part in enumerate(written, 1)
        for note in part.notes
    ]
    missing = () if is_abstention(text) else missing_from(text, translated, glossary)
    return Translation(
        text=translated,
        language=language,
        words=word_count(translated),
        missing=missing,
        loop="; ".join(f"paragraph {n}: {part.loop}" for n, part in enumerate(written, 1) if part.loop),
        notes=tuple(notes),
        prompt_tokens=sum(part.tokens_in for part in written),
        tokens=sum(part.tokens_out for part in written),
    )
