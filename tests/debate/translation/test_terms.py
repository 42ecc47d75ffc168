"""Which names and numbers in words a translation is checked for."""

import pytest

from debate.translation.terms import terms_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kenya withdrew from the bank in March.", "Kenya"),
        ("Lavrov denied it to the press.", "Lavrov"),
        ("Saudi Arabia has not confirmed it.", "Saudi Arabia"),
        ("Vladimir Putin did not come to the summit.", "Vladimir Putin"),
        ('He wrote: "Pretoria is the host."', "Pretoria"),
        ("Iranian banks are cut off from the system.", "Iranian"),
    ],
)
def test_a_name_that_begins_a_sentence_is_a_name(text: str, name: str) -> None:
    """Regression: a translation could lose it unnoticed."""
    assert name in terms_in([text])


@pytest.mark.parametrize("text", ["拡大はBRICSの力を強めた。", "گسترش، BRICS را نیرومندتر کرد.", "扩员使BRICS更强。"])
def test_a_name_in_latin_letters_is_found_in_a_text_of_another_script(text: str) -> None:
    assert terms_in([text]) == ("BRICS",)


@pytest.mark.parametrize(
    "text",
    [
        "Sanctions hurt the poor, and it is known that sanctions last.",
        "Analysts say that it was not so.",
        "Recently it was changed to this.",
        "Supporters of the plan are few.",
        "Enlargement was a mistake of the members.",
    ],
)
def test_an_ordinary_word_that_begins_a_sentence_is_none(text: str) -> None:
    assert terms_in([text]) == ()


@pytest.mark.parametrize(("beside", "names"), [((), ("Reserves",)), (("The reserves of the bank are in gold.",), ())])
def test_passages_tell_an_ordinary_word_from_a_name(beside, names) -> None:
    assert terms_in(["Reserves are kept in gold at the bank."], beside) == names


def test_a_heading_in_capitals_makes_no_name_of_an_ordinary_word() -> None:
    beside = ["The Case against Sanctions\n\nIt is said that sanctions fail, as sanctions did."]
    assert terms_in(["Sanctions are of no use."], beside) == ()


def test_without_english_around_it_a_first_word_needs_its_capital_inside_a_sentence_too() -> None:
    assert terms_in(["Однако это другое дело. Сегодня говорит Лавров. Лавров молчит."]) == ("Лавров",)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("It is two thirds of the vote, in fifteen states.", ("two thirds", "fifteen")),
        ("There are three reasons for it.", ()),
        ("It is of the twenty-first century.", ()),
    ],
)
def test_numbers_in_words_are_terms_where_they_count_something(text: str, terms) -> None:
    assert terms_in([text]) == terms
