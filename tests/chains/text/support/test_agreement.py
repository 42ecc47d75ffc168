"""A sentence whose number, name or negation differs from its passage is told."""

import pytest

from chains.schemas import Conflict
from chains.text.content import claims_nothing
from chains.text.support.agreement import called_by_name, conflicts, read_passage

SWIFT = "In 2012 SWIFT cut off thirty Iranian banks. Oil sales fell by half."
URANIUM = "Sanctions did not stop the enrichment of uranium."
QUESTION = "Did SWIFT hurt Russian banks as it hurt Iranian ones?"


@pytest.mark.parametrize(
    ("sentence", "passage", "conflict"),
    [
        ("Sanctions did stop the enrichment of uranium.", URANIUM, Conflict.NEGATION),
        ("Sanctions stopped the enrichment of uranium.", URANIUM, Conflict.NEGATION),
        ("There is a currency union.", "There is no currency union.", Conflict.NEGATION),
        ("The bank never lends in yuan.", "The bank lends in yuan.", Conflict.NEGATION),
        (
            "The council voted not in favor of closing the ward.",
            "The council voted to close the ward.",
            Conflict.NEGATION,
        ),
        ("The council voted against closing the ward.", "The council voted to close the ward.", Conflict.NEGATION),
        ("Die Bank verleiht Dollar.", "Die Bank verleiht keine Dollar.", Conflict.NEGATION),
        ("制裁は濃縮を止めた。", "制裁は濃縮を止めなかった。", Conflict.NEGATION),
        ("بانک به پول اعضا وام نمی‌دهد.", "بانک به پول اعضا وام می‌دهد.", Conflict.NEGATION),
        ("SWIFT cut off thirty Russian banks.", SWIFT, Conflict.NAME),
        ("SWIFT cut off thirty Ruritanian banks.", SWIFT, Conflict.NAME),
        ("SWIFT cut off forty Iranian banks.", SWIFT, Conflict.NUMBER),
    ],
)
def test_what_differs_from_the_passage_is_named(sentence: str, passage: str, conflict: Conflict) -> None:
    assert conflicts(sentence, read_passage(passage), [QUESTION]) == (conflict,)


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("Sanctions failed to stop the enrichment of uranium.", URANIUM),
        ("Sanctions never stopped uranium enrichment.", URANIUM),
        ("SWIFT cut off 30 Iranian banks.", SWIFT),
        ("For Russia the lesson is that SWIFT cut off thirty Iranian banks.", SWIFT),
        (
            "No member has drawn on the reserve fund.",
            "The reserve fund lends to every member. No member has drawn on it.",
        ),
        ("The council voted in favour of closing the ward.", "The council voted to close the ward."),
        ("The council voted against closing the ward.", "The council did not close the ward."),
        ("Not only SWIFT cut off thirty Iranian banks.", SWIFT),
        ("制裁は濃縮を止めなかった。", "制裁は濃縮を止めなかった。"),
    ],
)
def test_what_says_the_same_does_not_differ(sentence: str, passage: str) -> None:
    assert conflicts(sentence, read_passage(passage), [QUESTION]) == ()


BANKS = [
    read_passage(
        "In the project Mitsui owned 12.5 per cent. President Milei withdrew Argentina's acceptance. Ethiopia came."
    ),
    read_passage("It sold its first bond in yuan."),
]


def test_a_name_that_begins_a_sentence_and_is_another_passage_s_conflicts() -> None:
    called = called_by_name(BANKS)
    assert conflicts("Mitsui sold its first bond in yuan.", BANKS[1], called=called) == (Conflict.NAME,)
    assert conflicts("It sold its first bond in yuan.", BANKS[1], called=called) == ()


def test_a_name_in_the_place_of_another_one_of_its_passage_conflicts() -> None:
    assert conflicts("President Milei withdrew Ethiopia's acceptance.", BANKS[0]) == (Conflict.NAME,)
    assert conflicts("President Milei withdrew Argentina's acceptance.", BANKS[0]) == ()


FUND = read_passage("Signed in Fortaleza in July 2014 and in force since 30 July 2015, the fund is of 2 banks or 3.")
BONDS = read_passage(
    "It sold its first bond in yuan in July 2016 and its first rand bond, 1.5 billion, in August 2023."
)


def test_two_years_of_one_event_conflict_where_the_passage_has_two_events() -> None:
    assert conflicts("The treaty was signed in 2014 and 2015.", FUND) == (Conflict.NUMBER,)
    assert conflicts("The bank sold bonds in 2016 and 2023.", BONDS) == ()


def test_a_number_with_another_unit_conflicts() -> None:
    assert conflicts("The fund was signed with 3 billion euros.", read_passage("It lent 3 billion dollars.")) == (
        Conflict.NUMBER,
    )


def test_a_word_that_a_passage_has_in_small_letters_is_no_name() -> None:
    assert called_by_name([read_passage("They met in the East. The east grew.")]) == frozenset()


def test_headings_source_lines_and_marks_are_no_sentences_of_a_passage() -> None:
    passage = read_passage("# The Bank\n\nIt lent **1.5** billion.\n\nSource: New Development Bank, 2024.")

    assert passage.sentences == ("It lent 1.5 billion.",)


@pytest.mark.parametrize("line", ["# Trade", "**Trade**", "Source: Central Bank, 2014.", "The Case Against Sanctions"])
def test_a_heading_or_source_line_claims_nothing(line: str) -> None:
    assert claims_nothing(line)


@pytest.mark.parametrize("line", ["Trade grew.", "trade among the members", "See how trade grew in ten years.", ""])
def test_a_sentence_claims_something(line: str) -> None:
    assert not claims_nothing(line)


@pytest.mark.parametrize(
    ("fragment", "is_told"), [("India 5.", True), ("Brazil 18.", True), ("South Africa 5.", False)]
)
def test_a_fragment_with_a_number_is_of_its_passage_only_as_it_stands_there(fragment: str, is_told: bool) -> None:
    passage = read_passage("China gives 41, Brazil, India and Russia 18 each, South Africa 5.")
    assert (Conflict.NUMBER in conflicts(fragment, passage)) == is_told


@pytest.mark.parametrize(
    ("sentence", "is_told"),
    [
        ("This is a promise made by the Fund, which has been linked to the members.", True),
        ("This is a promise made by the Chinese government to swap dollars.", True),
        ("The scheme is a promise given by Brazil to swap dollars.", False),
        ("It is insurance taken by the Fund.", False),
    ],
)
def test_what_is_said_to_be_made_by_somebody_stands_with_them_in_the_passage(sentence: str, is_told: bool) -> None:
    """The last one is of nothing that the passage names, which other rules are for."""
    passage = read_passage(
        "The scheme is a promise of Brazil and India to swap dollars. China gives 41. The members are linked to the Fund."
    )
    assert (Conflict.EXCHANGE in conflicts(sentence, passage)) == is_told
