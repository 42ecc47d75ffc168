"""A pronoun is read as the name of the sentence before it."""

import pytest

from chains.schemas import Chunk
from chains.text.support.grounding import ground
from chains.text.support.pronouns import spoken_of

BANKS = Chunk(
    "banks",
    "# Two banks\n\nSince 2016 the Harbour Bank has approved over 30 billion dollars in all, whereas the Northern Fund committed "
    "117.5 billion in fiscal 2024 alone. Much of its money is raised in dollars. In May 2021 Sudland excluded thirty "
    "banks of Norland from the exchange. Norland called the measure theft. Sanctions are sold as "
    "humane, yet they fall on pharmacies. Westland closed its port.",
)


def keeps_its_marker(answer: str, question: str = "") -> bool:
    return ground(answer, [BANKS], None, question=question).sentences[-1].whole


@pytest.mark.parametrize(
    "answer",
    [
        "The Harbour Bank is young. It committed 117.5 billion dollars in fiscal 2024 alone.",
        "The Harbour Bank is young. It has critics. In fiscal 2024 alone it committed 117.5 billion dollars.",
        "The Northern Fund is old. Since 2016 it has approved over 30 billion dollars in all.",
        "Norland sells oil. In May 2021 it excluded thirty banks from the exchange.",
        "Sudland sells wine. It called the measure theft.",
        "The Harbour Bank is young. This bank committed 117.5 billion dollars in fiscal 2024 alone.",
        "One factor is the size of the Harbour Bank. The bank committed 117.5 billion dollars in fiscal 2024 alone.",
    ],
)
def test_a_fact_of_another_name_than_the_one_before_has_no_marker(answer: str) -> None:
    assert not keeps_its_marker(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "The Northern Fund is old. It committed 117.5 billion dollars in fiscal 2024 alone.",
        "The Harbour Bank is young. Since 2016 it has approved over 30 billion dollars in all.",
        "Much was written. It committed 117.5 billion dollars in fiscal 2024 alone.",
        "Norland sells oil. It was Sudland that excluded thirty banks of Norland from the exchange.",
        "Westland sells wine. Sanctions are sold as humane, yet they fall on pharmacies.",
        "Norland sells oil. Its thirty banks were excluded from the exchange in May 2021.",
        "The Harbour Bank is young. The Northern Fund committed 117.5 billion dollars in fiscal 2024 alone.",
    ],
)
def test_a_fact_of_the_name_before_keeps_its_marker(answer: str) -> None:
    assert keeps_its_marker(answer)


def test_a_pronoun_that_begins_a_paragraph_may_stand_for_the_question_s_name() -> None:
    answer = "Sudland sells wine.\n\nIt called the measure theft."

    assert keeps_its_marker(answer, "Does Norland keep its word?")
    assert not keeps_its_marker(answer.replace("\n\n", " "), "Does Norland keep its word?")


def test_a_pronoun_late_in_a_sentence_stands_for_no_name_before() -> None:
    sentences = ["The United States acts alone.", "Sanctions are sold as humane, yet they fall on pharmacies."]

    meant = spoken_of(sentences, [True, False], "Do sanctions work?", frozenset())

    assert meant[1] == frozenset()
