"""Text from documents and models, made fit for a terminal."""

import re

_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")


def readable(text: object) -> str:
    """Take out what would steer the terminal, such as escape sequences and overrides of the reading direction."""
    return _STEERS.sub("\ufffd", str(text))
