"""An echo is what was said before, word for word and without quotation marks."""

import pytest

from chains.errors import ChainError
from chains.text.echo import echo_share

SAID = "The group is a stage and not an actor. Its members share grievances and nothing else."


def test_a_text_said_again_is_all_echo() -> None:
    assert echo_share(SAID, [SAID]) == 1.0


def test_a_new_text_is_no_echo() -> None:
    assert echo_share("Japan buys its gas in Sakhalin because no other door was open in 2022.", [SAID]) == 0.0


def test_case_and_punctuation_do_not_hide_an_echo() -> None:
    assert echo_share("the group IS a stage, and not – an actor!", [SAID]) == 1.0


def test_half_a_text_said_again_is_half_an_echo() -> None:
    text = "The group is a stage and not an actor, say my friends who never saw it act."

    assert echo_share(text, [SAID]) == pytest.approx(6 / 14)


@pytest.mark.parametrize("marks", ["“”", '""', "«»", "„“", "「」", "『』"])
def test_what_is_quoted_is_no_echo(marks: str) -> None:
    opening, closing = marks
    text = f"She says {opening}{SAID}{closing} and forgets the bank that opened in Shanghai."

    assert echo_share(text, [SAID]) == 0.0


def test_a_quotation_mark_left_open_quotes_nothing() -> None:
    assert echo_share(f'"{SAID}', [SAID]) == 1.0


def test_no_ngram_reaches_over_a_quotation() -> None:
    assert echo_share("the group “of ten” is a stage", ["the group is a stage"]) == 0.0


def test_no_ngram_reaches_from_one_speaker_to_the_next() -> None:
    assert echo_share("not an actor its members", ["and not an actor", "its members share"]) == 0.0


def test_japanese_counts_two_characters_as_a_word() -> None:
    said = "日本はエネルギーを輸入に頼っている。"

    assert echo_share("日本はエネルギーを輸入に頼っている。", said) == 1.0
    assert echo_share("日本はエネを節約し、太陽光発電に投資すべきだ。", said) == 0.0


def test_a_text_shorter_than_n_words_is_no_echo() -> None:
    assert echo_share("The group is", [SAID]) == 0.0


def test_n_is_at_least_one() -> None:
    with pytest.raises(ChainError, match="n = 0"):
        echo_share("text", [SAID], n=0)
