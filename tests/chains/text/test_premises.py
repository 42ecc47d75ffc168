import pytest

from chains.text.premises import as_premise, asked_behind, premises_in

QUESTION = "Does the bank of BRICS lend enough?"


def test_each_passage_gives_its_nearest_sentence_first() -> None:
    passages = [
        "The summit of Kazan closed in October 2024. The bank of BRICS lent 30 billion dollars to members.",
        "India bought oil from Russia for 60 billion dollars.",
    ]
    assert premises_in(passages, QUESTION) == [
        "The bank of BRICS lent 30 billion dollars to members.",
        "India bought oil from Russia for 60 billion dollars.",
        "The summit of Kazan closed in October 2024.",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2018 it suspended some of the funds of Iran again.",
        "By the end of 2024 its share was about 58 per cent.",
        "Then the bank of BRICS lent 30 billion dollars.",
        "The result of the whole enlargement was uneven.",
        "Did the bank of BRICS lend 30 billion dollars?",
        "The bank lent 30.",
        "Die Bank der BRICS verlieh 30 Milliarden Dollar an ihre Mitglieder.",
    ],
    ids=[
        "a pronoun",
        "an owner before any name",
        "a connection",
        "no name, no number",
        "a question",
        "short",
        "German",
    ],
)
def test_a_sentence_that_needs_another_or_says_no_fact_is_no_premise(sentence: str) -> None:
    assert premises_in([sentence], QUESTION) == []


def test_an_owner_that_is_named_before_needs_no_other_sentence() -> None:
    assert premises_in(["In 2022 Japan joined the sanctions and kept its gas."], QUESTION)


def test_a_question_in_another_language_has_no_english_premise() -> None:
    assert premises_in(["The bank of BRICS lent 30 billion dollars."], "Verleiht die Bank der BRICS genug Geld?") == []


def test_a_fact_goes_on_behind_given_that_with_a_small_letter_unless_a_name_begins_it() -> None:
    passages = ["Critics of the bank are many. Some critics left. Washington pays."]
    assert as_premise("Critics ask for more.", passages) == "critics ask for more"
    assert as_premise("Washington asks for more.", passages) == "Washington asks for more"
    assert as_premise("Before 2022 India bought little.", passages) == "before 2022 India bought little"
    assert as_premise("SWIFT moves no money.", passages) == "SWIFT moves no money"


@pytest.mark.parametrize(
    ("written", "question"),
    [
        ("Given that India left, who pays?", "Given that India left, who pays?"),
        ("And who pays?", "Given that India left, who pays?"),
        ("Given that China left, who pays?", "Given that China left, who pays?"),
        ("Given that India left, how does this affect Who pays?", "Given that India left, who pays?"),
        ("Given that India left, how does this affect Iran?", "Given that India left, how does this affect Iran?"),
        ("", ""),
    ],
)
def test_the_premise_is_put_back_before_a_bare_question(written: str, question: str) -> None:
    assert asked_behind("Given that India left", "how does this affect", written) == question
