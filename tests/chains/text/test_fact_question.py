"""A question that one fact answers is told from one that asks for an opinion."""

import pytest

from chains.text.fact_question import asks_for_a_fact


@pytest.mark.parametrize(
    "question",
    [
        "In which year did Iran join BRICS?",
        "How many members does BRICS have?",
        "Who is the speaker of the parliament?",
        "When were Iranian banks cut off from SWIFT?",
        "Where was the agreement signed?",
        "What is the capital of the New Development Bank?",
        "Wann trat der Iran den BRICS bei?",
        "イランはいつBRICSに加盟しましたか。",
        "ایران در چه سالی به بریکس پیوست؟",
        "مقر بانک توسعهٔ نوین کجاست؟",
    ],
)
def test_a_question_of_fact_is_recognised(question: str) -> None:
    assert asks_for_a_fact(question)


@pytest.mark.parametrize(
    "question",
    [
        "Do sanctions change the conduct of governments?",
        "Who gains from sanctions, and who pays for them?",
        "How much should Japan pay for its gas?",
        "When did Iran join BRICS, and why did it take so long?",
        "How should Tehran answer the snapback?",
        "What did the freezing of Russia's reserves teach others?",
        "日本はなぜいつも米国に従うのですか。",
        "Where do the interests of China and India meet?",
    ],
)
def test_a_question_that_asks_for_more_is_none(question: str) -> None:
    assert not asks_for_a_fact(question)
