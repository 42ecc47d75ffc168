"""Decode bytes of unknown encoding."""

import codecs
import re

from vectorstore.errors import CorpusError

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
MEANT = {"iso8859-1": "cp1252", "shift_jis": "cp932", "gb2312": "gb18030"}
# Python's own, for names and source code: no text is written in them, and "punycode" takes the square of its length.
_OF_NO_TEXT = frozenset(["punycode", "idna", "unicode-escape", "raw-unicode-escape", "charmap"])
_UNICODE = frozenset(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
_C1 = re.compile(rb"[\x80-\x9f]")
_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 4096  # browsers look at the first 1,024 bytes; some pages begin with a long comment
LEAST_UTF16 = 8  # bytes that are taken for UTF-16 without its mark
_MARKS = frozenset([*range(0x91, 0x98), 0x85, 0xA0])  # “ ” ‘ ’ • – — … and the hard space of Windows, no letter
_A_GUESS = 0.03  # chardet's confidence in a word or two with an accent
# By how much a text in Latin letters is likelier in these than in the rest: few accents mislead chardet's statistics.
_OFTEN = {"cp1252": 1.6, "cp1250": 1.2, "iso8859-2": 1.2, "cp1254": 1.2, "cp1257": 1.2, "iso8859-13": 1.2}
# What holds every letter of another one in its place, and more. ISO 8859-2, -5, -6, -7 and -13 are in no Windows page.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-8": "cp1255",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
# Letters that Turkish, Polish and other texts show under Windows-1252: few western languages have them, and no word has
# a sign in it or begins with such a one.
_RARE_IN_WEST = re.compile("[ðþýÐÞÝŠšŽž]|[^\\W\\d_][¡-´¶¸-¿×÷][^\\W\\d_]|[¤¦¨´¸¼½¾][^\\W\\d_]")
_ENOUGH = 65536  # bytes that tell which letters a text has
_QUOTES = b"\xa0\xab\xbb"  # « and » with their blanks, next to a letter in French
_ZEROS = "contains zero bytes, so it is not a text file. Remove it, or save it as text."
_BEYOND_LATIN = re.compile("[\u0370-\u1dff\u3040-\uffdc]")
_RUN_OF_DAMAGE = re.compile("\ufffd+")
# What begins a character of UTF-8 and ends with the file: two bytes and more, or one that begins most Latin letters.
_CUT_CHARACTER = re.compile(rb"(?:[\xc2\xc3]|[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2})\Z")


def decode(raw: bytes) -> tuple[str, list[str]]:
    """Decode bytes: by a Unicode mark, else as UTF-8, else in the likeliest of older encodings.

    In damaged UTF-8, U+FFFD replaces bytes that are not characters; the rest of the text is unchanged.

    Returns:
        The text, and what to report: that its encoding is a guess, or that it is damaged.

    Raises:
        CorpusError: the bytes are not text.
    """
    marked = _marked(raw)
    guess = "" if marked or _is_readable_utf8(raw) else _legacy_encoding(raw)
    text = _RUN_OF_DAMAGE.sub("\ufffd", raw.decode(marked or guess or "utf-8", errors="replace"))
    if "\0" in text and not marked:
        raise CorpusError(_ZEROS)
    name = guess.replace("cp125", "windows-125")
    told = [f"read whole, as {name}, a guess; save it as UTF-8 if its words look wrong."] if guess else []
    damaged = text.count("\ufffd") - raw.count("\ufffd".encode())
    if damaged > 0:
        told.append(f"damaged in {damaged} place{'s' * (damaged > 1)}: \ufffd marks bytes that are not characters.")
    return text, told


def decode_page(raw: bytes) -> tuple[str, list[str]]:
    """Decode a page by `decode_as`, as it declares itself."""
    found = _DECLARED.search(raw[:_DECLARED_WITHIN])
    return decode_as(raw, found[1].decode("ascii") if found else "")


def decode_as(raw: bytes, declared: str) -> tuple[str, list[str]]:
    """Decode bytes by a Unicode mark, else as declared if that fits, else by `decode`.

    UTF-8 beyond ASCII wins over the declaration of another encoding, which its bytes are not by accident, and so does
    another script over the declaration of a western encoding.
    """
    if not declared or _marked(raw) or _is_utf8(raw):
        return decode(raw)
    try:
        encoding = codecs.lookup(declared).name
        if encoding in _OF_NO_TEXT:
            raise LookupError(encoding)
        encoding = MEANT.get(encoding, encoding)
        if encoding == "iso8859-15" and _C1.search(raw):  # a Euro sign of Windows, which is no letter of the declared
            encoding = "cp1252"
        others = encoding == "cp1252" and not _accents_stand_alone(raw)  # no western word has such letters alone
        return decode(raw) if others or encoding in _UNICODE else (raw.decode(encoding), [])
    except LookupError:
        text, told = decode(raw)
        return text, [f"its character set {declared!r} is unknown: read by what its bytes look like.", *told]
    except UnicodeError:
        return decode(raw)


def _marked(raw: bytes) -> str:
    """Return the encoding whose mark begins the bytes, or which shows without one; "" for none."""
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return encoding
    # Without its mark, UTF-16 shows by where the zeros of its ASCII characters are.
    if b"\0" in raw[:1024] and len(raw) >= LEAST_UTF16:
        for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros, others = raw[first:1024:2], raw[1 - first : 1024 : 2]
            if b"\0" not in others and zeros.count(0) > len(zeros) // 2:
                return encoding
    return ""


def _is_utf8(raw: bytes) -> bool:
    """Return whether bytes are UTF-8 beyond ASCII, which other encodings' texts are not by accident."""
    try:
        return not raw.isascii() and bool(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _is_readable_utf8(raw: bytes) -> bool:
    """Return whether at least as many characters of UTF-8 are sound as damaged, or only the last one is cut."""
    text = raw.decode("utf-8", errors="replace")
    if "\0" in text or "\x1b$" in text:  # UTF-16 without its mark or no text; a Japanese character of ISO-2022
        return False
    damaged = text.count("\ufffd") - raw.count("\ufffd".encode())
    sound = len(text) - len(text.encode("ascii", errors="ignore")) - damaged
    return sound >= damaged or (damaged == 1 and _CUT_CHARACTER.search(raw) is not None)


def _legacy_encoding(raw: bytes) -> str:
    signs = b"".join(_HIGH_BYTES.findall(raw))
    if signs and b"\0" not in raw and _MARKS.issuperset(signs):
        return "cp1252"
    import chardet
    from chardet import EncodingEra

    eras = EncodingEra.ALL & ~EncodingEra.MAINFRAME
    undeclared = _DECLARED.sub(b" ", raw[:_DECLARED_WITHIN]) + raw[_DECLARED_WITHIN:]  # chardet would believe it
    found = chardet.detect_all(
        undeclared, encoding_era=eras, prefer_superset=False, compat_names=False, ignore_threshold=True
    )
    first = found[0]["encoding"]
    if first is None:
        raise CorpusError(_no_encoding(raw, found[0]["mime_type"]))
    likely: dict[str, float] = {}
    for one in found:
        page = str(one["encoding"])
        if not (page.startswith("iso8859") and _C1.search(raw)):  # there are the controls of terminals, not letters
            likely.setdefault(_WIDER.get(page, page), one["confidence"])
    encoding = next(iter(likely), first)
    if not _accents_stand_alone(raw):
        return encoding
    texts = {page: raw[:_ENOUGH].decode(page, errors="replace") for page in likely}
    if found[0]["confidence"] < _A_GUESS and "cp1252" in likely:
        return "cp1252"
    for page, factor in _OFTEN.items():
        if page in likely and not (page == "cp1252" and _RARE_IN_WEST.search(texts[page])):
            likely[page] *= factor
    pages = [page for page, text in texts.items() if not _BEYOND_LATIN.search(text)]
    best = max(pages, key=lambda page: likely[page], default=encoding)
    euro = best == "cp1252" and b"\xa4" in raw and not _C1.search(raw)  # where Windows has a sign that nobody writes
    return "iso8859-15" if euro else best


def _no_encoding(raw: bytes, kind: str | None) -> str:
    """Say why bytes are no text."""
    if kind not in (None, "application/octet-stream"):
        return f"is not text, by its content ({kind}). Give it the suffix of its kind, or save it as text."
    return _ZEROS if b"\0" in raw else "is in no encoding that is known here. Save it as UTF-8."


def _accents_stand_alone(raw: bytes) -> bool:
    """Return whether letters beyond ASCII are among ASCII ones, as in Latin scripts; few of them mislead statistics."""
    runs = [run for found in _HIGH_BYTES.findall(raw) if (run := found.strip(_QUOTES))]
    return sum(len(run) == 1 for run in runs) >= 0.5 * len(runs)
