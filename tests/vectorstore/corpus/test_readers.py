"""Files as they come: encodings, damage, tables. Each of these was met while trying the reader out."""

import json
from zipfile import ZipFile

import pytest
from docx import Document as Word
from openpyxl import Workbook
from pypdf import PdfWriter

from vectorstore import CorpusError
from vectorstore.corpus.encodings import decode
from vectorstore.corpus.readers import read_records

SENTENCE = "首相は辞任した。"


def pdf(text):
    """The smallest PDF with a line of text, its table of positions included."""
    stream = f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    body += f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Root 1 0 R/Size 6>>\nstartxref\n"
    return (body + f"{body.index('xref')}\n%%EOF").encode()


def word(path):
    document = Word()
    document.add_paragraph("Before.")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Iran", "2024"
    document.save(str(path))


def workbook(path):
    book = Workbook()
    book.active.append(["text"])
    book.active.append(["A row."])
    book.save(path)


def with_broken(path, part, broken):
    """Copy an archive with one of its parts cut off in the middle of a tag."""
    with ZipFile(path) as whole, ZipFile(broken, "w") as copy:
        for name in whole.namelist():
            copy.writestr(name, b"<broken" if name == part else whole.read(name))


def test_the_text_of_a_pdf_is_read(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf("Sanctions hurt ordinary people."))

    assert read_records(tmp_path / "a.pdf")[0].text == "Sanctions hurt ordinary people."


def test_a_pdf_behind_a_password_says_so(tmp_path):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret")
    writer.write(tmp_path / "a.pdf")

    with pytest.raises(CorpusError, match="protected with a password"):
        read_records(tmp_path / "a.pdf")


def test_the_tables_of_a_word_file_are_read_where_they_stand(tmp_path):
    word(tmp_path / "a.docx")

    assert read_records(tmp_path / "a.docx")[0].text == "Before.\n\nIran\t2024"


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("suffix", ["pdf", "docx", "xlsx"])
def test_a_file_that_was_cut_off_is_an_error_of_ours(tmp_path, suffix, cut):
    path = tmp_path / f"a.{suffix}"
    {"pdf": lambda p: p.write_bytes(pdf("Text.")), "docx": word, "xlsx": workbook}[suffix](path)
    path.write_bytes(path.read_bytes()[: int(cut * path.stat().st_size)])

    with pytest.raises(CorpusError, match=rf"not a readable \.{suffix} file"):
        read_records(path)


def test_broken_xml_inside_an_office_file_is_an_error_of_ours(tmp_path):
    """Regression: the parsers' own errors went through, and one such file stopped the whole folder."""
    word(tmp_path / "whole.docx")
    with_broken(tmp_path / "whole.docx", "word/document.xml", tmp_path / "a.docx")
    workbook(tmp_path / "whole.xlsx")
    with_broken(tmp_path / "whole.xlsx", "xl/worksheets/sheet1.xml", tmp_path / "a.xlsx")

    with pytest.raises(CorpusError, match="it is damaged or of another kind"):
        read_records(tmp_path / "a.docx")
    with pytest.raises(CorpusError, match="it is damaged or of another kind"):
        read_records(tmp_path / "a.xlsx")


@pytest.mark.parametrize("separator", ["\u2028", "\x85"])
def test_only_a_newline_ends_a_line_of_json(tmp_path, separator):
    """Regression: a line was cut at Unicode's other line ends, which JSON allows inside a text."""
    line = json.dumps({"text": f"one{separator}two"}, ensure_ascii=False)
    (tmp_path / "a.jsonl").write_text(line + "\n", encoding="utf-8")

    assert read_records(tmp_path / "a.jsonl")[0].text == f"one{separator}two"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ({"text": ["One paragraph.", "Another."]}, "One paragraph.\n\nAnother."),
        ({"text": {"en": "Salt’s tax"}}, '{"en": "Salt’s tax"}'),
        (
            {"city": "Strelsau", "taxed": True, "goods": ["salt", "iron"]},
            "city: Strelsau\ntaxed: true\ngoods: salt, iron",
        ),
    ],
)
def test_what_is_no_text_in_json_is_not_read_as_python_writes_it(tmp_path, line, text):
    """Regression: the passage was ['One paragraph.', 'Another.']."""
    (tmp_path / "a.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")

    assert read_records(tmp_path / "a.jsonl")[0].text == text


