"""Question lists: a question is taken whole, or its row is refused by number."""

import datetime
import json
import logging
import re

import pytest
from openpyxl import Workbook

from debate.errors import QuestionsError
from debate.run.questions import read_questions


@pytest.fixture
def ask(tmp_path):
    def reading(text, name="q.csv", **options):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return [(question.id, question.text, question.about) for question in read_questions(tmp_path / name, **options)]

    return reading


@pytest.fixture
def ask_book(tmp_path):
    def reading(*rows, change=lambda _: None, sheet=None):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        change(book)
        book.save(tmp_path / "q.xlsx")
        return [(question.id, question.text) for question in read_questions(tmp_path / "q.xlsx", sheet)]

    return reading


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_is_read_by_its_own_delimiter(ask, delimiter):
    text = f'id{delimiter}question{delimiter}about\r\n1{delimiter}"Who pays{delimiter} and how?"{delimiter}money\r\n'

    assert ask(text) == [("1", f"Who pays{delimiter} and how?", "money")]


def test_excels_own_line_tells_the_delimiter(ask):
    assert ask("sep=;\nid;question\n1;Who pays, and how?\n") == [("1", "Who pays, and how?", "")]


def test_a_list_without_other_columns_needs_no_quotation_marks(ask):
    assert [text for _, text, _ in ask("question\nMay a state tax salt, or iron?\nWho pays, after all?\n")] == [
        "May a state tax salt, or iron?",
        "Who pays, after all?",
    ]


@pytest.mark.parametrize(
    "text",
    ["Questions\nid,question\n1,Why?\n2,Who?\n", "Questions,,\n,,\nid,question,about\n1,Why?,x\n2,Who?,y\n"],
)
def test_a_title_called_as_the_column_is_no_header(ask, text):
    """Regression: a title "Questions" was the header, and "id,question" a question."""
    assert [question[:2] for question in ask(text)] == [("1", "Why?"), ("2", "Who?")]


def test_capitals_of_a_key_do_not_matter(ask):
    """Regression: "ID" and "About" were ignored, "Question" refused."""
    assert ask('{"Question": "Why?", "ID": 7, "About": "x"}\n', "q.jsonl") == [("7", "Why?", "x")]


def test_a_key_that_differs_from_another_in_capitals_alone_is_refused(ask):
    with pytest.raises(QuestionsError, match="line 1 has 'question' more than once"):
        ask('{"question": "Why?", "Question": "Who?"}\n', "q.jsonl")


@pytest.mark.parametrize("title", [["Question"], ["Questions", "Salt project"], ["Prompt", None, None]])
def test_a_title_called_as_the_column_is_no_header_of_a_workbook(ask_book, title):
    """Regression: see above."""
    assert ask_book(title, ["id", "question"], [1, "Why?"], [2, "Who?"]) == [("1", "Why?"), ("2", "Who?")]


