"""Mail as it is saved (.eml): the message's own words, with subject, sender and date.

Attachments are named, not read.
"""

from email import policy
from email.message import MIMEPart
from email.parser import BytesParser
from pathlib import Path

from vectorstore.corpus.readers.html import read_page
from vectorstore.corpus.readers.records import Record, Records, metadata
from vectorstore.errors import CorpusError

_FIELDS = {"from": "author", "date": "date", "to": "to"}


def read_mail(path: Path) -> Records:
    """Read a message.

    Raises:
        CorpusError: it has no text.
    """
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    body = message.get_body(("plain", "html"))
    if body is None:
        raise CorpusError("holds no text part.")
    fields = {name: str(message[given]) for given, name in _FIELDS.items() if message[given]}
    record = Record(_words(body), str(message["subject"] or path.stem), extra=metadata(fields.items()))
    return Records([record], [_named(one) for one in message.iter_attachments()])


def _words(body: MIMEPart) -> str:
    if body.get_content_type() == "text/html":
        return read_page(body.get_content().encode(), "").text
    return str(body.get_content())


def _named(attachment: MIMEPart) -> str:
    name = attachment.get_filename() or attachment.get_content_type()
    return f"its attachment {name!r}: save it beside the message."
