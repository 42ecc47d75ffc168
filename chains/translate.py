"""The translation chain: translate a text paragraph by paragraph.

Each paragraph is one prompt, all in one batch, with length limits in proportion to the paragraph. Numbers,
citations such as [1], and terms of the glossary must be in the translation; these checks need no knowledge of the
language. A paragraph that lost one is retried with a note of what is missing; what is still missing is reported.
Nothing checks whether the rest is right.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from chains.errors import ChainError
from chains.generation.backends import LanguageModel
from chains.generation.completion import complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.runnable import Chain, TranslationInput
from chains.schemas import Completion, Opinion, Translation
from chains.text.refusal import is_abstention
from chains.text.support.numbers import AMOUNT, FRACTION, NUMBER_WORDS, claimed_numbers, known_numbers
from prompts import load_prompt
from vectorstore.runtime.arguments import checked
from vectorstore.text.letters import UNSPACED
from vectorstore.text.sentences import CITATION, word_count

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
TRIES = 3  # translations of a paragraph at most, while numbers, markers or terms are missing from it
_SIGNS = str.maketrans("【】٫٬", "[].,")
_SPARE = 20  # words: a heading may become a sentence
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_AMOUNT = re.compile(AMOUNT)
_BEHIND_NUMBER = re.compile(r"(?<=\d)[ \u00a0-]?[^\W\d].*")
_IN_WORDS = re.compile(rf"{FRACTION}|{NUMBER_WORDS}", re.IGNORECASE)
_UNSPACED = re.compile(f"[{UNSPACED}]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30fe\uff66-\uff9f]")
_PARAGRAPHS = re.compile(r"\n\s*\n")


# Translates paragraphs; the second argument names what each has to hold, in a retry. "" is no translation.
Translate = Callable[[Sequence[str], Sequence[Sequence[str]]], list[Completion]]


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
    name, least, most = LANGUAGES[language]
    terms = dict(glossary or {})

    def translate(asked: str | Opinion | Mapping[str, Any], config: RunnableConfig) -> Translation:
        def ask(paragraphs: Sequence[str], kept: Sequence[Sequence[str]]) -> list[Completion]:
            limits = [_limits(paragraph, least, most) for paragraph in paragraphs]
            prompts = [
                load_prompt("translate").render(text=one, language=name, glossary=_standing(terms, one), kept=kept_here)
                for one, kept_here in zip(paragraphs, kept, strict=True)
            ]
            for prompt, limit, paragraph in zip(prompts, limits, paragraphs, strict=True):
                if not fits_window(llm, prompt, limit):
                    raise ChainError(
                        f"a paragraph of {word_count(paragraph)} words does not fit the model's window together with "
                        "its translation; use a longer window, or break the paragraph with a blank line"
                    )
            return complete_all(llm, prompts, limits, seed, config, prose=False, may_be_empty=any(kept))

        return translated(_text_of(asked), language, terms, ask)

    return Chain(translate, "translate", TranslationInput, f"Translate a text into {name}.")


def _text_of(asked: object) -> str:
    text = asked.get("text") if isinstance(asked, Mapping) else asked.answer if isinstance(asked, Opinion) else asked
    if not isinstance(text, str):
        raise ChainError(f"a translation needs a text, an Opinion or a mapping with text, not {type(asked).__name__}")
    return text


def translated(text: str, language: str, glossary: Mapping[str, str], translate: Translate) -> Translation:
    """Translate a text by paragraphs, and again those that lost a number, a marker or a term of the glossary."""
    paragraphs = [paragraph for paragraph in _PARAGRAPHS.split(text.strip()) if paragraph]
    first = translate(paragraphs, [()] * len(paragraphs)) if paragraphs else []
    written = [_Written.of(*pair, glossary) for pair in zip(paragraphs, first, strict=True)]
    for _ in range(TRIES - 1):
        poor = [n for n, one in enumerate(written) if one.missing]
        if not poor:
            break
        again = translate([paragraphs[n] for n in poor], [written[n].missing for n in poor])
        for n, completion in zip(poor, again, strict=True):
            written[n] = written[n].or_rather(_Written.of(paragraphs[n], completion, glossary))
    return _joined(language, written)


@dataclass(frozen=True)
class _Written:
    """A paragraph's best translation so far, what it lost, and what all attempts took."""

    completion: Completion
    missing: tuple[str, ...]
    tries: int
    tokens: int

    @classmethod
    def of(cls, paragraph: str, completion: Completion, glossary: Mapping[str, str]) -> _Written:
        terms = _standing(glossary, paragraph)
        missing = () if is_abstention(paragraph) else missing_from(paragraph, completion.text, terms)
        return cls(completion, missing, 1, completion.tokens_out)

    def or_rather(self, other: _Written) -> _Written:
        better = other if other.completion.text and len(other.missing) < len(self.missing) else self
        return replace(better, tries=self.tries + 1, tokens=self.tokens + other.tokens)


