"""Deeper questions belong to a seed's text and background."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chains.schemas import Question, Refusal, RefusedQuestion
from debate.errors import RunFolderError
from debate.run.records.deepened_questions import DeepenedQuestions, Deepening, with_twins_noted

SALT = Question("1", "Is he right?", "about salt")
IRON = Question("2", "Is he right?", "about iron")
CHILD = Question("1.1", "Why was salt taxed?", "about salt", parent_id="1", parent_text="Is he right?")


def listed(deepened: DeepenedQuestions, *seeds: Question) -> list[tuple[str, str]]:
    return [(one.id, one.text) for one in deepened.listed(seeds, {one.id for one in seeds})]


def test_a_seed_of_the_same_text_about_something_else_gets_no_deeper_questions_of_another(tmp_path: Path) -> None:
    deepened = DeepenedQuestions(tmp_path / "questions.jsonl")
    deepened.extend([(SALT, Deepening((CHILD,)))])

    assert listed(DeepenedQuestions(tmp_path / "questions.jsonl"), SALT, IRON) == [("1.1", CHILD.text)]


def test_a_seed_whose_background_changed_is_another(tmp_path: Path) -> None:
    deepened = DeepenedQuestions(tmp_path / "questions.jsonl")
    deepened.extend([(SALT, Deepening((CHILD,)))])

    assert deepened.get(replace(SALT, about="about iron")) is None


def test_a_seed_that_asks_the_same_under_another_id_shares_the_deeper_questions(tmp_path: Path) -> None:
    deepened = DeepenedQuestions(tmp_path / "questions.jsonl")
    deepened.extend([(SALT, Deepening((CHILD,)))])

    renamed = replace(SALT, id="7")
    assert list(deepened.listed([renamed], {"7"})) == [replace(CHILD, id="7.1", parent_id="7")]
    assert deepened.own(renamed) is None


def test_what_became_of_a_seed_is_read_as_it_was_kept(tmp_path: Path) -> None:
    told = replace(SALT, note="not deepened: a timeout", refused=(RefusedQuestion("And?", Refusal.VAGUER),))
    deepening = Deepening((told, CHILD), "a timeout")
    DeepenedQuestions(tmp_path / "questions.jsonl").extend([(SALT, deepening)])

    again = DeepenedQuestions(tmp_path / "questions.jsonl")

    assert (again.own(SALT), again.get(SALT), again.own(IRON)) == (deepening, deepening, None)
    assert list(again.listed([SALT], {"1"})) == [told, CHILD]


def test_a_line_that_is_no_list_of_questions_is_told_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text('{"seed": 1}\n')
    with pytest.raises(RunFolderError, match="line 1 is not a valid list of questions; remove the line"):
        DeepenedQuestions(tmp_path / "questions.jsonl")


def test_a_file_that_names_no_background_is_read_with_that_of_its_questions(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    child = {"id": "1.1", "text": CHILD.text, "about": "about salt", "parent_id": "1", "parent_text": SALT.text}
    path.write_text(json.dumps({"seed": "1", "text": SALT.text, "questions": [child], "error": ""}) + "\n")

    assert listed(DeepenedQuestions(path), SALT, IRON) == [("1.1", CHILD.text)]


def test_only_a_question_of_the_same_text_and_background_is_a_twin() -> None:
    assert [one.same_as for one in with_twins_noted([SALT, IRON, replace(SALT, id="3")])] == ["", "", "1"]
