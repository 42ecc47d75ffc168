"""Mail as it is saved (.eml): the message's own words, with subject, sender and date.

Attachments are named, not read.
"""

import re
from email import policy
from email.message import MIMEPart
from email.parser import BytesParser
from pathlib import Path
from typing import cast

from vectorstore.corpus.encodings import decode
from vectorstore.corpus.readers.html import read_page
from vectorstore.corpus.readers.records import Record, Records, metadata
from vectorstore.errors import CorpusError

# Parts inside parts take the parser the square of their depth; a mail has some ten.
MOST_PARTS = 200
_PARTS = re.compile(rb"^content-type:\s{0,9}(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_FIELDS = {"from": "author", "date": "date", "to": "to"}


def read_mail(path: Path) -> Records:
    """Read a message.

    Raises:
        CorpusError: it has no text.
    """
    raw = path.read_bytes()
    if len(_PARTS.findall(raw)) > MOST_PARTS:
        raise CorpusError(f"holds more than {MOST_PARTS} parts inside parts. Save its text as .txt.")
    message = BytesParser(policy=policy.default).parsebytes(raw)
    body = message.get_body(("plain", "html"))
    if body is None:
        raise CorpusError("holds no text part.")
    words, fault = _words(body)
    fields = {name: str(message[given]) for given, name in _FIELDS.items() if message[given]}
    record = Record(words, str(message["subject"] or path.stem), extra=metadata(fields.items()))
    return Records([record], [*fault, *(_named(one) for one in message.iter_attachments())])


def _words(body: MIMEPart) -> tuple[str, list[str]]:
    """Return a part's words, and what is to be told of them.

    What is not in the character set that it declares, or declares one that nobody knows, is told by its bytes.
    """
    raw = cast(bytes, body.get_payload(decode=True))
    charset: str = body.get_content_charset("utf-8")
    fault: list[str] = []
    try:
        content = raw.decode(charset)
    except UnicodeDecodeError:
        content = decode(raw)
    except LookupError:
        content = decode(raw)
        fault = [f"its character set {charset!r} is unknown: read by what its bytes look like."]
    content = content.replace("\r\n", "\n")
    if str(body.get_param("format", "")).lower() == "flowed":
        content = _unflowed(content, delete=str(body.get_param("delsp", "")).lower() == "yes")
    return (read_page(content.encode(), "").text if body.get_content_type() == "text/html" else content), fault


def _unflowed(text: str, *, delete: bool) -> str:
    """Join lines that a mail program has broken: they end with a blank, which `delete` takes away (RFC 3676)."""
    lines: list[str] = []
    depth, goes_on = 0, False
    for line in text.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        words = line[quotes:].removeprefix(" ")
        if goes_on and quotes == depth and words != "-- ":
            lines[-1] += words
        else:
            lines.append(f"{'>' * quotes} {words}" if quotes else words)
        depth, goes_on = quotes, words.endswith(" ") and words != "-- "
        if goes_on and delete:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _named(attachment: MIMEPart) -> str:
    name = attachment.get_filename() or attachment.get_content_type()
    return f"its attachment {name!r}: save it beside the message."
