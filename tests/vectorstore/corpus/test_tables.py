"""Tables below one another on one sheet: each is read under its own header, or what is in doubt is named."""

import pytest

from vectorstore.corpus.readers.table_records import table_records
from vectorstore.corpus.rows import Row
from vectorstore.corpus.tables import as_tables

CAPITALS = "country capital", "Ruritania Strelsau", "Borduria Szohôd"
TAXES = "country tax", "Ruritania 41", "Borduria 9"


def sheet(*lines):
    """Return rows of cells, which blanks part here ("_" stands for one inside a cell); "" is a blank row."""
    cells = [tuple(cell.replace("_", " ") for cell in line.split()) for line in lines]
    return [Row(number, row) for number, row in enumerate(cells, 1) if row]


def read(*lines, known=()):
    return [record.text.replace("\n", "; ") for record in table_records(as_tables(sheet(*lines), known), "page")]


@pytest.mark.parametrize(
    ("second", "records"),
    [
        (("good tax year", "salt iron 1911"), ["good: salt; tax: iron; year: 1911"]),  # it is wider
        (("good port", "salt Zenda", "iron Hof"), ["good: salt; port: Zenda", "good: iron; port: Hof"]),  # other values
        (("good 1910 1911", "salt 4 5"), ["good: salt; 1910: 4; 1911: 5"]),  # years are names, too
    ],
)
def test_a_table_below_a_blank_row_is_read_under_its_own_header(second, records):
    """Regression: its rows got the first table's names, and its header was a row."""
    assert read(*TAXES, "", *second) == ["country: Ruritania; tax: 41", "country: Borduria; tax: 9", *records]


def test_numbers_where_the_table_above_has_words_tell_a_header():
    assert read(*CAPITALS, "", "good tax", "salt 4")[2:] == ["good: salt; tax: 4"]


def test_a_known_name_tells_a_header():
    assert read(*CAPITALS, "", "who text", "Ann Hello", known=("text",))[2:] == ["Hello"]


def test_a_header_that_is_repeated_is_no_row():
    once = ["country: Ruritania; capital: Strelsau", "country: Borduria; capital: Szohôd"]

    assert read(*CAPITALS, "", *CAPITALS) == once + once


@pytest.mark.parametrize("between", [("Goods",), ("Goods", "")])
def test_a_title_above_the_second_table_is_its_title(between):
    tables = as_tables(sheet(*TAXES, "", *between, "good port", "salt Zenda"))

    assert [(table.title, table.header) for table in tables] == [("", ("country", "tax")), ("Goods", ("good", "port"))]


def test_rows_count_from_the_first_header():
    records = table_records(as_tables(sheet(*TAXES, "", "good port", "salt Zenda")), "page")

    assert [record.row for record in records] == [1, 2, 5]


@pytest.mark.parametrize(
    "block",
    [
        ("Syldavia 3", "Graustark 5"),
        ("Syldavia n/a", "Graustark 5"),
        ("Syldavia 1911-05-03", "Graustark 5"),
        ("Total 50",),
        ("Note none",),
    ],
)
def test_rows_of_the_same_kind_below_a_blank_row_stay_in_their_table(block):
    (table,) = as_tables(sheet(*TAXES, "", *block))

    assert (len(table.rows), table.doubtful) == (2 + len(block), ())


def test_sentences_are_no_header():
    (table,) = as_tables(sheet("who words", "Ann It_left.", "", "Tom It_stayed.", "Ann Why_so?"))

    assert (len(table.rows), table.doubtful) == (3, ())


def test_a_row_that_may_be_a_header_is_read_as_a_row_and_named():
    records = table_records(as_tables(sheet(*CAPITALS, "", "good port", "salt Zenda")), "page")

    assert [record.text for record in records][2] == "country: good\ncapital: port"
    assert records.left_out == ["row 5, below a blank row, read under the header of row 1: another table? Part them."]


def test_a_hidden_row_is_no_blank_row():
    rows = [*sheet(*TAXES), Row(4, (), hidden=True), Row(5, ("good", "port")), Row(6, ("salt", "Zenda"))]

    assert len(as_tables(rows)) == 1


def grid(*rows):
    return [Row(number, cells) for number, cells in enumerate(rows, 1)]


def test_tables_beside_one_another_have_their_own_headers():
    """Regression: the header of the right one was a row of the left one."""
    rows = grid(
        ("country", "tax", "", "", ""),
        ("Ruritania", "41", "", "good", "port"),
        ("Borduria", "9", "", "salt", "Zenda"),
        ("", "", "", "iron", "Hof"),
    )

    assert [(record.text, record.row) for record in table_records(as_tables(rows), "page")] == [
        ("country: Ruritania\ntax: 41", 1),
        ("country: Borduria\ntax: 9", 2),
        ("good: salt\nport: Zenda", 2),
        ("good: iron\nport: Hof", 3),
    ]


@pytest.mark.parametrize("titles", [(), (("Source:", "World Bank", "", "", ""),)])
def test_a_blank_column_in_a_table_does_not_part_it(titles):
    rows = grid(*titles, ("country", "tax", "", "year", "of"), ("Ruritania", "41", "", "1911", "salt"))

    assert [record.text for record in table_records(as_tables(rows), "page")] == [
        "country: Ruritania\ntax: 41\nyear: 1911\nof: salt"
    ]


def test_lines_of_a_name_and_a_value_above_the_header_are_its_title():
    (table,) = as_tables(grid(("Source:", "World Bank"), ("Year:", "1911"), ("country", "tax"), ("Ruritania", "41")))

    assert (table.title, table.header) == ("Source: – World Bank – Year: – 1911", ("country", "tax"))


@pytest.mark.parametrize(
    "title",
    [
        ("Text",),
        ("Text", ""),
        ("Text", "Salt_1911"),
        ("Text Salt_ports",),
    ],
)
def test_a_title_called_as_a_column_is_no_header(title):
    """Regression: the table's header and rows were texts of the column "Text"."""
    (table,) = as_tables(sheet(*title, "port tons", "Zenda 5", "Hof 6"), known=("text",))

    assert (table.header, len(table.rows)) == (("port", "tons"), 2)


def test_a_title_called_as_a_column_stands_above_a_header_with_that_column():
    assert read("Text", "port text", "Zenda It_rose.", "Hof It_fell.", known=("text",)) == ["It rose.", "It fell."]


@pytest.mark.parametrize(
    "rows",
    [
        ("Text", "It_rose. a", "It_fell. b"),  # a column without a name beside it
        ("Text", "Salt", "Iron a", "Tin"),
        ("Text year", "It_rose 1910", "It_fell 1911"),
        ("_ Text", "alpha Salt", "beta Iron"),  # the first column has no name
    ],
)
def test_the_name_of_a_column_above_its_texts_is_the_header(rows):
    (table,) = as_tables(sheet(*rows), known=("text",))

    assert table.header_row == 1
