"""The verdict: decided twice, by claims that were made, with what was conceded."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from fakes import ScriptedLLM
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from numpy.typing import NDArray

from chains.debating.judgement import evidence
from chains.debating.judgement.reasons import sound_reasons
from chains.debating.judgement.verdict import Decided, deciding_claims, named
from chains.debating.record import DebateRecord
from chains.debating.steps import DebateSteps
from chains.errors import GenerationError
from chains.schemas import Ballot, Chunk, Claim, Position, Reading, Support, Turn, Verdict, chunk_table
from prompts import Persona

HAWK, DOVE = Persona("hawk", "Professor Hawk", "a hawk."), Persona("dove", "Professor Dove", "a dove.")
NAMES = {"hawk": "Professor Hawk", "dove": "Professor Dove"}
SAID = "Fleets double wherever a treaty lapses, as in 1936 [1]."
PASSAGE = Chunk("c1", "## Fleets\n\n**Fleets** doubled  when the treaty lapsed in 1936.\n ")
CLAIM = Claim("hawk", "Fleets double wherever a treaty lapses, as in 1936.", 0)
TURNS = (
    Turn(1, "hawk", "Professor Hawk", SAID, 8, ("c1",), sentences=(Support(0, len(SAID), 0, 0.9),)),
    Turn(1, "dove", "Professor Dove", "I concede that the fleets had grown by then.", 9, answers=CLAIM, concedes=True),
)


# Asked twice in opposite orders, the hawk is named both times.
HAWK_WINS = {"### SPEAKER A SAID:\nFleets": "Speaker A", "### SPEAKER B SAID:\nFleets": "B."}


def judge(script: dict[str, str], turns: tuple[Turn, ...] = TURNS) -> tuple[Verdict, ScriptedLLM]:
    llm = ScriptedLLM(script=script)
    chunks = (PASSAGE,)
    record = DebateRecord("Why?", table=chunk_table(chunks), readings={"hawk": Reading.of("hawk", chunks)}, turns=turns)
    return DebateSteps(llm, (HAWK, DOVE)).give_verdict(record), llm


def test_the_winner_is_who_is_named_in_either_order() -> None:
    verdict, llm = judge(HAWK_WINS | {"": "It stands."})
    assert verdict.winner == "hawk"
    assert llm.prompts_with("### SPEAKER A SAID:\nFleets") == llm.prompts_with("### SPEAKER B SAID:\nFleets") == 1


def test_whom_the_moderator_names_without_a_claim_has_not_won() -> None:
    turn = replace(TURNS[0], text="Fleets doubled when the treaty lapsed in 1936 [1].", sentences=())
    verdict, _ = judge({"### SPEAKER A SAID:\nFleets": "A", "### SPEAKER B SAID:\nFleets": "B"}, (turn, TURNS[1]))
    assert (verdict.winner, verdict.share) == ("", None)
    assert verdict.text.startswith("Nobody won this debate.")
    assert verdict.notes[0] == "named as the winner, without a claim of its own: Professor Hawk"


@pytest.mark.parametrize(
    ("question", "reasons"),
    [
        (
            "Do fleets double when a treaty lapses, or do navies wait until the next council meets?",
            "What remains open is whether fleets double when a treaty lapses, or whether navies wait for the next council.",
        ),
        (
            "Can the small bank become a real alternative to the large bank while it lends in dollars?",
            "What remains open is whether the small bank can become a real alternative to the large bank while it lends in dollars.",
        ),
    ],
)
def test_the_question_put_once_more_is_no_reason(question: str, reasons: str) -> None:
    assert sound_reasons(reasons, DebateRecord(question))[0] == ""


@pytest.mark.parametrize("answer", ["Speaker A", "Speaker B", "Professor Hawk", "nobody", "A or B", "Speaker C"])
def test_a_moderator_that_always_answers_the_same_names_no_winner(answer: str) -> None:
    verdict, _ = judge({"Decide who": answer, "": "It stands."})
    assert verdict.winner == ""
    assert verdict.text.startswith("Nobody won this debate.")


def test_the_moderator_sees_no_name() -> None:
    told = replace(TURNS[1], text="Professor Hawk is right that the fleets had grown by then, and Hawk knows it.")
    _, llm = judge({"Decide who": "nobody", "": "It stands."}, (TURNS[0], told))
    asked = [prompt for prompt in llm.prompts if "Decide who" in prompt]
    assert not any("Hawk" in prompt for prompt in asked)
    assert "Speaker A is right that the fleets had grown by then, and Speaker A knows it." in "".join(asked)


def test_a_passage_said_again_is_no_claim_that_decides() -> None:
    again = "Fleets doubled when the treaty lapsed in 1936."
    turns = (Turn(1, "hawk", "Professor Hawk", again, 8, ("c1",)), TURNS[1])
    verdict, _ = judge(HAWK_WINS | {"": "It stands."}, turns)
    assert verdict.decided_by == ()
    assert "What decided" not in verdict.text


def test_a_claim_for_the_other_side_does_not_decide() -> None:
    class Sides:
        """A claim that has the word "dove's" is nearer to the dove's position."""

        def side(self, question: str, text: str, positions: Sequence[str]) -> NDArray[np.float64]:
            return np.array([float("dove's" in text) == float("doves" in one) for one in positions], dtype=float)

    lost = "Every treaty that was kept proves the dove's case again."
    positions = (Position("hawk", "Hawk", "Hawks are right."), Position("dove", "Dove", "The doves are right."))
    spoken = (TURNS[0], Turn(2, "hawk", "Professor Hawk", lost, 10))
    record = DebateRecord("Why?", table=chunk_table((PASSAGE,)), positions=positions, turns=spoken)
    assert deciding_claims(record, ["hawk"], Sides()) == (CLAIM,)
    assert deciding_claims(replace(record, turns=spoken[1:]), ["hawk"], Sides()) == ()


