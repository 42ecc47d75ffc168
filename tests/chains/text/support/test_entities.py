"""Names and numbers that stand in no source are found, those that stand there in another form are not."""

import pytest

from chains.text.support.entities import unsupported_entities

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


def test_invented_numbers_beside_ideographs_are_told() -> None:
    assert unsupported_entities("该联盟于1877年解散，有35个成员。", ["该联盟于1911年解散。"]) == ("1877", "35")


def test_invented_names_of_any_alphabet_with_capitals_are_told() -> None:
    answer = "It was Łukasz Żeleński and Şükrü who met in Łódź. Тогда в Стрельсау приехал Зеленогорский."

    found = unsupported_entities(answer, ["Ruritania left."])

    assert found == ("Łukasz Żeleński", "Şükrü", "Łódź", "Стрельсау", "Зеленогорский")


def test_the_case_of_a_russian_name_does_not_make_it_unknown() -> None:
    assert unsupported_entities("Союз без Руритании распался.", ["Руритания вышла из союза."]) == ()


def test_large_numbers_in_words_are_told_and_small_ones_are_not() -> None:
    assert unsupported_entities("There are three reasons and fourteen states.", SOURCES) == ("fourteen",)


def test_a_number_with_another_scale_is_told_with_it() -> None:
    assert unsupported_entities("It lent 1.5 billion.", ["It lent 1.5 million."]) == ("1.5 billion",)


def test_a_fraction_or_unit_that_no_source_has_is_told() -> None:
    answer = "One in six of them cost 60 euros, 3% more than ten."

    assert unsupported_entities(answer, ["One in five of 6 cost 60 dollars, or 3 per cent of 10."]) == (
        "One in six",
        "60 euros",
    )


def test_a_name_beside_kana_is_known() -> None:
    assert unsupported_entities("それはBRICSの拡大だ。", ["BRICSが拡大した。"]) == ()


def test_initials_that_are_a_word_of_the_source_are_no_acronym_of_a_name() -> None:
    assert unsupported_entities("It was Adam Smith who said so.", ["Trade is as old as nations."]) == ("Adam Smith",)
    assert unsupported_entities("It was the World Bank that lent.", ["The WB lent to all."]) == ()
