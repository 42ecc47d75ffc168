"""Debates under every protocol and decision, through the graph: who speaks, what is heard, how it ends."""

import re

import pytest
from debaters import CAST, POSITIONS, READ, RETRIEVERS, debater, debaters
from langchain_core.runnables import RunnableLambda

from chains import ChainError, Chunk
from chains.schemas import DebateOutcome, StopReason
from debate import Rules, build_debate_graph
from prompts import Persona

PROTOCOLS = ("sequential", "simultaneous", "relay", "round_table")
DECISIONS = ("moderator", "judge", "majority", "approval", "ranked")


def hold(rules: Rules, script=None, **given):
    llm = debaters(script)
    graph = build_debate_graph(llm, CAST, RETRIEVERS, rules=rules, candidates=1, **given)
    return graph.invoke({"question": "What keeps the peace?"}), llm


def turn_prompts(llm) -> list[str]:
    """The first prompt for each turn; a turn that fails its measures is asked for again."""
    asked = [prompt for prompt in llm.prompts if "in a debate, in round" in prompt]
    by_turn = {(debater(prompt), re.search(r"in round (\d+)", prompt)[1]): prompt for prompt in reversed(asked)}
    return [by_turn[turn] for turn in reversed(by_turn)]


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_goes_with_every_decision(protocol, decision) -> None:
    state, _ = hold(Rules(protocol=protocol, decision=decision))
    assert [turn.persona_id for turn in state["turns"]] == ["hawk", "dove", "owl"] * 2
    assert state["stopped"] == StopReason.ROUNDS
    assert state["verdict"].decision == decision
    undecided = DebateOutcome.NO_WINNER if decision in ("moderator", "judge") else DebateOutcome.NO_CONSENSUS
    assert state["outcome"] == undecided


@pytest.mark.parametrize(
    ("decision", "script", "share"),
    [
        ("moderator", {"Decide who argued better": "Speaker B"}, 1.0),
        ("judge", {"SPEAKER A SAID:\nMissiles": "Speaker A", "SPEAKER B SAID:\nMissiles": "Speaker B"}, 1.0),
        ("majority", {"position do you hold": "Professor Dove"}, 1.0),
        ("approval", {"can you accept": "Professor Dove"}, 1.0),
        ("ranked", {"Rank the positions": "Dove, Owl, Hawk"}, 1.0),
    ],
)
def test_every_decision_can_have_a_winner(decision, script, share: float) -> None:
    state, _ = hold(Rules(decision=decision), script)
    assert (state["verdict"].winner, state["outcome"]) == ("dove", DebateOutcome.WON)
    assert state["verdict"].share == share


def answered(llm) -> list[str]:
    """Whose claim each turn was asked to answer."""
    claims = [re.search(r"### (.*?) SAID:\n\"(.*)\"", prompt) for prompt in turn_prompts(llm)]
    return [
        f"{one[1].split()[-1].lower()}'s {'position' if one[2] in POSITIONS.values() else 'turn'}" if one else "nothing"
        for one in claims
    ]


@pytest.mark.parametrize(
    ("protocol", "claims"),
    [
        (
            "sequential",
            ["dove's position", "hawk's turn", "dove's turn", "owl's turn", "hawk's position", "dove's turn"],
        ),
        (
            "relay",
            ["dove's position", "hawk's turn", "dove's turn", "owl's turn", "hawk's position", "dove's position"],
        ),
    ],
)
def test_the_latest_claim_that_was_heard_is_answered(protocol, claims: list[str]) -> None:
    assert answered(hold(Rules(protocol=protocol))[1]) == claims


def test_who_speaks_simultaneously_answers_positions_first_and_then_the_round_before() -> None:
    claims = answered(hold(Rules(protocol="simultaneous"))[1])
    assert claims == [
        "dove's position",
        "hawk's position",
        "hawk's position",
        "owl's turn",
        "owl's turn",
        "dove's turn",
    ]


