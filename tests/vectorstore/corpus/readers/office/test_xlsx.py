"""Workbooks as a person sees them: displayed values, merged cells, headers, what is hidden, what is no value."""

import datetime
import re
import tracemalloc
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from vectorstore import CorpusError
from vectorstore.corpus.readers import read_records


@pytest.fixture
def book():
    return Workbook()


def read(tmp_path, book):
    book.save(tmp_path / "a.xlsx")
    return read_records(tmp_path / "a.xlsx")


def fill(sheet, *rows):
    for row in rows:
        sheet.append(row)


def rewrite(path, change):
    """Change the XML of a workbook's first sheet."""
    with ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = change(parts[name].decode()).encode()
    with ZipFile(path, "w", ZIP_DEFLATED) as copy:
        for part, content in parts.items():
            copy.writestr(part, content)


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (1911, "General", "1911"),
        (0.1 + 0.2, "General", "0.3"),
        (0.41, "0%", "41%"),
        (0.4155, "0.0%", "41.6%"),
        (1250000, "#,##0", "1,250,000"),
        (1250000, "#,##0,", "1,250"),
        (1500000, '0.0,,"M"', "1.5M"),
        (0, '0;(0);"none" 0', "none 0"),
        (-3.5, "0.00", "-3.50"),
        (12.5, "[$€-407] #,##0.00", "€ 12.50"),
        (12.4, '"about "0', "about 12"),
        (-4, "0;(0)", "(4)"),
        (2.5, "0.##", "2.5"),
        (12, "0.##", "12"),
        (0.5, "# ?/?", "0.5"),
        (1250000, "0.00E+00", "1.25E+06"),
        (datetime.date(1911, 5, 3), "d mmm yyyy", "3 May 1911"),
        (datetime.datetime(1911, 5, 3, 14, 30), "dd.mm.yyyy hh:mm", "03.05.1911 14:30"),
        (datetime.time(9, 5), "h:mm", "9:05"),
        (datetime.date(1911, 5, 3), "mm-dd-yy", "1911-05-03"),  # the order of the reader's country
        (7, "000", "007"),
        (datetime.timedelta(hours=30), "[h]:mm:ss", "30:00:00"),
        (True, "General", "TRUE"),
        ("  kept  words ", "General", "kept  words"),
        ("nan", "General", "nan"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(tmp_path, book, value, number_format, shown):
    fill(book.active, ["what"], [value])
    book.active["A2"].number_format = number_format

    assert read(tmp_path, book)[0].text == f"what: {shown}"


def test_a_cell_whose_format_hides_it_is_not_read(tmp_path, book):
    fill(book.active, ["country", "code"], ["Ruritania", 5])
    book.active["B2"].number_format = ";;;"

    assert read(tmp_path, book)[0].text == "country: Ruritania"


def test_a_wrong_dimension_hides_nothing(tmp_path, book):
    fill(book.active, ["country", "text"], ["Ruritania", "It left."], ["Borduria", "It stayed."])
    book.save(tmp_path / "a.xlsx")
    rewrite(tmp_path / "a.xlsx", lambda xml: xml.replace('ref="A1:B3"', 'ref="A1"'))

    assert [record.text for record in read_records(tmp_path / "a.xlsx")] == ["It left.", "It stayed."]


def test_title_rows_above_the_header_are_the_title(tmp_path, book):
    fill(book.active, ["Votes in the diet of 1911"], [], ["country", "yes"], ["Ruritania", 41], ["Borduria", 9])

    records = read(tmp_path, book)

    assert [(record.title, record.text, record.row) for record in records] == [
        ("Votes in the diet of 1911", "country: Ruritania\nyes: 41", 1),
        ("Votes in the diet of 1911", "country: Borduria\nyes: 9", 2),
    ]


def test_a_header_of_two_rows_under_merged_cells_gives_both_names(tmp_path, book):
    fill(book.active, ["country", "1911", None, "1912"], [None, "yes", "no", "yes"], ["Ruritania", 41, 9, 12])
    book.active.merge_cells("A1:A2")
    book.active.merge_cells("B1:C1")

    assert read(tmp_path, book)[0].text == "country: Ruritania\n1911 yes: 41\n1911 no: 9\n1912 yes: 12"


def test_a_header_of_two_rows_without_merged_cells_is_told_by_the_numbers_under_it(tmp_path, book):
    fill(book.active, ["country", "1911", None], [None, "yes", "no"], ["Ruritania", 41, 9], ["Borduria", 3, 38])

    assert read(tmp_path, book)[0].text == "country: Ruritania\n1911 yes: 41\n1911 no: 9"


def test_years_under_a_merged_cell_are_names_too(tmp_path, book):
    fill(book.active, ["country", "tax", None], [None, 1910, 1911], ["Ruritania", 5, 6], ["Borduria", 7, 8])
    book.active.merge_cells("B1:C1")

    assert read(tmp_path, book)[0].text == "country: Ruritania\ntax 1910: 5\ntax 1911: 6"


def test_years_under_merged_cells_are_names_in_the_first_column_too(tmp_path, book):
    fill(book.active, ["Population", None, "Area", None], [2019, 2020, 2019, 2020], [1, 2, 3, 4])
    book.active.merge_cells("A1:B1")
    book.active.merge_cells("C1:D1")

    (record,) = read(tmp_path, book)

    assert record.text == "Population 2019: 1\nPopulation 2020: 2\nArea 2019: 3\nArea 2020: 4"


@pytest.mark.parametrize("rows", [[["note"], ["text"]], [["note"], ["text"], ["page"]]])
def test_a_row_as_wide_as_the_one_above_is_no_header_below_a_title(tmp_path, book, rows):
    fill(book.active, *rows)

    assert read(tmp_path, book)[0].text == "note: text"


def test_a_cell_that_is_called_as_a_column_of_text_is_no_header(tmp_path, book):
    fill(book.active, ["kind", "count"], ["image", 3], ["text", 5])

    assert [record.text for record in read(tmp_path, book)] == ["kind: image\ncount: 3", "kind: text\ncount: 5"]


def test_a_merged_cell_speaks_for_every_row_that_it_covers(tmp_path, book):
    fill(book.active, ["country", "year"], ["Ruritania", 1911], [None, 1912], ["Borduria", 1911])
    book.active.merge_cells("A2:A3")

    assert [record.text.split("\n")[0] for record in read(tmp_path, book)] == [
        "country: Ruritania",
        "country: Ruritania",
        "country: Borduria",
    ]


def test_hidden_sheets_and_rows_are_left_out_and_named(tmp_path, book):
    fill(book.active, ["text"], ["Shown."], ["Not shown."], ["Shown, too."])
    book.active.row_dimensions[3].hidden = True
    hidden = book.create_sheet("Notes")
    fill(hidden, ["text"], ["A secret."])
    hidden.sheet_state = "hidden"

    records = read(tmp_path, book)

    assert [record.text for record in records] == ["Shown.", "Shown, too."]
    assert records.left_out == ["sheet 'Sheet', hidden rows left out: 3.", "sheet 'Notes' is hidden."]


def test_what_is_no_value_is_left_out_and_named_with_its_row(tmp_path, book):
    fill(book.active, ["country", "share"], ["Ruritania", "=1+1"], ["Borduria", "#REF!"], ["Syldavia", 3])
    book.active["B3"].data_type = "e"

    records = read(tmp_path, book)

    assert [record.text for record in records] == [
        "country: Ruritania",
        "country: Borduria",
        "country: Syldavia\nshare: 3",
    ]
    assert records.left_out == [
        "sheet 'Sheet', row 2, share: B2: its formula has no stored value; open the workbook in a spreadsheet program and save it",
        "sheet 'Sheet', row 3, share: B3 holds the error #REF!",
    ]


@pytest.mark.parametrize("place", ["A1048576", "XFD2", "XFD1048576"])
def test_a_far_cell_is_no_part_of_the_table_and_takes_no_memory(tmp_path, book, place):
    fill(book.active, ["country", "text"], ["Ruritania", "It left."])
    book.active[place] = "x"
    book.save(tmp_path / "a.xlsx")
    tracemalloc.start()

    records = read_records(tmp_path / "a.xlsx")

    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
    assert [(record.text, record.extra) for record in records] == [("It left.", {"country": "Ruritania"})]
    assert records.left_out == [f"sheet 'Sheet', {place} is far from the other cells and is left out."]


def test_rows_and_cells_without_their_places_are_counted(tmp_path, book):
    fill(book.active, ["country", "share"], ["Ruritania", 3])
    book.save(tmp_path / "a.xlsx")
    rewrite(tmp_path / "a.xlsx", lambda xml: xml.replace(' r="1"', "").replace(' r="2"', "").replace(' r="B2"', ""))

    assert read_records(tmp_path / "a.xlsx")[0].text == "country: Ruritania\nshare: 3"


def test_a_workbook_that_unfolds_is_refused(tmp_path, book):
    fill(book.active, ["text"], ["x"])
    book.save(tmp_path / "a.xlsx")
    rewrite(tmp_path / "a.xlsx", lambda xml: xml.replace("</sheetData>", "<row/>" * 6_000_000 + "</sheetData>"))

    with pytest.raises(CorpusError, match=r"unpacks from .* MB to .* MB"):
        read_records(tmp_path / "a.xlsx")


def test_an_entity_is_not_expanded_and_the_text_around_it_stays(tmp_path, book):
    fill(book.active, ["text"], ["PLACE"])
    book.save(tmp_path / "a.xlsx")
    inline = '<c r="A2" t="inlineStr"><is><t>Who pays &tax; today?</t></is></c>'
    rewrite(
        tmp_path / "a.xlsx",
        lambda xml: '<!DOCTYPE w [<!ENTITY tax "salt">]>' + re.sub('<c r="A2".*?</c>', inline, xml),
    )

    records = read_records(tmp_path / "a.xlsx")

    assert [record.text for record in records] == ["Who pays &tax; today?"]
    assert records.left_out == ["xl/worksheets/sheet1.xml declares entities (&tax;), which are not expanded."]


def test_two_tables_on_one_sheet_keep_their_names(tmp_path, book):
    fill(book.active, ["country", "tax"], ["Ruritania", 5], [], [], ["good", "port", "since"], ["salt", "Hof", 1911])

    assert [record.text for record in read(tmp_path, book)] == [
        "country: Ruritania\ntax: 5",
        "good: salt\nport: Hof\nsince: 1911",
    ]


def test_columns_beyond_the_last_may_be_hidden_one_by_one(tmp_path, book):
    """Regression: each cell was compared with each of 20,000 entries."""
    fill(book.active, ["text", "note"], ["Ruritania left.", "secret"])
    book.save(tmp_path / "a.xlsx")
    hidden = "".join(f'<col min="{i}" max="{i + 9}" hidden="1"/>' for i in range(2, 20_002))
    rewrite(tmp_path / "a.xlsx", lambda sheet: sheet.replace("<sheetData>", f"<cols>{hidden}</cols><sheetData>"))

    assert [one.text for one in read_records(tmp_path / "a.xlsx")] == ["Ruritania left."]


def test_hidden_columns_are_left_out_and_named(tmp_path, book):
    fill(book.active, ["country", "draft", "tax", "note"], ["Ruritania", "secret", 5, "secret"])
    book.active.column_dimensions["B"].hidden = book.active.column_dimensions["D"].hidden = True

    records = read(tmp_path, book)

    assert [record.text for record in records] == ["country: Ruritania\ntax: 5"]
    assert records.left_out == ["sheet 'Sheet', hidden columns left out: B, D."]


def test_a_workbook_with_macros_is_read_as_any_other(tmp_path, book):
    fill(book.active, ["text"], ["It left."])
    book.save(tmp_path / "a.xlsm")

    assert [record.text for record in read_records(tmp_path / "a.xlsm")] == ["It left."]


def test_a_merged_cell_is_shown_in_the_first_row_that_is_not_hidden(tmp_path, book):
    """Regression: its text was lost with the hidden row or column."""
    fill(book.active, ["port", "tons"], ["Zenda", 5], [None, 6], [None, 7])
    book.active.merge_cells("A2:A4")
    book.active.row_dimensions[2].hidden = True

    assert [one.text for one in read(tmp_path, book)] == ["port: Zenda\ntons: 6", "port: Zenda\ntons: 7"]


def test_a_merged_cell_is_shown_in_the_first_column_that_is_not_hidden(tmp_path, book):
    fill(book.active, ["port", None, "tons"], ["Zenda", None, 5], ["hidden", "Hof", 6])
    book.active.merge_cells("A1:B1")
    book.active.merge_cells("A2:B2")
    book.active.column_dimensions["A"].hidden = True

    assert [one.text for one in read(tmp_path, book)] == ["port: Zenda\ntons: 5", "port: Hof\ntons: 6"]


@pytest.mark.parametrize(
    ("hidden", "told"),
    [(False, "row 2, tons: B2: its value 'NaN' is not readable"), (True, "hidden columns left out: B.")],
)
def test_a_value_that_is_no_number_costs_its_cell_alone(tmp_path, book, hidden, told):
    """Regression: NaN, which some programs write, made the whole workbook unreadable."""
    fill(book.active, ["port", "tons"], ["Zenda", 5], ["Hof", 6])
    book.active.column_dimensions["B"].hidden = hidden
    book.save(tmp_path / "a.xlsx")
    rewrite(tmp_path / "a.xlsx", lambda sheet: sheet.replace("<v>5</v>", "<v>NaN</v>"))

    records = read_records(tmp_path / "a.xlsx")

    assert records[0].text == "port: Zenda"
    assert records.left_out == [f"sheet 'Sheet', {told}"]


def test_an_exponent_in_a_cell_stays_raised(tmp_path, book):
    """Regression: 10⁶ was read as 106."""
    raised = CellRichText("Output, 10", TextBlock(InlineFont(vertAlign="superscript"), "6"), " tons")
    fill(book.active, ["year", raised], [1911, 4])

    assert read(tmp_path, book)[0].text == "year: 1911\nOutput, 10⁶ tons: 4"


def test_a_sheet_with_more_rows_than_can_be_read_is_refused(tmp_path, book, monkeypatch):
    """Regression: a workbook of 7 MB with a number in each of a million rows took a gigabyte."""
    monkeypatch.setattr("vectorstore.corpus.rows.MOST_ROWS", 2)
    fill(book.active, ["a", "b"], [1, 2], [3, 4])
    with pytest.raises(CorpusError, match="has 3 rows of 2 letters on average"):
        read(tmp_path, book)
