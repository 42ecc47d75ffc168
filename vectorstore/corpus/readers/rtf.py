"""RTF as Pandoc reads it whole: letters beyond ASCII as Unicode, tables in a cell as its paragraphs.

Pandoc takes each letter for Windows-1252, whatever the file declares: it is a byte of the code page of its font
(`\\fcharset`), else of the file (`\\ansicpg`); RTF 1.9.1, "Font Table". Of a table in a cell it keeps the last cell.
"""

import codecs
import re

from vectorstore.errors import CorpusError

_PAGE = re.compile(rb"\\ansicpg(\d+)")
_FONT = re.compile(rb"\\f(\d+)(?!\d)[^;{}]*?\\fcharset(\d+)")
# The code page of each character set of a font; 0 is the file's own.
_CHARSETS = {77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254"}
_CHARSETS |= {163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"}
# What is escaped, groups, the choice of a font, how many characters stand in for each \uN, \uN with what may stand in,
# bytes beyond ASCII, and any other control word right before such a letter.
_TOKEN = re.compile(
    rb"\\[\\{}]|([{}])|\\f(\d+)(?!\d)|\\uc(\d{1,2}) ?|\\u(-?\d+) ?((?:\\'[0-9a-fA-F]{2}|\\[\\{}]|[^\\{}\r\n])*)"
    rb"|((?:\\'[0-9a-fA-F]{2}|[\x80-\xff])+)|\\[a-zA-Z]{1,32}+(?:-?\d{1,10}+)?+(?=\\u(?:-|c?\d)|\\'|[\x80-\xff])"
)
_LETTER = re.compile(rb"\\u(?:-|c?\d)|\\'|[\x80-\xff]")
# The end of a cell of a table in a cell, and the groups that tell how its rows look.
_NESTED = re.compile(
    rb"(\\[\\{}])|\\nestcell(?![a-z])|\{\s*+(?:\\\*\s*+)?\\(?:nesttableprops|nonesttables)(?:[^{}]|\{[^{}]*+\})*+\}"
)
_STAND_IN = re.compile(rb"\\'..|\\.|.", re.DOTALL)
_BYTE = re.compile(rb"\\'(..)|(.)", re.DOTALL)


def with_cells(raw: bytes) -> bytes:
    """Return RTF in which each cell of a table in a cell is a paragraph of that cell."""
    return _NESTED.sub(lambda found: found[1] or (b"" if found[0].startswith(b"{") else rb"\par"), raw)


def with_unicode(raw: bytes) -> bytes:
    r"""Return RTF with all beyond ASCII as UTF-8: Pandoc loses letters behind `\uN`, and is slow with many of them.

    Raises:
        CorpusError: it declares a code page that Python does not know.
    """
    declared = _PAGE.search(raw)
    own = f"cp{int(declared[1])}" if declared else "cp1252"
    try:
        codecs.lookup(own)
    except LookupError as error:
        raise CorpusError(f"declares the code page {own[2:]}, which is unknown. Save it as .docx.") from error
    fonts = {int(font): _CHARSETS.get(int(kind), own) for font, kind in _FONT.findall(raw)}
    groups = [(own, 1)]  # the code page, and how many characters stand in for each \uN

    def rewritten(token: re.Match[bytes]) -> bytes:
        brace, font, count, code, behind, letters = token.groups()
        page, stand_ins = groups[-1]
        if brace == b"{":
            groups.append(groups[-1])
        elif brace and len(groups) > 1:
            groups.pop()
        elif font:
            groups[-1] = fonts.get(int(font), own), stand_ins
        elif count:
            groups[-1] = page, int(count)
            return b""
        elif code:
            skipped = sum(len(one) for one in _STAND_IN.findall(behind)[:stand_ins])
            return _written(chr(int(code) % 0x10000)) + _TOKEN.sub(rewritten, behind[skipped:])
        if letters:
            codes = b"".join(bytes.fromhex(code.decode()) if code else one for code, one in _BYTE.findall(letters))
            return _written(codes.decode(page, errors="replace"))
        is_word = token[0][1:2].isalpha() and _LETTER.match(token.string, token.end())
        return token[0] + b" " if is_word else token[0]  # which would go on in the letter behind it

    halves = _TOKEN.sub(rewritten, raw).decode(errors="surrogatepass")
    return halves.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace").encode()


def _written(text: str) -> bytes:
    """Return letters as UTF-8, also halves of pairs, and what has a meaning in RTF by its number."""
    return b"".join(one.encode(errors="surrogatepass") if ord(one) > 127 else b"\\u%d\\'3f" % ord(one) for one in text)
