"""Which rows become examples, and what is said about those that do not."""

import json
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from debate.errors import TrainingDataError
from debate.output.sheet import cell_text
from debate.run.records.journal import Journal
from debate.training.data.dataset import read_examples, read_training_data, split_context
from debate.training.data.likeness import groups_of, same_question
from debate.training.data.tables import read_rows
from debate.training.settings import FinetuneSettings
from tests.support.example_rows import ANSWER_ROW

ANSWER = "The league left the union [1]. Its tariff had doubled [2], and that decided it."


def row(question: str, **others: object) -> dict[str, object]:
    return {"instruction": question, "context": "[1] It left.\n\n[2] It doubled.", "answer": ANSWER, **others}


def settings(path: Path, **others: object) -> FinetuneSettings:
    return FinetuneSettings(**{"data": (path,), "out": path.parent / "out"} | others)


def jsonl(folder: Path, *rows: Mapping[str, object]) -> Path:
    path = folder / "data.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def reasons(path: Path, **others: object) -> list[str]:
    return [one.reason for one in read_examples(settings(path, **others))[1]]


def test_a_workbooks_row_becomes_question_passages_and_the_answer_without_its_markers(tmp_path: Path) -> None:
    path = tmp_path / "results.xlsx"
    pd.DataFrame([row("Why did the league leave?")]).to_excel(path, index=False)
    (example,), left_out = read_examples(settings(path))
    assert example.passages == ("It left.", "It doubled.")
    assert example.answer == "The league left the union. Its tariff had doubled, and that decided it."
    assert example.place == "results.xlsx, row 2"
    assert left_out == []


@pytest.mark.parametrize(
    ("context", "passages"),
    [
        ("", ()),
        ("Only one, unnumbered.", ("Only one, unnumbered.",)),
        ("[1] First\n\n[2] paragraph.\n\n[2] Second.", ("First", "paragraph.\n\n[2] Second.")),
        ("[1] A note [3] in it.\n\nA paragraph of it.\n\n[2] Second.", ("A note [3] in it.\n\nA paragraph of it.", "Second.")),
        ("[1] See the annex.\n\n[1] A footnote.\n\n[2] Second.", ("See the annex.\n\n[1] A footnote.", "Second.")),
        ("[4] starts elsewhere.", ("[4] starts elsewhere.",)),
    ],
)  # fmt: skip
def test_a_context_is_split_at_its_own_numbers_only(context: str, passages: tuple[str, ...]) -> None:
    assert split_context(context) == passages


@pytest.mark.parametrize(
    ("others", "filters", "reason"),
    [
        ({"status": "failed"}, {}, "its status is failed"),
        ({"status": "abstained"}, {}, "its status is abstained"),
        ({"answer": " "}, {}, "the answer is empty"),
        ({"context": ["One.", "Two."]}, {}, "its context is not text: ['One.', 'Two.']"),
        ({"answer": True}, {}, "its answer is not text: True"),
        (
            {"answer": "\ud800 It left."},
            {},
            "its 'answer' contains half a surrogate pair, which is no text; correct it",
        ),
        ({"defects": "\ud800"}, {}, "its 'defects' contains half a surrogate pair, which is no text; correct it"),
        ({"\ud800": 1}, {}, r"its '\ud800' contains half a surrogate pair, which is no text; correct it"),
        ({"supported": "0.4"}, {"min_supported": 0.8}, "supported 40%, below 80%"),
        ({"supported": "40%"}, {"min_supported": 0.8}, "supported 40%, below 80%"),
        ({"supported": ""}, {"min_supported": 0.8}, "supported 0%, below 80%"),
        ({"supported": "n/a"}, {"min_supported": 0.8}, "its supported is no number: 'n/a'"),
        ({"supported": "nan"}, {"min_supported": 0.8}, "its supported is no number: 'nan'"),
        ({"rating": "nan"}, {"min_rating": 4}, "its rating is no number: 'nan'"),
        ({"rating": "good"}, {"min_rating": 4}, "its rating is no number: 'good'"),
        ({"rating": "3,5"}, {"min_rating": 4}, "rated 3.5, below 4"),
        ({"rating": ""}, {"min_rating": 4}, "not rated"),
        ({"rating": "3"}, {"min_rating": 4}, "rated 3, below 4"),
        ({"copied": "0.8"}, {"max_copied": 0.5}, "copied 80%, above 50%"),
        ({"copied": "much"}, {"max_copied": 0.5}, "its copied is no number: 'much'"),
        ({}, {"min_words": 400}, "15 words, at least 400 asked for"),
        ({}, {"max_words": 5}, "15 words, at most 5 asked for"),
        ({"defects": "garbled text: x.\nrepetition: y."}, {}, "defects: garbled text: x.; repetition: y."),
    ],
)
def test_a_row_that_a_filter_refuses_is_named_with_the_reason(tmp_path: Path, others, filters, reason: str) -> None:
    path = jsonl(tmp_path, row("Why did the league leave?", **others))
    assert reasons(path, **filters) == [reason]


