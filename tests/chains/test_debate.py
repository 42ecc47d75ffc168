"""A whole debate: who speaks when, what each reads, how it ends."""

import pytest
from fakes import ScriptedLLM
from langchain_core.runnables import RunnableLambda

from chains import ChainError, Chunk, DebateRequest, Opinion, Question, debate_chain
from chains.debating.steps import DebateSteps
from chains.schemas import DebateOutcome
from prompts import Persona, PointOfView

HAWK = Persona("hawk", "Hawk", "a hawk.", (PointOfView("Strength deters every aggressor in the end."),))
DOVE = Persona("dove", "Dove", "a dove.", (PointOfView("Treaties have ended more wars than weapons did."),))
SCRIPT = {
    "Before it begins": "I disagree.",
    "### SPEAKER A SAID:\nRaw text for hawk": "Speaker A",
    "### SPEAKER B SAID:\nRaw text for hawk": "Speaker B",
    "Begin with:": "",  # no reply to a claim, only the case
    "moderator": "It rests on a passage.",
    "You are a hawk.": "Treaties fail where nobody fears the other side, and weapons ended the last war.",
    "You are a dove.": "Strength deters nobody who has nothing to lose, as the aggressor of 1914 shows.",
}


def debate(rounds: int = 2, opinion: str = "", personas=(HAWK, DOVE), script=SCRIPT, question="War or peace?"):
    llm = ScriptedLLM(script=script)
    found = {one.id: RunnableLambda(lambda _, one=one: (Chunk(one.id, f"Raw text for {one.id}."),)) for one in personas}
    return debate_chain(llm, personas, found, rounds=rounds, candidates=1).invoke(DebateRequest(question, opinion)), llm


def turn_prompts(llm: ScriptedLLM) -> list[str]:
    return [prompt for prompt in llm.prompts if "### CONTEXT" in prompt]


def test_every_persona_speaks_in_every_round_and_a_verdict_follows() -> None:
    held, _ = debate()
    assert [(turn.round, turn.speaker) for turn in held.turns] == [(1, "Hawk"), (1, "Dove"), (2, "Hawk"), (2, "Dove")]
    assert (held.verdict.winner, held.outcome) == ("hawk", DebateOutcome.WON)


def test_each_debater_reads_the_raw_text_of_its_own_retrieval() -> None:
    _, llm = debate()
    assert "Raw text for hawk." in turn_prompts(llm)[0]
    assert "Raw text for dove." not in turn_prompts(llm)[0]


def test_every_passage_is_retrieved_before_the_model_is_asked_anything() -> None:
    order: list[str] = []
    llm = ScriptedLLM(script=SCRIPT)
    search = RunnableLambda(
        lambda _: (order.append(f"search before prompt {len(llm.prompts)}"), (Chunk("c", "Text."),))[1]
    )
    debate_chain(llm, (HAWK, DOVE), {"hawk": search, "dove": search}).invoke(DebateRequest("Why?"))
    assert order == ["search before prompt 0"] * 2


def test_a_turn_holds_ids_and_the_debate_each_passage_once() -> None:
    held, _ = debate()
    assert {turn.chunk_ids for turn in held.turns} == {("hawk",), ("dove",)}
    assert [chunk.text for chunk in held.chunks] == ["Raw text for hawk.", "Raw text for dove."]


def test_the_opinion_is_shown_only_where_there_is_one() -> None:
    assert "OPINION UNDER DEBATE" not in turn_prompts(debate()[1])[0]
    assert "### OPINION UNDER DEBATE:\nArm." in turn_prompts(debate(opinion="Arm.")[1])[0]


def test_personas_that_hold_the_same_do_not_act_a_debate() -> None:
    same = "Both trade and treaties keep the peace between the powers."
    agreeing = [Persona(name, name, f"a {name}.") for name in ("hawk", "dove")]
    held, llm = debate(personas=agreeing, script={"Before it begins": same})
    assert (held.outcome, held.turns, held.verdict) == (DebateOutcome.NO_DISAGREEMENT, (), None)
    assert held.positions[1].agrees_with == ("hawk",)
    assert len(llm.prompts) == 3  # both, and one again for its difference


@pytest.mark.parametrize("question", ["War or peace?", {"text": "War or peace?"}, Question("q", "War or peace?")])
def test_a_question_may_be_a_text_a_mapping_or_a_type(question) -> None:
    assert len(debate(question=question)[0].turns) == 4


@pytest.mark.parametrize(
    "asked", ["Why?", Question("q", "Why?"), {"text": "Why?"}, {"question": "Why?", "opinion": ""}]
)
def test_the_chain_takes_a_text_a_type_or_a_mapping(asked) -> None:
    found = RunnableLambda(lambda _: (Chunk("c", "Text."),))
    chain = debate_chain(ScriptedLLM(script=SCRIPT), (HAWK, DOVE), {"hawk": found, "dove": found})
    assert len(chain.invoke(asked).turns) == 4


def test_an_opinion_of_the_opinion_chain_is_shown_as_its_answer() -> None:
    found, llm = RunnableLambda(lambda _: (Chunk("c", "Text."),)), ScriptedLLM(script=SCRIPT)
    written = Opinion("Peace is dearer than war.", 5, ("c",))
    debate_chain(llm, (HAWK, DOVE), {"hawk": found, "dove": found}).invoke({"question": "Why?", "opinion": written})
    assert (llm.prompts_with("Peace is dearer than war.") > 0, llm.prompts_with("Opinion(")) == (True, 0)


def test_an_opinion_that_abstained_is_not_shown() -> None:
    found, llm = RunnableLambda(lambda _: (Chunk("c", "Text."),)), ScriptedLLM(script=SCRIPT)
    unknown = Opinion("I don't know.", 3, (), abstained=True)
    debate_chain(llm, (HAWK, DOVE), {"hawk": found, "dove": found}).invoke({"question": "Why?", "opinion": unknown})
    assert llm.prompts_with("I don't know.") == 0


def test_an_opinion_that_is_no_text_is_refused() -> None:
    found = RunnableLambda(lambda _: (Chunk("c", "Text."),))
    chain = debate_chain(ScriptedLLM(script=SCRIPT), (HAWK, DOVE), {"hawk": found, "dove": found})
    with pytest.raises(ChainError, match="an opinion is a text or an Opinion, not int"):
        chain.invoke({"question": "Why?", "opinion": 3})


def test_one_persona_is_no_debate() -> None:
    with pytest.raises(ChainError, match="takes 2 to 8 personas, 1 given"):
        debate(personas=(HAWK,))


def test_one_round_is_no_debate() -> None:
    with pytest.raises(ChainError, match="at least two rounds, 1 given"):
        debate(rounds=1)


def test_a_persona_without_a_retriever_is_named() -> None:
    with pytest.raises(ChainError, match="persona 'dove' has no retriever"):
        debate_chain(ScriptedLLM(script={}), (HAWK, DOVE), {"hawk": RunnableLambda(lambda _: ())})


def test_a_model_for_somebody_who_does_not_debate_is_refused() -> None:
    llm = ScriptedLLM(script={})
    told = "no debater 'owl' who could have a model of its own; there are: hawk, dove"
    with pytest.raises(ChainError, match=told):
        DebateSteps(llm, (HAWK, DOVE), llms={"owl": llm})


def test_the_same_persona_twice_is_refused() -> None:
    with pytest.raises(ChainError, match="'hawk' is given twice"):
        DebateSteps(ScriptedLLM(script={}), [Persona("hawk", "Hawk", "a hawk."), Persona("hawk", "Owl", "an owl.")])
