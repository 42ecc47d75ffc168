"""A finished run in another language: what is translated, what is noticed, and a translation that was stopped."""

import tomllib
from pathlib import Path

import pytest
from fakes import ScriptedLLM
from openpyxl import load_workbook

from chains import ChainError, Opinion, Question, Turn
from chains.models.settings import ModelSettings
from chains.schemas import Completion, Verdict
from debate.errors import RunFolderError, SettingsError
from debate.files.locking import write_record
from debate.progress import Progress
from debate.results import QuestionResult
from debate.run.records.journal import Journal
from debate.translation.runner import RECORD, TranslatedRun, translate_run
from debate.translation.settings import TranslateSettings
from debate.translation.sheet import write_translation

NAMES = {"TEXT:\nIslamic Republic\n": "イスラム共和国", "TEXT:\nAraghchi\n": "アラグチ", "TEXT:\nTehran\n": "テヘラン",
         "TEXT:\nIran\n": "イラン"}  # fmt: skip
TRANSLATED = {
    "TEXT:\nDid Iran": "イランは加盟したか。",
    "TEXT:\nThe Islamic": "イスラム共和国は2024年に同ブロックに加盟した、とアラグチは言う[1]。",
    "TEXT:\nI disagree": "2024年に加盟したテヘランには同意できない。",
    "TEXT:\nA draw": "2024年の、イランとその他の国々との引き分けである。",
}
ROW = QuestionResult(
    Question("q1", "Did Iran join?"),
    "smollm2",
    1.0,
    opinion=Opinion("The Islamic Republic joined the bloc in 2024, says Araghchi [1].", 11, ()),
    turns=(Turn(1, "hawk", "The Hawk", "I disagree with Tehran, which joined in 2024.", 8),),
    verdict=Verdict(0, "moderator", "Moderator", "A draw between Iran and the others, in 2024.", 9),
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    write_record(folder / "run.toml", {"settings": {"model": "smollm2"}, "inputs": {}}, RunFolderError)
    Journal(folder / "results.jsonl").extend([ROW])
    return folder


def model(**changes: str) -> ScriptedLLM:
    return ScriptedLLM(script=NAMES | TRANSLATED | changes)


def translation(run: Path, llm: ScriptedLLM, **given) -> TranslatedRun:
    return translate_run(run, TranslateSettings(to="ja", **given), Progress(), llm=llm)


def missing(made: TranslatedRun, what: str) -> tuple[str, ...]:
    return next(one.translation.missing for one in made.parts if one.part.what == what)


def test_every_text_of_the_run_is_translated_and_nothing_is_missing(run: Path) -> None:
    made = translation(run, model())
    assert {"question", "answer", "turn 1", "verdict"} == {one.part.what for one in made.parts}
    assert (made.failed, made.incomplete, made.unchecked) == (0, 0, {})
    assert made.glossary["Tehran"] == "テヘラン"


@pytest.mark.parametrize(
    ("lost", "text"),
    [
        (("2024",), "イスラム共和国は同ブロックに加盟した、とアラグチは言う[1]。"),
        (("[1]",), "イスラム共和国は2024年に同ブロックに加盟した、とアラグチは言う。"),
        (("アラグチ",), "イスラム共和国は2024年に同ブロックに加盟した、と彼は言う[1]。"),
    ],
)
def test_a_lost_number_marker_or_name_is_tried_again_and_then_marked(run: Path, lost, text) -> None:
    made = translation(run, model(**{"TEXT:\nThe Islamic": text}))
    found = next(one.translation for one in made.parts if one.part.what == "answer")
    assert (found.missing, found.tries, made.incomplete) == (lost, 3, 1)


def test_a_lost_name_that_begins_a_sentence_is_marked(run: Path) -> None:
    """Regression: a capital there was never taken for a name's."""
    row = QuestionResult(Question("q2", "Who left?"), "smollm2", 1.0, opinion=Opinion("Kenya left the bank.", 4, ()))
    Journal(run / "results.jsonl").extend([row])
    script = {"TEXT:\nKenya\n": "ケニア", "TEXT:\nWho left": "誰が去ったか。", "TEXT:\nKenya left": "銀行を去った。"}
    made = translation(run, model(**script))
    assert [one.translation.missing for one in made.parts if one.part.question_id == "q2"] == [(), ("ケニア",)]


def test_a_second_call_translates_nothing_again(run: Path) -> None:
    first = translation(run, model())
    again = ScriptedLLM(script={})
    assert translation(run, again) == first
    assert again.prompts == []


def test_a_server_may_take_as_long_as_is_asked_for_and_another_time_is_the_same_translation(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def load(settings: ModelSettings) -> ScriptedLLM:
        asked.append(settings.timeout)
        return model()

    monkeypatch.setattr("debate.translation.runner.load_llm", load)
    first = translate_run(run, TranslateSettings(to="ja", timeout=1800), Progress())
    assert asked == [1800]
    assert translation(run, ScriptedLLM(script={})) == first


def test_a_translation_of_an_older_version_goes_on(run: Path) -> None:
    """Regression: it was taken for another one, whose settings were None."""
    translation(run, model())
    record = run / "translations" / "ja" / RECORD
    settings = tomllib.loads(record.read_text(encoding="utf-8"))["settings"]
    write_record(record, settings, RunFolderError)
    assert translation(run, ScriptedLLM(script={})).failed == 0


@pytest.mark.parametrize("written", ["settings = 1", "[settings"])
def test_a_damaged_record_is_one_line(run: Path, written: str) -> None:
    (run / "translations" / "ja").mkdir(parents=True)
    (run / "translations" / "ja" / RECORD).write_text(written, encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"translate\.toml cannot be read: .*; give a new folder with --out"):
        translation(run, model())


@pytest.mark.parametrize("kind", ["TEXT:\nA draw", "TEXT:\nDid Iran"])
def test_an_error_costs_its_text_and_the_next_call_translates_what_is_left(run: Path, kind: str) -> None:
    """Regression: an error that was not the chain's own ended the command."""
    made = translation(run, model(**{kind: "raise the model is gone"}), concurrency=1)
    assert [one.error for one in made.parts if one.error] == ["RuntimeError: the model is gone"]
    rest = model()
    assert translation(run, rest, concurrency=1).failed == 0
    assert len(rest.prompts) == 1


def test_english_is_counted_as_no_translation(run: Path) -> None:
    """Regression: it counted as translated."""
    made = translation(run, model(**{"TEXT:\nA draw": "A draw between Iran and the others, in 2024."}), names=False)
    assert (made.failed, made.unusable, made.incomplete) == (0, 1, 0)


def test_the_runs_other_files_stay_as_they_were(run: Path) -> None:
    before = {path: path.read_bytes() for path in run.iterdir() if path.is_file()}
    write_translation(translation(run, model()))
    assert {path: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


def test_a_glossary_of_the_users_comes_before_the_models_names(run: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text('Tehran = "帝蘭"\n', encoding="utf-8")
    made = translation(run, model(), glossary=tmp_path / "terms.toml")
    assert missing(made, "turn 1") == ("帝蘭",)


def test_a_name_without_a_usable_translation_is_told(run: Path) -> None:
    made = translation(run, model(**{"TEXT:\nTehran\n": "テヘランはイランの首都であり大きな都市である"}))
    assert made.unchecked == {"Tehran": "no usable translation"}
    assert next(one.unchecked for one in made.parts if one.part.what == "turn 1") == ("Tehran",)


@pytest.mark.parametrize("formula", ["=1+1", "@SUM(A1)", "+1", '=HYPERLINK("http://x")', "**", "-"])
def test_a_formula_is_no_name(run: Path, formula: str) -> None:
    """Regression: it was put into the glossary and asked for in every text."""
    assert "Tehran" in translation(run, model(**{"TEXT:\nTehran\n": formula})).unchecked


@pytest.mark.parametrize("babble", ["the seat of Iran", "テヘランテヘラン" * 20, "براشی در العربيع های معراری کرد"])
def test_another_language_or_a_sentence_is_no_name(run: Path, babble: str) -> None:
    assert "Tehran" in translation(run, model(**{"TEXT:\nTehran\n": babble})).unchecked


@pytest.mark.parametrize("named", ["「テヘラン」", "**テヘラン**", "テヘラン。"])
def test_a_name_in_quotes_is_one(run: Path, named: str) -> None:
    assert translation(run, model(**{"TEXT:\nTehran\n": named})).glossary["Tehran"] == "テヘラン"


def test_no_cell_of_the_workbook_is_a_formula(run: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text('Tehran = "=1+1"\n', encoding="utf-8")
    texts = {"TEXT:\nDid Iran": "=1+1", "TEXT:\nTehran\n": "=2+2"}
    workbook = load_workbook(write_translation(translation(run, model(**texts), glossary=tmp_path / "terms.toml")))
    cells = [cell for sheet in workbook.worksheets for row in sheet for cell in row]
    assert {cell.value for cell in cells} >= {"=1+1"}
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []


def test_a_name_that_failed_is_asked_for_again_and_looked_for_in_its_texts(run: Path) -> None:
    """Regression: it was never looked for in the texts that were translated without it."""
    without = "2024年に加盟した彼らには同意できない。"
    first = translation(run, model(**{"TEXT:\nTehran\n": "raise the model is gone", "TEXT:\nI disagree": without}))
    assert first.unchecked == {"Tehran": "RuntimeError: the model is gone"}
    assert (missing(first, "turn 1"), first.parts[2].unchecked) == ((), ("Tehran",))
    again = model(**{"TEXT:\nI disagree": without})
    second = translation(run, again)
    assert (missing(second, "turn 1"), second.unchecked, second.parts[2].unchecked) == (("テヘラン",), {}, ())
    assert len(again.prompts) == 4
    assert translation(run, ScriptedLLM(script={})) == second


def test_a_text_that_cannot_be_translated_again_keeps_its_translation(run: Path) -> None:
    translation(run, model(**{"TEXT:\nTehran\n": "raise the model is gone"}))
    made = translation(run, model(**{"TEXT:\nI disagree": "raise the model is gone"}))
    assert (made.failed, made.parts[2].unchecked) == (0, ("Tehran",))
    assert made.parts[2].translation.text == TRANSLATED["TEXT:\nI disagree"]


def test_what_is_no_name_is_asked_for_again_a_few_times_in_all(run: Path) -> None:
    broken = {"TEXT:\nTehran\n": "=1+1"}
    asked = [model(**broken) for _ in range(4)]
    made = [translation(run, llm) for llm in asked]
    assert [llm.prompts_with("TEXT:\nTehran\n") for llm in asked] == [1, 1, 1, 0]
    assert made[-1].unchecked == {"Tehran": "no usable translation"}


def test_a_translator_that_stops_midway_keeps_what_it_has(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    def stops(paragraphs, before):
        given.extend(paragraphs)
        if len(given) > 2:
            raise KeyboardInterrupt
        return [Completion(text="2024年に加盟した。[1]" if "[1]" in one else "加盟した。") for one in paragraphs]

    def goes_on(paragraphs, before):
        given.extend(paragraphs)
        return [Completion(text="イランは2024年に加盟した。") for _ in paragraphs]

    monkeypatch.setattr("debate.translation.runner.load_translator", lambda name, language: stops)
    with pytest.raises(KeyboardInterrupt):
        translate_run(run, TranslateSettings(to="ja", translator="nllb", names=False), Progress())
    first = given[:2]
    monkeypatch.setattr("debate.translation.runner.load_translator", lambda name, language: goes_on)
    made = translate_run(run, TranslateSettings(to="ja", translator="nllb", names=False), Progress())
    assert made.failed == 0
    assert [one.part.text for one in made.parts if one.part.text in given[3:]] == [
        one.part.text for one in made.parts if one.part.text not in first
    ]


def test_another_model_in_the_same_folder_is_refused_by_name(run: Path) -> None:
    translation(run, model())
    with pytest.raises(RunFolderError, match="model was 'smollm2' and is 'other'; give a new folder with --out"):
        translation(run, model(), model="other")


@pytest.mark.parametrize(
    ("text", "told"),
    [('Tehran = ""', "'Tehran' has no translation"), ("Tehran", "terms.toml cannot be read")],
)
def test_a_glossary_that_says_nothing_is_one_line(run: Path, tmp_path: Path, text, told) -> None:
    (tmp_path / "terms.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        translation(run, model(), glossary=tmp_path / "terms.toml")


def test_a_folder_without_a_run_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="contains no run"):
        translation(tmp_path, model())


def test_a_run_without_a_finished_row_says_how_to_finish_it(run: Path) -> None:
    (run / "results.jsonl").unlink()
    with pytest.raises(RunFolderError, match="no finished rows to translate; finish it with debate run --resume"):
        translation(run, model())


def test_an_unknown_language_is_one_line(run: Path) -> None:
    with pytest.raises(ChainError, match="cannot translate into 'klingon'"):
        translate_run(run, TranslateSettings(to="klingon"), Progress(), llm=model())


@pytest.mark.parametrize(
    ("language", "font", "order"),
    [("ja", "Yu Gothic", 0), ("zh", "Microsoft YaHei", 0), ("fa", "Tahoma", 2), ("ar", "Tahoma", 2)],
)
def test_the_sheet_has_the_languages_font_and_direction(run: Path, language, font, order) -> None:
    made = translate_run(run, TranslateSettings(to=language, names=False), Progress(), llm=model())
    sheet = load_workbook(write_translation(made))["translation"]
    assert [cell.value for cell in sheet[1]][:5] == ["question_id", "part", "speaker", "text", language]
    assert (sheet["E3"].font.name, sheet["E3"].alignment.readingOrder) == (font, order)
    assert sheet["E3"].value == TRANSLATED["TEXT:\nThe Islamic"]


@pytest.mark.parametrize(("language", "from_the_right"), [("ja", False), ("fa", True), ("ar", True)])
def test_every_sheet_begins_at_the_right_where_the_language_does(run: Path, language, from_the_right) -> None:
    """Regression: only the cells of the translation did."""
    made = translate_run(run, TranslateSettings(to=language, names=False), Progress(), llm=model())
    sheets = load_workbook(write_translation(made)).worksheets
    assert [bool(sheet.sheet_view.rightToLeft) for sheet in sheets] == [from_the_right] * 2