def test_one_claim_alone_stands_against_nothing() -> None:
    verdict, _ = judge({"Decide who": "nobody", "": "It stands."}, (TURNS[0], replace(TURNS[1], text="I agree.")))
    assert "against each other" not in verdict.text


def test_the_verdict_quotes_the_claim_that_decided_and_names_what_was_conceded() -> None:
    verdict, _ = judge(HAWK_WINS | {"": "The figures bear it out."})
    assert (verdict.decided_by, verdict.conceded) == ((CLAIM,), (CLAIM,))
    assert f"What decided is the claim “{CLAIM.sentence}”" in verdict.text
    assert verdict.text.endswith("The figures bear it out.")


def test_a_moderator_without_reasons_leaves_what_was_decided_and_fails_nothing() -> None:
    verdict, _ = judge(HAWK_WINS | {"": ""})
    assert verdict.text.endswith(f"Professor Hawk was conceded: “{CLAIM.sentence}”")
    assert "the moderator gave no reasons that can be used" in verdict.notes


def test_what_a_moderator_says_of_the_text_is_struck_out_of_the_verdict() -> None:
    verdict, _ = judge({"Decide who": "nobody", "": "The passage discusses fleets. The figures bear it out."})
    assert verdict.text.endswith("The figures bear it out.")
    assert "passage" not in verdict.text


def test_markers_stand_in_no_verdict_since_it_reads_no_passages() -> None:
    verdict, llm = judge({"Decide who": "nobody", "": "The figures [1] bear it out."})
    assert "[1]" not in verdict.text
    assert all("[1]" not in prompt for prompt in llm.prompts)


@pytest.mark.parametrize(
    ("invented", "why"),
    [
        ("In 2021 the World Trade Organisation rejected a clause.", "in no passage: 2021, World Trade Organisation"),
        ("But how did we get there?", "no reason"),
        ("I concede that the fleets had grown by then.", "said before"),
    ],
)
def test_what_a_moderator_goes_on_with_behind_the_reasons_is_left_out_and_told(invented: str, why: str) -> None:
    verdict, _ = judge({"Decide who": "nobody", "": f"The figures bear it out. {invented}"})
    assert verdict.text.endswith("The figures bear it out.")
    assert f"left out of the reasons, {why}: {invented}" in verdict.notes
    assert verdict.unsupported == ()


