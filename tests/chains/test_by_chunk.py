import pytest
from fakes import ScriptedLLM

from chains.by_chunk import write_by_chunk
from chains.contracts import WordLimits
from chains.schemas import Chunk

CHUNKS = [
    Chunk(id="c1", text="Trade grew to 162 billion dollars in 2022."),
    Chunk(id="c2", text="The bank lends in five currencies."),
]
SCRIPT = {
    "They open an essay": "Yes, it did.",
    "Close it": "So it will go on.",
    "162 billion": "Trade reached 162 billion dollars. It grew every year since.",
    "five currencies": "The bank lends in five currencies.",
}
LIMITS = WordLimits(0, 100)


def write(script: dict[str, str], limits: WordLimits = LIMITS, chunks: list[Chunk] = CHUNKS):
    llm = ScriptedLLM(script=script)
    return write_by_chunk(llm, "a judge.", "Did it grow?", chunks, limits), llm


def test_each_chunk_gets_a_paragraph_between_an_opening_and_a_close() -> None:
    essay, _ = write(SCRIPT)
    assert essay.completion.text == (
        "Yes, it did.\n\nTrade reached 162 billion dollars. It grew every year since.\n\n"
        "The bank lends in five currencies.\n\nSo it will go on."
    )


def test_a_paragraph_s_prompt_holds_its_own_passage_only() -> None:
    _, llm = write(SCRIPT)
    assert [p for p in llm.prompts if CHUNKS[0].text in p and CHUNKS[1].text in p] == []
    assert len(llm.prompts) == 4


def test_the_frame_is_told_the_points_of_the_paragraphs() -> None:
    _, llm = write(SCRIPT)
    framed = [p for p in llm.prompts if "- Trade reached 162 billion dollars.\n- The bank lends" in p]
    assert len(framed) == 2


def test_what_two_paragraphs_both_say_is_said_once() -> None:
    essay, _ = write(
        SCRIPT | {"five currencies": "It grew every single year since. The bank lends in five currencies."}
    )
    assert essay.completion.text.count("It grew") == 1
    assert "five currencies" in essay.completion.text


def test_sentences_that_differ_in_a_number_both_stay() -> None:
    essay, _ = write(SCRIPT | {"five currencies": "Trade reached 163 billion dollars."})
    assert "162 billion" in essay.completion.text
    assert "163 billion" in essay.completion.text


def test_where_there_is_too_much_the_sentence_that_rests_least_on_its_passage_goes() -> None:
    essay, _ = write(SCRIPT, WordLimits(0, 17))
    assert "It grew every year since." not in essay.completion.text
    assert "162 billion" in essay.completion.text


def test_a_sentence_that_was_not_finished_is_left_out() -> None:
    essay, _ = write(SCRIPT | {"five currencies": "The bank lends in five currencies. It also"})
    assert "It also" not in essay.completion.text


def test_a_paragraph_that_does_not_know_is_left_out_and_noted() -> None:
    essay, _ = write(SCRIPT | {"five currencies": "I don't know."})
    assert "know" not in essay.completion.text
    assert "no paragraph on [2] c2" in essay.completion.notes


def test_when_no_paragraph_knows_the_answer_does_not_either_and_no_frame_is_asked_for() -> None:
    essay, llm = write({"": "I don't know."})
    assert essay.completion.text == "I don't know."
    assert len(llm.prompts) == 2


def test_an_answer_below_its_minimum_is_noted() -> None:
    essay, _ = write(SCRIPT, WordLimits(400, 500))
    assert "24 words, 400 asked for" in essay.completion.notes


def test_a_loop_is_told_with_its_part() -> None:
    essay, _ = write(SCRIPT | {"five currencies": "The bank lends. " + "It lends to all of them now. " * 8})
    assert essay.completion.loop.startswith("part 2: loop cut")


@pytest.mark.parametrize("count", [1, 3, 10])
def test_any_number_of_chunks_is_taken(count: int) -> None:
    chunks = [Chunk(id=f"c{n}", text=f"The bank lends in five currencies to state {n}.") for n in range(count)]
    essay, llm = write(SCRIPT, WordLimits(400, 500), chunks)
    assert len(llm.prompts) == count + 2
    assert essay.chunks == tuple(chunks)
