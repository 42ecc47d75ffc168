"""Mail as it is saved (.eml): the message's own words, with subject, sender and date.

Messages attached to it are read, too; other attachments are named.
"""

import re
from email import policy
from email.errors import InvalidBase64CharactersDefect, InvalidBase64LengthDefect, InvalidBase64PaddingDefect
from email.message import MIMEPart
from email.parser import BytesParser
from pathlib import Path
from typing import cast

from vectorstore.corpus.encodings import decode, decode_as
from vectorstore.corpus.readers.records import Record, Records, metadata
from vectorstore.corpus.readers.web.html import read_page
from vectorstore.errors import CorpusError
from vectorstore.text.sentences import word_count

# A plain part of few words beside a page of many more says "open this in a browser", or nothing.
POINTER, TIMES = 60, 3
# Parts inside parts take the parser the square of their depth; a mail has some ten.
MOST_PARTS = 200
# Each part takes the parser a millisecond. A mail with a hundred pictures has as many.
MOST_TYPED = 2000
# The parser takes the square of a field's length. A list of 500 recipients has 20,000 characters.
_LONG_FIELD = re.compile(rb"^([A-Za-z][A-Za-z-]{0,60}):(?:[^\n]|\n[ \t]){32000}", re.MULTILINE)
_LONG_IN_PART = re.compile(rb"^(content-[a-z-]{1,60}):(?:[^\n]|\n[ \t]){32000}", re.IGNORECASE | re.MULTILINE)
_PARTS = re.compile(rb"^content-type:\s{0,9}(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_TYPED = re.compile(rb"^content-type:", re.IGNORECASE | re.MULTILINE)
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
    if len(_TYPED.findall(raw)) > MOST_TYPED:
        raise CorpusError(f"holds more than {MOST_TYPED:,} parts. Save its text as .txt.")
    end = _BLANK_LINE.search(raw)
    if long := _LONG_FIELD.search(raw, 0, end.start() if end else len(raw)) or _LONG_IN_PART.search(raw):
        raise CorpusError(f"has a field {long[1].decode()!r} longer than any mail's. Save its text as .txt.")
    head, told = decode(raw[: end.start()] if end else raw)  # the parser takes letters beyond ASCII for UTF-8
    message = BytesParser(policy=policy.default).parsebytes(head.encode() + (raw[end.start() :] if end else b""))
    records = _message(message, path.stem)
    if not records:
        only = "; ".join(records.left_out) or f"its content is {message.get_content_type()}."
        raise CorpusError(f"holds no text part; {only}")
    records.left_out[:0] = told
    return records


def _message(message: MIMEPart, stem: str) -> Records:
    """Return a message and those attached to it, a record each; `stem` is the title of one without a subject."""
    found = Records()
    texts: list[str] = []
    if (body := message.get_body(("plain", "html"))) is not None:
        words, found.left_out = _body(message, body)
        texts.append(words)
    for part in message.iter_attachments() if message.is_multipart() else ():
        if part.get_content_type() == "message/rfc822":
            for attached in part.iter_parts():
                inner = _attached(attached, stem)
                found += inner
                found.left_out += inner.left_out
        elif part.get_content_type() == "text/plain" and not part.get_filename() and not part.is_attachment():
            further, told = _words(part)
            texts.append(further)
            found.left_out += told
        else:
            found.left_out.append(_named(part))
    if texts:
        fields = {name: str(message[given]) for given, name in _FIELDS.items() if message[given]}
        text = "\n\n".join([*map(str.rstrip, texts[:-1]), texts[-1]])
        found.insert(0, Record(text, str(message["subject"] or stem), extra=metadata(fields.items())))
    return found


def _attached(message: MIMEPart, stem: str) -> Records:
    try:
        return _message(message, stem)
    except CorpusError as error:
        return Records(left_out=[f"the attached message {str(message['subject'] or '')!r} {error}"])


def _body(message: MIMEPart, body: MIMEPart) -> tuple[str, list[str]]:
    """Return the words of the plain part, or of the page beside it if the plain part only points to that."""
    words, told = _words(body)
    page = message.get_body(("html",))
    if body is page or page is None or word_count(words) > POINTER:
        return words, told
    shown, told_of_it = _words(page)
    return (shown, told_of_it) if word_count(shown) > TIMES * word_count(words) else (words, told)


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
