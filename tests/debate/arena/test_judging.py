"""Judges and voters: what they are shown, and how their answers are read."""

import re

import pytest
from fakes import ScriptedLLM

from chains.debating.record import DebateRecord
from chains.debating.steps import DebateSteps
from chains.schemas import Ballot, Chunk, Judgement, Position, Turn
from debate.arena.judging import ballot, decided_by, judged, poll
from prompts import Persona

CAST = tuple(Persona(one, f"Professor {one.title()}", f"a {one}.") for one in ("hawk", "dove", "owl"))
POSITIONS = tuple(Position(one.id, one.name, f"{one.name} is right in this.") for one in CAST)
TURNS = tuple(Turn(1, one.id, one.name, f"A {one.id} said [1] this.", 4, used=("c1",)) for one in CAST)
RECORD = DebateRecord("Why?", table={"c1": Chunk("c1", "**Raw**  text.")}, positions=POSITIONS, turns=TURNS)
PAIR = (Judgement(("hawk", "dove"), "hawk"), Judgement(("dove", "hawk"), "hawk"))


def steps(script: dict[str, str]) -> tuple[DebateSteps, ScriptedLLM]:
    llm = ScriptedLLM(script=script)
    return DebateSteps(llm, CAST), llm


def test_a_judge_reads_every_pair_in_both_orders_with_the_raw_evidence() -> None:
    asked, llm = steps({"": "nobody"})
    decided = judged(asked, RECORD)
    assert [one.shown for one in decided.judgements] == [
        *(("hawk", "dove"), ("dove", "hawk"), ("hawk", "owl"), ("owl", "hawk"), ("dove", "owl"), ("owl", "dove"))
    ]
    assert all("### EVIDENCE:\n- **Raw**  text.\n" in prompt for prompt in llm.prompts)
    assert {tuple(re.findall(r"A (\w+) said\s+this", prompt)) for prompt in llm.prompts} == {
        one.shown for one in decided.judgements
    }


def test_a_judge_sees_letters_in_place_of_names_so_that_it_cannot_like_a_name() -> None:
    asked, llm = steps({"": "Speaker A"})
    decided = judged(asked, RECORD)
    assert decided.winner == ""  # whoever stands first: the two orders of a pair contradict each other
    assert not [prompt for prompt in llm.prompts if "Professor" in prompt]


def test_who_wins_most_pairs_in_both_orders_wins() -> None:
    asked, _ = steps({"A SAID:\nA owl": "Speaker A", "B SAID:\nA owl": "Speaker B", "": "nobody"})
    decided = judged(asked, RECORD)
    assert (decided.winner, decided.share, decided.decision) == ("owl", 1.0, "judge")


def test_a_judge_who_takes_whoever_comes_first_decides_nothing() -> None:
    always_first = tuple(Judgement(one.shown, one.shown[0]) for one in PAIR)
    assert decided_by(PAIR).winner == "hawk"
    assert decided_by(always_first).winner == ""


def test_equally_many_wins_are_no_win() -> None:
    circle = [
        Judgement(pair, pair[0] if order else pair[1])
        for one, other in (("a", "b"), ("b", "c"), ("c", "a"))
        for order, pair in ((True, (one, other)), (False, (other, one)))
    ]
    assert decided_by(circle).winner == ""


@pytest.mark.parametrize(
    ("answer", "kind", "choices"),
    [
        ("Professor Dove", "majority", ("dove",)),
        ("Hawk or dove", "majority", ()),
        ("Professor Dove, Professor Hawk", "approval", ("dove", "hawk")),
        ("nobody", "approval", ()),
        ("1. owl 2. dove 3. hawk", "ranked", ("owl", "dove", "hawk")),
        ("Professor", "ranked", ()),
    ],
)
def test_a_ballot_is_read_by_the_names_in_it(answer: str, kind, choices: tuple[str, ...]) -> None:
    assert ballot("hawk", answer, RECORD, kind) == Ballot("hawk", choices)


def test_every_voter_is_shown_all_positions_in_another_order() -> None:
    asked, llm = steps({"": "Professor Owl"})
    taken = poll(asked, RECORD, "majority")
    shown = {prompt.partition("### POSITIONS:\n")[2].partition(":")[0] for prompt in llm.prompts}
    assert shown == {"Professor Hawk", "Professor Dove", "Professor Owl"}
    assert [one.choices for one in taken] == [("owl",)] * 3


def test_a_persons_vote_is_taken_as_it_was_given() -> None:
    asked, llm = steps({"": "Professor Owl"})
    taken = poll(asked, RECORD, "majority", {"dove": "hawk"})
    assert [one.choices for one in taken] == [("owl",), ("hawk",), ("owl",)]
    assert len(llm.prompts) == 2
