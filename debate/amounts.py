"""Numbers with their noun, as a reader wants them: "1 row", "2 rows"."""

from prompts.languages import unit_of


def amount(number: int, noun: str) -> str:
    """Return the number and the noun, with an s unless the number is 1."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def length(count: int, text: str) -> str:
    """Return how long a text is, as ``word_count`` counts: in words, or characters where its script has no spaces."""
    return amount(count, unit_of(text).removesuffix("s"))
