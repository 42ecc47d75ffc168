"""Two models answer the same questions from the same passages; a stopped comparison resumes."""

from dataclasses import replace
from pathlib import Path

import pytest
from comparing import QUESTIONS, compare_settings
from fakes import ScriptedLLM, TopicEmbedding
from openpyxl import load_workbook

from debate.compare.measures import Answer
from debate.compare.preference.votes import Votes
from debate.compare.runner import Comparison, compare_models, finished_comparison
from debate.compare.settings import CompareSettings
from debate.compare.sheet import write_comparison
from debate.errors import RunFolderError, SettingsError
from debate.progress import Progress
from debate.settings.checking import checked_settings
from vectorstore import FaissStore

TEXTS = ["The union ended in 1911.", "Borduria pays for the canal.", "The tariff on salt doubled."]
LONG = "The union ended in 1911, and that settled the matter for everybody. The tariff on salt doubled in that year."
SCRIPTS = {
    "plain": LONG,
    "same": LONG,
    "other": LONG.replace("1911", "1912"),
    "breaks": "raise it broke",
    "abstains": "I don't know.",
}


@pytest.fixture
def settings(tmp_path: Path) -> CompareSettings:
    return compare_settings(tmp_path)


@pytest.fixture
def store() -> FaissStore:
    return FaissStore.from_texts(TEXTS, TopicEmbedding())


class Models:
    """Loads scripted models and notes which."""

    def __init__(self) -> None:
        self.loaded: list[str] = []

    def __call__(self, name: str) -> ScriptedLLM:
        self.loaded.append(name)
        return ScriptedLLM(script={"": SCRIPTS[name]})


def compared(settings: CompareSettings, store: FaissStore, load: Models) -> Comparison:
    return compare_models(settings, load=load, store=store)


def texts(answers: tuple[Answer, ...]) -> list[str]:
    return [answer.opinion.answer if answer.opinion else answer.error for answer in answers]


def test_every_model_answers_every_question_from_the_same_passages(settings, store) -> None:
    found = compared(settings, store, Models())
    assert [len(of_model) for of_model in found.answers] == [3, 3]
    assert all("1911" in text for text in texts(found.answers[0]))
    assert all("1912" in text for text in texts(found.answers[1]))
    assert all(len(chunks) == 3 for chunks in found.passages)


class Stops(Models):
    """Is interrupted when the second model is loaded."""

    def __call__(self, name: str) -> ScriptedLLM:
        if name == "other":
            raise KeyboardInterrupt
        return super().__call__(name)


def test_a_question_that_is_listed_twice_is_asked_and_counted_once(settings, store) -> None:
    """Regression: one question eight times made eight pairs, and a difference of chance p 0.008."""
    settings.questions.write_text("\n".join([*QUESTIONS, QUESTIONS[0]]), encoding="utf-8")
    found = compared(settings, store, Models())
    assert [one.text for one in found.questions] == list(QUESTIONS)
    assert {one.paired.pairs for one in found.compared if one.paired} <= {len(QUESTIONS)}


def cells(path: Path) -> list[list[object]]:
    """All cells but those of the sheet that tells times."""
    sheets = [sheet for sheet in load_workbook(path) if sheet.title != "models"]
    return [[sheet.title, *row] for sheet in sheets for row in sheet.iter_rows(values_only=True)]


def test_a_comparison_that_was_stopped_and_resumed_writes_the_workbook_of_one_that_was_not(
    settings, store, tmp_path: Path
) -> None:
    undisturbed = settings.model_copy(update={"out": tmp_path / "undisturbed"})
    with pytest.raises(KeyboardInterrupt):
        compared(settings, store, Stops())
    resumed = write_comparison(compared(settings, store, Models()))
    assert cells(resumed) == cells(write_comparison(compared(undisturbed, store, Models())))


