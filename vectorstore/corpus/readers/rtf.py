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
# and bytes beyond ASCII.
_TOKEN = re.compile(
    rb"\\[\\{}]|([{}])|\\f(\d+)(?!\d)|\\uc(\d{1,2}) ?|\\u(-?\d+) ?((?:\\'[0-9a-fA-F]{2}|\\[\\{}]|[^\\{}\r\n])*)"
    rb"|((?:\\'[0-9a-fA-F]{2}|[\x80-\xff])+)"
)
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
    r"""Return RTF with all beyond ASCII written as `\uN\'3f`: Pandoc loses a letter behind `\uN` and another stand-in.

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
            return b"\\uc1 "
        elif code:
            skipped = sum(len(one) for one in _STAND_IN.findall(behind)[:stand_ins])
            return b"\\u%d\\'3f" % int(code) + _TOKEN.sub(rewritten, behind[skipped:])
        return _escaped(letters, page) if letters else token[0]

    return _TOKEN.sub(rewritten, raw)


def _escaped(letters: bytes, page: str) -> bytes:
    codes = b"".join(bytes.fromhex(code.decode()) if code else raw for code, raw in _BYTE.findall(letters))
    units = codes.decode(page, errors="replace").encode("utf-16-le")
    numbers = (int.from_bytes(units[i : i + 2], "little", signed=True) for i in range(0, len(units), 2))
    return b"".join(b"\\u%d\\'3f" % number for number in numbers)
