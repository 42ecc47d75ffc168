"""The checks notice what a reader would strike out, and leave good prose alone."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from chains.schemas import Defect, DefectKind
from chains.text.defects import find_defects

TEST_SET = tomllib.loads((Path(__file__).parent / "defect_texts.toml").read_text(encoding="utf-8"))
CLEAN = [one for one in TEST_SET["text"] if not one["defect"]]
PLANTED = [one for one in TEST_SET["text"] if one["defect"]]
QUESTION = "Do sanctions change the conduct of governments?"


def found(one: dict[str, Any]) -> tuple[Defect, ...]:
    return find_defects(one["text"].strip(), **TEST_SET["context"][one["context"]])


def kinds(text: str, **given: Any) -> list[str]:
    return [defect.kind.value for defect in find_defects(text, **given)]


@pytest.mark.parametrize("one", CLEAN, ids=lambda one: one["text"].strip()[:40])
def test_a_clean_text_has_no_defect(one: dict[str, Any]) -> None:
    assert found(one) == ()


@pytest.mark.parametrize("one", PLANTED, ids=lambda one: f"{one['defect']}: {one['text'].strip()[:40]}")
def test_a_planted_defect_is_found(one: dict[str, Any]) -> None:
    assert one["defect"] in [defect.kind.value for defect in found(one)]


def test_the_test_set_has_every_kind() -> None:
    assert {one["defect"] for one in PLANTED} == set(DefectKind)
    assert len(CLEAN) >= 30
    assert len(PLANTED) >= 30


def test_a_defect_names_its_sentence_and_they_come_in_the_order_of_the_text() -> None:
    text = "Trade grew. The passage discusses oil.\n\n```\n```\nThe bank lends and"

    assert find_defects(text) == (
        Defect(DefectKind.ABOUT_THE_TEXT, "The passage discusses oil."),
        Defect(DefectKind.MARKUP, "```"),
        Defect(DefectKind.UNFINISHED_END, "The bank lends and"),
    )


def test_an_empty_text_has_no_defects() -> None:
    assert find_defects(" \n") == ()


def test_an_abstention_is_no_refusal_inside_an_answer() -> None:
    assert kinds("I don't know.") == []
    assert kinds("The bank grew and lent more to its members. I don't know. It opened in Shanghai.") == ["apology"]


def test_words_of_the_passages_are_no_recital_of_the_prompt() -> None:
    prompt = "### INSTRUCTION:\nTake a side.\n### CONTEXT:\n[1] The five founders subscribed ten billion dollars each."

    assert kinds("The five founders subscribed ten billion dollars each, and it was not enough.", prompt=prompt) == []


def test_a_recital_in_the_first_person_is_one() -> None:
    voice = "Ada, a jurist who has taught in Delhi for twenty years and trusts nobody."

    assert kinds("I have taught in Delhi for twenty years and trust the courts.", voice=voice) == ["recital"]


def test_an_instruction_that_the_turn_before_recited_is_recited_again() -> None:
    prompt = "### INSTRUCTION:\nYou take part in a debate, in round 2 of 2."
    said = ["You take part in a debate. Oil is dear."]

    assert "recital" in kinds("You take part in a debate. Gas is dear, too.", prompt=prompt, said_before=said)


def test_a_debater_who_is_introduced_did_not_speak() -> None:
    text = "Ada Lovelace, a British diplomat who served in Rome. Trade grew."

    assert kinds(text, speakers=["Ada Lovelace"]) == ["recital"]
    assert kinds("Ada Lovelace, the limit was lifted in 2022.", speakers=["Ada Lovelace"]) == []


def test_a_quotation_is_no_echo() -> None:
    said = ["A table with more chairs is a stronger table, and everybody knows it."]

    assert kinds(f"He said: “{said[0]}” I disagree.", said_before=said) == []
    assert kinds(f"{said[0]} I disagree.", said_before=said) == ["echo"]


def test_names_of_the_question_may_stand_in_any_passage() -> None:
    passages = ["The bank opened in Shanghai.", "Cuba has lived under an embargo since 1962."]

    assert kinds("Cuba asks for a loan [1].", question="What does Cuba want?", passages=passages) == []
    assert kinds("The bank opened in Cuba [1].", passages=passages) == ["other passage"]


OPENED = "I hold that sanctions change the conduct of governments.\n\nCuba is poor.\n\n"


@pytest.mark.parametrize(
    "close",
    [
        "My verdict is that sanctions never change the conduct of governments.",
        "Therefore sanctions cannot change the conduct of governments, and I regret it.",
    ],
)
def test_a_close_on_the_other_side_is_a_contradiction(close: str) -> None:
    assert kinds(OPENED + close) == ["contradiction"]


@pytest.mark.parametrize(
    "close",
    [
        "My verdict is that sanctions change the conduct of governments, but not that of generals.",
        "Therefore sanctions not only change the conduct of governments, they also cost lives.",
        "My verdict is that nobody should starve for it.",
    ],
)
def test_a_close_on_the_same_side_is_none(close: str) -> None:
    assert kinds(OPENED + close) == []


def test_four_sentences_may_begin_alike_and_the_fifth_is_named() -> None:
    four = "We call on Paris. We call on Rome. We call on Bonn. We call on Oslo."

    assert kinds(four) == []
    assert find_defects(f"{four} We call on Bern.") == (Defect(DefectKind.ALIKE_BEGINNINGS, "We call on Bern."),)


def test_repetition_and_ends_are_seen_in_unspaced_scripts() -> None:
    sentence = "加盟国が増えれば発言力は増すが合意は難しくなる。"

    assert kinds(f"{sentence}これは事実だ。{sentence}") == ["repetition"]
    assert kinds("加盟国が増えれば発言力は増すが") == ["unfinished end"]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("The claim of Eleanor Whitcombe is that no country has used its charter to defend itself.", ["recital"]),
        ("The claim of Eleanor Whitcombe, a Japanese diplomat who was the first to speak, is bold.", ["recital"]),
        ("The claim of Eleanor Whitcombe fails, for the bank lent 35 billion dollars.", []),
        ("Eleanor Whitcombe's claim is wrong, for the bank lent 35 billion dollars.", []),
    ],
)
def test_a_claim_told_again_as_a_thing_is_no_answer_to_it(sentence: str, found: list[str]) -> None:
    assert kinds(sentence, speakers=["Eleanor Whitcombe"]) == found


def test_both_sides_of_an_either_or_question_joined_by_and_are_no_side() -> None:
    question = "Has the enlargement given the group more power, or has it only imported more quarrels into one room?"
    both = "My verdict is that the enlargement has given the group more power, and that it only imported more quarrels into one room."
    weighed = "The enlargement has given the group more power, and the quarrels it imported are the price of it."

    assert kinds(both, question=question) == ["contradiction"]
    assert kinds(weighed, question=question) == []


PROFESSOR = "Professor Daryush Farahani, an Iranian professor of political science who has taught in three countries."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("As Professor Daryush Farahani, I firmly believe that the bank would gain.", ["recital"]),
        ("As a professor of political science, I firmly believe that Iran would comply.", ["recital"]),
        ("As a member of NATO, I would buy gold.", []),
        ("This conclusion is based on several key points from the evidence provided.", ["about the text"]),
        ("The passage directly states this point.", ["about the text"]),
        ("In fact, the article mentions several instances of it.", ["about the text"]),
        ("Let me analyze the matter in detail.", ["about the text"]),
        ("The evidence provided by the inspectors was thin.", []),
        ("Humanitarian trade must be kept open both on paper and in fact [3].", []),
    ],
)
def test_who_speaks_and_from_what_is_no_part_of_an_answer(text: str, found: list[str]) -> None:
    assert kinds(text, voice=PROFESSOR) == found


def test_labels_left_of_a_list_are_found() -> None:
    labels = "Local Currencies: The bank lends in rand.\n\nRisk Management:\nThe bank hedges.\n\nTrade Policies: It has none."

    found = {one.sentence for one in find_defects(labels)}
    assert found == {"Risk Management:", "Local Currencies: The bank lends in rand."}


def test_one_colon_in_a_text_is_no_label() -> None:
    assert (
        kinds("The commitments come to 100 billion dollars: China 41, Brazil 18.\n\nThe design: keep it flowing.") == []
    )


@pytest.mark.parametrize(
    "of_the_prompt",
    [
        "The document speaks about what it means for the question.",
        "You can give any greeting without your name on it.",
        "It tells you something in your own voice.",
        'Begin with "I must confess that I have no doubt".',
        "The article describes how a group has grown.",
        "It comes down to the side taken and to the other one.",
    ],
)
def test_a_sentence_that_repeats_the_task_is_about_the_text(of_the_prompt: str) -> None:
    found = find_defects(f"{of_the_prompt} Six leaders met at Rambouillet.")

    assert [(one.kind, one.sentence) for one in found] == [(DefectKind.ABOUT_THE_TEXT, of_the_prompt)]


def test_numbers_alone_and_what_is_little_more_are_garble() -> None:
    text = "The members share the burden. Brazil 18. India 5. Russia 1. It grew [1]. The rest gave what they had. 7."
    garbled = [one.sentence for one in find_defects(text) if one.kind is DefectKind.GARBLE]
    assert garbled == ["Brazil 18.", "India 5.", "Russia 1.", "7."]
