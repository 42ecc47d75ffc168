"""A sentence that states what the side taken leaves is told; one that concedes or denies it is not."""

import pytest

from chains.text.support.contradiction import changes_side

QUESTION = "Has the enlargement of the group since 2023 given it more power, or has it only imported more quarrels?"
POWER = "I hold that the enlargement of the group has given it more power."
QUARRELS = "I hold that the enlargement has only imported more quarrels."


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("The enlargement has given the group power over its rivals.", QUARRELS),
        ("Its rivals imported quarrels from the Gulf.", POWER),
    ],
)
def test_the_alternative_that_was_not_taken_changes_the_side(sentence: str, side: str) -> None:
    assert changes_side(sentence, side, QUESTION)


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("The enlargement has given the group power over its rivals.", POWER),
        ("However, its rivals imported quarrels from the Gulf.", POWER),
        ("Its rivals imported no quarrels from the Gulf.", POWER),
        ("The enlargement has given the group power and imported quarrels.", POWER),
        ("The bank lends in five currencies.", POWER),
    ],
)
def test_the_side_taken_a_concession_and_a_denial_do_not(sentence: str, side: str) -> None:
    assert not changes_side(sentence, side, QUESTION)
