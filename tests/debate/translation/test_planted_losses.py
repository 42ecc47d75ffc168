"""Losses planted in the example's documents: every name, number in words, number and marker that goes is noticed.

The "translation" has a made-up word for each name, so that it is a perfect one until something is taken out of it.
"""

import re
from pathlib import Path

import pytest

from chains.translate import missing_from
from debate.translation.terms import terms_in

CORPUS = sorted((Path(__file__).parents[3] / "examples/brics/corpus").glob("*.md"))
# Read by hand from the beginnings of sentences in these documents.
AT_FIRST = """
Americans Argentina Arslanalp Bangladesh Beijing Belgium Brazil Canada China Cuba Egypt France Gazprom Gazprombank
India Indians Indonesia Iran Iranians Italy Jakarta Japan Kamath Lavrov Moscow Nigeria Okinawa Pretoria Putin Riyadh
Russia Sakhalin Sberbank Shanghai Tokyo Ukrainians Washington
"""
KANA = "アイウエオカキクケコサシスセソタチツテト"


def documents() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in CORPUS]


def paragraphs() -> list[str]:
    """Every paragraph, with a marker behind each of its sentences."""
    texts = [part for text in documents() for part in re.split(r"\n\s*\n", text)]
    return [re.sub(r"(?<=[a-z])\.(?=\s|$)", lambda found: f" [{found.start() % 9 + 1}].", text) for text in texts]


def glossary() -> dict[str, str]:
    def made_up(n: int) -> str:
        return "".join(KANA[n // 20**place % 20] for place in range(3)) + "ン"

    return {term: made_up(n) + "".join(re.findall(r"\d", term)) for n, term in enumerate(terms_in(paragraphs()))}


def perfect(text: str, terms: dict[str, str]) -> tuple[str, dict[str, str]]:
    """A text with its terms translated, and those that stand in it."""
    standing = {}
    for term in sorted(terms, key=len, reverse=True):
        text, times = re.subn(rf"(?<!\w){re.escape(term)}(?!\w)", terms[term], text)
        standing |= {term: terms[term]} if times else {}
    return text, standing


def unnoticed(taken_out: re.Pattern[str] | None) -> list[str]:
    """What went from a translation without being told: each match of a pattern by itself, or all of a name."""
    found = []
    for text in paragraphs():
        translated, standing = perfect(text, glossary_once)
        if taken_out is None:
            lost = {term: translated.replace(wanted, "") for term, wanted in standing.items()}
        else:
            lost = {
                f"{one}": translated[: one.start()] + translated[one.end() :] for one in taken_out.finditer(translated)
            }
        found += [what for what, rest in lost.items() if not missing_from(text, rest, standing)]
    return found


glossary_once = glossary()


def test_a_perfect_translation_has_lost_nothing() -> None:
    told = [missing_from(text, *perfect(text, glossary_once)) for text in paragraphs()]
    assert [one for one in told if one] == []


@pytest.mark.parametrize(
    "taken_out", [None, re.compile(r"(?<![\[\d.,])\d+(?:[.,]\d+)*(?![\]\d])"), re.compile(r"\[\d\]")]
)
def test_every_planted_loss_is_noticed(taken_out: re.Pattern[str] | None) -> None:
    assert unnoticed(taken_out) == []


def test_every_name_that_begins_a_sentence_is_among_what_is_checked() -> None:
    assert set(AT_FIRST.split()) - set(re.findall(r"[^\W\d]+", " ".join(terms_in(documents())))) == set()
