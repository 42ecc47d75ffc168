"""The numbers that lists show: 3 as 3, iii, C. Shared by Word's lists and HTML's."""

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
LARGEST_ROMAN = 3999  # above it Roman numerals need overlines


def ordinal(number: int, style: str) -> str:
    """Write a number as a style of Word's ("lowerRoman") or HTML's ("i") says; as digits where it is unknown."""
    if style in ("lowerRoman", "i") and 0 < number <= LARGEST_ROMAN:
        return _roman(number)
    if style in ("upperRoman", "I") and 0 < number <= LARGEST_ROMAN:
        return _roman(number).upper()
    if style in ("lowerLetter", "a") and number > 0:
        return _letters(number)
    if style in ("upperLetter", "A") and number > 0:
        return _letters(number).upper()
    return f"{number:02}" if style == "decimalZero" else str(number)


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def _letters(number: int) -> str:
    """Count a … z, aa … zz, as Word does: the 27th is aa, the 28th bb."""
    return chr(ord("a") + (number - 1) % 26) * (1 + (number - 1) // 26) if number <= 26 * 20 else str(number)
