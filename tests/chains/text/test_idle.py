"""What is idle: it says nothing that only this text could say."""

import pytest

from chains.text.idle import is_idle, names_nothing, says_itself


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


KNOWN = ("Do sanctions work?", "Banks in Shanghai sell bonds in yuan.", "Trade has ended more wars than weapons.")


@pytest.mark.parametrize(
    "sentence",
    [
        "This is not a lie.",
        "This is not a coincidence.",
        "This is a fact.",
        "It’s the truth.",
        "That has never been the case.",
        "However, this point cannot be a coincidence.",
        "This is not a debate, but rather an account of how banks sell bonds.",
    ],
)
def test_a_sentence_that_only_says_what_this_is_names_nothing(sentence: str) -> None:
    assert names_nothing(sentence, KNOWN)
    assert is_idle(sentence, KNOWN[0], KNOWN[1:])


@pytest.mark.parametrize(
    "sentence",
    [
        "This is not a matter of banks.",
        "That is why trade ends them.",
        "It was the promise.",
        "That is not the equality which the communiqués promise.",
        "This is arithmetic, not malice.",
        "It was a decision of the council in Kazan.",
        "This is 40 times as much.",
        "This is what keeps pharmacies empty while ministries eat well.",
        "Lies are never told twice.",
    ],
)
def test_a_sentence_that_names_something_of_the_matter_or_anything_else_says_something(sentence: str) -> None:
    assert not names_nothing(sentence, KNOWN)


@pytest.mark.parametrize(
    "sentence",
    [
        "This is a strong argument for the side that sanctions work.",
        "This is a classic example of a straw man argument.",
        "This is a logical fallacy, known as the appeal to authority.",
        "This statement is crucial for understanding the impact of sanctions on governments.",
        "This is a complex issue with multiple sides.",
        "A deeper analysis should include a review of events.",
    ],
)
def test_what_only_judges_an_argument_is_idle(sentence: str) -> None:
    assert is_idle(sentence, KNOWN[0], KNOWN[1:])


def test_an_argument_that_is_told_is_not_idle() -> None:
    assert not is_idle("This argument is that banks in Shanghai pay for the sanctions.", KNOWN[0], KNOWN[1:])
