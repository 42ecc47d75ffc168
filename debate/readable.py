"""Make text from documents, models and servers safe to print in a terminal."""

import logging
import re

from rich.console import Console

_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def readable(text: object) -> str:
    """Replace what would steer the terminal, such as escape sequences and overrides of the reading direction."""
    return _STEERS.sub("\ufffd", str(text))


def one_line(text: object) -> str:
    """Return a text on one line, fit for the terminal."""
    return readable(" ".join(str(text).split()))


def tell(console: Console, text: object) -> None:
    """Print a text as it is: no markup, no colours, and a terminal's own line breaks alone."""
    console.print(readable(text), markup=False, highlight=False, soft_wrap=True)


class ReadableFormatter(logging.Formatter):
    """Formats a log record so that nothing in it steers the terminal that shows the log."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line, and the lines of a traceback where it has one."""
        return readable(super().format(record))
