"""Whether two positions hold the same, and for the same reasons."""

import pytest

from chains.debating.agreement import agreeing, gives_other_reasons
from chains.schemas import Position

WHETHER = "Can the bank replace the World Bank?"
CANNOT = "The bank cannot replace the World Bank"


def agree(one: str, other: str, question: str = WHETHER) -> bool:
    return agreeing([Position("a", "A", one), Position("b", "B", other)], 1, question, None) == [0]


@pytest.mark.parametrize(
    "other",
    [
        f"{CANNOT} since it lends less than a quarter as much.",
        f"As its founders distrust each other, {CANNOT[0].lower()}{CANNOT[1:]}.",
        f"{CANNOT} due to the small capital that it has.",
        f"{CANNOT}.",
    ],
)
def test_two_who_claim_the_same_for_other_reasons_agree(other: str) -> None:
    one = f"{CANNOT} because its funds are raised in dollars."
    assert agree(one, other)
    assert gives_other_reasons(one, other, WHETHER)


def test_a_reason_in_other_words_is_no_other_reason() -> None:
    one, other = f"{CANNOT} because it raises its funds in dollars.", f"{CANNOT} since in dollars it raises funds."
    assert not gives_other_reasons(one, other, WHETHER)


def test_a_denial_in_the_reason_alone_makes_no_difference() -> None:
    assert agree(f"{CANNOT} because it has no large capital.", f"{CANNOT} because of its large capital in dollars.")


def test_where_the_reason_is_asked_for_another_reason_is_another_answer() -> None:
    one = "The reserve was never drawn on because no member was in need of dollars."
    other = "The reserve was never drawn on because its members distrust each other deeply."
    assert not agree(one, other, "Why was the reserve never drawn on?")
    assert agree(one, other, "Was the reserve ever drawn on?")


def test_who_sets_a_condition_does_not_agree_with_who_sets_none() -> None:
    assert not agree("The bank can replace the other only if it lends more.", "The bank can replace the other.")


def test_a_year_is_no_reason() -> None:
    assert not gives_other_reasons("The bank has grown since 2016.", "The bank has grown since May 2020.", WHETHER)


def test_two_answers_that_share_nothing_but_the_question_differ() -> None:
    one = "The bank replaces the World Bank where railways, dams and schools are built."
    other = "The bank replaces the World Bank for borrowers, creditors and brokers."
    assert not agree(one, other)


def test_opposite_words_are_no_agreement() -> None:
    assert not agree("The enlargement has made the group weaker.", "The enlargement has made the group stronger.")
