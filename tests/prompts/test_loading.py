import pytest

from prompts import TemplateError, list_prompts, load_prompt


def opinion(**values):
    given = {
        "voice": "a professor",
        "question": "Why?",
        "passages": ["one"],
        "min_words": 4,
        "max_words": 5,
        "fact": False,
    }
    return load_prompt("opinion").render(**given | values)


def test_every_template_loads() -> None:
    assert {load_prompt(name).name for name in list_prompts()} >= {
        "answer",
        "deepen",
        "opinion",
        "statement",
        "verdict",
    }


def test_an_unknown_template_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(TemplateError, match=r"no prompt called 'sermon'; there are: alone, answer, "):
        load_prompt("sermon")


def test_a_missing_variable_is_an_error_that_names_it() -> None:
    with pytest.raises(TemplateError, match="'question' is undefined"):
        load_prompt("answer").render(input="")


def test_half_a_surrogate_pair_is_a_question_mark_in_every_part_of_a_prompt() -> None:
    prompt = opinion(voice="a \ud83d professor", passages=["one \ud83d"])
    assert "a ? professor" in prompt.system
    assert "one ?" in prompt.user
    assert prompt.text.encode()


def test_the_opinion_has_its_three_sections_in_order() -> None:
    text = opinion().text
    assert text.index("### INSTRUCTION:") < text.index("### CONTEXT:") < text.index("### RESPONSE:")


def test_template_syntax_in_a_passage_stays_text() -> None:
    assert "{{ 7 * 7 }} {% raw %}" in opinion(passages=["{{ 7 * 7 }} {% raw %}"]).text
