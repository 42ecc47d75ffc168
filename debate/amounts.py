"""Numbers with their noun, as a reader wants them: "1 row", "2 rows"."""


def amount(number: int, noun: str) -> str:
    """Return the number and the noun, with an s unless the number is 1."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
