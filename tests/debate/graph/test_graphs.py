"""The graphs as another system uses them: any form of a question, one thread after the other, sync and async."""

import pytest
from fakes import EMBEDDING, ScriptedLLM
from langchain_core.runnables import RunnableLambda
from langchain_core.vectorstores import InMemoryVectorStore
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from chains import ChainError, Chunk, Opinion, Question
from debate import GraphSettings, build_debate_graph, build_question_graph
from debate.graph.checkpoints import CHECKPOINT_TYPES
from debate.stages import Stage
from prompts import Persona, load_personas
from vectorstore import FaissStore

SCRIPT = {"moderator": "A draw.", "You take part in a debate": "I disagree.", "Answer the question below": "They did."}
STORE = FaissStore.from_texts(["BRICS admitted Iran.", "The G7 capped a price."], EMBEDDING, ids=["c1", "c2"])
PERSONAS = load_personas(None).personas[:2]


def question_graph(checkpointer=None):
    llm = ScriptedLLM(script=SCRIPT)
    return build_question_graph(llm, STORE, PERSONAS, settings=GraphSettings(abstain=False), checkpointer=checkpointer)


def debate_graph(checkpointer=None):
    found = RunnableLambda(lambda question: (Chunk("c1", "BRICS admitted Iran."),))
    llm = ScriptedLLM(script=SCRIPT)
    return build_debate_graph(llm, PERSONAS, {one.id: found for one in PERSONAS}, checkpointer=checkpointer)


every_graph = pytest.mark.parametrize("build", [question_graph, debate_graph])


@every_graph
@pytest.mark.parametrize("question", [Question("q", "Did they?"), "Did they?", {"text": "Did they?", "id": "q"}])
def test_a_question_is_taken_as_a_type_a_text_or_a_mapping(build, question) -> None:
    state = build().invoke({"question": question})
    assert state["question"] == Question("q", "Did they?")
    assert len(state["turns"]) == 4


@every_graph
@pytest.mark.parametrize(
    ("question", "told"),
    [
        ({"txt": "Did they?"}, "a question has no field 'txt'; there are: id, text, about"),
        ({"id": "q"}, "text: Field required; give a text, or a mapping with text and id"),
        ("  ", "the question is empty"),
        (7, "not int"),
    ],
)
def test_what_is_no_question_is_told(build, question, told: str) -> None:
    with pytest.raises(ChainError, match=told):
        build().invoke({"question": question})


def test_who_writes_and_does_not_debate_may_have_a_model_of_its_own() -> None:
    llm, own = ScriptedLLM(script=SCRIPT), ScriptedLLM(script={"Answer the question below": "They did join."})
    writer = Persona("editor", "Editor", "an editor.")
    settings = GraphSettings(abstain=False)
    graph = build_question_graph(llm, STORE, PERSONAS, opinion_persona=writer, llms={"editor": own}, settings=settings)
    assert graph.invoke({"question": "Did they?"})["opinion"].answer.startswith("They did join.")


@every_graph
def test_a_second_question_on_the_same_thread_begins_a_new_debate(build) -> None:
    graph, thread = build(InMemorySaver()), {"configurable": {"thread_id": "one"}}
    graph.invoke({"question": "Did they?"}, thread)
    state = graph.invoke({"question": "Will they?"}, thread)
    assert state["question"].text == "Will they?"
    assert len(state["turns"]) == 4


def test_an_opinion_is_of_the_question_that_it_came_with() -> None:
    graph, thread = debate_graph(InMemorySaver()), {"configurable": {"thread_id": "one"}}
    first = graph.invoke({"question": "Did they?", "opinion_text": "They did."}, thread)
    without = graph.invoke({"question": "Will they?"}, thread)
    own = graph.invoke({"question": "Should they?", "opinion_text": "They should."}, thread)
    assert [one["opinion_text"] for one in (first, without, own)] == ["They did.", "", "They should."]


def test_an_opinion_of_the_opinion_chain_is_taken_and_what_is_none_is_told() -> None:
    said, silent = Opinion("They did.", 2, ()), Opinion("I don't know.", 3, (), abstained=True)
    states = [debate_graph().invoke({"question": "Did they?", "opinion_text": one}) for one in (said, silent, None)]
    assert [one["opinion_text"] for one in states] == ["They did.", "", ""]
    with pytest.raises(ChainError, match="an opinion is a text or an Opinion, not int"):
        debate_graph().invoke({"question": "Did they?", "opinion_text": 5})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"rounds": "two"}, r"build_debate_graph: rounds must be int \| None, got 'two'"),
        ({"rules": {"rounds": 2}}, r"build_debate_graph: rules must be Rules \| None, got dict"),
        ({"read_again": 5}, "read_again must be .*, got 5"),
    ],
)
def test_an_argument_of_a_wrong_type_is_told_when_a_debate_is_built(options, told: str) -> None:
    with pytest.raises(ChainError, match=told):
        build_debate_graph(ScriptedLLM(script=SCRIPT), PERSONAS, {}, **options)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"settings": {"rounds": 2}}, r"build_question_graph: settings must be GraphSettings \| None, got dict"),
        ({"seat": 5}, "seat must be str, got 5"),
        ({"povs": ["Trade."]}, "got 'Trade.' in a list"),
        ({"personas": []}, "a debate takes 2 to 8 personas, 0 given"),
        ({"llm": "smollm2"}, "'smollm2' is not a LangChain language model"),
    ],
)
def test_an_argument_of_a_wrong_type_is_told_when_a_question_s_graph_is_built(options, told: str) -> None:
    usual = {"llm": ScriptedLLM(script=SCRIPT), "store": STORE, "personas": PERSONAS}
    with pytest.raises(ChainError, match=told):
        build_question_graph(**(usual | options))


