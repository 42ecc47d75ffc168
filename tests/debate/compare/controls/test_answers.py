"""Control questions: what counts as right, as exact and as an abstention."""

import pytest
from fakes import ScriptedLLM

from debate.compare.controls.answers import answerable, ask_control, judged
from debate.compare.controls.questions import CONTROLS

BY_ID = {one.id: one for one in CONTROLS}


@pytest.mark.parametrize(
    ("control", "text", "right", "exact"),
    [
        ("only-the-year", "1923", True, True),
        ("only-the-year", "1923.", True, True),
        ("only-the-year", "It was signed in 1923.", True, False),
        ("only-the-year", "It was signed in 11923.", False, False),
        ("only-the-year", "I don't know.", False, False),
        ("only-the-year-ja", "１９２３年", True, True),
        ("script", "富士山", True, True),
        ("script", "Mount Fuji (富士山)", True, False),
        ("script", "Mount Fuji", False, False),
        ("height-ja", "3776", True, True),
        ("height-ja", "3,776m", True, False),
        ("height-ja", "3776メートル", True, False),
        ("only-yes-or-no", "Yes, Turkey signed the treaty.", True, False),
        ("only-the-year", "It was signed in 1923, in Lausanne.", True, False),
        ("only-the-number", "It approved 96, worth 32.8 billion.", True, False),
        ("only-no", "No.", True, True),
        ("only-no", "It is not known, as far as Norway says", False, False),
        ("only-no", "There is no doubt: yes", False, False),
        ("only-no", "No doubt, yes.", False, False),
        ("only-no", "No other state founded it.", False, False),
        ("only-no", "No, it was founded by five.", True, False),
        ("only-no", "No it was founded by five", True, False),
        ("only-no", "The answer is no.", True, False),
        ("only-no", "**No**", True, True),
        ("only-no", "Yes or no", False, False),
        ("only-no", "Yes. No.", False, False),
        ("only-yes-or-no", "There is no doubt: yes", True, False),
        ("only-yes-or-no", "Yes; no other state did.", True, False),
        ("only-the-year", "It was not signed in 1923.", False, False),
        ("only-the-year", "Not stated.", False, False),
        ("script", "富士山ではありません", False, False),
        ("script", "It is not called 富士山.", False, False),
        ("script", "富士山または箱根山", False, False),
        ("script", "富士山 / Mount Fuji", True, False),
        ("only-the-year-ja", "1923年ではない", False, False),
        ("only-the-year-ja", "1922年ではなく1923年", True, False),
        ("only-the-year-ja", "一九二三年", True, True),
        ("height-ja", "3776メートルではない", False, False),
        ("height-ja", "3.776", True, True),
        ("height-ja", "3 776", True, True),
        ("only-the-year", "The year 1923 is wrong", False, False),
        ("only-the-year", "1923 was not the year", False, False),
        ("only-the-year", "1923, not 1924", True, False),
        ("only-the-year", "Not 1922, but 1923", True, False),
        ("only-the-year", "1923 or 1924", False, False),
        ("only-the-year", "In 1922 or in 1923", False, False),
        ("only-the-year", "1922 1923 1924", False, False),
        ("only-the-year", "1922, 1923", False, False),
        ("only-the-year", "1923/1924", False, False),
        ("only-the-year", "1923\n1923", True, False),
        ("only-the-year", "1923-07-24", True, False),
        ("only-the-year", "24 July 1923", True, False),
        ("only-the-year", "١٩٢٣", True, True),
        ("only-the-year", "1,923", True, False),
        ("only-the-year", "I don't know, 1923", False, False),
        ("only-the-year", "The passage does not state it, 1923", False, False),
        ("only-the-year", "It was signed in 1923; the passage does not state the place.", True, False),
        ("only-the-number", "96.0", True, True),
        ("only-the-number", "96.5", False, False),
        ("only-yes-or-no", "yes/no", False, False),
        ("only-yes-or-no", "I would not say yes", False, False),
        ("only-yes-or-no", "I would say yes", True, False),
        ("only-yes-or-no", "Yes, it was not signed by Turkey", False, False),
        ("only-yes-or-no", "Yes! Turkey never signed.", False, False),
        ("only-yes-or-no", "Yes, no state refused.", True, False),
        ("only-yes-or-no", "Yes, not only Turkey signed.", True, False),
        ("not-there", "I don't know. 50,000 soldiers.", False, False),
        ("not-there", "The passage does not say how many soldiers Turkey was allowed in 1923.", True, True),
        ("not-there-name", "The passage does not name the bank's first president, K. V. Kamath.", False, False),
        ("not-there-ja", "分かりません。役行者です。", False, False),
        ("not-there", "Not stated.", True, True),
        ("not-there-ja", "不明です。", True, True),
        ("not-there-name", "ذکر نشده است", True, True),
        ("not-there", "I don't know.", True, True),
        ("not-there", "Forty thousand soldiers.", False, False),
    ],
)
def test_an_answer_is_right_where_it_has_the_fact_and_exact_where_it_is_nothing_else(
    control, text, right, exact
) -> None:
    found = judged(BY_ID[control], "m", text)
    assert (found.right, found.exact) == (right, exact)


def test_a_model_is_asked_every_control_question_with_its_passage() -> None:
    llm = ScriptedLLM(
        script={"first president": "I don't know.", "Write only the year": "In 1923.", "": "Ankara says so."}
    )
    found = {one.id: ask_control(llm, "m", one) for one in CONTROLS}
    assert set(found) == set(BY_ID)
    assert found["not-there-name"].right
    assert (found["only-the-year"].right, found["only-the-year"].exact) == (True, False)
    assert any("Treaty of Lausanne" in prompt for prompt in llm.prompts)


def test_abstaining_is_wrong_only_where_the_passage_has_the_answer() -> None:
    answers = [judged(one, "m", "I don't know.") for one in CONTROLS]
    assert all(one.abstained for one in answers)
    assert {one.control_id for one in answerable(answers)} == {one.id for one in CONTROLS if one.accepted}
    assert not any(one.right for one in answerable(answers))
