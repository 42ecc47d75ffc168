"""Numbers with scales in every language: a right rendering passes, and a planted loss is noticed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderings import PERCENT, SCALES, rendered, written

from chains.text.translation.amounts import lost_amounts

ENGLISH = {3: "thousand", 6: "million", 9: "billion", 12: "trillion"}
LANGUAGES = st.sampled_from(sorted(SCALES))
TENTHS = st.integers(11, 9_999).filter(lambda n: n % 10)  # 1.1 to 999.9
POWERS = st.sampled_from(sorted(ENGLISH))


@given(LANGUAGES, TENTHS, POWERS)
def test_a_right_rendering_has_lost_nothing(language: str, tenths: int, power: int) -> None:
    said = Decimal(tenths) / 10
    assert (
        lost_amounts(f"It was {said} {ENGLISH[power]}.", f"{rendered(said.scaleb(power), language)}.", language) == []
    )


@given(LANGUAGES, TENTHS, POWERS)
def test_a_number_in_full_is_the_same(language: str, tenths: int, power: int) -> None:
    said = Decimal(tenths) / 10
    assert lost_amounts(f"It was {said} {ENGLISH[power]}.", f"{written(said.scaleb(power), language)}.", language) == []


@given(LANGUAGES, TENTHS, POWERS)
def test_a_lost_scale_is_noticed(language: str, tenths: int, power: int) -> None:
    amount = f"{Decimal(tenths) / 10} {ENGLISH[power]}"
    assert lost_amounts(f"It was {amount}.", f"{written(Decimal(tenths) / 10, language)}.", language) == [amount]


@given(LANGUAGES, TENTHS, POWERS, st.data())
def test_another_scale_is_noticed(language: str, tenths: int, power: int, data: st.DataObject) -> None:
    wrong = data.draw(st.sampled_from([scale for other, scale in SCALES[language].items() if other != power]))
    said = Decimal(tenths) / 10
    translation = f"{written(said, language)}{wrong}."
    assert lost_amounts(f"It was {said} {ENGLISH[power]}.", translation, language) == [f"{said} {ENGLISH[power]}"]


@given(LANGUAGES, TENTHS, st.integers(1, 4))
def test_one_of_several_equal_numbers_is_noticed(language: str, tenths: int, times: int) -> None:
    number = written(Decimal(tenths) / 10, language)
    text = f"{Decimal(tenths) / 10}; " * (times + 1)
    assert lost_amounts(text, f"{number}; " * times, language) == [f"{Decimal(tenths) / 10}"]


@given(LANGUAGES, st.integers(1, 99_999))
def test_a_percentage_is_kept_or_noticed(language: str, value: int) -> None:
    said, there = f"It was {value:,}%.", written(Decimal(value), language)
    assert lost_amounts(said, f"{there}{PERCENT[language]}", language) == []
    assert lost_amounts(said, f"{there}.", language) == [f"{value:,}%"]


@pytest.mark.parametrize("language", sorted(SCALES))
def test_many_numbers_are_compared_at_once(language: str) -> None:
    text = "5 of 1.5 billion, 5%. " * 2_000
    assert lost_amounts(text, text, language)[:3] == ["1.5 billion"] * 3 * (language in ("de", "fr"))