def test_the_moderator_opens_each_round_of_a_round_table_from_a_passage_that_all_then_read() -> None:
    state, llm = hold(Rules(protocol="round_table"))
    assert [(one.round, one.chunk_id) for one in state["round_questions"]] == [(1, "c-hawk")]
    assert all({hit.chunk_id for hit in one.hits} >= {"c-hawk"} for one in state["readings"])
    asked = ["fleets of 1936 tell us" in prompt for prompt in turn_prompts(llm)]
    assert asked == [True, True, True, False, False, False]  # in the second round every passage is used


@pytest.mark.parametrize("written", ["Well then.", "The question is: What keeps the peace?"])
def test_a_moderator_without_a_question_of_its_own_asks_for_the_passages_fact(written: str) -> None:
    state, _ = hold(Rules(protocol="round_table"), {"Open the next round": written})
    [question] = state["round_questions"]
    assert (question.source, question.text) == ("passage", f"What follows from this: {READ['hawk']}")


def test_debaters_who_come_to_agree_end_the_debate() -> None:
    state, _ = hold(Rules(rounds=5, stop=("agreement",)), {"position do you hold": "Professor Owl"})
    assert (len(state["turns"]), state["stopped"]) == (3, StopReason.AGREEMENT)
    assert [ballot.choices for ballot in state["polls"][0].ballots] == [("owl",)] * 3


def test_debaters_who_do_not_agree_go_on_to_the_last_round() -> None:
    state, _ = hold(Rules(rounds=3, stop=("agreement",)))
    assert [one.round for one in state["polls"]] == [1, 2]
    assert (len(state["turns"]), state["stopped"]) == (9, StopReason.ROUNDS)


def test_a_debate_without_anything_new_ends() -> None:
    state, _ = hold(Rules(rounds=5, stop=("nothing_new",)))
    assert (len(state["turns"]), state["stopped"]) == (6, StopReason.NOTHING_NEW)


def test_a_budget_ends_the_debate_of_a_model_that_reports_no_tokens() -> None:
    state, _ = hold(Rules(rounds=5, token_budget=100))
    assert (len(state["turns"]), state["stopped"]) == (3, StopReason.BUDGET)


def test_a_persona_speaks_through_the_model_of_its_own() -> None:
    own = debaters()
    _, shared = hold(Rules(), llms={"owl": own})
    assert {debater(prompt) for prompt in own.prompts} == {"owl"}
    assert {debater(prompt) for prompt in turn_prompts(shared)} == {"hawk", "dove"}


def test_eight_debaters_are_the_most() -> None:
    nine = [Persona(str(n), str(n), "somebody.") for n in range(9)]
    with pytest.raises(ChainError, match="a debate takes 2 to 8 personas, 9 given"):
        build_debate_graph(debaters(), nine, {one.id: RunnableLambda(lambda _: ()) for one in nine})


def test_fresh_passages_come_in_each_later_round_by_the_claim_against_each_debater() -> None:
    asked: list[str] = []

    def search(query: str) -> tuple[Chunk, ...]:
        asked.append(query)
        return (Chunk("c-old", READ["hawk"]), Chunk(f"c-{len(asked)}", f"Text {len(asked)} for the search."))

    llm = debaters()
    found = {one.id: RunnableLambda(search) for one in CAST}
    graph = build_debate_graph(llm, CAST, found, rules=Rules(rounds=3, fresh_k=1), candidates=1)
    state = graph.invoke({"question": "What keeps the peace?"})
    assert asked[:3] == ["What keeps the peace?"] * 3
    assert asked[3] == f"What keeps the peace? {READ['owl']}"
    assert [hit.chunk_id for hit in state["readings"][0].hits] == ["c-old", "c-1", "c-4", "c-7"]
    assert "[3] Text 4 for the search." in turn_prompts(llm)[3]
