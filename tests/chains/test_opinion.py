from types import SimpleNamespace
from typing import Any

import pytest
from fakes import ScriptedLLM, TopicEmbedding
from langchain_core.documents import Document

from chains.abstention import calibrate
from chains.errors import ChainError
from chains.generation.contract import WordLimits
from chains.opinion import OpinionRequest, opinion_chain
from chains.schemas import Abstention, Chunk, DefectKind
from chains.writing.styles import default_style
from prompts import Persona
from vectorstore import FaissStore

CHUNK = Chunk(id="c1", text="## Trade\n\nTrade was **162** billion dollars.")


def test_the_prompt_holds_the_cleaned_passage_and_the_row_its_id() -> None:
    llm = ScriptedLLM(script={"Trade was 162 billion dollars.": "It did grow."})
    opinion = opinion_chain(llm).invoke(OpinionRequest("Did trade grow?", [CHUNK]))
    assert (opinion.answer, opinion.chunk_ids) == ("It did grow.", ("c1",))
    assert CHUNK.text == "## Trade\n\nTrade was **162** billion dollars."


def test_a_sentence_that_rests_on_a_passage_carries_its_number() -> None:
    llm = ScriptedLLM(script={"": "[3] Trade was 162 billion dollars. In 1999 it was Peru."})
    opinion = opinion_chain(llm).invoke(OpinionRequest("Did it?", [CHUNK]))
    assert opinion.answer == "Trade was 162 billion dollars [1]. In 1999 it was Peru."
    assert (opinion.citations, opinion.supported) == ("[1] c1", 0.5)
    assert "in no passage: 1999, Peru" in opinion.notes


def test_the_row_keeps_what_each_sentence_rests_on_and_what_stands_in_no_passage() -> None:
    llm = ScriptedLLM(script={"": "Trade was 162 billion dollars. In 1999 it was Peru."})
    opinion = opinion_chain(llm).invoke(OpinionRequest("Did it?", [CHUNK]))
    told = [(opinion.answer[one.start : one.end], one.chunk) for one in opinion.sentences]
    assert told == [("Trade was 162 billion dollars [1].", 0), ("In 1999 it was Peru.", None)]
    assert opinion.unsupported == ("1999", "Peru")


def test_a_defect_is_named_and_its_sentence_supports_nothing() -> None:
    text = "Sanctions move the power of Iran or only the price of oil. The bank lends in five currencies."
    asked = OpinionRequest("Do sanctions move the power of Iran or only the price of oil?", [Chunk("c1", text)])
    opinion = opinion_chain(ScriptedLLM(script={"": text})).invoke(asked)
    assert [defect.kind for defect in opinion.defects] == [DefectKind.CONTRADICTION]
    assert opinion.supported == 0.5


def test_what_is_said_of_the_passage_instead_of_the_matter_is_struck_out_and_noted() -> None:
    llm = ScriptedLLM(
        script={"": "Trade was 162 billion dollars. The passage says that trade was 162 billion dollars."}
    )
    opinion = opinion_chain(llm).invoke(OpinionRequest("Did it?", [CHUNK]))
    assert (opinion.answer, opinion.defects) == ("Trade was 162 billion dollars [1].", ())
    assert "removed from the text: talk about the text" in opinion.notes


def test_the_persona_recited_is_struck_out() -> None:
    persona = Persona("jurist", "Ada", "Ada, a jurist who has taught in Delhi for twenty years.")
    llm = ScriptedLLM(script={"": "I have taught in Delhi for twenty years. Trade was 162 billion dollars."})
    opinion = opinion_chain(llm, persona).invoke(OpinionRequest("Did it?", [CHUNK]))
    assert opinion.answer == "Trade was 162 billion dollars [1]."


