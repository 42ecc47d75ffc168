"""Mail as it is saved (.eml): the message's own words, with subject, sender and date.

Attachments are named, not read.
"""

import re
from email import policy
from email.errors import InvalidBase64CharactersDefect, InvalidBase64LengthDefect, InvalidBase64PaddingDefect
from email.message import MIMEPart
from email.parser import BytesParser
from pathlib import Path
from typing import cast

from vectorstore.corpus.encodings import decode, decode_as
from vectorstore.corpus.readers.html import read_page
from vectorstore.corpus.readers.records import Record, Records, metadata
from vectorstore.errors import CorpusError

# Parts inside parts take the parser the square of their depth; a mail has some ten.
MOST_PARTS = 200
# The parser takes the square of a field's length. A list of 500 recipients has 20,000 characters.
_LONG_FIELD = re.compile(rb"^([A-Za-z][A-Za-z-]{0,60}):(?:[^\n]|\n[ \t]){32000}", re.MULTILINE)
_LONG_IN_PART = re.compile(rb"^(content-[a-z-]{1,60}):(?:[^\n]|\n[ \t]){32000}", re.IGNORECASE | re.MULTILINE)
_PARTS = re.compile(rb"^content-type:\s{0,9}(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIELDS = {"from": "author", "date": "date", "to": "to"}


def read_mail(path: Path) -> Records:
    """Read a message.

    Raises:
        CorpusError: it has no text.
    """
    raw = path.read_bytes()
    if len(_PARTS.findall(raw)) > MOST_PARTS:
        raise CorpusError(f"holds more than {MOST_PARTS} parts inside parts. Save its text as .txt.")
    end = _BLANK_LINE.search(raw)
    if long := _LONG_FIELD.search(raw, 0, end.start() if end else len(raw)) or _LONG_IN_PART.search(raw):
        raise CorpusError(f"has a field {long[1].decode()!r} longer than any mail's. Save its text as .txt.")
    head, told = decode(raw[: end.start()] if end else raw)  # the parser takes letters beyond ASCII for UTF-8
    message = BytesParser(policy=policy.default).parsebytes(head.encode() + (raw[end.start() :] if end else b""))
    body = message.get_body(("plain", "html"))
    if body is None:
        raise CorpusError("holds no text part.")
    words, doubts = _words(body)
    page = message.get_body(("html",))
    if not words.strip() and page is not None:  # some programs leave the plain part empty
        words, doubts = _words(page)
    attached: list[MIMEPart] = []
    for part in message.iter_attachments():
        if part.get_content_type() == "text/plain" and not part.get_filename() and not part.is_attachment():
            further, told_of_it = _words(part)
            words, doubts = f"{words.rstrip()}\n\n{further}", doubts + told_of_it
        else:
            attached.append(part)
    fields = {name: str(message[given]) for given, name in _FIELDS.items() if message[given]}
    record = Record(words, str(message["subject"] or path.stem), extra=metadata(fields.items()))
    return Records([record], [*told, *doubts, *map(_named, attached)])


def _words(body: MIMEPart) -> tuple[str, list[str]]:
    """Return a part's words, and what to report about them.

    Raises:
        CorpusError: they are encoded as base64 that cannot be read.
    """
    raw = cast(bytes, body.get_payload(decode=True))
    faults = [type(one) for one in body.defects]
    if InvalidBase64CharactersDefect in faults or InvalidBase64LengthDefect in faults:
        raise CorpusError("is encoded as base64 that is broken. Save the message again, or its text as .txt.")
    content, told = decode_as(raw, body.get_content_charset(""))
    if InvalidBase64PaddingDefect in faults:
        told.append("its base64 ends too early: what is missing at the end is not known.")
    content = content.replace("\r\n", "\n")
    if str(body.get_param("format", "")).lower() == "flowed":
        content = _unflowed(content, delete=str(body.get_param("delsp", "")).lower() == "yes")
    return (read_page(content, "").text if body.get_content_type() == "text/html" else content), told


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
