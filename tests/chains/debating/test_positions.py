"""What a persona stands for, before the first turn."""

import numpy as np
import pytest
from fakes import ScriptedLLM, SeededLLM
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import FakeListLLM

from chains.debating.agreement import agreeing
from chains.debating.likeness import Likeness
from chains.debating.positions import all_agree, other_side, position_sentence, take_positions
from chains.debating.speakers import Speakers
from chains.schemas import Position
from prompts import Persona, PointOfView

POWER = "The enlargement has given the group more power over oil."
QUARRELS = "The enlargement has only brought more quarrels into one room."
ALSO_POWER = "Enlargement has given the group more power over the oil."


class Alike(Embeddings):
    """Any two different texts have the same cosine."""

    def __init__(self, cosine: float) -> None:
        self._shared, self._own = cosine**0.5, (1 - cosine) ** 0.5
        self._texts: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self._texts += [text for text in texts if text not in self._texts]
        rows = np.zeros((len(texts), 64))
        rows[:, 0] = self._shared
        rows[np.arange(len(texts)), [1 + self._texts.index(text) for text in texts]] = self._own
        return rows.tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


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


EITHER_OR = "Has the enlargement given the group more power, or has it only brought more quarrels into one room?"


def test_who_says_the_same_is_told_the_side_that_is_left_and_not_what_was_said() -> None:
    script = {"Your side: has it only brought": QUARRELS, "": POWER}
    llm = ScriptedLLM(script=script)
    positions = take_positions(Speakers(llm), [persona("Ada"), persona("Ben")], EITHER_OR, None, 0, None)
    assert [one.text for one in positions] == [POWER, QUARRELS]
    assert "Your side: has it only brought more quarrels into one room? Yes." in llm.prompts[-1]
    assert POWER not in llm.prompts[-1]


@pytest.mark.parametrize(
    ("question", "said", "side"),
    [
        (EITHER_OR, QUARRELS, "Has the enlargement given the group more power? Yes."),
        ("Can the bank replace the other one?", "The bank can replace the other one in time.", "No."),
        ("Can the bank replace the other one?", "The bank cannot replace the other one.", "Yes."),
        ("Why was it never drawn on?", "It was never drawn on since it has no charter.", ""),
        (EITHER_OR, "Oil decides everything in the end.", ""),
    ],
)
def test_the_side_that_is_left_is_read_off_the_question(question: str, said: str, side: str) -> None:
    assert other_side(question, [said]) == side


def test_different_alternatives_are_no_agreement_however_near_their_words_are() -> None:
    near = Likeness(Alike(1.0))
    positions = [Position("ada", "Ada", POWER), Position("ben", "Ben", QUARRELS)]
    assert agreeing(positions, 1, EITHER_OR, near) == []
    assert agreeing([positions[0], Position("ben", "Ben", ALSO_POWER)], 1, EITHER_OR, near) == [0]


def test_who_took_no_side_is_asked_again_for_the_one_that_is_left() -> None:
    both = "The enlargement has given the group more power, or only brought more quarrels into one room."
    llm = ScriptedLLM(script={"Your side: has it only": QUARRELS, "You are Ada": both, "You are Ben": POWER})
    positions = take_positions(Speakers(llm), [persona("Ada"), persona("Ben")], EITHER_OR, None, 0, None)
    assert [one.text for one in positions] == [QUARRELS, POWER]


def test_all_are_asked_again_where_nobody_took_a_position() -> None:
    llm = FakeListLLM(responses=["I disagree.", "I disagree.", POWER, QUARRELS])
    positions = take_positions(Speakers(llm), [persona("Ada"), persona("Ben")], "Why?", None, 0, None)
    assert [one.text for one in positions] == [POWER, QUARRELS]


BOTH = "The enlargement has given the group more power, or only brought more quarrels into one room."


def test_where_nobody_took_a_side_each_is_asked_again_for_one() -> None:
    script = {"Your side: Has the enlargement given": POWER, "Your side: has it only": QUARRELS, "": BOTH}
    llm = ScriptedLLM(script=script)
    positions = take_positions(Speakers(llm), [persona("Ada"), persona("Ben")], EITHER_OR, None, 0, None)
    assert [one.text for one in positions] == [POWER, QUARRELS]


def test_who_is_asked_for_a_side_gets_the_one_nearer_its_views() -> None:
    script = {"Your side: Has the enlargement given": POWER, "Your side: has it only": QUARRELS, "": BOTH}
    ada, likeness = persona("Ada", "has it only brought more quarrels into one room"), Likeness(Alike(0.2))
    positions = take_positions(
        Speakers(ScriptedLLM(script=script)), [ada, persona("Ben")], EITHER_OR, likeness, 0, None
    )
    assert [one.text for one in positions] == [QUARRELS, POWER]


def test_a_position_of_more_words_than_asked_for_is_kept_whole() -> None:
    long = (
        f"{POWER[:-1]}, since those who joined bring wells, ports and pipelines that no sanction from Washington or "
        "Brussels can close for long, and since the ones who were there before would rather sell to them than wait "
        "for a market that punishes whoever stands on the wrong side."
    )
    positions, _ = taken({"You are Ada": long, "You are Ben": QUARRELS}, persona("Ada"), persona("Ben"))
    assert positions[0].text == long


def test_a_view_on_another_matter_is_no_position() -> None:
    aid = persona("Ben", "Patient aid buys more influence than lectures.")
    llm = ScriptedLLM(script={"You are Ada": POWER, "": "I disagree."})
    positions = take_positions(Speakers(llm), [persona("Ada"), aid], "Why?", Likeness(Alike(0.3)), 0, None)
    assert (positions[1].text, positions[1].source) == ("", "none")


def test_who_has_no_view_either_agrees_and_says_so() -> None:
    positions, _ = taken({"Ada": POWER, "Ben": ALSO_POWER}, persona("Ada"), persona("Ben"))
    assert (positions[1].agrees_with, positions[1].other_reasons) == (("ada",), False)
    assert all_agree(positions)


def test_who_holds_the_same_for_another_reason_agrees_and_says_so() -> None:
    wells = f"{POWER[:-1]}, because those who joined own the wells."
    buyers = f"{ALSO_POWER[:-1]}, since nobody else can feed the buyers."
    positions, _ = taken({"Ada": wells, "Ben": buyers}, persona("Ada"), persona("Ben"))
    assert (positions[1].agrees_with, positions[1].other_reasons) == (("ada",), True)


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


@pytest.mark.parametrize("answers", [{"You are Ada": POWER, "You are Ben": ALSO_POWER}, {"You are": "No."}])
def test_who_is_asked_again_answers_with_another_seed(answers: dict[str, str]) -> None:
    llm = SeededLLM(script=answers)
    take_positions(Speakers(llm), [persona("Ada"), persona("Ben")], "More power, or more quarrels?", None, 3, None)
    assert {seed // 1009 for seed in llm.seeds[:2]} == {3}
    assert 3 not in {seed // 1009 for seed in llm.seeds[2:]}
    assert len(llm.seeds) > 2


def test_the_prompt_said_back_is_no_position() -> None:
    """Regression: two models that repeated it were said to agree, and nobody debated."""
    script = {"Others have said": POWER, "You are Ada": "You take part in a debate.", "You are Ben": QUARRELS}
    positions, _ = taken(script, persona("Ada"), persona("Ben"))
    assert [one.text for one in positions] == [POWER, QUARRELS]
