"""Names and numbers that stand in no source are found, those that stand there in another form are not."""

import pytest

from chains.text.entities import unsupported_entities

SOURCES = (
    "Iran exported 1,200 barrels of crude oil in 2021. Chinese refiners bought most of the crude.",
    "The New Development Bank lends in local currencies. Its members founded it on 15 July 2014.",
)


def test_capital_at_the_start_of_a_sentence_is_no_name() -> None:
    assert unsupported_entities("Nevertheless trade grew. Sanctions work: Nobody cares.", SOURCES) == ()


@pytest.mark.parametrize("text", ["the Iranian crude", "oil for China", "the NDB lends", "of Iran's oil", "as I said"])
def test_other_forms_of_known_names_are_known(text: str) -> None:
    assert unsupported_entities(f"It was {text}.", SOURCES) == ()


def test_unknown_name_is_told_once_without_article_and_possessive() -> None:
    answer = "The Hanse sank. It was the Hanse's end, said Mr. Rose, for The Hanse."

    assert unsupported_entities(answer, SOURCES) == ("Hanse", "Rose")


def test_markers_and_list_numbers_are_not_unknown_numbers() -> None:
    assert unsupported_entities("7. The bank lends in local currencies [9].", SOURCES) == ()
