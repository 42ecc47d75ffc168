"""Text → chunks: word for word, nothing lost, bounded in words and characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore import load_corpus
from vectorstore.corpus.chunking import most_letters, split_text

ANY = st.text("ab.!? \n\t\r。」制裁กข์ກမြ\u0301\u200c…\"')é\u00a0\u2028", max_size=400)
LINK = "https://example.org/" + "x" * 3000


@given(ANY, st.integers(1, 30))
def test_every_character_stands_in_one_chunk_word_for_word(text, words):
    chunks = split_text(text, words)

    assert [text[c.start : c.start + len(c.text)] for c in chunks] == [c.text for c in chunks]
    assert "".join("".join(c.text.split()) for c in chunks) == "".join(text.split())


@given(
    st.lists(st.sampled_from(["word", " ", " " * 900, "\n\n", ". ", "x" * 700, "制裁" * 50, "ก" * 300])),
    st.integers(1, 40),
)
def test_no_chunk_is_longer_than_the_bound(parts, words):
    chunks = split_text("".join(parts), words)

    assert all(0 < len(chunk.text) <= most_letters(words) for chunk in chunks)
    assert all(chunk.text == chunk.text.strip() for chunk in chunks)


@pytest.mark.parametrize(
    "giant",
    [
        LINK,
        "data:image/png;base64," + "A8b/" * 3000,
        "ประเทศไทย" * 500,
        "បណ្ដាញ" * 500,
        "word\t" * 2000,
        "x" + " " * 9000 + "y",
    ],
)
def test_what_has_no_blanks_or_only_blanks_is_cut_too(giant):
    text = f"Before it. {giant} After it."

    chunks = split_text(text)

    assert max(len(chunk.text) for chunk in chunks) <= 1920
    assert "".join("".join(c.text.split()) for c in chunks) == "".join(text.split())


def test_a_mark_stays_with_its_letter():
    chunks = split_text("ปี่" * 60, 10)

    assert all(chunk.text.startswith("ป") for chunk in chunks)
    assert len(chunks) > 1


@pytest.mark.parametrize("end", [".", "!", "?", '."', "؟", "۔", "।"])
def test_chunks_end_with_a_sentence(end):
    text = f"One two three{end} " * 100

    chunks = split_text(text, 40)

    assert {chunk.text[-len(end) :] for chunk in chunks} == {end}
    assert max(len(chunk.text.split()) for chunk in chunks) == 39


def test_a_line_end_is_no_sentence_end():
    assert split_text("One two\nthree four\r\nfive. Six seven eight.", 6)[0].text == "One two\nthree four\r\nfive."


def test_a_blank_line_is_one():
    assert [chunk.text for chunk in split_text("One two\n \nthree four five", 3)] == ["One two", "three four five"]


def test_a_source_line_stays_with_its_passage():
    text = "One two three four. " * 10 + "\n\nSource: an annual report, 2024."

    assert [c.text.endswith("2024.") for c in split_text(text, 40)] == [True]


def test_a_rest_that_says_something_is_a_chunk_of_its_own():
    assert [len(chunk.text.split()) for chunk in split_text("One two three four. " * 13, 40)] == [40, 12]


def test_a_rest_of_a_quarter_is_a_chunk_of_its_own():
    assert len(split_text("One two three four. " * 12 + "One two.", 40)) == 2
    assert len(split_text("One two three four. " * 12 + "One.", 40)) == 1


def test_japanese_is_cut_at_its_own_full_stops():
    assert split_text("制裁は貿易を妨げる。しかし、外交は続いている。", 12)[0].text == "制裁は貿易を妨げる。"


def test_a_blank_text_has_no_chunks():
    assert split_text(" \n\t ") == []


def test_a_chunk_needs_a_word():
    with pytest.raises(ValueError, match="words=0"):
        split_text("x", 0)


def test_a_corpus_keeps_the_bound(tmp_path):
    (tmp_path / "a.txt").write_text(f"Borduria pays. {LINK} It carries salt.")

    assert max(len(document.page_content) for document in load_corpus(tmp_path)) <= most_letters()
