"""What files that unfold, nest or never end cost to read: python -m benchmarks.hostile_files

Each is made here and read in a process of its own (Linux). Printed are its size, the seconds of the processor, the peak of
memory above the idle process with its libraries loaded, and what was told. Exits with 1 above 300 MB or 5 seconds.
"""

import json
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

HUGE = 500 * 10**6
MOST_MB, MOST_SECONDS = 300, 5.0


def zipped(inner: str, before: bytes, after: bytes) -> Callable[[Path], object]:
    """Return what writes a zip with one member of HUGE blanks between two texts."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(inner, "w") as member:
            member.write(before)
            for _ in range(HUGE // 10**6):
                member.write(b" " * 10**6)
            member.write(after)

    return write


def far_cell(path: Path) -> None:
    """Write a workbook of 5 KB with one cell in its last row and column."""
    from openpyxl import Workbook

    book = Workbook()
    book.active["A1"], book.active["A2"], book.active["XFD1048576"] = "text", "Ruritania left.", "x"
    book.save(path)


def unfolding_pdf(path: Path) -> None:
    """Write a PDF whose one page draws HUGE blanks."""
    squeeze = zlib.compressobj(9)
    stream = b"".join(squeeze.compress(b" " * 10**6) for _ in range(HUGE // 10**6)) + squeeze.flush()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>",
        b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(stream), stream),
    )
    body, table = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, content in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj%sendobj\n" % (number, content)
    end = b"xref\n0 5\n%strailer<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF" % (table, len(body))
    path.write_bytes(body + end)


def many_rows(path: Path) -> None:
    """Write a workbook of a million rows with a number each."""
    with_sheet(path, b"".join(b"<row><c><v>%d</v></c></row>" % i for i in range(10**6)))


def with_sheet(path: Path, rows: bytes, before: bytes = b"") -> None:
    """Write a workbook with these rows, in XML, and what stands before them."""
    far_cell(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        _SHEET.replace(b"<sheetData>", before + b"<sheetData>") + rows + b"</sheetData></worksheet>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def hidden_columns(path: Path) -> None:
    """Write a workbook that hides 20,000 columns one by one, more than a sheet has."""
    columns = "".join(f'<col min="{i}" max="{i}" hidden="1"/>' for i in range(100, 20_100))
    rows = "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c><c r="B{i}"><v>2</v></c></row>' for i in range(1, 3001))
    with_sheet(path, rows.encode(), f"<cols>{columns}</cols>".encode())


def of(content: bytes) -> Callable[[Path], object]:
    """Return what writes these bytes."""
    return lambda path: path.write_bytes(content)


_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
FILES: dict[str, Callable[[Path], object]] = {
    "far-cell.xlsx": far_cell,
    "unfolds.xlsx": zipped("xl/worksheets/sheet1.xml", _SHEET, b"</sheetData></worksheet>"),
    "unfolds.docx": zipped("word/document.xml", b"<w:document>", b"</w:document>"),
    "unfolds.odt": zipped("content.xml", b"<office>", b"</office>"),
    "unfolds.epub": zipped("OEBPS/one.xhtml", b"<html>", b"</html>"),
    "unfolds.pdf": unfolding_pdf,
    "blanks.txt": of(b" " * 20 * 10**6),
    "one-word.txt": of(b"a" * 10 * 10**6),
    "blank-lines.md": of(b"word\n" + b" \n" * 10**7),
    "image.md": of(b"![x](data:image/png;base64," + b"A" * 4 * 10**6 + b")\n\nRuritania left.\n"),
    "brackets.md": of(b"![" * 2 * 10**6),
    "blanks.html": of(b"<p>a" + b" " * 20 * 10**6 + b"</p>"),
    "nests.html": of(b"<div>" * 500_000),
    "nests.jsonl": of(b'{"a":' * 500_000 + b"\n"),
    "digits.jsonl": of(b'{"text": "a", "n": ' + b"9" * 4 * 10**6 + b"}\n"),
    "quotes.csv": of(b'text\n"' + b'a","' * 2 * 10**6),
    "open-quotes.csv": of(b"a,b\n" + b'1,"x\n' * 100_000),
    "commas.csv": of(b"a,b\n" + b"," * 3 * 10**6),
    "dots.txt": of(b". " * 3 * 10**6),
    "lines.txt": of(b"\n" * 20 * 10**6 + b"x"),
    "hyphens.txt": of(b"a-\n" * 10**6),
    "one-letter-words.jsonl": of(b'{"text": "' + b"a " * 5 * 10**6 + b'"}\n'),
    "one-key.jsonl": of(b"{" + b",".join(b'"a":%d' % i for i in range(300_000)) + b"}\n"),
    "recipients.eml": of(b"To: " + b'"a" <a@b>, ' * 50_000 + b"\r\n\r\nbody\r\n"),
    "parameters.eml": of(b"Content-Type: text/plain; " + b"a*0=b; " * 50_000 + b"\r\n\r\nbody\r\n"),
    "hidden-columns.xlsx": hidden_columns,
    "rows.csv": of(b"a,b\n" + b"x,y\n" * 2 * 10**6),
    "blank-rows.csv": of(b"a,b\n1,2\n" + b"\n" * 10**7 + b"3,4\n"),
    "rows.jsonl": of(b'{"text":"a"}\n' * 10**6),
    "rows.xlsx": many_rows,
    "table.html": of(b"<table>" + b"<tr><td>a</td><td>b</td></tr>" * 800_000),
    "attributes.html": of(b"<p>" + b"<i a=1 b=2 c=3 d=4 e=5 f=6>x" * 200_000),
    "one-tag.html": of(b"<p " + b" ".join(b"a%d=1" % i for i in range(300_000)) + b">x"),
}


def read_one(path: Path) -> None:
    """Read a file, in a process of its own, and print what it cost as JSON."""
    import logging

    from vectorstore import load_corpus
    from vectorstore.errors import CorpusError

    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:  # every reader's libraries are loaded before the measure
        folder = Path(name)
        far_cell(folder / "a.xlsx")
        for suffix in ("docx", "pdf", "html", "txt", "jsonl", "csv", "md"):
            (folder / f"a.{suffix}").write_bytes(b"text\na\n")
        load_corpus(folder)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is counted anew
    idle, since = peak(), time.process_time()
    try:
        told = f"{len(load_corpus(path))} passages"
    except CorpusError as error:
        told = str(error).splitlines()[-1].strip().removeprefix(f"{path}: ")
    print(json.dumps([time.process_time() - since, peak() - idle, told[:90]]))


def peak() -> float:
    """Return this process' peak of memory, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> int:
    """Make the files and read each; print a table."""
    if len(sys.argv) == 2:
        read_one(Path(sys.argv[1]))
        return 0
    above = 0
    print("| file | KB | seconds | MB above idle | told |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for file, write in FILES.items():
            path = Path(name) / file
            write(path)
            command = [sys.executable, "-m", "benchmarks.hostile_files", str(path)]
            ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
            seconds, memory, told = json.loads(ran.stdout.splitlines()[-1])
            above += seconds > MOST_SECONDS or memory > MOST_MB
            print(f"| {file} | {path.stat().st_size / 1000:,.0f} | {seconds:.1f} | {memory:.0f} | {told} |", flush=True)
            path.unlink()
    return bool(above)


if __name__ == "__main__":
    sys.exit(main())
