"""An amount with another unit than its source's is another amount."""

import pytest

from chains.text.support.quantities import claimed_quantities, known_quantities


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("117.5 billion dollars", "it approved 30 billion dollars, the other 117.5 billion"),
        ("$1.5 billion", "1,500 million US dollars"),
        ("15億ドル, 1.5 billion dollars", "15億ドル"),
        ("58% of it", "about 58 per cent of it"),
        ("90 per cent of it", "nine tenths of it"),
        ("a 60-dollar cap", "60 dollars a barrel"),
        ("5 tonnes", "5 of them"),
        ("162 billion dollars", "**162** billion dollars, 5 tonnes"),
    ],
)
def test_an_amount_of_its_source_is_known(claim: str, source: str) -> None:
    assert claimed_quantities(claim) <= known_quantities(source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("117.5 billion euros", "it approved 30 billion dollars, the other 117.5 billion"),
        ("€60 a barrel", "60 dollars a barrel, or so many euros"),
        ("4.6 percentage points", "4.6 per cent"),
        ("1,000 kilograms of gold", "1,000 tonnes of gold"),
    ],
)
def test_an_amount_with_another_unit_is_not_known(claim: str, source: str) -> None:
    assert not claimed_quantities(claim) <= known_quantities(source)
