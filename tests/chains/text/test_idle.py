"""What is idle: it says nothing that only this text could say."""

import pytest

from chains.text.idle import is_idle, says_itself


def test_a_sentence_that_begins_again_and_ends_says_only_itself() -> None:
    assert is_idle("What decides the matter is that what decides the matter is.", "Do sanctions work?")


@pytest.mark.parametrize(
    "sentence",
    [
        "What decides the matter is who buys the oil.",
        "The more the bank lends, the more the bank owes, and the creditors wait.",
        "In the long run the yuan gains, and in the long run the dollar pays for it.",
    ],
)
def test_a_sentence_that_goes_on_says_more_than_itself(sentence: str) -> None:
    assert not says_itself(sentence)
