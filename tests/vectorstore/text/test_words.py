"""Forms of one English word share a stem."""

import pytest

from vectorstore.text.words import stem


@pytest.mark.parametrize(
    "forms",
    [
        ("state", "states", "stated"),
        ("policy", "policies"),
        ("stop", "stopped", "stopping", "stops"),
        ("trade", "trades", "traded"),
        ("lend", "lends", "lending"),
    ],
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("pair", [("pass", "past"), ("status", "state"), ("bus", "buses"), ("speed", "spe")])
def test_other_words_keep_their_own(pair: tuple[str, str]) -> None:
    assert stem(pair[0]) != stem(pair[1])
