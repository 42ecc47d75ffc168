"""PDF: the text of its pages, without the headers and footers that repeat; pages that hold none are named."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from vectorstore.corpus.readers.pdf.columns import SHOWING, Piece, by_columns, places
from vectorstore.corpus.readers.records import Record, Records
from vectorstore.corpus.readers.wording import shortened, spans
from vectorstore.errors import CorpusError
from vectorstore.text.letters import is_seen

# A small file can unfold into any amount of drawing. A page's is some 10 to 100 KB, packed to a third; a map's is more.
SPARE_BYTES, BYTES_A_BYTE = 1_000_000, 50
SPARE_OPERATIONS, OPERATIONS_A_BYTE = 50_000, 2
EDGE = 2  # lines at the head and the foot of a page that may repeat
LEAST_REPEATS = 3  # fewer may be chance
_PAGE_NUMBER = re.compile(
    r"\W*(page|p\.|seite|página|pagina)?\W*(\d+|[ivxlc]+)(?:\s*(?:of|/|von|de|di)\s*\d+)?\W*", re.IGNORECASE
)
# A title of two words, or one that a sign parts from the number: "Salt Review 7", "Review | 7", "7 Salt Review".
_TITLED = re.compile(r"(\S+ .*[^\W\d] |\S.*[|,·–—-] ?)(\d{1,3})|(\d{1,3})( [^\W\d]\S* .*[^\W\d])")
# The number of the page and that of all pages behind any text, as browsers print the address of a page.
_COUNTED = re.compile(r"(.*\S)\s+(\d{1,4})(\s?/\s?| of )(\d{1,4})")
# What fonts give that do not tell their letters, and letters by their shapes, which are drawn from left to right.
_UNTOLD = re.compile(r"[\x00-\x08\x0e-\x1f]+")
_SHAPED = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")  # years rise from page to page where each has a year of its own
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_SENTENCE_END = re.compile(r"[.!?…。！？:][\"'”’)\]」』）]*\s*\Z")


def read_pdf(path: Path) -> Records:
    """Read a PDF; one that opens without a password is read though it is encrypted.

    Raises:
        CorpusError: it needs a password, no page holds text, or it unfolds into more than such a file can hold.
    """
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import LimitReachedError

    reader = PdfReader(path)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise CorpusError("is protected with a password. Save it without one.")
    budget = _Budget(path.stat().st_size)
    pages: list[str] = []
    too_large: list[int] = []
    for number, page in enumerate(reader.pages, start=1):
        try:
            pages.append(budget.text_of(page))
        except LimitReachedError:
            too_large.append(number)
            pages.append("")
    empty = [number for number, text in enumerate(pages, start=1) if not is_seen(text) and number not in too_large]
    left_out = [f"{_pages(empty, len(pages))} hold no text: scanned?"] if empty else []
    left_out += [f"{_pages(too_large, len(pages))} draw more than can be read."] if too_large else []
    if not any(map(is_seen, pages)):
        raise CorpusError(f"{' '.join(left_out) or 'holds no page.'} Recognise its letters (OCR) first.")
    left_out += _doubts(pages)
    trimmed, repeated = _without_edges([_UNTOLD.sub("\ufffd", page) for page in pages])
    left_out += [f"lines that repeat on most pages: {', '.join(map(repr, shortened(repeated)))}."] if repeated else []
    return Records([Record(_joined(trimmed), path.stem)], left_out)


class _Budget:
    """What the pages of a file may unfold into, all together."""

    def __init__(self, size: int) -> None:
        self._bytes = SPARE_BYTES + BYTES_A_BYTE * size
        self._operations = SPARE_OPERATIONS + OPERATIONS_A_BYTE * size

    def text_of(self, page: Any) -> str:
        contents = page.get_contents()
        self._bytes -= 0 if contents is None else len(contents.get_data())
        self._check()
        pieces: list[Piece] = []

        def see(operator: bytes, operands: list[Any], cm: Sequence[float], tm: Sequence[float]) -> None:
            self._operations -= 1
            self._check()
            if operator in SHOWING:
                pieces.extend(places(operands, cm, tm))

        text = str(page.extract_text(visitor_operand_before=see))
        return "\n".join([by_columns(page, pieces) or text, *_typed_in(page)])

    def _check(self) -> None:
        if self._bytes < 0 or self._operations < 0:
            raise CorpusError("unfolds into more than a file of its size can hold. Print it to a new PDF first.")


def _typed_in(page: Any) -> Iterator[str]:
    """Yield what was typed into a page's form and onto it, which its drawing does not hold: "name: value"."""
    for reference in page.get("/Annots") or ():
        note = reference.get_object()
        if note.get("/Subtype") == "/FreeText":
            yield str(note.get("/Contents", ""))
        elif note.get("/Subtype") == "/Widget":
            field = note.get("/Parent", note).get_object() if "/T" not in note else note
            value = note.get("/V", field.get("/V"))
            if isinstance(value, str) and not value.startswith("/"):  # a box that is ticked has a name
                yield f"{field.get('/TU', field.get('/T', 'field'))}: {value}"