@pytest.mark.parametrize(
    ("answer", "persona_id"),
    [
        ("Professor Hawk", "hawk"),
        ("I say hawk.", "hawk"),
        ("Professor", ""),
        ("Hawk and Dove", ""),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_a_winner_is_named_alone(answer: str, persona_id: str) -> None:
    assert named(answer, NAMES) == persona_id


def test_a_debate_longer_than_the_window_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "fits_window", lambda *_: False)
    with pytest.raises(GenerationError, match="the debate is longer than the model's window; use fewer rounds"):
        judge({})


def test_the_moderator_reads_what_the_turns_rest_on() -> None:
    used = (replace(TURNS[0], used=("c1",)), TURNS[1])
    verdict, llm = judge({"Decide who": "nobody", "": "It stands."}, used)
    assert verdict.chunk_ids == ("c1",)
    assert all(f"### EVIDENCE:\n- {PASSAGE.text}" in prompt for prompt in llm.prompts)


def test_the_reasons_are_asked_for_from_the_claims_and_the_evidence_not_from_the_debate() -> None:
    other = Turn(2, "dove", "Professor Dove", "Every treaty that was kept is forgotten. Every broken one is a war.", 12)
    _, llm = judge(HAWK_WINS | {"": "they doubled."}, (*TURNS, other))
    asked = llm.prompts[-1]
    assert f'### PROFESSOR HAWK SAID:\n"{CLAIM.sentence}"' in asked
    assert '### PROFESSOR DOVE SAID:\n"Every treaty that was kept is forgotten."' in asked
    assert "Every broken one" not in asked
    assert asked.endswith("The evidence is on the side of Professor Hawk, since")


def test_nobody_gives_reasons_where_there_is_no_claim() -> None:
    verdict, llm = judge(
        HAWK_WINS, (replace(TURNS[0], text="Fleets doubled when the treaty lapsed in 1936."), TURNS[1])
    )
    assert verdict.text.startswith("Nobody won this debate.")
    assert "no reasons: nobody made a claim in words of its own and for its own side" in verdict.notes
    assert len(llm.prompts) == 2


def test_a_decision_made_elsewhere_is_only_given_its_reasons() -> None:
    llm = ScriptedLLM(script={"argued better": "It stands."})
    voted = Decided("majority", "hawk", 0.75, ballots=(Ballot("dove", ("hawk",)),))
    verdict = DebateSteps(llm, (HAWK, DOVE)).give_verdict(DebateRecord("Why?", turns=TURNS), decided=voted)
    assert (verdict.winner, verdict.decision, verdict.share) == ("hawk", "majority", 0.75)
    assert verdict.text.startswith("75% of the votes are for the position of Professor Hawk.")


def test_the_reasons_of_a_chat_model_stand_alone_because_it_continues_no_opening_words() -> None:
    llm = GenericFakeChatModel(messages=iter([AIMessage("The figures bear it out.")]))
    voted = Decided("majority", "hawk", 0.75, ballots=(Ballot("dove", ("hawk",)),))
    verdict = DebateSteps(llm, (HAWK, DOVE)).give_verdict(DebateRecord("Why?", turns=TURNS), decided=voted)
    assert verdict.text.endswith(f"“{CLAIM.sentence}” The figures bear it out.")


def test_three_claims_that_stand_against_each_other_are_a_list() -> None:
    owl = Turn(1, "owl", "Professor Owl", "Markets end wars long before admirals and envoys do.", 9)
    dove = replace(TURNS[1], text="Every treaty that was kept has outlived its enemies.", answers=None, concedes=False)
    verdict, _ = judge({"Decide who": "nobody", "": "It stands."}, (TURNS[0], dove, owl))
    assert re.search("claim “Fleets [^”]*”, Professor Dove's claim “[^”]*” and Professor Owl's claim", verdict.text)