def test_the_row_describes_the_answer_that_is_left_after_cutting() -> None:
    other = Chunk(id="c2", text="The bank lends in five currencies.")
    llm = ScriptedLLM(script={"": "Trade was 162 billion dollars. The bank lends in five currencies. It met Peru."})
    chain = opinion_chain(llm, limits=WordLimits(0, 9))
    opinion = chain.invoke(OpinionRequest("Did it?", [CHUNK, other]))
    assert (opinion.answer, opinion.words) == ("Trade was 162 billion dollars [1].", 6)
    assert (opinion.citations, opinion.supported, opinion.unsupported) == ("[1] c1", 1.0, ())
    assert len(opinion.sentences) == 1


def test_the_answer_with_its_markers_keeps_to_the_maximum() -> None:
    sentence = "Trade was 162 billion dollars."
    llm = ScriptedLLM(script={"": " ".join([sentence] * 2)})
    opinion = opinion_chain(llm, limits=WordLimits(0, 11)).invoke(OpinionRequest("Did it?", [CHUNK]))
    assert opinion.answer == "Trade was 162 billion dollars [1]."


def test_the_prompt_says_whose_words_a_passage_is() -> None:
    speech = Document(
        "We will not allow it.", id="s1", metadata={"title": "General debate", "speaker": "Rouhani", "year": 2013}
    )
    llm = ScriptedLLM(script={"[1] From Rouhani, General debate, 2013:\nWe will not allow it.": "It did."})
    assert opinion_chain(llm).invoke({"question": "Did it?", "context": [speech]}).answer == "It did."


def test_an_answer_below_the_minimum_is_noted() -> None:
    opinion = opinion_chain(ScriptedLLM(script={"": "It grew."})).invoke(OpinionRequest("Did it?", [CHUNK]))
    assert opinion.notes == (
        "shorter than asked for: nothing new came when the model was asked to go on",
        "asked 2 more times to go on",
    )


def test_an_answer_in_another_script_than_its_question_says_so() -> None:
    """Regression: a Persian question was answered in English, and nothing said so."""
    script = {"": "Trade was 162 billion dollars in the year."}
    asked = OpinionRequest("آیا تجارت رشد کرد؟", [CHUNK])
    opinion = opinion_chain(ScriptedLLM(script=script), limits=WordLimits(0, 40)).invoke(asked)
    assert "written in another script than the question" in opinion.notes


def test_an_answer_of_sentences_copied_from_its_passages_says_so() -> None:
    text = "Trade was 162 billion dollars in the year. The bank lends in five currencies."
    asked = OpinionRequest("Did it?", [Chunk("c1", text)])
    opinion = opinion_chain(ScriptedLLM(script={"": text}), limits=WordLimits(0, 40)).invoke(asked)
    assert (opinion.supported, opinion.copied, opinion.mostly_copied) == (1.0, 1.0, True)
    assert opinion.notes == ("100% of the sentences are copied from passages",)


def test_an_answer_in_its_own_words_is_not_told_as_copied() -> None:
    asked = OpinionRequest("Did it?", [Chunk("c1", "The bank lends in five currencies to its members.")])
    llm = ScriptedLLM(script={"": "Members can borrow from the bank, and in five currencies."})
    opinion = opinion_chain(llm, limits=WordLimits(0, 40)).invoke(asked)
    assert (opinion.supported, opinion.copied, opinion.notes) == (1.0, 0.0, ())


def test_an_answer_is_short_by_the_words_that_are_shown() -> None:
    said = "Trade was 162 billion dollars."
    chain = opinion_chain(ScriptedLLM(script={"": said}), limits=WordLimits(6, 40), style="single")
    opinion = chain.invoke(OpinionRequest("Did it?", [CHUNK]))
    assert (opinion.answer, opinion.words) == ("Trade was 162 billion dollars [1].", 6)
    assert not any("shorter than asked for" in note for note in opinion.notes)


def test_without_a_passage_it_does_not_know_and_asks_no_model() -> None:
    llm = ScriptedLLM(script={})
    opinion = opinion_chain(llm).invoke(OpinionRequest("Why?", []))
    assert (opinion.abstained, opinion.abstained_because) == (True, Abstention.NO_PASSAGE)
    assert llm.prompts == []


