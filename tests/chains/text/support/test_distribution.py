"""A number that a passage shares out among several keeps all of them, or those of them that a sentence names."""

import pytest

from chains.text.support.distribution import shares_out_otherwise

PASSAGE = (
    "The commitments come to 100 billion dollars: China 41, Brazil, India and Russia 18 each, South Africa 5.",
    "The five founders hold 20 per cent each.",
)


@pytest.mark.parametrize(
    "sentence",
    [
        "The commitments come to China 41, Brazil 18 each.",
        "China and Brazil gave 18 billion dollars each.",
        "In all, South Africa and India gave 18 each.",
    ],
)
def test_a_share_of_one_alone_or_of_another_is_told(sentence: str) -> None:
    assert shares_out_otherwise(sentence, PASSAGE, frozenset({"China"}))


@pytest.mark.parametrize(
    "sentence",
    [
        "China committed 41, and Brazil, India and Russia 18 each.",
        "Among them, India and Russia gave 18 billion dollars each.",
        "Three members gave 18 each.",
        "Brazil gave 18 billion dollars.",
        "Egypt and Iran hold 20 per cent each.",
        "Each gave what it could.",
        "Brazil and India contribute 18 billion dollars each.",
        "Like China, both Brazil and India contribute 18 each.",
        "For Brazil, India and Russia, the Reserve means 18 each.",
        "BRICS members hold 18 shares each.",
        "The Bank gives its three members 18 each.",
        "The EU and the UK paid 18 billion each.",
    ],
)
def test_the_same_share_in_other_words_passes(sentence: str) -> None:
    assert not shares_out_otherwise(sentence, PASSAGE, frozenset({"China"}))


def test_a_long_sentence_is_read_as_fast_as_its_length_allows() -> None:
    """Regression: each place of it was a possible beginning, so that 36,000 characters took half a minute."""
    assert not shares_out_otherwise("the league grew again and " * 20_000 + "Brazil gave 7 each.", PASSAGE)