@pytest.mark.parametrize(
    ("name", "column"), [("min_supported", "supported"), ("min_rating", "rating"), ("max_copied", "copied")]
)
def test_a_filter_by_a_column_that_no_file_has_is_refused_with_the_columns_there_are(
    tmp_path: Path, name: str, column: str
) -> None:
    """Regression: --min-supported took every row of such a table, without a word."""
    told = (
        rf"no column '{column}', by which --{name.replace('_', '-')} selects "
        r"\(it has: instruction, context, answer\); leave out"
    )
    with pytest.raises(TrainingDataError, match=told):
        reasons(jsonl(tmp_path, row("Why did the league leave?")), **{name: 0.8})


def test_an_answer_whose_copies_were_not_counted_is_learned_from(tmp_path: Path) -> None:
    assert reasons(jsonl(tmp_path, row("Why did the league leave?", copied="")), max_copied=0.5) == []


def test_a_filter_on_support_passes_a_table_that_does_not_measure_it_beside_one_that_does(tmp_path, caplog) -> None:
    (tmp_path / "own").mkdir()
    own = jsonl(tmp_path / "own", row("Why did the league leave?"))
    measured = jsonl(tmp_path, row("Who pays for the canal?", supported=0.4))
    _, left_out = read_examples(settings(measured, data=(measured, own), min_supported=0.8))
    assert [one.reason for one in left_out] == ["supported 40%, below 80%"]
    assert f"{own} has no column 'supported', so --min-supported takes all its rows" in caplog.text


def test_the_same_answer_twice_is_learned_once(tmp_path: Path) -> None:
    path = jsonl(tmp_path, row("Why did the league leave?"), row("Why did the league leave??"))
    assert reasons(path) == ["nearly the same as an earlier row"]


def test_an_answer_that_differs_in_a_few_letters_from_a_long_one_is_learned_once_and_a_half_new_one_twice(
    tmp_path: Path,
) -> None:
    long = " ".join(f"Reason {n} is worth {n * n} ducats." for n in range(60))
    half = " ".join(f"Reason {n} is worth {n * n * (1 + n % 2)} coins." for n in range(60))
    path = jsonl(tmp_path, *(row("Why?", answer=text) for text in (long, half, long.replace("Reason 7", "Raeson 7"))))
    kept, (repeated,) = read_examples(settings(path))
    assert [one.answer for one in kept] == [long, half]
    assert repeated.place == "data.jsonl, row 3"


@pytest.mark.parametrize("column", ["instruction", "context", "answer"])
def test_a_text_that_a_cell_cut_is_not_learned(tmp_path: Path, column: str) -> None:
    """Regression: the passages behind the cut were gone, and the note that it is cut was learned, without a word."""
    path = jsonl(tmp_path, row("Why?") | {column: cell_text(40_000 * "x")})
    assert reasons(path) == [f"its {column} is cut, because a cell holds no more"]


