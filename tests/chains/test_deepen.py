from fakes import ScriptedLLM, TopicEmbedding

from chains.deepen import deepening_chain, parse_questions
from chains.schemas import Question

SEED = Question("q1", "Why did BRICS grow?", about="Six states were invited.")
DEEP = "Given that four new members joined in 2024, why did intra-bloc trade hardly change?"


def deepen(answer: str, count: int = 2):
    llm = ScriptedLLM(script={"deeper": answer})
    return deepening_chain(llm, TopicEmbedding(), count=count).invoke(SEED), llm


def test_children_keep_their_parent_and_get_derived_ids() -> None:
    (child,), _ = deepen(f"1. {DEEP}", count=1)
    assert (child.id, child.text, child.parent_id, child.parent_text) == ("q1.1", DEEP, "q1", SEED.text)


def test_the_same_question_twice_is_kept_once_and_the_shortfall_noted() -> None:
    (child,), _ = deepen(f"1. {DEEP}\n2. {DEEP}")
    assert child.note == "deepening gave 1 of 2 questions"


def test_nothing_usable_lets_the_seed_go_on_and_says_so() -> None:
    (question,), _ = deepen("Here are some thoughts about BRICS.")
    assert question.text == SEED.text
    assert "no usable question" in question.note


def test_a_question_that_leaves_the_topic_is_dropped() -> None:
    (question,), _ = deepen(
        "1. Given that pipes lose a third of their water, what would the city gain by mending them?"
    )
    assert question.id == "q1"


def test_the_prompt_shows_the_text_about_the_question() -> None:
    _, llm = deepen(DEEP)
    assert "Six states were invited." in llm.prompts[0]


def test_parsing_rejects_what_states_no_premise_asks_nothing_or_copies_the_form() -> None:
    answer = "\n".join(
        [
            "1. Why did it grow so very fast in one year?",
            "2. Given that it grew, it is large.",
            "3. Given that PREMISE, why or how or at what cost QUESTION?",
            f"4. {DEEP}",
        ]
    )
    assert parse_questions(answer) == [DEEP]
