"""The benchmark of debates: theory by hand, and the arms with a model that reads exactly what it is shown."""

import re

import pytest
from fakes import ScriptedLLM

from benchmarks.debate.__main__ import table_of
from benchmarks.debate.ramdocs import (
    Result,
    Row,
    Said,
    dealt,
    exact_match,
    held_by_majority,
    held_by_most,
    run_arms,
    talk_health,
)
from benchmarks.debate.theory import checks, majority_accuracy
from benchmarks.debate.together import hold

ROW = Row(
    "r", "When was it founded?", ("It was founded in 1856.", "It was founded in 1901."), ("1856", "1901"), ("1900",)
)
OTHER = Row("o", "Who built it?", ("Anna Berg built it.", "It rained."), ("Anna Berg",), ("Otto Holm",))


class Reader(ScriptedLLM):
    """Names every year and builder that stands in its prompt."""

    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        self._prompts.append(prompt)
        found = re.findall(r"\b(?:1\d{3}|Anna Berg)\b", prompt)
        return f"Answers: {'; '.join(dict.fromkeys(found)) or 'unknown'}\nBecause: it is written."


@pytest.mark.parametrize(
    ("n", "p", "c", "accuracy"), [(3, 0.6, 0.0, 0.648), (3, 0.6, 1.0, 0.6), (1, 0.7, 0.5, 0.7), (3, 0.6, 0.5, 0.612)]
)
def test_conformity_takes_the_majority_from_condorcets_formula_to_one_debaters_skill(n, p, c, accuracy) -> None:
    assert majority_accuracy(n, p, c) == pytest.approx(accuracy)


def test_the_arenas_votes_and_judges_meet_theory() -> None:
    assert [one.name for one in checks(60) if not one.holds] == []


@pytest.mark.parametrize(
    ("answers", "is_match"),
    [
        (("1856", "the 1901"), True),
        (("1856",), False),
        (("1856", "1901", "1900"), False),
        (("18565", "1901"), False),
        ((), False),
    ],
)
def test_an_exact_match_has_every_right_answer_and_no_wrong_one(answers, is_match: bool) -> None:
    assert exact_match(answers, ROW) == is_match


def test_answers_are_read_from_their_line_and_a_copied_document_is_none() -> None:
    assert Said("Answers: 1856; May 1901.\nBecause: 1900 is wrong.", 9).answers == ("1856", "May 1901")
    assert Said("Answers: 1856; Because Document 1 says so.", 9).answers == ("1856",)
    assert Said("Answers: unknown", 9).answers == ()
    assert Said(f"Answers: {' '.join(['word'] * 13)} 1856", 9).answers == ()


def test_votes_keep_ties_between_readers_and_majorities_of_samples() -> None:
    assert set(held_by_most([("1856",), ("1901",), ()])) == {"1856", "1901"}
    assert held_by_most([("1856",), ("1856", "1901")]) == ("1856",)
    assert held_by_majority([("1856", "1900"), ("1856",), ("1901",)]) == ("1856",)


def test_documents_are_dealt_round() -> None:
    assert dealt("abcde", 2) == [("a", "c", "e"), ("b", "d")]
    assert dealt("ab", 8) == [("a",), ("b",)]


def test_readers_who_talk_share_what_they_read_and_a_placebo_shares_something_else() -> None:
    llm = Reader(script={})
    arms = run_arms(llm, [ROW, OTHER], seed=0)
    assert sorted(arms) == list("ABCDEFG")
    assert [exact_match(arms[arm][0].answers["vote"], ROW) for arm in "AEF"] == [True, True, True]
    assert arms["E"][1].answers["vote"] == ("anna berg",)
    assert "1856" in arms["G"][1].answers["vote"]  # the talk about the other question
    assert arms["E"][0].answers["moderator"] == ("1856", "1901")


def test_no_arm_spends_much_more_than_the_debate() -> None:
    arms = run_arms(Reader(script={}), [ROW, OTHER], seed=0)
    assert max(arms[arm][0].tokens / arms["E"][0].tokens for arm in "BCFG") < 1.3


def test_the_table_has_every_arm_and_what_talking_adds() -> None:
    lines = {line["name"]: line for line in table_of([ROW, OTHER], run_arms(Reader(script={}), [ROW, OTHER], seed=0))}
    assert lines["A vote"]["value"] == 1.0
    assert {"E - F (vote)", "F - B (vote)", "E moderator"} <= lines.keys()
    assert lines["E - F (vote)"]["low"] <= lines["E - F (vote)"]["value"] <= lines["E - F (vote)"]["high"]


def test_debates_that_advance_together_share_their_batches() -> None:
    _, alone = hold(debates=4, rounds=2, width=1, batch=4, seconds=0)
    _, merged = hold(debates=4, rounds=2, width=4, batch=4, seconds=0)
    assert merged * 3 < alone


def test_what_a_talk_does_to_right_readers_and_right_answers_is_measured() -> None:
    lost = Result(9, {"vote": ("1900",)}, before=(("1856",), ("1901",)), after=(("1856", "1901"), ("1900",)))
    measured = talk_health([lost], [ROW])
    assert measured == {"fragility": 0.5, "oracle gap": 1.0, "focus": -0.5}