def test_a_comparison_that_stopped_at_its_second_model_asks_the_first_nothing_again(settings, store) -> None:
    with pytest.raises(KeyboardInterrupt):
        compared(settings, store, Stops())
    resumed = Models()
    found = compared(settings, store, resumed)
    assert resumed.loaded == ["other"]
    assert len(found.answers[0]) == len(found.answers[1]) == 3


def test_a_finished_comparison_loads_no_model_and_is_the_same(settings, store) -> None:
    before = compared(settings, store, Models())
    again = Models()
    assert compared(settings, store, again) == before
    assert again.loaded == []
    assert finished_comparison(settings.out) == before


def test_a_comparison_of_the_first_questions_is_finished_without_the_others(settings, store) -> None:
    compared(settings.model_copy(update={"limit": 2}), store, Models())
    assert len(finished_comparison(settings.out).questions) == 2
    compared(settings, store, Models())
    assert len(finished_comparison(settings.out).questions) == 3


def test_a_comparison_that_was_stopped_is_not_read_as_a_finished_one(settings, store) -> None:
    with pytest.raises(KeyboardInterrupt):
        compared(settings, store, Stops())
    with pytest.raises(RunFolderError, match="is not finished; run the same debate compare again"):
        finished_comparison(settings.out)


def test_another_comparison_does_not_go_into_the_folder(settings, store) -> None:
    compared(settings, store, Models())
    with pytest.raises(RunFolderError, match="seed was 0 and is 1"):
        compared(settings.model_copy(update={"seed": 1}), store, Models())


def test_the_workbook_has_the_tests_and_the_answers_side_by_side(settings, store) -> None:
    book = load_workbook(write_comparison(compared(settings, store, Models())))
    assert book.sheetnames == ["compare", "answers", "controls", "models"]  # nobody judged or voted
    assert [cell.value for cell in book["answers"][1]] == ["question", "context", "plain", "other"]
    assert {row[0].value for row in book["compare"].iter_rows(min_row=2)} >= {"supported", "in limits", "seq-rep-4"}


def test_answers_are_wide_enough_to_read_and_measures_say_what_they_mean(settings, store) -> None:
    book = load_workbook(write_comparison(compared(settings, store, Models())))
    assert [book["answers"].column_dimensions[one].width for one in "CD"] == [70, 70]
    supported = [cell.value for cell in book["compare"][2]]
    assert supported[-2:] == ["more", "share of the sentences that a passage supports"]


def test_each_model_is_asked_the_control_questions_once_and_its_speed_is_told(settings, store) -> None:
    compared(settings, store, Models())
    book = load_workbook(write_comparison(compared(settings, store, Models())))
    models = [[cell.value for cell in row] for row in book["models"].iter_rows(min_row=2)]
    assert [[*row[:2], row[3]] for row in models] == [["plain", "single", 10], ["other", "single", 10]]
    assert [row[8] for row in models] == [3, 3]
    assert book["controls"].max_row == 11


@pytest.fixture
def marked(settings) -> CompareSettings:
    """Questions of which the list says whether the documents answer them; a model that abstains from all."""
    questions = settings.questions.with_suffix(".csv")
    said = zip(QUESTIONS, ("yes", "no", "no"), strict=True)
    questions.write_text("question,answerable\n" + "".join(f"{one},{yes}\n" for one, yes in said), encoding="utf-8")
    return settings.model_copy(update={"questions": questions, "models": ("plain", "abstains")})


def test_right_and_wrong_abstentions_are_told_apart_where_the_list_says_what_is_answerable(marked, store) -> None:
    found = compared(marked, store, Models())
    told = {one.measure: one.paired for one in found.compared if one.measure.startswith("abstained ")}
    assert [(one.pairs, one.first, one.second) for one in told.values()] == [(2, 0, 1), (1, 0, 1)]
    book = load_workbook(write_comparison(found))
    assert [row[:2] for row in book["answers"].iter_rows(values_only=True)] == [
        ("question", "answerable"),
        *zip(QUESTIONS, ("yes", "no", "no"), strict=True),
    ]