def test_no_question_is_both_learned_and_validated_on(tmp_path: Path) -> None:
    rows = [
        row(f"Why did {name} leave the union?", answer=f"{name} says {n}.") for n in (1, 2) for name in "ABCDEFGHIJ"
    ]
    data = read_training_data(settings(jsonl(tmp_path, *rows), validation_share=0.3))
    learned, held_out = ({one.question for one in part} for part in (data.training, data.validation))
    assert len(held_out) == 3
    assert not learned & held_out


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Should the BRICS create a common currency?", "Should BRICS create a common currency?"),
        ("Why did the union end in 1911?", "So why did the union end in 1911?"),
        ("Has the bank kept its word?", "Has the Bank kept its word?"),
        ("Should Panem tax its salt?", "should panem tax its salt?"),
        ("WHAT DID CHINA SAY ABOUT TAIWAN?", "What did China say about Taiwan?"),
        ("BRICSの拡大は成功したか。", "BRICSの拡大は成功したのか。"),
        ("آیا بانک نوین می‌تواند جای بانک جهانی را بگیرد؟", "آیا بانک نوین می تواند جای بانک جهانی را بگیرد؟"),
    ],
)
def test_questions_that_differ_in_capitals_or_a_few_small_words_are_one_question(
    tmp_path: Path, one: str, other: str
) -> None:
    """Regression: one was learned from, and the other validated on."""
    rows = [row(one, answer="It should."), row(other, answer="It should not, says the bank.")]
    with pytest.raises(TrainingDataError, match="1 question to learn from"):
        read_training_data(settings(jsonl(tmp_path, *rows)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How stable is the political order of Chad, and what threatens it?", "How stable is the political order of Mali, and what threatens it?"),
        ("Why did the union end in 1911?", "Why did the union end in 1912?"),
        ("Should the north pay for the canal?", "Should the south pay for the mines?"),
        ("Turkey wants to join the New Development Bank: why?", "Egypt wants to join the New Development Bank: why?"),
        ("第1国の塩の税は正しいか。", "第2国の塩の税は正しいか。"),
        ("インドの政治秩序はどれほど安定しているか。", "ロシアの政治秩序はどれほど安定しているか。"),
        ("日本の政治秩序はどれほど安定しており、それを脅かすものは何か。", "中国の政治秩序はどれほど安定しており、それを脅かすものは何か。"),
        ("中国的政治秩序有多稳定，什么在威胁它？", "印度的政治秩序有多稳定，什么在威胁它？"),
        ("نظم سیاسی ایران چقدر پایدار است و چه چیزی آن را تهدید می‌کند؟", "نظم سیاسی عراق چقدر پایدار است و چه چیزی آن را تهدید می‌کند؟"),
    ],
)  # fmt: skip
def test_questions_on_other_names_or_years_are_two_questions(tmp_path: Path, one: str, other: str) -> None:
    rows = [row(one, answer="It should."), row(other, answer="It should not, says the bank.")]
    data = read_training_data(settings(jsonl(tmp_path, *rows)))
    assert len(data.training) == len(data.validation) == 1


def test_another_seed_holds_other_questions_out(tmp_path: Path) -> None:
    rows = [row(f"Why did {name} leave?", answer=f"It was {name}.") for name in "ABCDEFGHIJKLMNOP"]
    path = jsonl(tmp_path, *rows)
    held_out = [read_training_data(settings(path, seed=seed)).validation for seed in (0, 0, 1)]
    assert held_out[0] == held_out[1] != held_out[2]


@pytest.mark.parametrize(("name", "content"), [("a.csv", "instruction,context,answer\n"), ("a.jsonl", "")])
def test_data_without_rows_say_so(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(TrainingDataError, match="the data have no rows below their column names"):
        read_training_data(settings(tmp_path / name))


def test_one_question_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="1 question to learn from; at least 2 are needed"):
        read_training_data(settings(jsonl(tmp_path, row("Why?"))))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "data.csv",
            b"question,answer\nWhy?,So.\n",
            "row 2 has no column 'instruction' \\(it has: question, answer\\)",
        ),
        ("data.jsonl", b'{"instruction": "Why?"\n', "line 1 is not JSON"),
        ("data.jsonl", b'{"instruction": "Why?", "answer": NaN}\n', "line 1 is not JSON: NaN is no value"),
        ("data.jsonl", b'{"instruction": ' + b"[" * 100_000, "line 1 nests too deeply"),
        ("data.jsonl", b"[1]\n", "line 1 is not an object"),
        ("data.jsonl", b"\xff\xfe", "as UTF-8 text"),
        ("data.xlsx", b"no workbook", "cannot read .*data.xlsx"),
        ("data.pdf", b"", "unknown kind of data file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TrainingDataError, match=message):
        read_examples(settings(path))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="there is no data file"):
        read_examples(settings(tmp_path / "none.csv"))


