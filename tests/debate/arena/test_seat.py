"""A person in a persona's place: the graph pauses, and goes on with what the person answers."""

import pytest
from debaters import CAST, OWN, PASSAGES, RETRIEVERS, SAID, debaters
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from chains import ChainError
from chains.schemas import StopReason
from debate import Rules, build_debate_graph
from debate.arena.seat import SeatRequest, converse

QUESTION, MINE = "What keeps the peace?", "The courts of the sea keep it, as the award of 2016 shows."
THREAD = {"configurable": {"thread_id": "one"}}
ANSWERS = {"position": "The courts of the sea have settled more than fleets.", "turn": MINE, "ballot": "Professor Dove"}


def graph(llm=None, **rules):
    return build_debate_graph(
        llm or debaters(),
        CAST,
        RETRIEVERS,
        rules=Rules(seat="dove", **rules),
        candidates=1,
        checkpointer=InMemorySaver(),
    )


def held(llm=None, **rules):
    """The debate, and everything that the person was asked."""
    asked: list[SeatRequest] = []
    seated = graph(llm, **rules)
    state = converse(seated, QUESTION, THREAD, lambda one: (asked.append(one), ANSWERS[one.wanted])[1], lambda _: None)
    return state, asked


def test_a_person_is_asked_for_a_position_and_a_turn_in_every_round() -> None:
    state, asked = held()
    assert [(one.wanted, one.round) for one in asked] == [("position", 0), ("turn", 1), ("turn", 2)]
    assert [turn.text for turn in state["turns"] if turn.persona_id == "dove"] == [MINE, MINE]
    assert state["positions"][1].text == ANSWERS["position"]
    assert state["outcome"]


def test_the_model_never_speaks_for_the_person() -> None:
    llm = debaters()
    held(llm, decision="majority", stop=("agreement",))
    assert llm.prompts_with("You are a dove.") == 0


def test_a_person_is_shown_what_it_heard_what_it_may_read_and_the_claim_that_waits() -> None:
    _, (_, turn, _) = held()
    assert turn.heard == (("Professor Hawk", SAID["hawk"]),)
    assert turn.passages == (PASSAGES["dove"].text,)
    assert turn.claim == OWN["hawk"]


def test_a_person_votes() -> None:
    state, asked = held(decision="majority")
    assert asked[-1].wanted == "ballot"
    assert {one.persona_id: one.choices for one in state["verdict"].ballots}["dove"] == ("dove",)


def test_a_poll_tells_its_round_and_the_vote_that_decides_has_none() -> None:
    holds_dove = debaters({"position do you hold": "Professor Dove"})
    _, asked = held(holds_dove, rounds=5, decision="majority", stop=("agreement",))
    assert [(one.wanted, one.round) for one in asked[-2:]] == [("ballot", 1), ("ballot", 0)]
    assert asked[-2].heard == asked[-1].heard


def test_what_a_person_says_is_measured_and_costs_no_tokens() -> None:
    state, _ = held()
    mine = state["turns"][1]
    assert (mine.tries, mine.tokens, mine.unsupported) == (0, 0, ("2016",))


def test_a_host_resumes_the_graph_by_a_command() -> None:
    seated = graph()
    paused = seated.invoke({"question": QUESTION}, THREAD)
    assert paused["__interrupt__"][0].value["wanted"] == "position"
    paused = seated.invoke(Command(resume=ANSWERS["position"]), THREAD)
    assert paused["__interrupt__"][0].value["claim"] == OWN["hawk"]
    assert [turn.persona_id for turn in paused["turns"]] == ["hawk"]
    assert seated.invoke(Command(resume=MINE), THREAD)["turns"][1].text == MINE


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("  ", "the text is empty; write something"),
        ("\u200b\0", "the text is empty; write something"),
        ("Nothing lasts. " * 5000, "the text has 75,000 characters, and the most is 4,000; say it shorter"),
        ({"text": MINE}, "an answer is a text, not dict"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_asked_for_again_and_the_debate_goes_on(answer, problem: str) -> None:
    seated = graph()
    seated.invoke({"question": QUESTION}, THREAD)
    again = seated.invoke(Command(resume=answer), THREAD)["__interrupt__"][0].value
    assert (again["wanted"], again["problem"]) == ("position", problem)
    paused = seated.invoke(Command(resume=ANSWERS["position"]), THREAD)
    assert paused["positions"][1].text == ANSWERS["position"]


def test_half_a_surrogate_pair_that_a_person_sends_becomes_a_question_mark() -> None:
    seated = graph()
    seated.invoke({"question": QUESTION}, THREAD)
    paused = seated.invoke(Command(resume="Courts \ud83d decide."), THREAD)
    assert paused["positions"][1].text == "Courts ? decide."


@pytest.mark.parametrize("config", [{}, THREAD])
def test_a_seat_that_nothing_could_resume_is_told_before_anything_runs(config) -> None:
    llm = debaters()
    seated = build_debate_graph(llm, CAST, RETRIEVERS, rules=Rules(seat="dove"), candidates=1)
    with pytest.raises(
        ChainError, match="the seat 'dove' pauses the debate, and nothing here could resume it; compile"
    ):
        seated.invoke({"question": QUESTION}, config)
    assert llm.prompts == []


def test_a_debate_resumes_within_a_round_and_says_nothing_twice() -> None:
    llm, seated = debaters(), None
    seated = graph(llm)
    seated.invoke({"question": QUESTION}, THREAD)
    seated.invoke(Command(resume=ANSWERS["position"]), THREAD)
    before = len(llm.prompts)
    shown = []
    converse(seated, QUESTION, THREAD, lambda one: ANSWERS[one.wanted], shown.append)
    assert [len(one.get("turns", ())) for one in shown][:2] == [1, 1]  # where it stood, then what came of the answer
    assert "You are a owl." in llm.prompts[before]


def test_a_seat_that_nobody_debates_from_is_told() -> None:
    with pytest.raises(ChainError, match="there is no debater 'cat' to speak for; there are: hawk, dove, owl"):
        build_debate_graph(debaters(), CAST, RETRIEVERS, rules=Rules(seat="cat"))


def test_a_person_agrees_like_everybody() -> None:
    state, _ = held(debaters({"position do you hold": "Professor Dove"}), rounds=5, stop=("agreement",))
    assert state["stopped"] == StopReason.AGREEMENT
