"""The names of defects and of removed parts, as a reader meets them."""

from chains.schemas import DefectKind
from chains.schemas.wording import in_words


def test_a_reader_meets_plain_words_and_each_of_them_once() -> None:
    """Regression: cells and notes said "recital", "idle" and "list mark"."""
    kinds = [DefectKind.RECITAL, DefectKind.IDLE, "list mark", "next speaker", DefectKind.ANOTHER_SPEAKER]
    assert in_words(kinds) == [
        "repeated prompt or persona",
        "empty advice",
        "bullets and numbers of a list",
        "words of another speaker",
    ]


def test_a_name_that_is_plain_stays() -> None:
    assert in_words([DefectKind.CONTRADICTION, "heading"]) == ["contradiction", "heading"]
