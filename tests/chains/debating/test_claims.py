"""Which sentence of an opponent a turn answers, and whether it does."""

import pytest

from chains.debating.claims import claims_of, claims_to_answer, concedes, contradicts, only_judges, touched
from chains.debating.record import DebateRecord
from chains.schemas import Chunk, Claim, Position, Turn

POSITIONS = (
    Position("hawk", "Hawk", "Only strength has ever kept the peace."),
    Position("dove", "Dove", "Treaties have ended more wars than weapons."),
)


def spoken(persona_id: str, text: str, **facts) -> Turn:
    return Turn(1, persona_id, persona_id.title(), text, len(text.split()), **facts)


def record(*turns: Turn, **chunks: str) -> DebateRecord:
    table = {name: Chunk(name, text) for name, text in chunks.items()}
    return DebateRecord("War or peace?", table=table, positions=POSITIONS, turns=turns)


def test_before_anybody_spoke_an_opponents_position_is_answered() -> None:
    assert claims_to_answer(record(), "hawk") == [Claim("dove", POSITIONS[1].text)]


def test_a_claim_is_a_sentence_of_an_opponent_word_for_word_with_its_turn() -> None:
    before = record(spoken("dove", "The treaty of 1987 took away a whole class of missiles [1]."))
    assert claims_to_answer(before, "hawk")[0] == Claim(
        "dove", "The treaty of 1987 took away a whole class of missiles.", 0
    )


def test_nobody_answers_again_what_says_the_same_as_a_claim_that_was_answered() -> None:
    position = Claim("dove", POSITIONS[1].text)
    again = "However, treaties have ended more wars than weapons have."
    before = record(
        spoken("hawk", "They were broken.", answers=position),
        spoken("dove", f"{again} Signatures outlive admirals and their fleets."),
    )
    assert [one.sentence for one in claims_to_answer(before, "hawk")] == [
        "Signatures outlive admirals and their fleets."
    ]


def test_nobody_answers_a_claim_that_was_answered() -> None:
    claim = Claim("dove", "The treaty of 1987 took away a whole class of missiles.", 0)
    before = record(spoken("dove", claim.sentence), spoken("hawk", "It was broken in 2014.", answers=claim))
    assert claim not in claims_to_answer(before, "hawk")


def test_the_latest_turn_is_answered_first_and_never_ones_own() -> None:
    before = record(
        spoken("dove", "The first thing that the dove claimed was this."),
        spoken("hawk", "What the hawk claims is of no concern to itself."),
        spoken("dove", "The second thing that the dove claimed was that."),
    )
    assert [claim.turn for claim in claims_to_answer(before, "hawk")][:2] == [2, 0]


def test_what_a_passage_says_is_no_claim_to_answer_and_the_position_is() -> None:
    passage = "Iran has been a member of the group since January."
    own = "Iran's voice makes the bloc a power of its own."
    before = record(spoken("dove", f"{passage} {own}"), c1=passage)
    assert [claim.sentence for claim in claims_to_answer(before, "hawk")] == [own, POSITIONS[1].text]


@pytest.mark.parametrize(
    "text",
    [
        "Why should anybody believe a word of what was said?",
        "Too short.",
        'As it was put: "the treaty of 1987 took away a whole class of missiles."',
        "You claim that the treaty took away a whole class of missiles.",
        "a sentence that begins in the middle of something else.",
        "A sentence that was never brought to its end because the",
    ],
)
def test_questions_reports_quotations_and_fragments_are_no_claims(text: str) -> None:
    assert list(claims_of(spoken("dove", text), 0)) == []


def test_a_claim_is_touched_by_the_share_of_its_words_that_are_taken_up() -> None:
    assert touched("Treaties never ended any wars by themselves.", "Treaties ended wars.") == 1.0
    assert touched("The weather is fine.", "Treaties ended wars.") == 0.0


@pytest.mark.parametrize(
    "text", ["I concede that it worked.", "Dove is right that it held.", "True, but it was broken."]
)
def test_a_concession_is_seen(text: str) -> None:
    assert concedes(text)


@pytest.mark.parametrize("text", ["It failed.", "He was granted a visa.", "The right of states is older."])
def test_no_concession_is_seen_where_there_is_none(text: str) -> None:
    assert not concedes(text)


def test_sentences_contradict_each_other_where_one_denies_what_the_other_says() -> None:
    assert contradicts("It gave the group more power, not more quarrels.", "It gave the group more quarrels.")
    assert not contradicts("It gave the group no power.", "It never gave the group any power.")


FOR_SANCTIONS = "Sanctions primarily punish ordinary people and enrich those who evade them."


@pytest.mark.parametrize(
    "sentence",
    [
        "This claim is incorrect because sanctions primarily punish ordinary people and enrich those who evade them.",
        "The claim that sanctions primarily punish ordinary people is wrong.",
        "This fact does not mean that sanctions punish ordinary people.",
        "The claim that Kazuhiko Moriyama is correct is wrong.",
        "Kazuhiko Moriyama's statement is incorrect.",
        "Eleanor Whitcombe's statement is correct.",
    ],
)
def test_a_sentence_that_only_calls_a_claim_wrong_says_it_once_more(sentence: str) -> None:
    assert only_judges(sentence, [FOR_SANCTIONS])


@pytest.mark.parametrize(
    "sentence",
    [
        "The claim that sanctions punish ordinary people is wrong, because Tehran came to the table in 2015 to be rid of them.",
        "Tehran came to the table.",
        "This fact shows that the ministries felt it first.",
    ],
)
def test_a_sentence_that_gives_a_reason_of_its_own_is_an_answer(sentence: str) -> None:
    assert not only_judges(sentence, [FOR_SANCTIONS])


@pytest.mark.parametrize(
    "sentence",
    [
        "This is a fact that no one has used yet.",
        "This fact does not mean that the group lacks power.",
        "Officials credit them with bringing Iran to the negotiating table before 2015.",
        "The fact that no member has drawn on it does not mean that enforcement must be tougher.",
    ],
)
def test_a_sentence_that_points_back_or_speaks_of_the_debate_is_no_claim(sentence: str) -> None:
    assert list(claims_of(spoken("dove", sentence), 0)) == []
