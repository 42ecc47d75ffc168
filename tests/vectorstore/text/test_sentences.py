"""Sentences end where a reader says they do, and nothing of the text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.text.sentences import (
    cut_at_sentence,
    ends_with_sentence,
    joined_sentences,
    split_sentences,
    without_citations,
    word_count,
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Trade grew. Debt did not.", ["Trade grew.", "Debt did not."]),
        ("Who pays? We do! Always.", ["Who pays?", "We do!", "Always."]),
        ("Dr. Zarif spoke. Iran listened.", ["Dr. Zarif spoke.", "Iran listened."]),
        ("The U.S. Treasury acted. Prices rose 3.5 percent.", ["The U.S. Treasury acted.", "Prices rose 3.5 percent."]),
        ("It left the U.S. The dollar fell.", ["It left the U.S.", "The dollar fell."]),
        ("See Resolution No. 5 of 2231. He said no. Then he left.", None),
        ("Exports, e.g. Oil, fell. J. R. Smith wrote so.", ["Exports, e.g. Oil, fell.", "J. R. Smith wrote so."]),
        ('"Why now?" he asked. "Because."', ['"Why now?" he asked.', '"Because."']),
        ("It rose. [1] It fell [2]. It stood.", ["It rose. [1]", "It fell [2].", "It stood."]),
        ("制裁は続く。なぜか？「分からない。」と彼は言う。", None),
        ("# Trade\n\nIt grew. 1. It fell.", None),
        ("Points:\n- one is oil\n- two is gas", ["Points:", "- one is oil", "- two is gas"]),
        ("1. Oil is dear. 2. Gas is not.", ["1. Oil is dear.", "2. Gas is not."]),
        ("آیا بانک وام می‌دهد؟ بله. چرا؟", ["آیا بانک وام می‌دهد؟", "بله.", "چرا؟"]),
        ("یہ بینک ہے۔ وہ نہیں۔", ["یہ بینک ہے۔", "وہ نہیں۔"]),
        ("यह बैंक है। वह नहीं।", ["यह बैंक है।", "वह नहीं।"]),
        ("It fell . . . and rose. Then . . . Nothing.", ["It fell . . . and rose.", "Then . . .", "Nothing."]),
        ("The bank\nlends on. It grows.", ["The bank\nlends on.", "It grows."]),
        ("", []),
        ("no end here", ["no end here"]),
    ],
)
def test_text_is_split_where_sentences_end(text: str, sentences: list[str] | None) -> None:
    expected = {
        "See": ["See Resolution No. 5 of 2231.", "He said no.", "Then he left."],
        "制裁は": ["制裁は続く。", "なぜか？", "「分からない。」", "と彼は言う。"],
        "# T": ["# Trade", "It grew.", "1. It fell."],
    }

    found = [sentence.text for sentence in split_sentences(text)]

    assert found == (sentences if sentences is not None else expected[text[:3]])


@given(text=st.text(alphabet="ab AB.!?。\n[1]\"' 5Dr", max_size=120))
def test_spans_are_in_order_and_hold_every_letter(text: str) -> None:
    sentences = split_sentences(text)

    offsets = [offset for sentence in sentences for offset in (sentence.start, sentence.end)]
    assert offsets == sorted(offsets)
    assert "".join("".join(s.text.split()) for s in sentences) == "".join(text.split())
    assert [s.text for s in sentences] == [text[s.start : s.end] for s in sentences]


@pytest.mark.parametrize(
    ("sentences", "text"),
    [
        (["Trade grew.", "Debt did not."], "Trade grew. Debt did not."),
        (
            ["石油は減った。", "「債務は増えた」という。", "Trade grew."],
            "石油は減った。「債務は増えた」という。 Trade grew.",
        ),
        (["نفت گران شد۔", "بدهی کم شد."], "نفت گران شد۔ بدهی کم شد."),
    ],
)
def test_no_space_is_between_sentences_of_a_script_without_spaces(sentences: list[str], text: str) -> None:
    assert joined_sentences(sentences) == text


def test_spaced_text_counts_words() -> None:
    assert word_count("One two-three, four — five.") == 5


def test_japanese_counts_letters_without_punctuation() -> None:
    assert word_count("制裁は、続く。") == 5


def test_mixed_text_counts_letters_and_words() -> None:
    assert word_count("BRICSの拡大 2024") == 5


@given(text=st.text(alphabet="ab .,-\n", max_size=80))
def test_words_of_spaced_text_are_what_split_gives(text: str) -> None:
    assert word_count(text) == len(text.split())


@pytest.mark.parametrize(
    "text", ["It grew.", "It grew. ", 'He said "no."', "It grew [1].", "It grew. [1]", "続く。", "Why?", "In the U.S."]
)
def test_finished_text_ends_with_a_sentence(text: str) -> None:
    assert ends_with_sentence(text)


@pytest.mark.parametrize("text", ["", "It grew", "It met Dr.", "It grew,", "Exports, e.g.", "1.", "It grew.\n\n- Oil"])
def test_unfinished_text_does_not_end_with_a_sentence(text: str) -> None:
    assert not ends_with_sentence(text)


def test_cut_keeps_whole_sentences_within_the_limit() -> None:
    assert cut_at_sentence("One two three. Four five. Six seven.", 6) == "One two three. Four five."


def test_cut_drops_an_unfinished_last_sentence() -> None:
    assert cut_at_sentence("One two three. Four", 50) == "One two three."


def test_finished_text_that_fits_is_unchanged() -> None:
    assert cut_at_sentence("One two three. ", 3) == "One two three. "


def test_sentence_longer_than_the_limit_is_cut_between_words() -> None:
    assert cut_at_sentence("One two three four five.", 3) == "One two three"


def test_japanese_is_cut_by_letters() -> None:
    assert cut_at_sentence("制裁は続く。石油は高い。", 8) == "制裁は続く。"


def test_limit_below_one_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match="max_words = 0"):
        cut_at_sentence("One.", 0)


@given(text=st.text(alphabet="ab AB.!?。制\n1", max_size=120), limit=st.integers(1, 20))
def test_cut_is_a_beginning_of_the_text_within_the_limit(text: str, limit: int) -> None:
    cut = cut_at_sentence(text, limit)

    assert text.startswith(cut)
    assert word_count(cut) <= limit


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("It grew [1] and fell [2].", "It grew and fell."),
        ("It grew [1], [2] and [3].", "It grew."),
        ("It grew [1, 2], then fell [1–3].", "It grew, then fell."),
        ("It grew ([1]). It fell.[2]", "It grew. It fell."),
        ("[1] It grew.\n\n[2] It fell.", "It grew.\n\nIt fell."),
        ("The list [a, b] and [2024] stay.", "The list [a, b] and [2024] stay."),
    ],
)
def test_a_removed_citation_leaves_no_blank_and_takes_no_paragraph(text: str, bare: str) -> None:
    """Regression: "grew [1] and" became "grew  and" in turns, and a marker at a paragraph's beginning joined two."""
    assert without_citations(text) == bare
