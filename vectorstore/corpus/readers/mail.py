"""Mail as it is saved (.eml): the message's own words, with subject, sender and date.

Attachments are named, not read.
"""

from email import policy
from email.message import MIMEPart
from email.parser import BytesParser
from pathlib import Path
from typing import cast

from vectorstore.corpus.encodings import decode
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
    return (read_page(content.encode(), "").text if body.get_content_type() == "text/html" else content), fault


def _named(attachment: MIMEPart) -> str:
    name = attachment.get_filename() or attachment.get_content_type()
    return f"its attachment {name!r}: save it beside the message."
