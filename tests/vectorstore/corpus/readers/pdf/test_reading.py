"""PDF: encryption, pages without text, headers and footers, what unfolds."""

import io
import zlib

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from vectorstore import CorpusError
from vectorstore.corpus.readers import read_records


def pdf(*pages, compress=False):
    """A PDF with a page of lines for each tuple; a page of None draws nothing; bytes are drawn as they are."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for page in pages:
        drawing = (
            page
            if isinstance(page, bytes)
            else b"".join(
                b"BT /F1 12 Tf 20 %d Td (%s) Tj ET\n" % (700 - 20 * i, line.encode())
                for i, line in enumerate(page or ())
            )
        )
        packed = zlib.compress(drawing, 9) if compress else drawing
        kind = b"/Filter/FlateDecode" if compress else b""
        number = len(objects) + 1
        kids.append(b"%d 0 R" % number)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
            % (number + 1)
        )
        objects.append(b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(packed), kind, packed))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, table, len(objects) + 1, len(body)
    )  # fmt: skip


def read(tmp_path, content):
    (tmp_path / "a.pdf").write_bytes(content)
    return read_records(tmp_path / "a.pdf")


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
def test_a_file_that_opens_without_a_password_is_read(tmp_path, algorithm):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(["It left."]))))
    writer.encrypt("", owner_password="owner", algorithm=algorithm)
    writer.write(tmp_path / "a.pdf")

    assert read_records(tmp_path / "a.pdf")[0].text == "It left."


def test_pages_without_text_are_named(tmp_path):
    records = read(tmp_path, pdf(["One."], None, ["Three."], None, None))

    assert records[0].text == "One.\n\nThree."
    assert records.left_out == ["3 of 5 pages (2, 4-5) hold no text: scanned?"]


def test_a_scan_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(CorpusError, match=r"all 2 pages hold no text: scanned\? Recognise its letters \(OCR\) first"):
        read(tmp_path, pdf(None, None))


def test_headers_and_footers_that_repeat_are_left_out_and_sentences_run_over(tmp_path):
    records = read(
        tmp_path,
        pdf(
            ["The Salt Treaty", "The union ended in 1911, because", "Page 1 of 3"],
            ["The Salt Treaty", "the tariff had doubled. Then", "Page 2 of 3"],
            ["The Salt Treaty", "came iron.", "Page 3 of 3"],
        ),
    )

    assert records[0].text == "The union ended in 1911, because\nthe tariff had doubled. Then\ncame iron."


def test_a_line_that_repeats_inside_pages_stays(tmp_path):
    pages = [[f"Head {letter}", f"More {letter}", "Again.", f"Foot {letter}", f"End {letter}."] for letter in "abc"]

    assert read(tmp_path, pdf(*pages))[0].text.count("Again.") == 3


def test_a_single_page_has_no_header(tmp_path):
    assert read(tmp_path, pdf(["Title", "Text.", "1"]))[0].text == "Title\nText.\n1"


@pytest.mark.parametrize("drawing", [b" " * 50_000_000, b"BT /F1 12 Tf (" + b"a" * 20_000_000 + b") Tj ET"])
def test_a_page_that_unfolds_is_refused(tmp_path, drawing):
    with pytest.raises(CorpusError, match="unfolds into more than a file of its size can hold"):
        read(tmp_path, pdf(drawing, compress=True))


def test_lines_that_differ_in_a_number_of_theirs_are_no_headers(tmp_path):
    sales = [
        (f"He sold {sold} barrels of salt.", f"Year {n} of his rule.", f"Page {n + 6}")
        for n, sold in enumerate((7, 9, 4))
    ]

    (record,) = read(tmp_path, pdf(*((f"Salt Review, {n + 7}", *sale) for n, sale in enumerate(sales))))

    assert record.text.split("\n")[0] == "He sold 7 barrels of salt."
    assert [word for word in ("sold 9", "sold 4") if word in record.text] == ["sold 9", "sold 4"]
    assert "Review" not in record.text
    assert "Page" not in record.text


def test_pages_that_are_nothing_but_repeats_are_kept(tmp_path):
    (record,) = read(tmp_path, pdf(("Salt rose.",), ("Salt rose.",)))

    assert "Salt rose." in record.text


@pytest.mark.parametrize(
    "pages",
    [
        [(f"Article {n}", "They consult.", f"It enters into force in {2010 + n}.") for n in (1, 2, 3, 4)],
        [(one, f"Growth {a} percent", f"Debt {b} percent") for one, a, b in (("A", 3, 84), ("B", 4, 85), ("C", 5, 86))],
        [("Yes we can lend", "and it works"), ("Yes we can lend", "and it fails")],
        [("The bank lends.",)] * 3,
        [("12",), ("13",), ("14",)],
        [("Deaths", "12"), ("Births", "40"), ("Moves", "7")],
    ],
)
def test_no_line_of_the_text_is_taken_for_a_header(tmp_path, pages):
    records = read(tmp_path, pdf(*pages))

    assert records[0].text.split() == " ".join(line for page in pages for line in page).split()
    assert records.left_out == []


def test_lines_left_out_as_headers_are_told(tmp_path):
    pages = [("BRICS Outlook 2024", f"Debt {n} percent.", f"Page {n}") for n in (1, 2, 3)]

    records = read(tmp_path, pdf(*pages))

    assert records[0].text == "Debt 1 percent.\n\nDebt 2 percent.\n\nDebt 3 percent."
    assert records.left_out == ["lines that repeat on most pages: 'BRICS Outlook 2024', 'Page #'."]


def test_what_a_browser_prints_at_the_foot_of_pages_is_left_out(tmp_path):
    """Regression: the address and "1/4" were read as sentences, and the date above them with them."""
    texts = ("Salt rose.", "Iron fell.", "Wood rots.", "Tin shines.")
    pages = [[text, "11/28/26, 9:15 PM Report", f"http://x.example/a {n}/4"] for n, text in enumerate(texts, 1)]

    assert read(tmp_path, pdf(*pages))[0].text.split("\n\n") == [*texts]


def test_letters_that_a_font_does_not_tell_are_marked_and_told(tmp_path):
    """Regression: they were zero bytes, which no database takes."""
    records = read(tmp_path, pdf(["It left."], b"BT /F1 12 Tf 20 700 Td (Tax \x01\x02 5.) Tj ET"))

    assert records[0].text.split("\n\n") == ["It left.", "Tax \ufffd 5."]
    assert records.left_out == ["1 of 2 pages (2) hold letters that their font does not tell: \ufffd marks them."]


def test_writing_from_right_to_left_is_told_where_letters_are_given_by_their_shapes(tmp_path):
    shapes = pdf(["AB"]).replace(b"/Helvetica>>", b"/Helvetica/Encoding<</Differences[65/uniFEED/uniFEEE]>>>>")

    records = read(tmp_path, shapes)

    assert "writing from right to left, whose words and numbers may be in reverse" in records.left_out[0]


def test_what_was_typed_into_a_form_is_read(tmp_path):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(("Please fill in.",)))))
    place = [NumberObject(one) for one in (50, 600, 300, 620)]
    kinds = {"/FT": NameObject("/Tx"), "/T": TextStringObject("country"), "/V": TextStringObject("Ruritania")}
    notes = [{"/Subtype": NameObject("/Widget"), **kinds}]
    notes += [{"/Subtype": NameObject("/FreeText"), "/Contents": TextStringObject("Paid in salt.")}]
    written = [
        DictionaryObject({NameObject(k): v for k, v in {**one, "/Rect": ArrayObject(place)}.items()}) for one in notes
    ]
    writer.pages[0][NameObject("/Annots")] = ArrayObject(written)
    saved = io.BytesIO()
    writer.write(saved)

    (record,) = read(tmp_path, saved.getvalue())

    assert record.text == "Please fill in.\ncountry: Ruritania\nPaid in salt."


LEFT = (
    "The council of Ruritania met in the", "old town on the third day of May and", "heard the reports of its envoys. They",
    "told it that the tariff on salt had", "doubled within a year, and that nobody", "in the harbour would pay it any",
)  # fmt: skip
RIGHT = (
    "longer. In the second week the deputies", "of the north left the hall, since the", "canal had not been paid for. A council",
    "was to find the money, but it met only", "once, and its minutes are lost to this", "day, as the archive says of them.",
)  # fmt: skip


def drawn(*pieces, whole=True):
    """Draw pieces (x, y, text), all in one text object or each in one of its own."""
    shown = [b"1 0 0 1 %d %d Tm (%s) Tj " % (x, y, text.encode()) for x, y, text in pieces]
    begin, end = b"BT /F1 11 Tf ", b"ET "
    return begin + b"".join(shown) + end if whole else b"".join(begin + one + end for one in shown)


def in_turn(*columns):
    """Return pieces that go across columns row by row."""
    return [(60 + 270 * i, 700 - 14 * n, text) for n, row in enumerate(zip(*columns, strict=True)) for i, text in enumerate(row)]  # fmt: skip


@pytest.mark.parametrize("whole", [True, False])
def test_columns_that_are_drawn_row_by_row_are_read_one_after_the_other(tmp_path, whole):
    """Regression: each line went on in the line beside it."""
    rest = (60, 616, "winter, and for"), (60, 602, "good.")
    pieces = [(60, 760, "The salt union"), *in_turn(LEFT, RIGHT), *rest, (290, 40, "17 of the annals")]

    lines = read(tmp_path, pdf(drawn(*pieces, whole=whole)))[0].text.splitlines()

    assert lines == ["The salt union", *LEFT, "winter, and for", "good.", *RIGHT, "17 of the annals"]


def test_columns_that_are_drawn_one_after_the_other_stay_as_they_are(tmp_path):
    pieces = sorted(in_turn(LEFT, RIGHT), key=lambda piece: piece[0])

    assert read(tmp_path, pdf(drawn(*pieces)))[0].text.splitlines() == [*LEFT, *RIGHT]


def test_columns_whose_lines_are_a_little_apart_in_height_are_read_one_after_the_other(tmp_path):
    """Regression: each line went on in the line beside it."""
    pieces = [(x, y - 3 * (x > 300), text) for x, y, text in in_turn(LEFT, RIGHT)]

    assert read(tmp_path, pdf(drawn(*pieces)))[0].text.splitlines() == [*LEFT, *RIGHT]


def test_columns_in_one_piece_with_a_gap_are_read_one_after_the_other(tmp_path):
    """Regression: each line went on in the line beside it."""
    rows = (
        b"BT /F1 11 Tf 60 %d Td [(%s) -120 (%s) -6000 (%s)] TJ ET "
        % (700 - 14 * n, left[:9].encode(), left[9:].encode(), right.encode())
        for n, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True))
    )

    assert read(tmp_path, pdf(b"".join(rows)))[0].text.splitlines() == [*LEFT, *RIGHT]


def test_a_table_of_phrases_is_read_by_rows(tmp_path):
    """Regression: its cells were taken for the lines of two columns."""
    left = tuple(
        f"name of the {port} in the north" for port in ("harbour", "union", "canal", "hall", "town", "council")
    )
    right = tuple(
        f"the old {port} of the envoys itself" for port in ("harbour", "union", "canal", "hall", "town", "one")
    )

    lines = read(tmp_path, pdf(drawn(*in_turn(left, right))))[0].text.splitlines()

    assert lines == [f"{one} {other}" for one, other in zip(left, right, strict=True)]


def test_a_year_at_the_head_of_each_page_is_text(tmp_path):
    """Regression: 2010, 2011 and so on were page numbers."""
    records = read(tmp_path, pdf(*[(f"{2010 + n}", f"The tariff was {n * n} crowns.") for n in range(5)]))

    assert records[0].text.splitlines()[0] == "2010"
    assert records.left_out == []


@pytest.mark.parametrize("second", [("Pays 41 crowns",) * 6, ("Article of the treaty of the union",) * 6])
def test_the_rows_of_a_table_are_no_columns(tmp_path, second):
    lines = read(tmp_path, pdf(drawn(*in_turn(("The state of Ruritania in May",) * 6, second))))[0].text.splitlines()

    assert lines == [f"The state of Ruritania in May {second[0]}"] * 6
