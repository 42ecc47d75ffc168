"""Decode bytes of unknown encoding."""

import re

from vectorstore.errors import CorpusError

UNDEFINED_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
# The longer mark of UTF-32 begins with that of UTF-16.
MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# What pages mean that declare an older name, by the WHATWG's encoding standard.
MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "shift_jis": "cp932", "gb2312": "gb18030"}
_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 4096  # browsers look at the first 1,024 bytes; some pages begin with a long comment
LEAST_UTF16 = 8  # bytes that are taken for UTF-16 without its mark
_A_GUESS = 0.03  # chardet's confidence in a word or two with an accent
_ZEROS = "contains zero bytes, so it is not a text file. Remove it, or save it as text."
_BEYOND_LATIN = re.compile("[\u0370-\u1dff\u3040-\uffdc]")
_RUN_OF_DAMAGE = re.compile("\ufffd+")
# What begins a character of UTF-8 and ends with the file: two bytes and more, or one that begins most Latin letters.
_CUT_CHARACTER = re.compile(rb"(?:[\xc2\xc3]|[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2})\Z")


def decode(raw: bytes) -> str:
    """Decode bytes: by a Unicode mark, else as UTF-8, else in the likeliest of older encodings.

    Where UTF-8 is damaged, U+FFFD stands for the bytes that are no character; the rest of the text stays as it is.

    Raises:
        CorpusError: the bytes are no text.
    """
    marked = _by_mark(raw)
    if marked is not None:
        return marked
    text = _mended(raw, guessed_encoding(raw) or "utf-8")
    if "\0" in text:
        raise CorpusError(_ZEROS)
    return text


def guessed_encoding(raw: bytes) -> str:
    """Return the older encoding by which `decode` reads bytes; "" where they are Unicode's.

    Raises:
        CorpusError: the bytes are no text.
    """
    if _by_mark(raw) is not None:
        return ""
    text = raw.decode("utf-8", errors="replace")
    # Zeros are UTF-16's without its mark, or no text; an escape begins a Japanese character of ISO-2022.
    is_utf8 = _is_mostly_utf8(raw, text) and "\0" not in text and "\x1b$" not in text
    return "" if is_utf8 else _legacy_encoding(raw)


def decode_page(raw: bytes) -> str:
    """Decode a page: by a Unicode mark, else as it declares itself where its bytes bear that out, else by `decode`."""
    encoding = _declared(raw)
    return raw.decode(encoding) if encoding else decode(raw)


def guessed_page_encoding(raw: bytes) -> str:
    """Return the older encoding by which `decode_page` reads bytes, "" where they are Unicode's or declare theirs."""
    return "" if _declared(raw) else guessed_encoding(raw)


def _declared(raw: bytes) -> str:
    """Return the older encoding that a page declares, "" where its bytes do not bear that out."""
    found = _DECLARED.search(raw[:_DECLARED_WITHIN])
    declared = found[1].decode("ascii").lower() if found else ""
    encoding = MEANT.get(declared, declared)
    if not encoding or encoding.startswith("utf") or _by_mark(raw) is not None or _is_utf8(raw):
        return ""
    try:
        raw.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        return ""
    return encoding


def _by_mark(raw: bytes) -> str | None:
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return _mended(raw, encoding)
    # Without its mark, UTF-16 shows by where the zeros of its ASCII characters are.
    if b"\0" in raw[:1024] and len(raw) >= LEAST_UTF16:
        for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros, others = raw[first:1024:2], raw[1 - first : 1024 : 2]
            if b"\0" not in others and zeros.count(0) > len(zeros) // 2:
                return _mended(raw, encoding)
    return None


def _mended(raw: bytes, encoding: str) -> str:
    return _RUN_OF_DAMAGE.sub("\ufffd", raw.decode(encoding, errors="replace"))


def _is_utf8(raw: bytes) -> bool:
    """Return whether bytes are UTF-8 beyond ASCII, which other encodings' texts are not by accident."""
    try:
        return not raw.isascii() and bool(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _is_mostly_utf8(raw: bytes, text: str) -> bool:
    """Return whether at least as many characters of UTF-8 are sound as damaged, or only the last one is cut."""
    damaged = text.count("\ufffd") - raw.count("\ufffd".encode())
    sound = len(text) - len(text.encode("ascii", errors="ignore")) - damaged
    return sound >= damaged or (damaged == 1 and _CUT_CHARACTER.search(raw) is not None)


def _legacy_encoding(raw: bytes) -> str:
    import chardet
    from chardet import EncodingEra

    eras = EncodingEra.ALL & ~EncodingEra.MAINFRAME
    found = chardet.detect(raw, encoding_era=eras, prefer_superset=True, compat_names=False)
    encoding = found["encoding"]
    kind = found["mime_type"]
    if encoding is None and kind not in (None, "application/octet-stream"):
        raise CorpusError(f"is no text by what it holds ({kind}). Give it the suffix of its kind, or save it as text.")
    if encoding is None:
        raise CorpusError(_ZEROS if b"\0" in raw else "is in no encoding that is known here. Save it as UTF-8.")
    text = _mended(raw, encoding)
    doubtful = found["confidence"] < _A_GUESS or _BEYOND_LATIN.search(text) is not None
    if doubtful and _accents_stand_alone(raw) and not UNDEFINED_IN_CP1252.intersection(raw):
        return "cp1252"
    return str(encoding)


def _accents_stand_alone(raw: bytes) -> bool:
    """Tell whether letters beyond ASCII stand among ASCII ones, as in Latin scripts; few of them mislead statistics."""
    runs = _HIGH_BYTES.findall(raw)
    return sum(len(run) == 1 for run in runs) > 0.5 * len(runs)
