import pytest
from fakes import ScriptedLLM, TopicEmbedding

from chains.deepen import deepening_chain
from chains.schemas import Question, Refusal, RefusedQuestion
from vectorstore import FaissStore

SEED = Question("q1", "Why did BRICS grow?", about="Six states were invited.")
JOINED = "Given that they joined in 2024, why did trade within BRICS hardly change?"
DEEP = "Given that four new members joined in 2024, why did intra-bloc trade hardly change?"


CORPUS = [
    "Four new members joined BRICS in 2024, but intra-bloc trade hardly changed.",
    "The bank lends in five currencies of the members of BRICS.",
]


def deepen(answer: str, count: int = 2, **options):
    llm = ScriptedLLM(script={"deeper": answer})
    return deepening_chain(llm, TopicEmbedding(), count=count, **options).invoke(SEED), llm


def test_the_seed_is_asked_and_its_children_beside_it() -> None:
    (seed, child), _ = deepen(f"1. {DEEP}", count=1)
    assert (seed.id, seed.text, seed.note) == ("q1", SEED.text, "")
    assert (child.id, child.text, child.parent_id, child.parent_text) == ("q1.1", DEEP, "q1", SEED.text)


def test_children_replace_their_seed_where_that_is_wanted() -> None:
    (child,), _ = deepen(f"1. {DEEP}", count=1, replace_seeds=True)
    assert child.text == DEEP


def test_a_seed_without_children_is_never_replaced() -> None:
    (question,), _ = deepen("Here are some thoughts about BRICS.", replace_seeds=True)
    assert (question.text, question.note) == (SEED.text, "0 of 2 follow-up questions could be used")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Given that pipes lose a third of their water, what would the city gain by it?", Refusal.OFF_TOPIC),
        (DEEP, Refusal.SAID_ALREADY),
        ("Given that things have changed a lot lately, why does all of that matter?", Refusal.VAGUER),
    ],
)
def test_a_refused_question_is_kept_with_its_reason(text: str, reason: Refusal) -> None:
    (seed, _), _ = deepen(f"1. {DEEP}\n2. {text}")
    assert seed.refused == (RefusedQuestion(text, reason),)
    assert seed.note == "1 of 2 follow-up questions could be used"


NO_FACTS = [
    "It lends in five currencies of its members.",
    "They joined in 2024, but trade within BRICS hardly changed.",
]


def test_a_premise_that_no_passage_bears_out_is_refused() -> None:
    store = FaissStore.from_texts(NO_FACTS, TopicEmbedding())
    invented = "Given that the government of BRICS has a history of using torture, why does trade grow?"
    (seed, child), _ = deepen(f"1. {invented}\n2. {JOINED}", store=store)
    assert (child.text, seed.refused) == (JOINED, (RefusedQuestion(invented, Refusal.PREMISE),))


def test_a_supposition_needs_no_passage() -> None:
    store = FaissStore.from_texts(NO_FACTS, TopicEmbedding())
    supposed = "If BRICS bought all the gold of Ruritania tomorrow, why would trade in dollars go on?"
    (_, child), _ = deepen(f"1. {supposed}", store=store)
    assert child.text == supposed


def test_each_question_begins_with_another_fact_of_a_passage() -> None:
    store = FaissStore.from_texts(CORPUS, TopicEmbedding())
    (_, first, second), _ = deepen("the price of bread in Cairo?", store=store)
    facts = {one.text.removeprefix("Given that ").rpartition(", ")[0] for one in (first, second)}
    assert facts == {
        "four new members joined BRICS in 2024, but intra-bloc trade hardly changed",
        "the bank lends in five currencies of the members of BRICS",
    }


def test_one_fact_alone_is_asked_about_in_three_ways() -> None:
    store = FaissStore.from_texts(CORPUS[:1], TopicEmbedding())
    _, llm = deepen("the price of bread in Cairo?", count=4, store=store)
    assert {prompt.rpartition("changed, ")[2] for prompt in llm.prompts} == {
        "how does this affect",
        "what does this cost",
        "who gains by this and who loses",
    }


def test_a_fact_that_a_chat_model_leaves_out_is_put_back() -> None:
    store = FaissStore.from_texts(CORPUS[:1], TopicEmbedding())
    (_, child), _ = deepen("How does this affect the price of bread in Cairo?", store=store)
    assert child.text == (
        "Given that four new members joined BRICS in 2024, but intra-bloc trade hardly changed, "
        "how does this affect the price of bread in Cairo?"
    )


def test_a_model_that_lists_questions_of_its_own_behind_a_fact_is_heard() -> None:
    store = FaissStore.from_texts(CORPUS[:1], TopicEmbedding())
    (_, child, other), _ = deepen(f"1. {DEEP}\n2. {JOINED}", store=store)
    assert (child.text, other.text) == (DEEP, JOINED)


def test_a_question_that_asks_its_seed_again_behind_a_fact_is_refused() -> None:
    store = FaissStore.from_texts(CORPUS[:1], TopicEmbedding())
    (seed,), _ = deepen("Why did BRICS grow?", store=store)
    assert [one.reason for one in seed.refused] == [Refusal.NO_FURTHER]


@pytest.mark.parametrize(
    "ask",
    [
        "How does this affect?",
        "What does it cost that four new members joined BRICS in 2024, but intra-bloc trade hardly changed, in Cairo?",
    ],
    ids=["the words it was given", "the fact again"],
)
def test_a_question_that_adds_nothing_behind_a_fact_is_refused(ask: str) -> None:
    store = FaissStore.from_texts(CORPUS[:1], TopicEmbedding())
    (seed,), _ = deepen(ask, count=1, store=store)
    assert {one.reason for one in seed.refused} == {Refusal.NO_FURTHER}


def test_a_text_behind_a_fact_that_asks_nothing_is_refused() -> None:
    store = FaissStore.from_texts(CORPUS[:1], TopicEmbedding())
    (seed,), _ = deepen("Bread in Cairo is cheap.", store=store)
    assert {one.reason for one in seed.refused} == {Refusal.NO_FURTHER}


def test_a_passage_that_does_not_bear_on_the_seed_gives_no_premise() -> None:
    store = FaissStore.from_texts([*CORPUS[:1], "In 2019 the water of Norway cost 60 dollars."], TopicEmbedding())
    _, llm = deepen("the price of bread in Cairo?", store=store)
    assert not [prompt for prompt in llm.prompts if "Norway" in prompt]


def test_an_error_of_the_model_is_raised_for_the_caller_to_handle() -> None:
    with pytest.raises(AssertionError, match="script"):
        deepening_chain(ScriptedLLM(script={}), TopicEmbedding()).invoke(SEED)


def test_the_prompt_shows_the_text_about_the_question() -> None:
    _, llm = deepen(DEEP)
    assert "Six states were invited." in llm.prompts[0]