def test_where_the_list_says_nothing_of_it_only_all_abstentions_are_counted(settings, store) -> None:
    measures = [one.measure for one in compared(settings, store, Models()).compared]
    assert [one for one in measures if one.startswith("abstained")] == ["abstained"]


def test_the_questions_may_be_marked_after_the_models_have_answered(marked, store) -> None:
    answered = marked.questions.read_text(encoding="utf-8")
    marked.questions.write_text(answered.replace(",yes", ",").replace(",no", ","), encoding="utf-8")
    compared(marked, store, Models())
    marked.questions.write_text(answered, encoding="utf-8")
    again = Models()
    assert "abstained rightly" in {one.measure for one in compared(marked, store, again).compared}
    assert "abstained rightly" in {one.measure for one in finished_comparison(marked.out).compared}
    assert again.loaded == []


@pytest.mark.parametrize("edited", ["Another question?", None])
def test_a_finished_comparison_is_read_from_its_folder_alone(settings, store, monkeypatch, tmp_path, edited) -> None:
    """Regression: a vote needed the list at its old path, and said "not finished" of an edited one."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("mine.txt").write_text("\n".join(QUESTIONS), encoding="utf-8")
    before = compared(settings.model_copy(update={"questions": Path("mine.txt")}), store, Models())
    Path("mine.txt").write_text(edited, encoding="utf-8") if edited else Path("mine.txt").unlink()
    monkeypatch.chdir(tmp_path)
    moved = settings.out.rename(tmp_path / "moved")
    found = finished_comparison(moved)
    assert (found.questions, found.answers, found.passages) == (before.questions, before.answers, before.passages)
    assert write_comparison(found).is_file()


def test_a_comparison_of_an_older_version_is_read_with_its_list(settings, store) -> None:
    before = compared(settings, store, Models())
    (settings.out / "questions.jsonl").unlink()
    assert finished_comparison(settings.out) == before


def test_all_models_write_in_the_style_that_is_asked_for_and_it_is_told(settings, store) -> None:
    """Regression: a small model wrote passage by passage, its adapter from one prompt, and nothing told so."""
    chosen = settings.model_copy(update={"style": "by_chunk"})
    book = load_workbook(write_comparison(compared(chosen, store, Models())))
    assert [row[1] for row in book["models"].iter_rows(values_only=True)] == ["style", "by_chunk", "by_chunk"]


def test_without_control_questions_none_is_asked(settings, store) -> None:
    found = compared(settings.model_copy(update={"controls": False}), store, Models())
    assert found.controls == ((), ())


class Judges(Models):
    """Has a judge, too, that always prefers what it reads first."""

    def __call__(self, name: str) -> ScriptedLLM:
        if name != "judge":
            return super().__call__(name)
        self.loaded.append(name)
        return ScriptedLLM(script={"": "1"})


def test_a_judge_that_was_added_later_judges_each_pair_once_and_asks_the_models_nothing(settings, store) -> None:
    compared(settings, store, Models())
    judged = settings.model_copy(update={"judge": "judge"})
    load = Judges()
    found = compared(judged, store, load)
    assert (load.loaded, len(found.judged)) == (["judge"], 3)
    assert compared(judged, store, Models()).judged == found.judged
    row = next(iter(load_workbook(write_comparison(found))["judge"].iter_rows(min_row=2, values_only=True)))
    assert row[:7] == ("judge", "plain", "other", 0, 0, 3, 3)


def test_votes_are_blind_kept_and_counted(settings, store) -> None:
    found = compared(settings, store, Models())
    votes = Votes(settings.out / "votes.jsonl")
    ballots = votes.ballots(found.answers)
    votes.add(ballots[0], "first")
    votes.add(ballots[1], "tie")
    kept = Votes(settings.out / "votes.jsonl")
    tally = kept.tally(("plain", "other"))
    assert (sum(tally.wins), tally.ties) == (1, 1)
    assert len(kept.ballots(found.answers)) == 1
    assert {ballot.first.model for ballot in Votes(settings.out / "none").ballots(found.answers * 9)} == {
        "plain",
        "other",
    }


def test_nobody_is_asked_which_of_two_equal_answers_is_better(settings, store) -> None:
    same = settings.model_copy(update={"models": ("plain", "same")})
    found = compared(same, store, Models())
    assert Votes(settings.out / "votes.jsonl").ballots(found.answers) == []


def test_models_compute_with_the_backend_that_is_asked_for_and_its_change_is_another_comparison(
    settings, store
) -> None:
    openvino = settings.model_copy(update={"backend": "openvino"})
    assert [one.run_settings("plain").backend for one in (settings, openvino)] == ["auto", "openvino"]
    compared(settings, store, Models())
    with pytest.raises(RunFolderError, match="backend was None and is 'openvino'"):
        compared(openvino, store, Models())


def test_a_server_may_take_as_long_as_is_asked_for_and_another_time_is_the_same_comparison(settings, store) -> None:
    patient = settings.model_copy(update={"timeout": 1800.0})
    assert [one.run_settings("plain").timeout for one in (settings, patient)] == [600, 1800]
    compared(settings, store, Models())
    again = Models()
    compared(patient, store, again)
    assert again.loaded == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"models": ("a",)}, "give two or more: --models A B"),
        ({"models": ("a", "a")}, "a is given twice"),
        ({"models": ("a", "b"), "corpus": None}, "pass --corpus or --index"),
        ({"models": ("a", "b"), "k": 0}, "--k: "),
    ],
)
def test_settings_that_cannot_be_are_told_with_their_flag(given, message: str) -> None:
    whole = {"questions": "q.txt", "corpus": "docs", "out": "out"} | given
    with pytest.raises(SettingsError, match=message):
        checked_settings(CompareSettings, whole, "debate compare")


class Mended(Models):
    """The second model fails with an error of its library until it is mended."""

    broken = True

    def __call__(self, name: str) -> ScriptedLLM:
        self.loaded.append(name)
        return ScriptedLLM(script={"": "raise it broke" if self.broken and name == "other" else SCRIPTS[name]})


def test_answers_that_failed_are_tried_again_by_the_same_call(settings, store) -> None:
    """Regression: a failed answer counted as answered, for good."""
    models, chosen = Mended(), settings.model_copy(update={"controls": False})
    compared(chosen, store, models)
    models.broken = False
    found = compared(chosen, store, models)
    assert all("1912" in text for text in texts(found.answers[1]))
    assert models.loaded == ["plain", "other", "other"]


def test_a_document_that_cannot_be_read_is_told(settings: CompareSettings, tmp_path: Path) -> None:
    """Regression: a comparison left it out without a word."""
    (tmp_path / "damaged.pdf").write_bytes(b"no pdf")
    told = Told()
    compare_models(settings, told, load=Models())
    assert [one for one in told.warnings if "skipped" in one and "damaged.pdf" in one]


class Told(Progress):
    """Notes the warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warning(self, what: str) -> None:
        self.warnings.append(what)


def test_models_that_ran_through_different_libraries_are_told(settings: CompareSettings, store: FaissStore) -> None:
    """Regression: an adapter seemed four times slower than its base, which had another library."""
    found = compared(settings, store, Models())
    first, second = (
        [replace(one, backend=name) for one in answers]
        for name, answers in zip(("openvino", "transformers"), found.answers, strict=True)
    )
    assert found.warnings() == []
    assert replace(found, answers=(tuple(first), tuple(second))).warnings() == [
        "the models ran through libraries of other speeds and roundings: plain through openvino, other through "
        "transformers; set --backend for all"
    ]