@pytest.fixture
def said(tmp_path):
    """Whether each question's row says that the documents answer it."""

    def reading(text, name="q.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return [question.answerable for question in read_questions(tmp_path / name)]

    return reading


@pytest.mark.parametrize("yes", ["yes", "Y", " TRUE ", "1", "1.0", "ｙｅｓ"])
@pytest.mark.parametrize("no", ["no", "N", "False", "0", "No."])
def test_a_list_may_say_which_questions_the_documents_answer(said, yes, no):
    assert said(f"question,answerable\nWhy?,{yes}\nWho?,{no}\nWhen?,\n") == [True, False, None]


def test_a_jsonl_list_may_say_it_as_truth_or_text(said):
    text = '{"question": "Why?", "answerable": true}\n{"question": "Who?", "Answerable": "no"}\n{"question": "When?"}\n'
    assert said(text, "q.jsonl") == [True, False, None]


@pytest.mark.parametrize("value", ["maybe", "2", "-"])
def test_what_says_neither_yes_nor_no_is_refused_with_its_row(said, value):
    message = f"q.csv, row 3: answerable is '{value}'; write yes or no, or leave it empty"
    with pytest.raises(QuestionsError, match=re.escape(message)):
        said(f"question,answerable\nWhy?,yes\nWho?,{value}\n")


def test_a_question_stays_the_same_whatever_is_said_of_it(tmp_path):
    (tmp_path / "a.csv").write_text("question,answerable\nWhy?,yes\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("question\nWhy?\n", encoding="utf-8")
    assert read_questions(tmp_path / "a.csv")[0].key == read_questions(tmp_path / "b.csv")[0].key


def test_a_row_of_titles_above_the_same_names_is_no_header(ask_book):
    """Regression: "question" was asked as a question."""
    asked = ask_book(["Questions", "Text", "No."], ["question", "about", "id"], ["Why?", "x", "a"], ["Who?", "y", "b"])

    assert asked == [("a", "Why?"), ("b", "Who?")]


@pytest.mark.parametrize(
    ("row", "question", "about"),
    [
        ("a,Who pays, after all?,the canal", "Who pays, after all?", "the canal"),
        ("a,Who pays?,the canal", "Who pays?", "the canal"),
        ("a,Who pays?, the canal", "Who pays?", "the canal"),
        ("a,Who pays?,the canal,", "Who pays?", "the canal"),
        ('a,"Who pays, after all?","the canal, the locks"', "Who pays, after all?", "the canal, the locks"),
        ('a,"What is meant by this","Is salt a right?"', "What is meant by this", "Is salt a right?"),
        ('a, "Is salt, or iron, safe?"', "Is salt, or iron, safe?", ""),
        ('a,  "Who said ""no"", and why?" , "the canal, the locks"', 'Who said "no", and why?', "the canal, the locks"),
        ('a,"Is salt safe?" asked Tom,x', '"Is salt safe?" asked Tom', "x"),
        ('a,"Tom said, ""no"" again?",x', 'Tom said, "no" again?', "x"),
    ],
)
def test_what_a_row_means_is_read(ask, row, question, about):
    assert ask(f"id,question,about\n{row}\n") == [("a", question, about)]


@pytest.mark.parametrize(
    "row",
    [
        "a,May a state tax salt, or iron?",
        "a,May a state tax salt,or iron?",
        "a,Who pays,or not,or what,the canal",
        'a,Should the "Global South" trust coal, iron and tin?,',
        'a,Should the so-called "West" pay,or iron?',
        'a,"Why salt" , or iron,x',
        'a,"Salt" and iron, coal and tin?,',
    ],
)
def test_a_question_that_a_comma_may_have_cut_is_refused_by_its_row(ask, row):
    with pytest.raises(QuestionsError, match=r"q\.csv, row 3 has .*put texts that contain ',' in double quotes"):
        ask(f"id,question,about\nz,Why?,x\n{row}\n")


@pytest.mark.parametrize("rows", ['"How?\nWho?\n', '"How?\nA 5" pipe?\nWho?\n', '"How?\n"Who" said it?\n'])
def test_a_quotation_mark_that_never_closes_is_refused_by_its_row(ask, rows):
    """Regression: beside another mark it took the rows in between into its question."""
    with pytest.raises(QuestionsError, match='row 3: a " opens a cell and never closes'):
        ask(f"question\nWhy?\n{rows}")


@pytest.mark.parametrize("shown", ["#NAME?", "#REF!", "#N/A"])
def test_a_spreadsheets_error_is_no_question_in_csv_either(ask, shown):
    with pytest.raises(QuestionsError, match=f"row 3: its question is the error {re.escape(shown)} of a spreadsheet"):
        ask(f"id,question\na,Why?\nb,{shown}\n")


@pytest.mark.parametrize("sign", ["\u200b", "\u3164", "\uffa0", "\u2060"])
def test_a_question_of_signs_that_nobody_sees_is_none(ask, caplog, sign):
    assert ask(f"id,question\na,{sign}\nb,Why?\n") == [("b", "Why?", "")]
    assert "row 2 is left out: it contains no question" in caplog.text


@pytest.mark.parametrize(
    "rows",
    [
        'a,"Why?,\nb,5",x\n',
        '"a,Why?,x\nb",Who?,y\n',
        'a,"Why salt?,x\nb,Who, pays?,y\nc,How",z\n',
    ],
)
def test_a_row_whose_lines_could_be_rows_is_refused(ask, rows):
    """Regression: rows between two marks that nobody closed became one question, with a warning."""
    with pytest.raises(QuestionsError, match="row 2: a quotation mark is not closed on its own line, so several lines"):
        ask(f"id,question,about\n{rows}")


def test_a_row_whose_lines_could_be_rows_is_refused_under_a_header_with_blanks(ask):
    with pytest.raises(QuestionsError, match="row 2: a quotation mark is not closed on its own line"):
        ask('id, question, about\na, "Why?, x\nb, Who", y\n')


@pytest.mark.parametrize(
    "question", ["Why salt?\nOr iron, then?", "Why salt,\nor iron?", "Why?\n\nWho, and how, and when?"]
)
def test_a_question_of_several_lines_is_read(ask, question):
    assert ask(f'id,question\na,"{question}"\n') == [("a", question, "")]


@pytest.mark.parametrize(
    "row",
    [
        "a,“Why salt,or iron”",
        "a,Why “salt,iron” now,",
        "a,„Warum Salz,oder Eisen“",
        "a,«Pourquoi le sel,le fer»",
        "a,「なぜ塩,鉄」",
        "a,＂Why salt,or iron＂",
        "a,'Why salt,or iron'",
        "a,‘Why salt,or iron’",
        "a,Why salt (rock,sea) is taxed",
    ],
)
def test_a_question_whose_marks_close_in_the_next_cell_is_refused(ask, row):
    """Regression: only " was known, and the rest of the question became its background."""
    with pytest.raises(QuestionsError, match=r"row 2 has .*put texts that contain ',' in double quotes"):
        ask(f"id,question,about\n{row}\n")


@pytest.mark.parametrize(
    ("row", "question"),
    [
        ("a,“Why salt?”,“x”", "“Why salt?”"),
        ("a,'Why' salt?,'x'", "'Why' salt?"),
        ("a,The states' salt,the kings'", "The states' salt"),
        ("a,Why salt (rock) now?,(x)", "Why salt (rock) now?"),
        ('a,Why 5" pipes?,x', 'Why 5" pipes?'),
    ],
)
def test_marks_that_close_in_their_own_cell_are_its_own(ask, row, question):
    assert [text for _, text, _ in ask(f"id,question,about\n{row}\n")] == [question]


@pytest.mark.parametrize("row", ['a,"Why \\"salt\\" now?"', 'a,"Why \\"salt, iron\\"?",x'])
def test_a_quotation_mark_behind_a_backslash_is_refused(ask, row):
    """Regression: the question kept the marks around it."""
    with pytest.raises(QuestionsError, match=r'row 2: \\" does not stand for a quotation mark; write ""'):
        ask(f"id,question,about\n{row}\n")


def test_a_quotation_mark_behind_a_backslash_is_refused_in_a_single_column(ask):
    with pytest.raises(QuestionsError, match=r'row 2: \\" does not stand for a quotation mark; write ""'):
        ask('question\n"Why \\"salt\\" now?"\n')


def test_a_backslash_is_a_sign_like_any_other_in_a_workbook(ask_book):
    assert ask_book(["question"], ['"Why \\"salt\\" now?"']) == [("q001", '"Why \\"salt\\" now?"')]


def test_a_row_that_stands_in_quotation_marks_as_a_whole_is_refused(ask):
    """Regression: it was left out, since it has no question."""
    with pytest.raises(QuestionsError, match="row 3: quotation marks hold several cells"):
        ask('id,question\na,Why?\n"b,Who?"\n')


@pytest.mark.parametrize("header", ["'id','question'", "id,“question”", "id,«question»"])
def test_other_marks_around_the_header_are_named(ask, header):
    with pytest.raises(QuestionsError, match=r'its quotation marks are not "; write "question"'):
        ask(f"{header}\na,Why?\n")


def test_two_columns_of_one_name_are_refused(ask):
    with pytest.raises(QuestionsError, match="has the column 'question' 2 times"):
        ask("question,question\nWhy?,How?\n")


def test_title_lines_may_stand_above_the_header(ask):
    assert ask("Questions for May\n\nid,question\na,Why?\n") == [("a", "Why?", "")]


def test_a_row_without_a_question_is_named(ask, caplog):
    with caplog.at_level(logging.WARNING):
        assert len(ask("id,question,about\na,Why?,\nb,,the canal\n\n")) == 1

    assert "row 3 is left out: it contains no question" in caplog.text


def test_an_id_made_here_meets_none_of_the_lists(ask):
    assert [one for one, _, _ in ask("id,question\n,Why?\nq001,How?\n,Who?\nq002,When?\n")] == [
        "q003", "q001", "q004", "q002",
    ]  # fmt: skip


def test_an_id_twice_is_refused(ask):
    with pytest.raises(QuestionsError, match="row 3: the id 'a' is already used in row 2"):
        ask("id,question\na,Why?\na,How?\n")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("inside", ["\u2028", "\u0085", "\x0c", "\x0b", "\x1e"])
def test_only_newlines_end_a_line(ask, ending, inside):
    text = f"Why{inside}now?{ending}How?{ending}"

    assert [question for _, question, _ in ask(text, "q.txt")] == [f"Why{inside}now?", "How?"]
    assert (
        ask(json.dumps({"question": f"Why{inside}now?"}, ensure_ascii=False) + ending, "q.jsonl")[0][1]
        == f"Why{inside}now?"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_a_list_is_read_in_its_encoding(ask, encoding):
    assert ask("question\nOù est l’été à Genève ?\n".encode(encoding))[0][1] == "Où est l’été à Genève ?"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.csv", "question\n{}\n"),
        ("q.tsv", "question\n{}\n"),
        ("q.txt", "{}\n"),
        ("q.jsonl", '{{"question": "{}"}}\n'),
    ],
)
def test_a_list_in_a_guessed_encoding_says_so(ask, caplog, name, text):
    """Regression: only documents told that their encoding was guessed."""
    assert ask(text.format("Où est l’été ?").encode("cp1252"), name)[0][1] == "Où est l’été ?"
    assert f"{name}: read whole, as windows-1252, a guess; save it as UTF-8 if its words look wrong." in caplog.text


def test_a_list_with_damaged_bytes_says_so(ask, caplog):
    assert ask("Où est l’été ?\n".encode() + b"Why\xff?\n", "q.txt")[1][1] == "Why\ufffd?"
    assert "q.txt: damaged in 1 place: \ufffd marks bytes that are not characters." in caplog.text


@pytest.mark.parametrize("value", ["[1]", '{"a": 1}'])
def test_a_question_that_is_no_text_is_refused_by_its_line(ask, value):
    with pytest.raises(QuestionsError, match=r'line 1: "question" is (list|dict), not text'):
        ask(f'{{"question": {value}}}', "q.jsonl")


def test_a_line_that_is_nested_too_deeply_is_refused_by_its_line(ask):
    with pytest.raises(QuestionsError, match="line 1 is nested too deeply"):
        ask(f'{{"question": {"[" * 100_000}'.encode(), "q.jsonl")


@pytest.mark.parametrize(("value", "kind"), [('="Who " & "pays?"', "f"), ("#REF!", "e"), ("#N/A", "e")])
@pytest.mark.parametrize("column", ["A", "B", "C"])
def test_a_cell_that_holds_no_value_is_refused_by_its_row(ask_book, value, kind, column):
    def spoil(book):
        book.active[f"{column}3"] = value
        book.active[f"{column}3"].data_type = kind

    with pytest.raises(QuestionsError, match=rf"row 3: {column}3"):
        ask_book(["id", "question", "about"], ["a", "Why?", "x"], ["b", "How?", "y"], change=spoil)


def test_a_fault_beside_the_columns_that_are_used_is_nobodys(ask_book):
    def spoil(book):
        book.active["C2"].data_type = "e"

    assert ask_book(["id", "question", "note"], ["a", "Why?", "#REF!"], change=spoil) == [("a", "Why?")]


def test_text_that_reads_as_no_value_is_a_question_like_any_other(ask_book):
    assert ask_book(["question"], ["nan"], ["NULL"], ["N/A"]) == [("q001", "nan"), ("q002", "NULL"), ("q003", "N/A")]


def test_a_merged_question_is_asked_once_and_merged_ids_speak_for_their_rows(ask_book):
    def merge(book):
        book.active.merge_cells("B2:B3")

    assert ask_book(["id", "question", "note"], ["a", "Why?", 1], ["b", None, 2], ["c", "How?", 3], change=merge) == [
        ("a", "Why?"),
        ("c", "How?"),
    ]


def test_the_questions_under_a_merged_id_get_ids_of_their_own(ask_book):
    """Regression: the second row was refused, since its id was "already used"."""

    def merge(book):
        book.active.merge_cells("A2:A4")

    rows = [["id", "question"], ["tax", "Why?"], [None, "How?"], [None, "Who?"], ["salt", "When?"]]
    assert ask_book(*rows, change=merge) == [("tax", "Why?"), ("tax-2", "How?"), ("tax-3", "Who?"), ("salt", "When?")]


def test_ids_are_read_as_they_are_shown(ask_book):
    def show(book):
        book.active["A2"].number_format, book.active["A3"].number_format = "000", "d mmm yyyy"

    rows = ["id", "question"], [7, "Why?"], [datetime.date(1911, 5, 3), "How?"]
    assert ask_book(*rows, change=show) == [("007", "Why?"), ("3 May 1911", "How?")]


def test_a_hidden_row_is_not_asked_and_is_named(ask_book, caplog):
    def hide(book):
        book.active.row_dimensions[2].hidden = True

    with caplog.at_level(logging.WARNING):
        assert ask_book(["question"], ["Why?"], ["How?"], change=hide) == [("q001", "How?")]

    assert "hidden rows left out: 2." in caplog.text


def test_a_hidden_column_is_not_read_and_is_named(ask_book, caplog):
    def hide(book):
        book.active.column_dimensions["A"].hidden = True

    assert ask_book(["id", "question"], ["a", "Why?"], change=hide) == [("q001", "Why?")]
    assert "hidden columns left out: A." in caplog.text


def test_a_folder_is_no_question_list(tmp_path):
    (tmp_path / "q.csv").mkdir()

    with pytest.raises(QuestionsError, match=r"q\.csv is a folder, not a question list"):
        read_questions(tmp_path / "q.csv")


def test_the_first_sheet_that_is_shown_is_read_unless_one_is_named(ask_book):
    def two(book):
        book.active.sheet_state = "hidden"
        book.create_sheet("list").append(["question"])
        book["list"].append(["How?"])

    rows = ["question"], ["Why?"]
    assert ask_book(*rows, change=two) == [("q001", "How?")]
    assert ask_book(*rows, change=two, sheet="Sheet") == [("q001", "Why?")]


@pytest.mark.parametrize("name", ["q.csv", "q.txt", "q.jsonl"])
def test_a_sheet_of_a_list_that_has_none_is_refused(ask, name):
    """Regression: --sheet was passed over in silence."""
    with pytest.raises(QuestionsError, match="has no sheets, so there is none named 'list'; leave out --sheet"):
        ask("question\nWhy?\n", name, sheet="list")


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(ask_book):
    with pytest.raises(QuestionsError, match="has no sheet 'other'; it has: Sheet; check --sheet"):
        ask_book(["question"], ["Why?"], sheet="other")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"question": null}', 'line 1 has no "question"'),
        ('{"question": true}', '"question" is bool, not text'),
        ('{"question": ""}', 'line 1 has no "question"'),
        ('{"question": "Why?", "question": "How?"}', "line 1 has 'question' more than once"),
        ('{"question": "Why?"}\r{"question": "How?"}', "line 1 contains a carriage return alone"),
    ],
)
def test_a_line_that_holds_no_text_or_two_is_refused(ask, line, told):
    with pytest.raises(QuestionsError, match=told):
        ask(line + "\n", "q.jsonl")