def _doubts(pages: Sequence[str]) -> Iterator[str]:
    """Tell the pages whose letters or whose order of words may not be what is shown."""
    for signs, told in (
        (_UNTOLD, "hold letters that their font does not tell: \ufffd marks them."),
        (
            _SHAPED,
            "hold writing from right to left, whose words and numbers may be in reverse: save it as .docx or .txt.",
        ),
    ):
        if found := [number for number, page in enumerate(pages, start=1) if signs.search(page)]:
            yield f"{_pages(found, len(pages))} {told}"


def _pages(numbers: Sequence[int], of: int) -> str:
    """Return "3 of 8 pages (2, 5-6)"; without the numbers where all are meant."""
    if len(numbers) == of:
        return f"all {of} pages"
    return f"{len(numbers)} of {of} pages ({spans(numbers)})"


def _without_edges(pages: Sequence[str]) -> tuple[list[str], list[str]]:
    """Leave out lines that repeat at the head or foot of most pages, and return them too; no page becomes empty."""
    lines = [[line for line in page.splitlines() if line.strip()] for page in pages]
    least = max(LEAST_REPEATS, sum(map(bool, lines)) // 2 + 1)
    heads = _repeats((page[:EDGE] for page in lines), least)
    feet = _repeats((page[-EDGE:] for page in lines), least)
    trimmed = [_trimmed(page, number, heads, feet) or page for number, page in enumerate(lines)]
    gone = Counter(
        re.sub(r"\d+", "#", line)
        if any(kind.fullmatch(line.strip()) for kind in (_PAGE_NUMBER, _COUNTED))
        else line.strip()
        for page, kept in zip(lines, trimmed, strict=True)
        for line in (Counter(page) - Counter(kept))
    )
    return ["\n".join(page) for page in trimmed], list(gone)


def _repeats(edges: Iterable[Sequence[str]], least: int) -> frozenset[str]:
    """Return the lines at the edge of at least so many pages."""
    counted = Counter(
        key for number, edge in enumerate(edges) for key in {key for line in edge for key in _keys(line, number)}
    )
    return frozenset(key for key, count in counted.items() if count >= least)


def _trimmed(page: list[str], number: int, heads: frozenset[str], feet: frozenset[str]) -> list[str]:
    start, end = 0, len(page)
    while start < min(EDGE, end) and not heads.isdisjoint(_keys(page[start], number)):
        start += 1
    while end > max(start, len(page) - EDGE) and not feet.isdisjoint(_keys(page[end - 1], number)):
        end -= 1
    return page[start:end]


def _keys(line: str, page: int) -> Iterator[str]:
    """Yield what two repeats of a line have in common: all of it, or all but the number of the page.

    A number counts pages where it stands alone, after "page", or before or behind a title of two words and more, and
    rises by one from page to page. Any other number is part of the text: "debt 84.7 percent", "Article 3", "1911".
    """
    text = " ".join(line.casefold().split())
    yield text
    if _YEAR.fullmatch(text):
        return
    if found := _PAGE_NUMBER.fullmatch(text):
        yield f"{found[1] or ''}#{_value(found[2]) - page}"
        if found[1]:
            yield f"{found[1]}#"  # "Page 1" may begin anew
    elif found := _COUNTED.fullmatch(text):
        yield f"{found[1]}#{int(found[2]) - page}/{found[4]}"
    elif found := _TITLED.fullmatch(text):
        yield f"{found[1] or ''}#{_value(found[2] or found[3]) - page}#{found[4] or ''}"


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    values = [_ROMAN[letter] for letter in number]
    return sum(-one if one < max(values[i:]) else one for i, one in enumerate(values))


def _joined(pages: Sequence[str]) -> str:
    """Join pages; a sentence that runs over from one to the next stays whole."""
    text = ""
    for page in pages:
        if text and page:
            text += "\n\n" if _SENTENCE_END.search(text[-20:]) else "\n"
        text += page
    return text
