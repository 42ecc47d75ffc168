import pytest

from chains.schemas import Chunk
from chains.text.drafting.draft import (
    fragments,
    full_sentences,
    lead,
    sentences_of,
    stands_alone,
    without_repetition,
    without_short_parts,
)

G7 = Chunk(
    id="c1", text="# The G7: from a fireside to a shrinking share\n\nSix leaders met at Rambouillet in November 1975."
)


def test_a_heading_copied_with_its_first_sentence_is_left_out():
    copied = "The G7: from a fireside to a shrinking share\nSix leaders met at Rambouillet in November 1975. Canada came later."

    told = [one.text for one in sentences_of(1, copied, G7)]

    assert told == ["Six leaders met at Rambouillet in November 1975.", "Canada came later."]


def test_a_short_line_that_opens_a_paragraph_of_plain_text_is_its_heading():
    survey = (
        "The traffic survey of 2024\nCounted by the town\n"
        "In May 2024 the town counted 9,400 cars a day on the High Street, and 61% of them only passed\nthrough."
    )

    assert full_sentences(survey) == [
        "In May 2024 the town counted 9,400 cars a day on the High Street, and 61% of them only passed through."
    ]


def test_a_row_of_a_table_is_told_in_one_sentence_that_its_passage_supports():
    row = Chunk(id="c1", text="town: Harwick\nfare_euros: 1.90\nnote: our own town; fares cover 22% of costs")

    told = sentences_of(1, lead(row.text, "Should buses be free?"), row)

    assert [one.text for one in told] == [
        "town: Harwick, fare_euros: 1.90, note: our own town; fares cover 22% of costs."
    ]
    assert told[0].borne_out > 0.9
    assert told[0].copied


def test_a_heading_may_end_with_a_preposition():
    text = "Ghent, five years on\nGhent closed its centre to through traffic in 2017, and cycling rose."
    assert full_sentences(text) == ["Ghent closed its centre to through traffic in 2017, and cycling rose."]


def test_lines_of_a_transcript_are_no_row():
    lines = ["Chair: The council of the town is open.", "Clerk: Its members have read the report on the fares."]
    assert full_sentences("\n".join(lines)) == lines


@pytest.mark.parametrize(
    "text",
    [
        "In May 2024 the survey of the\nTown Council counted 9,400 cars a day on the High Street, which is a street.",
        "Brazil\nRussia\nIndia\nChina and a dozen other states that joined them in later years signed it.",
        "The bank\nwhich the founders of the group opened in 2014 lends to its members in their own currencies.",
    ],
    ids=["broken in a name", "a list", "broken in a sentence"],
)
def test_a_short_line_that_is_no_heading_stays_in_its_sentence(text):
    assert full_sentences(text) == [" ".join(text.split())]


def test_a_document_that_was_signed_is_no_talk_of_the_task():
    told = [one.text for one in sentences_of(1, "The document was signed in Kazan. Six leaders met.", G7)]

    assert told == ["The document was signed in Kazan.", "Six leaders met."]


def test_a_sentence_that_begins_with_the_words_of_its_heading_stays_whole():
    trade = Chunk(id="c1", text="# Trade\n\nTrade was 162 billion dollars.")

    told = [one.text for one in sentences_of(1, "Trade was 162 billion dollars.", trade)]

    assert told == ["Trade was 162 billion dollars."]


@pytest.mark.parametrize(
    "items",
    [
        ["Monitoring geopolitical developments closely.", "Engaging with policymakers from other countries."],
        ["Research Iran's status as a member of BRICS.", "Analyze the reasons, and evaluate them."],
    ],
)
def test_items_of_a_list_without_its_marks_are_fragments(items: list[str]):
    assert fragments(["Gold is dear.", *items]) == items


@pytest.mark.parametrize(
    "sentence", ["Monitoring them costs little.", "Lending in rand, the bank grew.", "Trading is free."]
)
def test_one_sentence_that_begins_so_is_none(sentence: str):
    assert fragments([sentence, "Gold is dear."]) == []


def test_a_paragraph_that_is_one_sentence_pointing_back_goes_however_short_the_answer_is():
    told = [
        *sentences_of(1, "Six leaders met at Rambouillet in 1975.", G7),
        *sentences_of(2, "This shows that they met.", G7),
    ]

    assert [one.part for one in without_short_parts(told, 0, 100)] == [1]


def test_a_short_paragraph_goes_where_enough_is_left():
    told = [
        *sentences_of(1, "Six leaders met at Rambouillet in 1975.", G7),
        *sentences_of(2, "Canada made it seven.", G7),
    ]

    assert [one.part for one in without_short_parts(told, 5, 7)] == [1]
    assert [one.part for one in without_short_parts(told, 5, 8)] == [1, 2]


@pytest.mark.parametrize(
    "sentence",
    [
        "It suspended them.",
        "In 2018, it suspended banks of Europe.",
        "In mid-2025 it held no shares.",
        "After that, they left.",
        "The other notes that the main heirs are allies.",
        "No member has drawn on it.",
        "China keeps such controls and shows little wish to give them up.",
    ],
)
def test_a_sentence_that_points_back_does_not_stand_alone(sentence: str):
    assert not stands_alone(sentence)


@pytest.mark.parametrize(
    "sentence", ["In 2018, the bank suspended them.", "In March 2012, SWIFT cut off thirty banks."]
)
def test_a_sentence_that_names_what_it_is_about_stands_alone(sentence: str):
    assert stands_alone(sentence)


def test_a_passage_is_led_by_what_its_matter_shares_with_the_question_and_not_by_small_words():
    passage = "Six leaders met at Rambouillet in 1975. Japan remains the only Asian member. The power of gold grows."

    assert lead(passage, "Has it more power, or has it only brought quarrels?") == "The power of gold grows."
    assert lead(passage, "Has it only brought quarrels?") == "Six leaders met at Rambouillet in 1975."


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        (
            "Defenders answer that the seven hold most of the technology.",
            "Defenders argue that the G7 hold technology.",
            1,
        ),
        (
            "Defenders answer that the seven hold most of the technology.",
            "Critics argue that the G7 hold technology.",
            2,
        ),
        ("Iran joined the organisation in 2023.", "Iran joined the organisation of others in 2024.", 2),
        ("The bank grew in Shanghai after years.", "The bank shrank in Shanghai by some share.", 2),
    ],
)
def test_a_sentence_on_the_same_one_that_has_half_of_an_earlier_one_retells_it(first: str, second: str, left: int):
    assert len(without_repetition(sentences_of(1, f"{first} {second}"))) == left


def test_an_idle_clause_at_the_end_of_a_sentence_goes():
    told = sentences_of(1, "Six leaders met at Rambouillet, which was a very significant step towards order.", G7)

    assert [one.text for one in told] == ["Six leaders met at Rambouillet."]


def test_headings_and_source_lines_of_any_passage_are_no_sentences_of_a_frame():
    passage = (
        "# The case against sanctions\n\nThey fall on pharmacies.\n\nSource: World Economic Outlook for 2022, IMF."
    )
    copied = "The case against sanctions They fall on pharmacies. World Economic Outlook for 2022. Nobody gains by it."

    told = sentences_of(0, copied, shown=[passage])

    assert [one.text for one in told] == ["They fall on pharmacies.", "Nobody gains by it."]


def test_a_sentence_of_few_words_is_told_once():
    assert len(without_repetition([*sentences_of(1, "No, it did not."), *sentences_of(2, "No, it did not.")])) == 1