def test_sheets_that_are_not_read_are_named(ask_book, caplog):
    def three(book):
        book.create_sheet("old").sheet_state = "hidden"
        book.create_sheet("more")

    assert ask_book(["question"], ["Why?"], change=three) == [("q001", "Why?")]
    assert "only sheet 'Sheet' is read; name another with --sheet: old (hidden), more" in caplog.text


def test_a_table_of_something_else_below_the_questions_is_refused_by_its_row(ask_book):
    """Regression: its header and rows were asked as questions."""
    with pytest.raises(
        QuestionsError, match=r"row 4 begins another table \(code, meaning, since\); put it into a sheet"
    ):
        ask_book(["id", "question"], ["a", "Why?"], [], ["code", "meaning", "since"], ["x", "tax", 1911])


@pytest.mark.parametrize("header", [["id", "question"], ["question", "about", "id"]])
def test_a_second_table_of_questions_is_read_under_its_own_header(ask_book, header):
    row = [{"id": "b", "question": "How?", "about": "salt"}[name] for name in header]

    assert ask_book(["id", "question"], ["a", "Why?"], [], header, row) == [("a", "Why?"), ("b", "How?")]


def test_questions_may_be_parted_by_blank_rows(ask):
    assert [text for _, text, _ in ask("id,question\n1,Why?\n\n2,How?\n3,Who?\n\nx,Which?\ny,When?\n")] == [
        "Why?", "How?", "Who?", "Which?", "When?",
    ]  # fmt: skip


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b", "\u00ad", "\u200e"])
def test_signs_that_nobody_sees_hide_no_column_and_are_no_part_of_a_question(ask, mark):
    """Regression: a zero-width blank hid the column, and lists that were joined had a mark within."""
    assert ask(f"id,question{mark}\n1,Why?\n{mark}2,{mark}Who?\n") == [("1", "Why?", ""), ("2", "Who?", "")]


