"""The single agent beside a debate: what it reads, how often it answers, what counts, and what it costs."""

import pytest
from debaters import CAST, PASSAGES, POSITIONS, RETRIEVERS, Debaters, debaters

from chains.debating.steps import DebateSteps
from chains.schemas import Tokens
from debate import Rules, build_debate_graph
from debate.arena.baseline import answer_alone
from debate.arena.state import record_of

ALONE = "Decide which of the positions below"
REASONS = (
    "Missiles were scrapped in 1987 because two powers signed a treaty, and nobody had to fire. Fleets doubled in 1936 "
    "once a treaty lapsed, which shows what a treaty is worth to a country and to all its neighbours at sea."
)


class Changing(Debaters):
    """Answers alone with one text after the other."""

    answers: list[str]

    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        return self.answers.pop(0) if ALONE in prompt else super()._call(prompt, stop, run_manager, **kwargs)


def held(script=None, **rules):
    llm = debaters({ALONE: f"Professor Dove. {REASONS}", **(script or {})})
    graph = build_debate_graph(llm, CAST, RETRIEVERS, rules=Rules(baseline=True, **rules), candidates=1)
    return graph.invoke({"question": "What keeps the peace?"}), llm


def asked_alone(llm) -> list[str]:
    return [prompt for prompt in llm.prompts if ALONE in prompt]


def test_a_single_agent_answers_by_a_vote_and_by_correction() -> None:
    state, _ = held()
    vote, correction = state["baselines"]
    assert (vote.method, vote.winner, vote.share) == ("vote", "dove", 1.0)
    assert (correction.method, correction.winner, correction.share) == ("correction", "dove", None)
    assert REASONS in vote.text
    assert vote.supported == 0.5


def test_it_reads_every_passage_of_every_debater_to_the_byte_and_all_positions() -> None:
    state, llm = held()
    prompt = asked_alone(llm)[0]
    assert all(chunk.text in prompt for chunk in PASSAGES.values())
    assert all(position in prompt for position in POSITIONS.values())
    assert set(state["baselines"][0].chunk_ids) == {chunk.id for chunk in PASSAGES.values()}


def test_it_has_about_the_tokens_of_the_debate_by_either_method() -> None:
    state, _ = held()
    vote, correction = state["baselines"]
    assert vote.tries > 2
    assert vote.tokens.total == pytest.approx(state["tokens"].total, rel=0.2)
    assert correction.tokens.total == pytest.approx(state["tokens"].total, rel=0.3)


def test_a_correction_is_shown_the_answer_before_it() -> None:
    _, llm = held()
    first, *rest = [prompt for prompt in asked_alone(llm) if "YOUR ANSWER SO FAR" in prompt]
    assert first.endswith("### YOUR ANSWER SO FAR:\nProfessor Dove. " + REASONS + "\n\n### RESPONSE:")
    assert rest


@pytest.mark.parametrize("said", ["Nobody. The passages bear out none of the three.", "It is all the same."])
def test_an_answer_that_names_nobody_first_is_for_nobody(said: str) -> None:
    state, _ = held({ALONE: said})
    assert [(one.winner, one.share) for one in state["baselines"]] == [("", None), ("", None)]


def test_its_own_tokens_are_not_the_debates() -> None:
    alone, _ = held()
    without = build_debate_graph(debaters(), CAST, RETRIEVERS, candidates=1).invoke(
        {"question": "What keeps the peace?"}
    )
    assert alone["tokens"] == without["tokens"]
    assert without["tokens"].estimated
    assert without["baselines"] == ()


def test_a_tie_of_its_answers_is_for_nobody() -> None:
    state, llm = held()
    record = record_of(state)
    one = answer_alone(DebateSteps(llm, CAST), record, Tokens())[0]
    said = [f"Professor {who}. {REASONS}" for who in ("Dove", "Dove", "Owl", "Dove")]
    changed = Changing(script=llm.script, answers=said)
    two = answer_alone(DebateSteps(changed, CAST), record, one.tokens + one.tokens)[0]
    assert (one.tries, one.winner) == (1, "dove")
    assert (two.tries, two.winner, two.share) == (2, "", None)
