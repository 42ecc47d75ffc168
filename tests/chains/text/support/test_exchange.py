"""A sentence that exchanges the facts of its passage is told; one that says the same in another form is not."""

import pytest

from chains.schemas import Conflict
from chains.text.support.agreement import conflicts, read_passage
from chains.text.support.exchange import exchanged

PASSAGE = read_passage(
    "Before 2020 Norland supplied about 2 per cent of the oil of Sudland; by 2023 it supplied more than 30 per cent. "
    "In May 2021 Sudland excluded thirty banks of Norland from the exchange. President Okoro withdrew Ostland's offer in "
    "June 2022, and in 2024 the Harbour Bank was closed by Westland. Norland called it theft; Sudland called it prudence. "
    "Mitsui owned 12.5 per cent of the port and Mitsubishi 10."
).sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Sudland supplied about 2 per cent of the oil of Norland.",
        "In May 2021 Norland excluded thirty banks of Sudland from the exchange.",
        "Norland closed the Harbour Bank in 2024.",
        "Sudland called it theft.",
        "Mitsubishi owned 12.5 per cent of the port and Mitsui 10.",
        "Before 2020 Norland supplied about 30 per cent of the oil.",
        "In May 2021 the Harbour Bank was closed by Westland.",
    ],
)
def test_a_name_number_or_date_in_the_place_of_another_is_told(sentence: str) -> None:
    assert exchanged(sentence, PASSAGE)


@pytest.mark.parametrize(
    "sentence",
    [
        "Thirty banks of Norland were excluded from the exchange by Sudland in May 2021.",
        "In 2024 Westland closed the Harbour Bank.",
        "Norland, which had supplied about 2 per cent of the oil of Sudland before 2020, supplied more than 30 by 2023.",
        "Sudland got more than 30 per cent of its oil from Norland by 2023.",
        "While Sudland called it prudence, Norland called it theft.",
        "Mitsubishi owned 10 per cent of the port, Mitsui 12.5.",
        "Ostland's offer was withdrawn by President Okoro in June 2022.",
        "Okoro withdrew the offer of Ostland.",
    ],
)
def test_the_same_in_another_form_is_no_exchange(sentence: str) -> None:
    assert not exchanged(sentence, PASSAGE)


def test_a_date_alone_by_a_word_is_no_place_that_it_takes() -> None:
    passage = ("OPEC cut 9 million in May 2020 and 2 million in October 2022.", "Norland added a cut from July 2023.")
    assert not exchanged("Okoro spoke of consequences after the cut of October 2022.", passage)


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("Den Iran verkauft China Öl im Jahr 2020.", "China verkauft Öl an den Iran. 2020 kam Russland."),
        ("2012年に日本は中国に売った。", "2012年に中国は日本に売った。"),
    ],
)
def test_other_languages_are_not_judged(sentence: str, passage: str) -> None:
    assert not exchanged(sentence, (passage,))


def test_an_exchange_is_a_conflict() -> None:
    passage = read_passage("Egypt calls Ethiopia's dam a threat to its existence.")

    assert conflicts("Ethiopia calls Egypt's dam a threat to its existence.", passage) == (Conflict.EXCHANGE,)
    assert conflicts("Ethiopia's dam is called a threat to its existence by Egypt.", passage) == ()
