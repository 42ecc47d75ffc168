"""Numbers are compared in one spelling, in digits and in words."""

import pytest

from chains.text.support.numbers import claimed_numbers, known_numbers


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("1200 barrels", "1,200 barrels"),
        ("30 banks", "thirty banks"),
        ("thirty-five banks", "35 banks"),
        ("two hundred and forty ships", "240 ships"),
        ("$1.5 billion", "1,500 million dollars"),
        ("1.5 billion", "from 1.5 to 2 billion dollars"),
        ("15億ドル", "1.5 billion dollars"),
        ("۴۱ رأی", "41 votes"),
        ("二〇一二年の35行", "2012年に三十五行"),
        ("千二百トン", "1,200 tonnes"),
        ("۱٬۲۰۰", "1200"),
        ("15 March", "on 15 March 2014"),
        ("two thirds of it", "in 4 of 6 states, 65 per cent of it"),
        ("one in ten of mankind", "a tenth of mankind"),
        ("90 per cent of it", "nine tenths of it"),
        ("the two sides, one of them", "nothing"),
        ("a third country, one in each camp", "nothing"),
        ("CO2 and G7", "nothing"),
    ],
)
def test_a_number_in_another_spelling_is_known(claim: str, source: str) -> None:
    assert claimed_numbers(claim) <= known_numbers(source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("1.5 billion", "1.5 million"),
        ("thirty banks", "forty banks"),
        ("12 states", "twelve hundred states"),
        ("は1877年", "1911年"),
        ("約四十行", "約三十行"),
        ("15 June", "15 July"),
        ("one in six children", "one in five of 6 million children"),
        ("a third of the shift", "a quarter of the shift to 3 currencies"),
    ],
)
def test_another_number_is_not_known(claim: str, source: str) -> None:
    assert not claimed_numbers(claim) <= known_numbers(source)
