"""Metadata as text of JSON, where PostgreSQL takes or gives back another thing than Python."""

import re
from decimal import Decimal

_TEXT_OR_LARGE_FLOAT = re.compile(r'"(?:[^"\\]|\\.)*+"|(-?\d(?:\.\d+)?e\+\d+)')


def with_floats(metadata: str) -> str:
    """Write 1e+23 as 1, 23 zeros and .0: PostgreSQL gives it back as a whole number otherwise."""
    if "e+" not in metadata:
        return metadata
    return _TEXT_OR_LARGE_FLOAT.sub(lambda one: f"{Decimal(one[1]):f}.0" if one[1] else one[0], metadata)


def holds_zero(text: str) -> bool:
    """Return whether a text of JSON holds a zero byte, which PostgreSQL's texts cannot."""
    return "\\u0000" in text.replace("\\\\", "")
