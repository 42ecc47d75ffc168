"""A passage bears out a sentence as far as it has words of each of its clauses."""

import pytest

from chains.text.support.agreement import read_passage
from chains.text.support.clauses import borne_out

PASSAGE = read_passage(
    "The economic account is thin. Iran has been under the countermeasures of the task force since 2020, so even "
    "friendly banks hesitate. In 2025 it still held no shares in the bank."
)
QUESTION = "What did Iran gain from its membership?"


@pytest.mark.parametrize(
    "sentence",
    [
        "Iran has been under countermeasures of the task force since 2020.",
        "Friendly banks hesitate because the task force has had Iran under countermeasures since 2020.",
        "Iran, which has been under countermeasures since 2020, held no shares in the bank.",
        "That even friendly banks hesitate shows that the economic account is thin.",
    ],
)
def test_a_sentence_is_borne_out_where_the_passage_has_every_clause(sentence: str) -> None:
    assert borne_out(sentence, PASSAGE, QUESTION) == len(sentence)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (
            "Iran has been under countermeasures of the task force since 2020",
            ", which indicates a strong financial system.",
        ),
        ("Even friendly banks of Iran hesitate since 2020", " because the sanctions were lifted by the council."),
        (
            "In 2025 Iran still held no shares in the bank",
            "; membership was a significant achievement of its diplomacy.",
        ),
        (
            "The economic account is thin; even friendly banks of Iran hesitate",
            " to open their ledgers for foreigners.",
        ),
        (
            "Iran has been under the countermeasures of the task force since 2020, so even friendly banks hesitate",
            " with lending across borders abroad.",
        ),
    ],
)
def test_a_sentence_is_borne_out_up_to_what_the_passage_does_not_say(begins: str, ends: str) -> None:
    assert borne_out(begins + ends, PASSAGE, QUESTION) == len(begins)


@pytest.mark.parametrize(
    "sentence",
    [
        "This means that Iran is a trusted partner of friendly banks.",
        "The membership of Iran was a gain for regional diplomacy.",
        "What decides the matter is its membership and the gain from it for the region.",
        "What decides the matter is the gain of Iran from its membership.",
    ],
)
def test_a_conclusion_or_the_question_as_a_statement_is_not_borne_out(sentence: str) -> None:
    assert borne_out(sentence, PASSAGE, QUESTION) == 0


def test_names_alone_that_a_passage_shares_bear_out_nothing() -> None:
    passage = read_passage("The Contingent Reserve Arrangement is a promise among central banks of BRICS.")
    assert borne_out("The story of the Contingent Reserve Arrangement is a tale of greed.", passage) == 0


FACTS = read_passage(
    "The railway that earns rand should not owe dollars. The bank sold its first green bond in yuan in July 2016. "
    "If Japan left the project, China would take its share. The refiner closed its port out of fear: insurers had left."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "What decides the matter is the first green bond that the bank sold in yuan.",
        "The next step is that the bank sells its first green bond in yuan.",
        "If the railway should not owe dollars, the bank sold its first green bond in yuan.",
    ],
)
def test_a_judgement_a_proposal_and_a_supposition_of_the_writer_s_are_not_borne_out(sentence: str) -> None:
    assert borne_out(sentence, FACTS) == 0


@pytest.mark.parametrize(
    "sentence",
    [
        "Those who gain by this are the railway that earns rand and the bank.",
        "The cost falls on the bank that sold its first green bond in yuan.",
        "Those who lose by this are insurers that had left the port.",
    ],
)
def test_who_gains_or_pays_is_not_borne_out_where_the_passage_does_not_say_so(sentence: str) -> None:
    assert borne_out(sentence, FACTS) == 0


def test_who_pays_is_borne_out_where_the_passage_says_so() -> None:
    passage = read_passage("Patients with leukaemia paid for the sanctions with their lives.")
    sentence = "Those who lose by this are patients with leukaemia who paid with their lives."
    assert borne_out(sentence, passage) == len(sentence)


def test_a_fact_is_borne_out_before_a_reason_that_the_passage_does_not_give() -> None:
    fact = "The railway that earns rand should not owe dollars"
    assert borne_out(f"{fact} because the bank sold its first green bond in yuan.", FACTS) == len(fact)


@pytest.mark.parametrize(
    "sentence",
    [
        "If Japan left the project, its share would go to China.",
        "The refiner closed its port because insurers had left.",
        "What decides the matter is that the bank sold its first green bond in yuan.",
    ],
)
def test_a_supposition_and_a_reason_of_the_passage_s_are_borne_out(sentence: str) -> None:
    assert borne_out(sentence, FACTS) == len(sentence)


def test_a_reason_that_the_passage_does_not_give_bears_out_nothing_that_the_question_says() -> None:
    question = "Has the enlargement given the group more power?"
    passage = read_passage(
        "Customs recorded trade of 240 billion dollars in 2023: oil and gas. Commerce has grown, as the Fund said."
    )

    claimed = (
        "The enlargement has given the group more power, as customs recorded trade of 240 billion dollars in 2023."
    )
    said = "Commerce has grown, as the Fund said."

    assert borne_out(claimed, passage, question) == 0
    assert borne_out(said, passage, question) == len(said)


def test_a_fact_that_is_itself_named_as_the_reason_is_borne_out() -> None:
    sentence = "This matters because friendly banks hesitate under the countermeasures of the task force."

    assert borne_out(sentence, PASSAGE, QUESTION) == len(sentence)


def test_a_conclusion_in_the_questions_words_alone_is_not_borne_out() -> None:
    """Regression: ", which could lead to economic espionage" passed where the question asked about espionage."""
    fact = "Iran held no shares in the bank in 2025"

    told = borne_out(
        f"{fact}, which could lead to economic espionage.", PASSAGE, "Will Iran engage in economic espionage?"
    )

    assert told == len(fact)


def test_two_facts_of_one_passage_are_no_reason_for_each_other() -> None:
    passage = read_passage("Gold is held by central banks as a reserve. Gold pays no interest and is slow to ship.")

    told = borne_out("Central banks hold gold as a reserve because it pays no interest.", passage, "Why gold?")

    assert told == len("Central banks hold gold as a reserve")


def test_words_of_the_question_do_not_help_a_conclusion() -> None:
    begins, ends = (
        "The task force has had Iran under countermeasures since 2020",
        ", which shows that banks hesitate over shares",
    )
    question = "Why do banks hesitate?"

    assert borne_out(f"{begins}{ends}.", PASSAGE, question) == len(f"{begins}{ends}.")
    assert borne_out(f"{begins}{ends} and timber.", PASSAGE, question) == len(begins)