def test_a_csv_with_semicolons_in_an_older_encoding_is_read_as_a_question_list_is(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("instruction;context;answer\nWarum?;;Köln liegt am Rhein, nicht an der Elbe.\n".encode("cp1252"))
    assert [(number, row["answer"]) for number, row in read_rows(path)] == [
        (2, "Köln liegt am Rhein, nicht an der Elbe.")
    ]


def test_a_long_comparison_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.training.data.likeness.TOLD_EVERY", 2)
    path = jsonl(
        tmp_path, *(row("Why?", answer=f"It was {name}.") for name in ("Chad", "Mali", "Peru", "Iran", "Cuba"))
    )
    working: list[str] = []
    read_examples(settings(path), working=working.append)
    assert working == [
        f"reading {path}",
        "2 of 5 answers compared with one another",
        "4 of 5 answers compared with one another",
    ]


def test_a_question_that_only_few_words_tell_from_the_first_of_a_group_is_of_that_group() -> None:
    asked = ["Should the league tax its salt?", "Should salt be taxed in winter?", "So should the league tax its salt?"]
    assert groups_of(asked) == [[0, 2], [1]]


def test_questions_are_grouped_as_a_pair_is_judged() -> None:
    asked = [
        "Should the league tax salt?",
        "should the league tax salt",
        "Should Mali tax salt?",
        "Should Chad tax salt?",
    ]
    together = {pair for group in groups_of(asked) for pair in product(group, repeat=2)}
    assert together == {(n, m) for n, m in product(range(len(asked)), repeat=2) if same_question(asked[n], asked[m])}


def test_questions_without_a_word_of_content_are_one() -> None:
    assert groups_of(["Why?", "What is it?", "Is it?"]) == [[0, 1, 2]]


def test_thousands_of_questions_are_compared_with_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regression: each was compared with all before it; 20,000 would have taken hours."""
    compared: list[object] = []
    monkeypatch.setattr("debate.training.data.likeness.have_in_common", lambda *pair: bool(compared.append(pair)))
    lands = ["".join(letters) for letters in product("abdegiklmnor", repeat=3)]
    groups_of([f"Should {land}ford merge with {land[::-1]}ville?" for land in lands])
    assert len(compared) < 20 * len(lands)


def workbook(path: Path, **sheets: list[dict[str, object]]) -> Path:
    with pd.ExcelWriter(path) as book:
        for name, rows in sheets.items():
            pd.DataFrame(rows).to_excel(book, sheet_name=name, index=False)
    return path


def test_the_sheet_that_has_the_columns_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    """Regression: the first was read, and without the columns refused."""
    path = workbook(tmp_path / "mine.xlsx", about=[{"by": "Ada"}], answers=[row("Why?")], more=[{"x": 1}])
    told: list[str] = []
    (example,), _ = read_examples(settings(path), told.append)
    assert example.question == "Why?"
    assert told == [f"{path}: sheet 'answers' is read; not read: about, more"]


def test_a_workbook_without_the_columns_is_told_with_those_of_every_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "mine.xlsx", about=[{"by": "Ada"}], answers=[{"question": "Why?", "answer": "So."}])
    with pytest.raises(TrainingDataError, match=r"no sheet has .*\('about' has: by; 'answers' has: question, answer\)"):
        read_examples(settings(path))


def test_the_sheets_of_a_run_are_not_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "results.xlsx", results=[row("Why?")], debate=[{"x": 1}])
    told: list[str] = []
    read_examples(settings(path), told.append)
    assert told == []


def run(folder: Path, answer: str) -> Path:
    """A run of one row, whose workbook holds this answer by now."""
    Journal(folder / "results.jsonl").extend([ANSWER_ROW])
    measured = {"question_id": ANSWER_ROW.question.id, "answer": answer, "supported": 0.5, "copied": 0.9}
    return workbook(folder / "results.xlsx", results=[row("Did trade grow?") | measured])


def test_a_corrected_answer_is_not_selected_by_what_was_measured_of_the_first(tmp_path: Path) -> None:
    """Regression: --min-supported left out the answers that somebody had mended."""
    path = run(tmp_path, "Trade grew by 7 [1].")
    told: list[str] = []
    (example,), _ = read_examples(settings(path, min_supported=0.8, max_copied=0.5), told.append)
    assert example.answer == "Trade grew by 7."
    assert told == [
        f"{path}: 1 corrected answer, of which nothing is measured, so --min-supported and --max-copied select none of "
        "them out"
    ]


def test_an_answer_as_the_run_wrote_it_is_selected_by_what_was_measured(tmp_path: Path) -> None:
    assert reasons(run(tmp_path, f" {ANSWER_ROW.opinion.answer}\r\n"), min_supported=0.8) == [
        "supported 50%, below 80%"
    ]


def test_a_corrected_answer_is_selected_by_its_rating(tmp_path: Path) -> None:
    path = run(tmp_path, "Trade grew by 7 [1].")
    rows = pd.read_excel(path).assign(rating=2)
    rows.to_excel(path, sheet_name="results", index=False)
    assert reasons(path, min_supported=0.8, min_rating=4) == ["rated 2, below 4"]


@pytest.mark.parametrize(
    ("least", "warned"), [(None, ["1 answer of the data is rated; --min-rating selects by that"]), (3, [])]
)
def test_ratings_that_nothing_is_selected_by_are_told(tmp_path: Path, least: float | None, warned: list[str]) -> None:
    """Regression: an answer that its reader had rated 2 of 5 was learned without a word."""
    told: list[str] = []
    read_examples(settings(jsonl(tmp_path, row("Why?") | {"rating": 4}), min_rating=least), told.append)
    assert [one for one in told if "rated" in one] == warned
