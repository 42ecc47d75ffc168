"""What a persona stands for, before the first turn."""

import pytest
from fakes import ScriptedLLM

from chains.debating.positions import all_agree, position_sentence, take_positions
from chains.debating.speakers import Speakers
from chains.schemas import Position
from prompts import Persona, PointOfView

POWER = "The enlargement has given the group more power over oil."
QUARRELS = "The enlargement has only brought more quarrels into one room."
ALSO_POWER = "Enlargement has given the group more power over the oil."


def persona(name: str, *views: str) -> Persona:
    return Persona(name.lower(), name, f"{name}, a strategist who asks who pays.", tuple(map(PointOfView, views)))


def taken(script: dict[str, str], *personas: Persona) -> tuple[tuple[Position, ...], ScriptedLLM]:
    llm = ScriptedLLM(script=script)
    return take_positions(Speakers(llm), personas, "More power, or more quarrels?", None, 0, None), llm


def test_each_persona_takes_one_position_on_the_question() -> None:
    positions, llm = taken({"You are Ada": POWER, "You are Ben": QUARRELS}, persona("Ada"), persona("Ben"))
    assert [one.text for one in positions] == [POWER, QUARRELS]
    assert len(llm.prompts) == 2


def test_its_views_are_told_to_who_takes_a_position() -> None:
    _, llm = taken({"Ada": POWER, "Ben": QUARRELS}, persona("Ada", "Blocs need a charter."), persona("Ben"))
    assert "You hold that:\n- Blocs need a charter." in llm.prompts[0]


def test_who_says_the_same_is_told_so_and_asked_for_the_difference() -> None:
    script = {"- Ada: ": QUARRELS, "You are Ada": POWER, "You are Ben": ALSO_POWER}
    positions, llm = taken(script, persona("Ada"), persona("Ben"))
    assert [one.text for one in positions] == [POWER, QUARRELS]
    assert f"- Ada: {POWER}" in llm.prompts[-1]


def test_who_still_says_the_same_takes_up_a_view_of_its_own() -> None:
    view = "Blocs without a charter never carry out what they declare."
    positions, _ = taken({"Ada": POWER, "Ben": ALSO_POWER}, persona("Ada"), persona("Ben", view))
    assert (positions[1].text, positions[1].source) == (view, "view")


def test_where_only_the_first_has_a_view_of_its_own_it_is_the_first_that_differs() -> None:
    view = "Blocs without a charter never carry out what they declare."
    positions, _ = taken({"Ada": POWER, "Ben": ALSO_POWER}, persona("Ada", view), persona("Ben"))
    assert [(one.text, one.agrees_with) for one in positions] == [(view, ()), (ALSO_POWER, ())]


def test_who_has_no_view_either_agrees_and_says_so() -> None:
    positions, _ = taken({"Ada": POWER, "Ben": ALSO_POWER}, persona("Ada"), persona("Ben"))
    assert positions[1].agrees_with == ("ada",)
    assert all_agree(positions)


def test_one_of_three_who_differs_makes_a_debate() -> None:
    script = {"You are Ada": POWER, "You are Ben": ALSO_POWER, "You are Cid": QUARRELS}
    positions, _ = taken(script, persona("Ada"), persona("Ben"), persona("Cid"))
    assert not all_agree(positions)


def test_a_model_that_takes_no_position_leaves_the_personas_own_view() -> None:
    view = "Blocs without a charter never carry out what they declare."
    positions, _ = taken({"Ada": POWER, "Ben": "I disagree."}, persona("Ada"), persona("Ben", view))
    assert (positions[1].text, positions[1].source) == (view, "view")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (POWER, POWER),
        (f"My position is that {POWER[0].lower()}{POWER[1:]}", POWER),
        (f'"{POWER}" It did so by oil.', POWER),
        ("Did it give the group more power than it had before?", ""),
        ("It did.", ""),
        ("The enlargement has given the group more power over", ""),
        ("Ada, a strategist who asks who pays.", ""),
    ],
)
def test_a_position_is_one_whole_sentence_on_the_matter(written: str, sentence: str) -> None:
    assert position_sentence(written, "Ada, a strategist who asks who pays.") == sentence


def test_a_question_put_as_a_statement_takes_no_side() -> None:
    question = (
        "Has the enlargement of BRICS given the group more power, or has it only imported more quarrels into one room?"
    )
    both = "The enlargement of BRICS has given Japan more power, but only imported more quarrels into one room."
    assert position_sentence(both, "a judge.", question) == ""
    assert position_sentence(POWER, "a judge.", question) == POWER
