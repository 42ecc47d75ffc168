"""A question in another language than the prompts is answered in its own."""

import re

import pytest

from prompts import load_prompt
from prompts.languages import in_english, unit_of
from vectorstore.text.letters import UNSPACED

ASKED = {
    "voice": "a judge.",
    "passage": "P.",
    "lead": "P.",
    "side": "",
    "min_words": 10,
    "max_words": 20,
    "fact": False,
}


@pytest.mark.parametrize(
    "question",
    [
        "Has the enlargement of BRICS given the group more power?",
        "Does NATO help Ukraine?",
        "Is Peru rich?",
        "Do sanctions work?",
        "Why did 日本 leave the 新開発銀行?",
        "2024?",
    ],
)
def test_a_question_in_english_is_known(question: str) -> None:
    assert in_english(question)


@pytest.mark.parametrize(
    "question",
    [
        "新開発銀行は世界銀行の代わりになれますか。",
        "BRICSは世界銀行の代わりになれますか。",
        "آیا بانک توسعهٔ نوین می‌تواند جای بانک جهانی را بگیرد؟",
        "Hat die Erweiterung der BRICS ihnen mehr Macht gegeben?",
        "Les sanctions changent-elles la conduite des gouvernements?",
        "¿Puede el banco sustituir al Banco Mundial?",
    ],
)
def test_a_question_in_another_language_is_known(question: str) -> None:
    assert not in_english(question)


@pytest.mark.parametrize("name", ["opening", "paragraph", "closing"])
def test_no_part_of_an_answer_in_another_language_begins_in_english(name: str) -> None:
    asked = load_prompt(name).render(question="世界銀行の代わりになれますか。", kind="advice", facts=(), **ASKED)

    assert asked.opening in ("", ASKED["lead"])
    assert "Write in the language of the question." in asked.user
    assert 'Begin with "' not in asked.user


def test_a_script_whose_characters_are_counted_is_asked_for_in_characters() -> None:
    counted = [one for one in map(chr, range(0x323B0)) if one.isalpha() and re.match(f"[{UNSPACED}]", one)]
    assert {unit_of(one) for one in counted} == {"characters"}
    assert {unit_of(one) for one in "aЖאبक한"} == {"words"}


def test_an_answer_in_a_script_without_spaces_is_asked_for_in_characters() -> None:
    asked = [
        load_prompt("opening").render(question=one, **ASKED).user for one in ("銀行は大きいですか。", "Is it large?")
    ]
    assert ["10 to 20 characters" in one for one in asked] == [True, False]