def test_a_number_that_json_does_not_know_becomes_text(tmp_path):
    """Regression: NaN in a column made the whole index fail."""
    (tmp_path / "a.jsonl").write_text('{"text": "A line.", "share": NaN}\n')

    assert read_records(tmp_path / "a.jsonl")[0].extra == {"share": "NaN"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_by_the_delimiter_of_its_header(tmp_path, delimiter):
    (tmp_path / "a.csv").write_text(f"text{delimiter}author\nA row.{delimiter}Ann\n")

    record = read_records(tmp_path / "a.csv")[0]

    assert (record.text, record.extra) == ("A row.", {"author": "Ann"})


def test_a_cell_may_hold_a_whole_document(tmp_path):
    (tmp_path / "a.csv").write_text("text\n" + "word " * 40_000 + "\n")

    assert len(read_records(tmp_path / "a.csv")[0].text.split()) == 40_000


@pytest.mark.parametrize(("declared", "encoding"), [("shift_jis", "cp932"), ("euc-jp", "euc_jp"), ("utf-8", "utf-8")])
def test_a_page_is_read_as_it_declares(tmp_path, declared, encoding):
    page = f'<meta charset="{declared}"><title>題</title><p>{SENTENCE}</p>'
    (tmp_path / "a.html").write_bytes(page.encode(encoding))

    record = read_records(tmp_path / "a.html")[0]

    assert (record.title, record.text.strip().split("\n")[-1]) == ("題", SENTENCE)


def test_a_page_that_declares_what_it_is_not_is_still_read(tmp_path):
    (tmp_path / "a.html").write_bytes('<meta charset="utf-8"><p>L’élysée décide.</p>'.encode("cp1252"))

    assert read_records(tmp_path / "a.html")[0].text.strip() == "L’élysée décide."


def test_a_few_accents_are_western():
    """Regression: "Naïve" came out in Cyrillic."""
    assert decode("Naïve".encode("cp1252"))[0] == "Naïve"
    assert decode(("The café in Tehran, déjà vu. " * 30).encode("cp1252"))[0].startswith("The café in Tehran, déjà vu.")


def test_cyrillic_and_japanese_are_not_taken_for_western():
    assert decode(("Санкции вредят торговле. " * 5).encode("cp1251"))[0].startswith("Санкции вредят")
    assert decode((SENTENCE * 5).encode("cp932"))[0].startswith(SENTENCE)


@pytest.mark.parametrize(
    ("name", "raw", "told"),
    [
        ("a.txt", "Η τράπεζα δανείζει σε δολάρια.".encode("cp1253"), ["windows-1253"]),
        ("a.csv", "text\nΗ τράπεζα δανείζει σε δολάρια.\n".encode("cp1253"), ["windows-1253"]),
        ("a.html", "<p>Η τράπεζα δανείζει σε δολάρια.</p>".encode("cp1253"), ["windows-1253"]),
        ("a.html", "<meta charset=windows-1253><p>Η τράπεζα δανείζει.</p>".encode("cp1253"), []),
        ("a.txt", "Η τράπεζα δανείζει σε δολάρια.".encode(), []),
    ],
)
def test_an_encoding_that_is_guessed_is_told(tmp_path, name, raw, told):
    (tmp_path / name).write_bytes(raw)

    left_out = read_records(tmp_path / name).left_out

    assert left_out == [f"read whole, as {one}, a guess; save it as UTF-8 if its words look wrong." for one in told]
