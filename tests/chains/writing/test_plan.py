"""An answer that is planned first: a line a passage, and the draft from the lines."""

from fakes import ScriptedLLM

from chains.generation.contract import WordLimits
from chains.opinion import OpinionRequest, opinion_chain
from chains.schemas import Chunk, Opinion

CHUNKS = [
    Chunk(id="c1", text="Trade grew to 162 billion dollars in 2022."),
    Chunk(id="c2", text="The bank lends in five currencies."),
]
SCRIPT = {
    "The points below": "It did grow. Trade grew to 162 billion dollars. The bank lends in five currencies.",
    "Trade grew to 162": "Trade of 162 billion dollars speaks for growth.",
    "five currencies": "Five currencies speak for growth as well.",
}


def write(script: dict[str, str]) -> tuple[Opinion, ScriptedLLM]:
    llm = ScriptedLLM(script=script)
    chain = opinion_chain(llm, style="plan", limits=WordLimits(0, 100))
    return chain.invoke(OpinionRequest("Did it grow?", CHUNKS)), llm


def test_the_draft_is_written_from_a_line_on_each_passage() -> None:
    opinion, llm = write(SCRIPT)
    draft = next(prompt for prompt in llm.prompts if "The points below" in prompt)
    assert "- Trade of 162 billion dollars speaks for growth.\n- Five currencies speak for growth as well." in draft
    assert opinion.citations == "[1] c1, [2] c2"


def test_a_line_s_prompt_holds_its_own_passage_only() -> None:
    _, llm = write(SCRIPT)
    lines = [prompt for prompt in llm.prompts if "what the passage shows" in prompt]
    assert sorted((CHUNKS[0].text in one, CHUNKS[1].text in one) for one in lines) == [(False, True), (True, False)]


def test_a_passage_that_shows_nothing_is_left_out_and_said_so() -> None:
    opinion, llm = write(SCRIPT | {"five currencies": "I don't know."})
    draft = next(prompt for prompt in llm.prompts if "The points below" in prompt)
    assert "know" not in draft.partition("### CONTEXT")[2]
    assert "shows nothing for the question: c2" in opinion.notes


def test_where_no_passage_shows_anything_the_answer_is_an_abstention() -> None:
    opinion, llm = write({"": "I don't know."})
    assert opinion.abstained
    assert all("The points below" not in prompt for prompt in llm.prompts)
