"""Losses planted in the example's documents: every name, number in words, number and marker that goes is noticed.

The "translation" has a made-up word for each name, and each number as its language writes it, so that it is a perfect one
until something is taken out of it.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from renderings import PERCENT, rendered

from chains.text.translation.losses import losses_of, missing_from
from debate.translation.terms import terms_in

CORPUS = sorted((Path(__file__).parents[3] / "examples/brics/corpus").glob("*.md"))
# Read by hand from the beginnings of sentences in these documents.
AT_FIRST = """
Americans Argentina Arslanalp Bangladesh Beijing Belgium Brazil Canada China Cuba Egypt France Gazprom Gazprombank
India Indians Indonesia Iran Iranians Italy Jakarta Japan Kamath Lavrov Moscow Nigeria Okinawa Pretoria Putin Riyadh
Russia Sakhalin Sberbank Shanghai Tokyo Ukrainians Washington
"""
LETTERS = {  # of made-up names, and the letter that ends each
    "ja": ("アイウエオカキクケコサシスセソタチツテト", "ン"),
    "zh": ("阿贝塞德埃弗格赫伊杰克勒姆恩奥普库尔斯特", "国"),
    "fa": ("بپتثجچحخدذرزژسشصضطظع", "ن"),
    "ar": ("بتثجحخدذرزسشصضطظعغفق", "ن"),
    "de": ("bcdfghjklmnpqrstvwxz", "u"),
}
LANGUAGES = sorted(LETTERS)
AMOUNT = re.compile(
    r"(?<![\[\w.,])(?P<number>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![\]\d])"
    r"(?: (?P<scale>thousand|million|billion|trillion)\b)?(?P<percent> ?%| per ?cent\b(?! point))?"
)
POWERS = {None: 0, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
MARKER = re.compile(r"\[\d\]")


def documents() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in CORPUS]


@cache
def paragraphs(language: str = "ja") -> tuple[str, ...]:
    """Every paragraph, with a marker behind each of its sentences; fewer for the languages behind the first."""
    texts = [part for text in documents() for part in re.split(r"\n\s*\n", text)]
    texts = texts if language == "ja" else texts[LANGUAGES.index(language) :: 4]
    return tuple(re.sub(r"(?<=[a-z])\.(?=\s|$)", lambda found: f" [{found.start() % 9 + 1}].", text) for text in texts)


@cache
def glossary(language: str) -> dict[str, str]:
    letters, last = LETTERS[language]

    def made_up(n: int) -> str:
        return ("".join(letters[n // 20**place % 20] for place in range(3)) + last).title()

    return {term: made_up(n) + "".join(re.findall(r"\d", term)) for n, term in enumerate(terms_in(paragraphs()))}


def with_names(text: str, language: str) -> tuple[str, dict[str, str]]:
    """A text with its terms translated, and those that stand in it."""
    terms, standing = glossary(language), {}
    for term in sorted(terms, key=len, reverse=True):
        text, times = re.subn(rf"(?<!\w){re.escape(term)}(?!\w)", terms[term], text)
        standing |= {term: terms[term]} if times else {}
    return text, standing


def in_language(amount: re.Match[str], language: str, power: int) -> str:
    value = Decimal(amount["number"].replace(",", ""))
    return rendered(value.scaleb(power), language) + (PERCENT[language] if amount["percent"] else "")


def translation(text: str, language: str) -> tuple[str, dict[str, str]]:
    """A perfect translation, and the terms in it."""
    named, standing = with_names(text, language)
    return AMOUNT.sub(lambda one: in_language(one, language, POWERS[one["scale"]]), named), standing


def with_a_loss(text: str, language: str, kind: str) -> Iterator[str]:
    """Every translation of a text that lost one thing of a kind."""
    right, standing = translation(text, language)
    if kind == "name":
        yield from (right.replace(wanted, "") for wanted in standing.values())
    elif kind == "marker":
        yield from (right[: one.start()] + right[one.end() :] for one in MARKER.finditer(right))
    else:
        named, _ = with_names(text, language)
        lost = [one for one in AMOUNT.finditer(named) if kind == "number" or one[kind]]
        yield from (broken(named, language, kind, one.start()) for one in lost)


def broken(named: str, language: str, kind: str, place: int) -> str:
    """A translation in which the amount at a place lost its number, its scale or its per cent."""

    def one(amount: re.Match[str]) -> str:
        right = in_language(amount, language, POWERS[amount["scale"]])
        if amount.start() != place:
            return right
        lost = {"number": "", "percent": right.removesuffix(PERCENT[language])}
        return lost[kind] if kind in lost else in_language(amount, language, 0)

    return AMOUNT.sub(one, named)


def unnoticed(language: str, kind: str) -> list[tuple[str, str]]:
    """What was lost from a translation without being told."""
    planted = ((text, lost) for text in paragraphs(language) for lost in with_a_loss(text, language, kind))
    terms = {text: with_names(text, language)[1] for text in paragraphs(language)}
    return [(text, lost) for text, lost in planted if not missing_from(text, lost, language, terms[text])]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_perfect_translation_has_lost_nothing(language: str) -> None:
    told = {text: missing_from(text, *_ordered(translation(text, language), language)) for text in paragraphs(language)}
    assert {text: missing for text, missing in told.items() if missing} == {}


def _ordered(made: tuple[str, dict[str, str]], language: str) -> tuple[str, str, dict[str, str]]:
    return made[0], language, made[1]


@pytest.mark.parametrize("kind", ["name", "number", "scale", "percent", "marker"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_planted_loss_is_noticed(language: str, kind: str) -> None:
    assert unnoticed(language, kind) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_doubled_marker_is_noticed(language: str) -> None:
    right = {text: translation(text, language)[0] for text in paragraphs(language)}
    doubled = [
        (text, made[: one.end()] + one.group() + made[one.end() :])
        for text, made in right.items()
        for one in MARKER.finditer(made)
    ]
    assert [made for text, made in doubled if not losses_of(text, made, language).added] == []


def test_every_name_that_begins_a_sentence_is_among_what_is_checked() -> None:
    assert set(AT_FIRST.split()) - set(re.findall(r"[^\W\d]+", " ".join(terms_in(documents())))) == set()
