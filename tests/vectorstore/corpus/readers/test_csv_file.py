"""Separated values: the delimiter is found, and no cell is lost."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore import CorpusError
from vectorstore.corpus.readers import read_records
from vectorstore.corpus.readers.csv_file import find_delimiter

WORDS = st.text("abcXYZ éü,;|\t\"'.?0129\n", min_size=1, max_size=20).filter(lambda text: text.strip() == text)


def read(tmp_path, text, name="a.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    return read_records(tmp_path / name)


@given(
    header=st.lists(st.text("abc", min_size=1, max_size=5), min_size=2, max_size=5),
    rows=st.lists(st.lists(WORDS, min_size=2, max_size=5), min_size=2, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
)
def test_every_cell_is_kept(tmp_path_factory, header, rows, delimiter):
    whole = [(row * len(header))[: len(header)] for row in rows]
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([header, *whole])

    records = read(tmp_path_factory.mktemp("csv"), written.getvalue())

    assert [record.text for record in records] == [
        "\n".join(f"{name}: {cell}" for name, cell in zip(header, row, strict=True)) for row in whole
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_the_header(tmp_path, delimiter):
    others = "1,5;x|y\tz".replace(delimiter, "")
    records = read(tmp_path, f"text{delimiter}author\n{others}{delimiter}Ann\n{others}{delimiter}Bob\n")

    assert records[0].extra == {"author": "Ann"}


def test_excels_own_line_tells_the_delimiter(tmp_path):
    records = read(tmp_path, "sep=;\r\ncountry;text\r\nRuritania;It left, at last.\r\n")

    assert [(record.text, record.row) for record in records] == [("It left, at last.", 1)]


def test_commas_of_a_single_column_are_its_own(tmp_path):
    records = read(tmp_path, "text\nRuritania, after all, left.\nBorduria, too.\n")

    assert [record.text for record in records] == ["Ruritania, after all, left.", "Borduria, too."]


def test_decimal_commas_are_no_delimiters():
    assert find_delimiter("country;share\nRuritania;1,5\nBorduria;2,5\nSyldavia;3,5\n") == ";"


def test_columns_of_one_name_are_all_kept(tmp_path):
    assert read(tmp_path, "country,yes,no,yes,no\nRuritania,41,9,12,38\n")[0].text == (
        "country: Ruritania\nyes: 41\nno: 9\nyes: 12\nno: 38"
    )


def test_columns_without_a_name_are_kept_by_their_place(tmp_path):
    records = read(
        tmp_path, "country,,\nRuritania,left the union,because of the tariff\nBorduria,stayed,for the salt\n"
    )

    assert records[0].text == "country: Ruritania\ncolumn 2: left the union\ncolumn 3: because of the tariff"
    assert len(records) == 2


def test_a_sentence_that_an_unquoted_comma_cut_is_joined(tmp_path):
    records = read(tmp_path, "country,comment\nRuritania,Left the union in 1911, because the tariff had doubled\n")

    assert records[0].text == "country: Ruritania\ncomment: Left the union in 1911, because the tariff had doubled"


def test_cells_beyond_the_header_are_kept(tmp_path):
    assert read(tmp_path, "a,b\n1,2,3,4\n")[0].text == "a: 1\nb: 2\ncolumn 3: 3\ncolumn 4: 4"


def test_columns_that_are_called_as_ours_are_kept_beside_them(tmp_path):
    records = read(tmp_path, "text,source,row,score,Rank\nIt left.,Strelsau Gazette,17,3,1\n")

    assert records[0].extra == {
        "column_source": "Strelsau Gazette",
        "column_row": "17",
        "column_score": "3",
        "column_Rank": "1",
    }


def test_metadata_of_one_name_is_all_kept(tmp_path):
    assert read(tmp_path, "text,vote,vote\nIt left.,41,9\n")[0].extra == {"vote": "41", "vote (2)": "9"}


def test_title_lines_above_the_header_are_the_title(tmp_path):
    records = read(tmp_path, "Votes in the diet\n\ncountry,yes\nRuritania,41\nBorduria,9\n")

    assert [(record.title, record.text) for record in records] == [
        ("Votes in the diet", "country: Ruritania\nyes: 41"),
        ("Votes in the diet", "country: Borduria\nyes: 9"),
    ]


@pytest.mark.parametrize(
    ("lines", "texts"),
    [
        (['"It stayed.', "The end."], ['"It stayed.', "The end."]),
        (['"It stayed.', 'A 5" pipe.', "The end."], ['"It stayed.', 'A 5" pipe.', "The end."]),
        (['"It stayed.', '"The end", he said.'], ['"It stayed.', '"The end", he said.']),
        (['"It stayed.', '"The ""end"", he said."'], ['"It stayed.', 'The "end", he said.']),
        (['"It stayed.', '"Two', 'lines."'], ['"It stayed.', "Two\nlines."]),
    ],
)
def test_a_quotation_mark_that_never_closes_swallows_no_row_and_is_named(tmp_path, lines, texts):
    """Regression: rows up to the next mark were part of its cell, and those behind the last one were lost."""
    records = read(tmp_path, "\n".join(["text", "It left.", *lines]) + "\n")

    assert [record.text for record in records] == ["It left.", *texts]
    assert records.left_out == ["row 3: a quotation mark opens there and never closes; read as a sign."]


def test_rows_between_two_literal_quotation_marks_are_named(tmp_path):
    records = read(tmp_path, 'id,text,size\na,"Salt,\nb,5",x\nc,Iron,y\n')

    assert [record.text for record in records] == ["Salt,\nb,5", "Iron"]
    assert records.left_out == [
        "row 2: read as one, though each line in its quotation marks could be a row; close them."
    ]


def test_marks_that_never_close_take_no_quadratic_time(tmp_path):
    assert len(read(tmp_path, "text,a\n" + '"It\n' * 3_000)) == 3_000


def test_an_inch_is_no_open_quotation(tmp_path):
    assert not read(tmp_path, 'text,size\nA pipe,5"\n').left_out


def test_a_single_row_of_names_holds_no_record(tmp_path):
    assert read(tmp_path, "a,b\n") == []


def test_blanks_before_quotation_marks_mean_nothing_where_the_header_has_them_too(tmp_path):
    records = read(tmp_path, 'id, note\n1, "salt, and iron"\n2, "He said, ""no"", twice"\n')

    assert [record.text for record in records] == ["id: 1\nnote: salt, and iron", 'id: 2\nnote: He said, "no", twice']


def test_a_file_of_tabs_is_cut_at_tabs_whatever_commas_its_header_has(tmp_path):
    records = read(tmp_path, "name, old\ttax, year\nRuritania, north\t5, 1911\n", "a.tsv")

    assert [record.text for record in records] == ["name, old: Ruritania, north\ntax, year: 5, 1911"]


def test_blanks_before_an_opening_quotation_mark_mean_nothing(tmp_path):
    assert [one.text for one in read(tmp_path, 'name,text\nAnna, "I came, I saw."\n "Ben" ,x\n')] == [
        "I came, I saw.",
        "x",
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", "a,b\n" + "x,y\n" * 200_001), ("a.jsonl", '{"text": "a"}\n' * 200_002)]
)
def test_more_rows_than_can_be_read_are_refused_where_they_hold_no_text(tmp_path, name, text):
    """Regression: 8 MB of such rows took 1.8 GB."""
    with pytest.raises(
        CorpusError, match=r"^has 200,00\d rows of \d+ letters on average, too many .* up to 200,000\.$"
    ):
        read(tmp_path, text, name)


def test_blank_rows_behind_the_last_one_are_none(tmp_path):
    records = read(tmp_path, "a,b\n1,2;\n" + ",\n" * 300_000)
    assert [one.text for one in records] == ["a: 1\nb: 2;"]
