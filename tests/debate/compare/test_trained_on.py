"""A comparison tells which of its questions an adapter was trained on."""

import csv
from pathlib import Path

import pytest
from fakes import ScriptedLLM, TopicEmbedding
from openpyxl import load_workbook

from chains.schemas import Question
from debate.compare.page import write_comparison_page
from debate.compare.runner import Comparison, compare_models, finished_comparison
from debate.compare.settings import CompareSettings
from debate.compare.sheet import write_comparison
from debate.compare.trained_on import TrainedOn, trained_on
from debate.errors import TrainingError
from debate.files.locking import write_record
from debate.progress import Progress
from vectorstore import FaissStore

LONG = "The union ended in 1911, and that settled the matter for everybody. The tariff on salt doubled in that year."
LEARNED = [
    "Why did the union end?",
    "Who pays for the canal?",
    "Which port gained from the war?",
    "How was the bank founded?",
    "What did the mine produce in 1911?",
]


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    """A finished training on five questions, of which one is held out."""
    data = tmp_path / "data.csv"
    with data.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["instruction", "context", "answer"])
        rows.writerows([one, "[1] A passage.", f"An answer of its own to: {one} {LONG}"] for one in LEARNED)
    (tmp_path / "first").mkdir()
    settings = {"data": [str(data)], "model": "smollm2", "validation_share": 0.01}
    write_record(tmp_path / "first" / "finetune.toml", {"settings": settings, "finished": True}, TrainingError)
    return tmp_path / "first"


def asked(*texts: str) -> list[Question]:
    return [Question(f"q{n}", text) for n, text in enumerate(texts)]


def test_questions_of_the_training_are_found_also_where_they_nearly_agree(adapter: Path) -> None:
    found = trained_on(str(adapter), asked(*(one.lower() for one in LEARNED), "What is the tariff on salt?"))
    assert len(found.questions) == 4  # the fifth was held out
    assert set(found.questions) < {one.lower() for one in LEARNED}


def test_a_merged_model_below_the_adapter_was_trained_on_the_same(adapter: Path) -> None:
    (adapter / "merged").mkdir()
    assert trained_on(str(adapter / "merged"), asked(*LEARNED)).questions


def test_a_model_without_a_training_and_other_questions_are_told_nothing_of(adapter: Path, tmp_path: Path) -> None:
    assert trained_on("smollm2", asked(*LEARNED)).told == ""
    assert trained_on("http://127.0.0.1:1/v1#first", asked(*LEARNED)).told == ""
    assert trained_on(str(adapter), asked("What is the tariff on salt?")).told == ""


def test_where_the_data_are_gone_it_is_told_that_nobody_knows(adapter: Path) -> None:
    (adapter.parent / "data.csv").unlink()
    told = trained_on(str(adapter), asked(*LEARNED)).told
    assert told.startswith(
        f"nobody can tell whether {adapter} was trained on these questions: its training data cannot"
    )


def test_a_long_list_is_told_in_one_sentence() -> None:
    found = TrainedOn("m", tuple(f"Question {n}?" for n in range(7)))
    assert found.told.startswith("m was trained on 7 questions of this comparison, which favours it: Question 0?; ")
    assert found.told.endswith("Question 4?; and 2 more")


class Warned(Progress):
    """Keeps what it is warned of."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warning(self, what: str) -> None:
        self.warnings.append(what)


def compared(adapter: Path, progress: Progress | None = None) -> Comparison:
    questions = adapter.parent / "q.txt"
    questions.write_text("\n".join([*LEARNED, "What is the tariff on salt?"]), encoding="utf-8")
    settings = CompareSettings(
        models=("smollm2", str(adapter)),
        questions=questions,
        corpus=adapter.parent,
        out=adapter.parent / "out",
        min_words=5,
        max_words=60,
        controls=False,
    )
    store = FaissStore.from_texts(["The union ended in 1911.", "The tariff on salt doubled."], TopicEmbedding())
    return compare_models(settings, progress, load=lambda _: ScriptedLLM(script={"": LONG}), store=store)


def test_a_comparison_warns_at_its_start_and_tells_it_in_report_and_workbook(adapter: Path) -> None:
    """Regression: a model was compared on the questions that it had learned, and nothing told so."""
    progress = Warned()
    found = compared(adapter, progress)
    told = f"{adapter} was trained on 4 questions of this comparison, which favours it: "
    assert [one.startswith(told) for one in progress.warnings] == [True]
    assert told in write_comparison_page(found).read_text(encoding="utf-8")
    sheet = load_workbook(write_comparison(found))["models"]
    column = [cell.value for cell in sheet[1]].index("trained on")
    assert [len((row[column].value or "").splitlines()) for row in sheet.iter_rows(min_row=2)] == [0, 4]


def test_what_a_model_was_trained_on_is_stored_with_the_comparison(adapter: Path) -> None:
    before = compared(adapter)
    (adapter.parent / "data.csv").unlink()
    assert finished_comparison(before.folder).trained == before.trained
    assert compared(adapter).trained == before.trained
