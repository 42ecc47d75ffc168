"""Every chain is an LCEL Runnable: all forms of calling it agree, and callbacks see the model or the search behind it."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from fakes import EMBEDDING, ScriptedLLM, TopicEmbedding
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import Runnable, RunnableLambda

import chains
import debate
import vectorstore
from chains import (
    Chunk,
    DebateRequest,
    OpinionRequest,
    answer_chain,
    debate_chain,
    deepening_chain,
    opinion_chain,
    pov_retrieval_chain,
    translation_chain,
)
from chains.errors import ChainError
from prompts import load_personas
from vectorstore import POV, FaissStore

CHUNK = Chunk(id="c1", text="Trade was 162 billion dollars.")
DEEPER = "Given that trade has grown every single year since 2010, why did so few countries gain by it?"
SCRIPT = {
    "go deeper": DEEPER,
    "professional translator": "貿易は162だった。",
    "You take part in a debate": "I disagree.",
    "moderator": "A draw.",
    "Answer the question below": "Trade was 162 billion dollars.",
}
QUESTION = "Did trade grow?"


def opinion() -> tuple[Runnable[Any, Any], Any]:
    return opinion_chain(ScriptedLLM(script=SCRIPT)), OpinionRequest(QUESTION, [CHUNK])


def deepening() -> tuple[Runnable[Any, Any], Any]:
    return deepening_chain(ScriptedLLM(script=SCRIPT), TopicEmbedding(), count=1), QUESTION


def translation() -> tuple[Runnable[Any, Any], Any]:
    return translation_chain(ScriptedLLM(script=SCRIPT)), "Trade was 162."


def debating() -> tuple[Runnable[Any, Any], Any]:
    personas = load_personas(None).personas[:2]
    found = RunnableLambda(lambda question: (CHUNK,))
    return debate_chain(ScriptedLLM(script=SCRIPT), personas, {one.id: found for one in personas}), DebateRequest(
        QUESTION
    )


def answering() -> tuple[Runnable[Any, Any], Any]:
    return answer_chain(ScriptedLLM(script={QUESTION: "It grew."})), QUESTION


def retrieval() -> tuple[Runnable[Any, Any], Any]:
    store = FaissStore.from_texts(["Trade grew.", "Trade shrank."], EMBEDDING, ids=["a", "b"])
    return pov_retrieval_chain(store, [POV("Trade is good.")], k=1), QUESTION


every_chain = pytest.mark.parametrize(
    ("make", "behind"),
    [
        (opinion, "llm"),
        (deepening, "llm"),
        (translation, "llm"),
        (debating, "llm"),
        (answering, "llm"),
        (retrieval, "retriever"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)


class Watching(BaseCallbackHandler):
    """Remembers what has started."""

    def __init__(self) -> None:
        self.started: list[str] = []

    def on_chain_start(self, serialized, inputs, **kwargs) -> None:
        self.started.append(kwargs.get("name") or "chain")

    def on_llm_start(self, serialized, prompts, **kwargs) -> None:
        self.started.append("llm")

    def on_retriever_start(self, serialized, query, **kwargs) -> None:
        self.started.append("retriever")


@every_chain
def test_invoke_batch_and_stream_agree(make: Callable, behind: str) -> None:
    chain, asked = make()
    once = chain.invoke(asked)
    assert chain.batch([asked, asked]) == [once, once]
    assert list(chain.stream(asked)) == [once]


@every_chain
async def test_their_async_forms_agree_with_them(make: Callable, behind: str) -> None:
    chain, asked = make()
    once = chain.invoke(asked)
    assert await chain.ainvoke(asked) == once
    assert await chain.abatch([asked, asked]) == [once, once]
    assert [part async for part in chain.astream(asked)] == [once]


@every_chain
def test_callbacks_of_a_call_see_the_model_or_the_search_behind_it(make: Callable, behind: str) -> None:
    chain, asked = make()
    watching = Watching()
    chain.invoke(asked, config={"callbacks": [watching]})
    assert watching.started[0] != behind
    assert behind in watching.started


@every_chain
async def test_callbacks_of_an_async_call_see_it_too(make: Callable, behind: str) -> None:
    chain, asked = make()
    watching = Watching()
    await chain.ainvoke(asked, config={"callbacks": [watching]})
    assert behind in watching.started


@every_chain
def test_the_input_s_schema_has_a_title_and_says_what_is_needed(make: Callable, behind: str) -> None:
    chain, _ = make()
    schema = chain.get_input_schema().model_json_schema()
    assert (schema["type"], bool(schema.get("required"))) in {("object", True), ("string", False)}


@pytest.mark.parametrize(
    ("make", "given"),
    [
        (opinion, {"question": QUESTION, "context": [{"id": "c1", "text": CHUNK.text}]}),
        (deepening, {"text": QUESTION}),
        (translation, {"text": "Trade was 162."}),
        (debating, {"question": QUESTION}),
        (answering, {"text": QUESTION}),
        (retrieval, {"text": QUESTION}),
    ],
)
def test_every_chain_is_a_tool_that_brings_what_the_chain_brings(make: Callable, given: Any) -> None:
    chain, asked = make()
    tool = chain.as_tool()
    assert tool.name == chain.name
    assert tool.invoke(given) == chain.invoke(asked)


@every_chain
def test_a_tool_says_what_its_chain_does_unless_it_is_told_otherwise(make: Callable, behind: str) -> None:
    chain, _ = make()
    assert re.fullmatch(r"[A-Z][^{}]+\.", chain.as_tool().description)
    assert chain.as_tool(description="Mine.").description == "Mine."


@every_chain
def test_an_argument_bound_to_a_chain_is_refused_with_where_it_belongs(make: Callable, behind: str) -> None:
    chain, asked = make()
    with pytest.raises(ChainError, match=f"stop cannot be bound to the chain '{chain.name}'; bind it to the model"):
        chain.bind(stop=["."]).invoke(asked)


@pytest.mark.parametrize("make", [deepening, answering, retrieval, debating])
def test_a_question_may_stand_under_its_own_key_as_in_a_graph_s_state(make: Callable) -> None:
    chain, _ = make()
    assert chain.invoke({"question": QUESTION}) == chain.invoke(QUESTION)


@pytest.mark.parametrize("make", [deepening, answering, retrieval, debating])
def test_other_keys_of_a_state_beside_the_question_are_not_the_chain_s(make: Callable) -> None:
    chain, _ = make()
    assert chain.invoke({"question": QUESTION, "user": "me", "context": [CHUNK]}) == chain.invoke(QUESTION)


@pytest.mark.parametrize("make", [deepening, answering, retrieval, debating])
def test_fields_of_a_question_beside_it_are_refused_with_where_they_belong(make: Callable) -> None:
    chain, _ = make()
    with pytest.raises(ChainError, match="'id' stands beside 'question'; write the question as text"):
        chain.invoke({"question": QUESTION, "id": "q7"})


def test_passages_may_be_plain_texts() -> None:
    opinion = opinion_chain(ScriptedLLM(script=SCRIPT)).invoke({"question": QUESTION, "context": [CHUNK.text]})
    assert opinion.supported == 1


def test_a_missing_key_is_an_error_that_names_it() -> None:
    with pytest.raises(ChainError, match="needs 'context'; it takes question and context"):
        opinion_chain(ScriptedLLM(script=SCRIPT)).invoke({"question": QUESTION})


def test_by_chunk_and_several_paragraphs_are_seen_by_callbacks_too() -> None:
    watching = Watching()
    translation_chain(ScriptedLLM(script=SCRIPT)).invoke("One.\n\nTwo.", config={"callbacks": [watching]})
    assert watching.started.count("llm") == 2


PUBLIC = {
    vectorstore: ("POV", "FaissStore", "POVRetriever", "load_embeddings", "load_corpus", "build_index"),
    chains: (
        *("load_llm", "ModelSettings", "deepening_chain", "pov_retrieval_chain", "opinion_chain", "debate_chain"),
        *("translation_chain", "detect_loop", "seq_rep_n"),
    ),
    debate: ("DebateSettings", "build_question_graph", "build_debate_graph", "run_questions"),
}


@pytest.mark.parametrize(
    "name", ["Question", "Chunk", "Opinion", "Turn", "Debate", "QuestionState", "DebateState", "CHECKPOINT_TYPES"]
)
def test_every_type_of_the_design_can_be_imported_from_debate(name: str) -> None:
    assert name in debate.__all__
    assert getattr(debate, name)


@pytest.mark.parametrize(("room", "name"), [(room, name) for room, names in PUBLIC.items() for name in names])
def test_every_public_name_of_the_design_is_there(room: Any, name: str) -> None:
    assert callable(getattr(room, name))
    assert name in room.__all__


@pytest.mark.parametrize(
    ("called", "arguments"),
    [
        (FaissStore.from_texts, ("texts", "embedding", "metadatas", "ids")),
        (FaissStore.save, ("folder",)),
        (FaissStore.load, ("folder",)),
        (FaissStore.pov_search, ("questions", "povs_per_question", "pov_weight", "k", "mode")),
        (POV, ("text", "weight", "against")),
        (pov_retrieval_chain, ("store", "povs", "pov_weight", "k", "mode")),
        (translation_chain, ("llm",)),
    ],
)
def test_the_arguments_of_the_design_are_taken(called: Callable, arguments: tuple[str, ...]) -> None:
    assert set(arguments) <= set(inspect.signature(called).parameters)


def test_a_retriever_takes_the_arguments_of_the_design() -> None:
    fields = vectorstore.POVRetriever.model_fields
    assert {"store", "povs", "pov_weight", "k", "mode"} <= set(fields)


def test_a_loop_tells_its_start_period_and_repeats() -> None:
    loop = chains.detect_loop("And so it goes on and on. " + "The bank lends to its members every year. " * 8)
    assert loop is not None
    assert (loop.period > 0, loop.repeats > 2, loop.start >= 0) == (True, True, True)
