"""A run with translated answers: the column, what is missing in it, and a run stopped before its last step."""

from pathlib import Path

import pandas as pd
import pytest
from fakes import EMBEDDING, ScriptedLLM

from chains import ChainError
from debate import DebateSettings, GraphSettings, build_question_graph, run_questions
from prompts import load_personas
from vectorstore import FaissStore

SCRIPT = {
    "moderator": "A draw.",
    "You take part in a debate": "I disagree.",
    "professional translator": "加盟は[1]である。",
    "Answer the question below": "Iran joined in 2024.",
}
STORE = FaissStore.from_texts(["Iran joined in 2024.", "The G7 capped a price."], EMBEDDING)


def settings_in(folder: Path, **values) -> DebateSettings:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "q.txt").write_text("Did Iran join?\n", encoding="utf-8")
    given = {
        "questions": folder / "q.txt",
        "corpus": folder / "docs",
        "out": folder / "out",
        "deepen": 0,
        "translate": "ja",
    }
    return DebateSettings(**given | values)


def run(settings: DebateSettings, script=SCRIPT, **options):
    llm = ScriptedLLM(script=script)
    return run_questions(settings, llm=llm, store=STORE, **options), llm


def test_the_translated_answer_stands_behind_the_columns_of_every_run(tmp_path: Path) -> None:
    row = pd.read_excel(run(settings_in(tmp_path))[0].workbook, sheet_name="results")
    assert list(row.columns)[2:4] == ["answer", "answer_ja"]
    assert row["answer_ja"][0] == "加盟は[1]である。"


def test_a_number_that_is_missing_in_it_is_named_in_the_row(tmp_path: Path) -> None:
    row = pd.read_excel(run(settings_in(tmp_path))[0].workbook, sheet_name="results").iloc[0]
    assert "translation: does not have 2024" in row["notes"]


def test_a_glossary_of_the_settings_reaches_the_translator(tmp_path: Path) -> None:
    summary, llm = run(settings_in(tmp_path, glossary={"Iran": "イラン"}))
    assert any("Iran: イラン" in prompt for prompt in llm.prompts)
    assert "イラン" in summary.results[0].translation.missing


def test_a_failed_translation_is_gone_on_with_and_nothing_else_is_done_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    failed, _ = run(settings, SCRIPT | {"professional translator": "raise no translator today"})
    assert (failed.failed, failed.results[0].verdict.speaker) == (1, "Moderator")
    summary, llm = run(settings, retry_failed=True)
    assert (summary.failed, len(llm.prompts), llm.prompts_with("professional translator")) == (0, 3, 3)
    assert summary.results[0].translation.text == "加盟は[1]である。"


def test_an_unknown_language_is_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ChainError, match="cannot translate into 'klingon'"):
        run(settings_in(tmp_path, translate="klingon"))
    assert not (tmp_path / "out").exists()


def test_the_graph_has_the_node_only_where_a_translation_is_asked_for() -> None:
    personas = load_personas(None)
    graphs = [
        build_question_graph(
            ScriptedLLM(script={}), STORE, personas.personas, settings=GraphSettings(abstain=False, translate=language)
        )
        for language in ("", "ja")
    ]
    assert ["translate" in graph.get_graph().nodes for graph in graphs] == [False, True]