def test_documents_and_a_mapping_are_taken_too() -> None:
    llm = ScriptedLLM(script={"plain passage": "I don't know."})
    opinion = opinion_chain(llm).invoke({"question": "Why?", "context": [Document("plain passage", id="d1")]})
    assert (opinion.abstained, opinion.chunk_ids) == (True, ("d1",))
    assert opinion.abstained_because is Abstention.MODEL


def test_a_mapping_without_context_is_an_error_that_names_it() -> None:
    with pytest.raises(ChainError, match="needs 'context'"):
        opinion_chain(ScriptedLLM(script={})).invoke({"question": "Why?"})


CORPUS = [f"The number {n} treaty was signed by all of its members." for n in range(12)]


def test_a_question_that_nothing_retrieved_bears_on_costs_no_token_and_the_note_says_why() -> None:
    store = FaissStore.from_texts(CORPUS, TopicEmbedding(), ids=[f"c{n}" for n in range(12)])
    threshold = calibrate(store, questions=[f"How warm is water number {n}?" for n in range(9)])
    llm = ScriptedLLM(script={})
    opinion = opinion_chain(llm, abstention=threshold).invoke(
        OpinionRequest("When does water boil?", [Chunk(id="c0", text=CORPUS[0])])
    )
    assert (opinion.answer, opinion.abstained, opinion.chunk_ids) == ("I don't know.", True, ("c0",))
    assert opinion.abstained_because is Abstention.OFF_TOPIC
    assert "threshold" in opinion.notes[0]
    assert llm.prompts == []


def test_by_chunk_the_sentences_carry_their_passages_numbers() -> None:
    llm = ScriptedLLM(
        script={
            "Open an answer": "it did.",
            "Close an answer": "it will.",
            "162": "Trade was 162 billion dollars.",
            "bank": "The bank lends in five currencies.",
        }
    )
    chunks = [CHUNK, Chunk(id="c2", text="The bank lends in five currencies.")]
    opinion = opinion_chain(llm, style="by_chunk").invoke(OpinionRequest("Did it?", chunks))
    assert opinion.citations == "[1] c1, [2] c2"
    assert "\n\nTrade was 162 billion dollars [1]. This decides the matter because it will." in opinion.answer


def model_of(parameters: float, *, adapted: bool = False) -> Any:
    return SimpleNamespace(contract_backend=SimpleNamespace(parameters=parameters, adapted=adapted))


def test_a_small_local_model_writes_by_chunk_and_a_large_one_from_a_single_prompt() -> None:
    limits = WordLimits(400, 500)
    assert default_style(model_of(135e6), limits, 5) == "by_chunk"
    assert default_style(model_of(12e9), limits, 5) == "single"
    assert default_style(ScriptedLLM(script={}), limits, 5) == "single"


def test_a_small_model_with_an_adapter_gets_the_one_prompt_it_was_trained_on() -> None:
    assert default_style(model_of(135e6, adapted=True), WordLimits(400, 500), 5) == "single"


def test_where_the_length_has_no_room_for_a_paragraph_a_chunk_a_single_prompt_asks() -> None:
    assert default_style(model_of(135e6), WordLimits(400, 500), 10) == "single"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("はい、承知しました。以下は質問への回答です。\n\n原油は高い。石油は減った。", "原油は高い。石油は減った。"),
        ("原油は高い。石油は減った。以上が約200字の回答です。", "原油は高い。石油は減った。"),
        ("البته! در ادامه پاسخ پرسش آمده است:\n\nنفت گران شد. امیدوارم این پاسخ مفید باشد.", "نفت گران شد."),
    ],
)
def test_talk_about_the_task_is_taken_out_in_japanese_and_persian(said: str, left: str) -> None:
    opinion = opinion_chain(ScriptedLLM(script={"": said}), style="single", limits=WordLimits(0, 90)).invoke(
        OpinionRequest("原油は高いですか。", [CHUNK])
    )
    assert opinion.answer == left