def test_an_option_that_there_is_not_is_told_by_the_function_s_own_name() -> None:
    with pytest.raises(TypeError, match=r"build_debate_graph\(\) got an unexpected keyword argument 'opinion_text'"):
        build_debate_graph(ScriptedLLM(script=SCRIPT), PERSONAS, {}, opinion_text="They did.")


def test_ids_of_built_in_personas_will_do() -> None:
    ids, settings = [one.id for one in PERSONAS], GraphSettings(abstain=False)
    graph = build_question_graph(ScriptedLLM(script=SCRIPT), STORE, ids, opinion_persona=ids[1], settings=settings)
    assert {turn.persona_id for turn in graph.invoke({"question": "Did they?"})["turns"]} == set(ids)


def test_what_a_host_s_state_holds_besides_the_question_is_not_the_debate_s() -> None:
    state = debate_graph().invoke({"question": "Did they?", "chunks": "mine", "turns": 5, "verdict": "mine"})
    assert (len(state["turns"]), state["verdict"].text) == (4, "Nobody won this debate.")
    assert "chunks" not in state


@pytest.mark.parametrize(
    ("build", "properties"), [(question_graph, {"question"}), (debate_graph, {"question", "opinion_text"})]
)
def test_the_input_is_what_a_host_has_to_give_and_no_more(build, properties: set[str]) -> None:
    schema = build().get_input_jsonschema()
    assert (schema["properties"].keys(), schema["required"]) == (properties, ["question"])


@pytest.mark.parametrize(("build", "more"), [(question_graph, {}), (debate_graph, {"opinion_text": ""})])
@pytest.mark.parametrize("question", ["Did they?", {"id": "q7", "text": "Did they?"}])
@pytest.mark.filterwarnings("ignore:This API is in beta")
def test_a_graph_is_a_tool_that_takes_a_question(build, more, question) -> None:
    tool = build().as_tool(name="debate", description="Debates a question.")
    assert len(tool.invoke({"question": question, **more})["turns"]) == 4


def test_any_vector_store_serves_the_question_graph() -> None:
    others = InMemoryVectorStore.from_texts(["BRICS admitted Iran.", "The G7 capped a price."], EMBEDDING)
    graph = build_question_graph(ScriptedLLM(script=SCRIPT), others, PERSONAS)

    state = graph.invoke({"question": "Did they?"})

    assert sorted(chunk.text for chunk in state["chunks"]) == ["BRICS admitted Iran.", "The G7 capped a price."]
    assert len(state["turns"]) == 4


@every_graph
async def test_a_graph_runs_asynchronously(build) -> None:
    graph = build()
    untimed = {"seconds": {}}
    awaited = await graph.ainvoke({"question": "Did they?"})
    assert awaited | untimed == graph.invoke({"question": "Did they?"}) | untimed
    assert [step async for step in graph.astream({"question": "Did they?"}, stream_mode="updates")]


@every_graph
def test_a_hosts_checkpointer_reads_every_type_back_without_a_warning(build, caplog: pytest.LogCaptureFixture) -> None:
    serde = JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINT_TYPES)
    graph, thread = build(InMemorySaver(serde=serde)), {"configurable": {"thread_id": "one"}}
    state = graph.invoke({"question": "Did they?"}, thread)
    kept = graph.get_state(thread).values
    assert (tuple(kept["turns"]), tuple(kept["readings"])) == (state["turns"], state["readings"])
    assert caplog.messages == []


@every_graph
def test_the_state_has_a_schema_for_servers_and_studios(build) -> None:
    assert {"question", "turns", "verdict"} <= build().get_output_jsonschema()["properties"].keys()


def test_a_turn_holds_ids_and_the_question_each_text_once() -> None:
    state = question_graph().invoke({"question": "Did they?"})
    texts = [chunk.text for chunk in (*state["chunks"], *state["debate_chunks"])]
    assert sorted(texts) == ["BRICS admitted Iran.", "The G7 capped a price."]
    assert set(state["turns"][0].chunk_ids) == {"c1", "c2"}


def test_the_nodes_are_the_stages() -> None:
    graph = build_question_graph(
        ScriptedLLM(script={}), STORE, PERSONAS, settings=GraphSettings(abstain=False, translate="ja")
    )
    assert set(graph.get_graph().nodes) - {"__start__", "__end__"} == {stage.node for stage in Stage}