def check_language(language: str) -> None:
    """Raise ChainError for a language that is not in ``LANGUAGES``."""
    if language not in LANGUAGES:
        raise ChainError(f"cannot translate into {language!r}; there are: {', '.join(LANGUAGES)}")


def missing_from(text: str, translation: str, glossary: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Name what is in a text and not in its translation: markers, numbers, and the glossary's translations.

    Each is named once, in that order. A marker and a number have to be there as often as in the text, a term once.
    Digits of any script count, as do 1,000 for 1000 and 15億 for 1.5 billion; a number in digits that the translation
    writes out is named, for a reader to look at.
    """
    translated = _plain(translation)
    lost = Counter(CITATION.findall(text)) - Counter(CITATION.findall(translated))
    numbers = _lost_numbers(CITATION.sub(" ", _plain(text)), CITATION.sub(" ", translated))
    known = known_numbers(translated)
    terms = [
        wanted
        for term, wanted in (glossary or {}).items()
        if not _says(translated, _plain(wanted)) and not (_IN_WORDS.fullmatch(term) and claimed_numbers(term) <= known)
    ]
    return tuple(dict.fromkeys([*lost, *numbers, *terms]))


def _lost_numbers(text: str, translated: str) -> list[str]:
    """The numbers of a text that its translation has less often; with a scale, 1.5 billion may be 15億."""
    said_there = Counter(map(_value, _NUMBER.findall(translated)))
    left = +said_there
    known = known_numbers(translated)
    lost = []
    for amount in _AMOUNT.finditer(text):
        said = _BEHIND_NUMBER.sub("", amount.group())
        if left[_value(said)]:
            left[_value(said)] -= 1
        elif said == amount.group() or _value(said) in said_there or not claimed_numbers(amount.group()) <= known:
            lost.append(said)
    return lost


def _says(text: str, term: str) -> bool:
    """Return whether a text has a term, in whatever case or number: a longer word may end in other letters."""
    if term in text or _UNSPACED.search(term):
        return term in text
    stems = [re.escape(word[:-2] if len(word) > 4 else word) for word in term.casefold().split()]
    return all(re.search(rf"{stem}\w{{0,4}}(?!\w)", text.casefold()) for stem in stems)


def _limits(paragraph: str, least: float, most: float) -> WordLimits:
    """The words of a translation; the characters of a script without spaces are as many for a word as in Japanese."""
    words = word_count(paragraph)
    if 2 * len(_UNSPACED.findall(paragraph)) > words:
        _, fewest, many = LANGUAGES["ja"]
        least, most = least / many, most / fewest
    return WordLimits(int(words * least), int(words * most) + _SPARE)


def _standing(glossary: Mapping[str, str], text: str) -> dict[str, str]:
    """The glossary's terms that are in a text as words, but for those that are only there as part of a longer one."""
    standing = set()
    for term in sorted(glossary, key=len, reverse=True):
        text, times = re.subn(rf"(?<!{_beside(term[:1])}){re.escape(term)}(?!{_beside(term[-1:])})", "\0", text)
        standing |= {term} if times else set()
    return {term: wanted for term, wanted in glossary.items() if term in standing}


def _beside(edge: str) -> str:
    """What stands beside the first or last letter of a term only if the term is part of a longer word.

    Words in scripts without spaces touch each other: of them only a run of katakana is known to be one word.
    """
    if _KATAKANA.match(edge):
        return _KATAKANA.pattern
    return r"[^\s\S]" if _UNSPACED.match(edge) else rf"[^\W{UNSPACED}]"


def _plain(text: str) -> str:
    """Digits and brackets of every width and script as ASCII's."""
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    return "".join(str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in text)


def _value(number: str) -> str:
    """A number without what separates its thousands; 1.000 and 1,000 are 1000, 1.5 and 1,5 the same."""
    return re.sub(r"[.,](?=\d{3}(?!\d))", "", number).replace(",", ".")


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
        missing=tuple(dict.fromkeys(lost for part in written for lost in part.missing)),
        loop="; ".join(loops),
        notes=tuple(notes),
        prompt_tokens=sum(part.completion.tokens_in for part in written),
        tokens=sum(part.tokens for part in written),
        tries=max((part.tries for part in written), default=1),
    )
