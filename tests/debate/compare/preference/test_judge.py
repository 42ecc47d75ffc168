"""A judge sees both orders; what it says in one of them only is a tie."""

import pytest
from fakes import ScriptedLLM

from chains import Chunk, Opinion, Question
from debate.compare.measures import Answer
from debate.compare.preference.judge import Judged, judge_pair, judge_tally

QUESTION = Question("q", "Why did the union end?")
PASSAGES = (Chunk("a", "The union ended in 1911."),)
GOOD, BAD = (Answer("q", name, Opinion(text, 5, ()), 1.0) for name, text in (("new", "In 1911."), ("old", "No idea.")))


class PrefersText(ScriptedLLM):
    """Says where the better text stands."""

    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        self._prompts.append(prompt)
        return "1" if prompt.index("In 1911.") < prompt.index("No idea.") else "2"


def said(script: str) -> Judged:
    return judge_pair(ScriptedLLM(script={"": script}), "judge", QUESTION, PASSAGES, (BAD, GOOD))


def test_a_judge_that_prefers_the_same_answer_in_both_orders_has_decided() -> None:
    llm = PrefersText(script={})
    found = judge_pair(llm, "judge", QUESTION, PASSAGES, (BAD, GOOD))
    assert (found.preferred, found.contradicts_itself) == ("new", False)
    assert all("The union ended in 1911." in prompt for prompt in llm.prompts)


@pytest.mark.parametrize("place", ["1", "Answer 2 is better", "one"])
def test_a_judge_that_prefers_the_same_place_contradicts_itself_and_nobody_wins(place) -> None:
    found = said(place)
    assert (found.preferred, found.contradicts_itself) == ("", True)


@pytest.mark.parametrize(
    ("text", "read"), [("neither", "neither"), ("Both are equal", "neither"), ("Hm", "unreadable")]
)
def test_what_names_no_answer_is_no_preference(text, read) -> None:
    found = said(text)
    assert (found.in_order, found.preferred, found.contradicts_itself) == (read, "", False)


def test_the_tally_counts_each_model_ties_and_contradictions() -> None:
    judged = [
        Judged("j", "a", ("old", "new"), "second", "first"),
        Judged("j", "b", ("new", "old"), "first", "second"),
        Judged("j", "c", ("old", "new"), "first", "first"),
    ]
    found = judge_tally(judged, ("old", "new"))
    assert (found.wins, found.ties, found.contradictions, found.p) == ((0, 2), 1, 1, 0.5)


def test_a_reply_that_cannot_be_read_is_no_verdict_and_no_tie_and_its_words_are_kept() -> None:
    found = said("1 or 2")
    tally = judge_tally([found], found.shown)
    assert (found.is_verdict, found.replies) == (False, ("1 or 2", "1 or 2"))
    assert (tally.wins, tally.ties, tally.unread) == ((0, 0), 0, 1)


def test_a_pair_of_which_one_order_cannot_be_read_counts_for_nobody() -> None:
    found = judge_tally([Judged("j", "a", ("old", "new"), "first", "unreadable")], ("old", "new"))
    assert (found.wins, found.ties, found.unread) == ((0, 0), 0, 1)