def test_a_row_of_signs_alone_asks_nothing_and_is_named(ask, caplog):
    """Regression: the delimiter of a blank row was asked as a question."""
    assert [text for _, text, _ in ask("question\nWhy?\n,\n")] == ["Why?"]
    assert "row 3 is left out: it contains no question" in caplog.text


def test_a_title_called_as_the_column_is_no_header_above_an_abbreviated_name(ask_book):
    """Regression: "No." ended as a sentence does, and was asked with the numbers below it."""
    book = (["Question"], ["No.", "Question", "About"], [1, "Why?"], [2, "Who?"])
    assert [text for _, text in ask_book(*book)] == ["Why?", "Who?"]


def test_of_two_columns_that_may_ask_the_better_named_is_read_and_the_other_is_told(ask, caplog):
    assert [text for _, text, _ in ask("prompt,question\nBe brief,Why?\n")] == ["Why?"]
    assert "the column 'prompt' is not read, since 'question' has the questions" in caplog.text


def test_a_row_that_shares_a_merged_question_and_has_something_of_its_own_is_named(ask_book, caplog):
    """Regression: its id and background were dropped in silence."""

    def merged(book):
        book.active.merge_cells("B2:B3")

    assert ask_book(["id", "question"], ["a", "Why?"], ["b", None], change=merged) == [("a", "Why?")]
    assert "row 3 is left out: it shares the question of the row above" in caplog.text


def test_a_list_of_more_rows_than_can_be_read_is_refused_in_one_line(ask):
    with pytest.raises(QuestionsError, match=r"^cannot read .*q\.csv: it has 200,002 rows of 4 letters on average"):
        ask("question,about\n" + "a?,\n" * 200_000 + "Why, then?,b\n")
