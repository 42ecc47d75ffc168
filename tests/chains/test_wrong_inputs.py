"""What a host gives by mistake is a ChainError or an error of the store, in one line that says what to give."""

from collections.abc import Callable
from typing import Any

import pytest
from fakes import EMBEDDING, ScriptedLLM
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

from chains import (
    ChainError,
    Chunk,
    DebateRequest,
    WordLimits,
    answer_chain,
    debate_chain,
    deepening_chain,
    load_llm,
    opinion_chain,
    pov_retrieval_chain,
    seq_rep_n,
    translation_chain,
)
from chains.schemas import as_chunks
from prompts import PersonaError, load_personas
from vectorstore import FaissStore, POVError, StoreError

LLM = ScriptedLLM(script={"Did trade grow": "Trade grew by 3%."})
PERSONAS = load_personas(None).personas[:2]
CHUNK = {"id": "c1", "text": "Trade grew by 3%."}
FOUND = {one.id: RunnableLambda(lambda _: [CHUNK]) for one in PERSONAS}
STORE = FaissStore.from_texts(["Trade grew.", "Trade shrank."], EMBEDDING)


def opinion(context: Any = (CHUNK,), question: Any = "Did trade grow?", **options: Any) -> Any:
    return opinion_chain(LLM, **options).invoke({"question": question, "context": context})


def debate(found: Any, **options: Any) -> Any:
    return debate_chain(LLM, PERSONAS, {one.id: RunnableLambda(lambda _: found) for one in PERSONAS}, **options).invoke(
        "Did trade grow?"
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: opinion_chain(LLM).invoke(3), "takes a mapping with question and context, not int"),
        (lambda: opinion_chain(LLM).invoke("Did it?"), "takes a mapping with question and context, not str"),
        (lambda: opinion("Trade grew."), "passages must be a list of chunks or documents, not str"),
        (lambda: opinion(CHUNK), "passages must be a list of chunks or documents, not dict"),
        (lambda: opinion(None), "passages must be a list of chunks or documents, not NoneType"),
        (lambda: opinion([CHUNK, 3]), "passage 2 must be a chunk, a document, a mapping or a text, not int"),
        (lambda: opinion([{"id": "c", "words": 3}]), "passage 1: a chunk has no field 'words'; give it id and text"),
        (lambda: opinion([{"id": "c"}]), "passage 1: text: "),
        (lambda: opinion(question=" "), "the question is empty"),
        (lambda: opinion(style="essay"), "style 'essay' is unknown; there are: single, by_chunk, plan, auto"),
        (
            lambda: opinion_chain("smollm2"),
            r"'smollm2' is not a LangChain language model; load_llm\(\) returns one",
        ),
        (lambda: debate("text"), "passages must be a list of chunks or documents, not str"),
        (lambda: debate([CHUNK], candidates=0), "at least one candidate, 0 given"),
        (lambda: opinion(candidates=0), "at least one candidate, 0 given"),
        (lambda: deepening_chain(LLM, EMBEDDING, count=-1), "count = -1 is not a number of questions from 0 up"),
        (lambda: translation_chain(LLM).invoke(3), "needs a text, an Opinion or a mapping with text, not int"),
        (lambda: answer_chain(LLM).invoke(None), "a question is a text, a mapping or a Question, not NoneType"),
        (lambda: answer_chain(LLM).invoke({"txt": "Did it?"}), "no field 'txt'"),
        (
            lambda: pov_retrieval_chain(STORE, ["Trade is good."]),
            r"povs must be Sequence\[POV \| PointOfView\], got 'Trade is good.' in a list",
        ),
        (lambda: pov_retrieval_chain(STORE, [], k="five"), "pov_retrieval_chain: k must be int, got 'five'"),
        (lambda: opinion(persona=5), r"opinion_chain: persona must be Persona \| str \| None, got 5"),
        (lambda: opinion(limits=(100, 200)), "opinion_chain: limits must be WordLimits, got tuple"),
        (lambda: opinion(embeddings="minilm"), "embeddings must be Embeddings | None, got 'minilm'"),
        (lambda: deepening_chain(LLM, None), "deepening_chain: embeddings must be Embeddings, got None"),
        (lambda: translation_chain(LLM, glossary={"bank": 5}), "glossary must be .*, got 5 in a dict"),
        (lambda: answer_chain(LLM, max_words="x"), "answer_chain: max_words must be int, got 'x'"),
        (lambda: debate("text", rounds=2.5), "debate_chain: rounds must be int, got 2.5"),
        (lambda: debate_chain(LLM, PERSONAS, None), "debate_chain: retrievers must be .*, got None"),
        (lambda: debate([CHUNK], llms={PERSONAS[0].id: "smollm2"}), "'smollm2' is not a LangChain language model"),
        (lambda: debate_chain(LLM, PERSONAS, FOUND).invoke(DebateRequest("Q?", 5)), "an opinion is a text or an Op"),
        (lambda: WordLimits("5", "9"), "word limits '5'-'9': whole numbers"),
        (lambda: load_llm(5), r"load_llm: settings must be ModelSettings \| str \| None, got 5"),
        (lambda: load_llm(" "), "the model's name is empty"),
        (lambda: seq_rep_n("a b", 0), "n = 0"),
    ],
)
def test_a_wrong_input_of_a_chain_is_told_in_one_line(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ChainError, match=message) as told:
        call()
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("error", "options", "message"),
    [
        (StoreError, {"mode": "sparse"}, "mode 'sparse' is unknown"),
        (StoreError, {"k": 0}, "k=0"),
        (POVError, {"pov_weight": 3}, "pov_weight 3.0"),
    ],
)
def test_a_wrong_argument_of_a_search_is_the_stores_error(error: type[Exception], options: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        pov_retrieval_chain(STORE, [], **options).invoke("Did trade grow?")


def test_passages_are_chunks_documents_or_mappings_in_any_mixture() -> None:
    found = as_chunks([Chunk("a", "One."), Document("Two.", id="b"), {"id": "c", "text": "Three."}])
    assert [(one.id, one.text) for one in found] == [("a", "One."), ("b", "Two."), ("c", "Three.")]


def test_what_a_question_is_about_reaches_the_answers_prompt() -> None:
    llm = ScriptedLLM(script={"The tariff of 1911": "It doubled."})
    asked = {"text": "What happened?", "about": "The tariff of 1911"}
    assert answer_chain(llm).invoke(asked).text == "It doubled."


def test_the_id_of_a_built_in_persona_will_do() -> None:
    ids = [one.id for one in PERSONAS]
    assert opinion(persona=ids[1]) == opinion(persona=PERSONAS[1])
    with pytest.raises(PersonaError, match="unknown persona 'nobody'; the personas file has: professor"):
        debate_chain(LLM, [ids[0], "nobody"], FOUND)


@pytest.mark.parametrize("metadata", [{"score": "high"}, {"score": None}, {"rank": None}, {"pov_scores": 3}])
def test_what_another_store_keeps_under_the_name_of_a_score_is_none(metadata: Any) -> None:
    (chunk,) = as_chunks([Document("Trade grew.", metadata=metadata)])
    assert (chunk.score, chunk.pov_scores, chunk.rank) == (0.0, (), 1)
