"""What a verdict announces is in the question's language."""

import pytest

from chains.debating.judgement.announcement import announcement
from chains.schemas import Claim

HAWK, DOVE = ("鷹", Claim("hawk", "艦隊が増えた。", 0)), ("鳩", Claim("dove", "条約が戦争を終わらせた。", 1))
JAPANESE, PERSIAN = "戦争は避けられますか。", "آیا می‌توان از جنگ پرهیز کرد؟"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("War or peace?", "Nobody won this debate."),
        ("Krieg oder Frieden?", "Nobody won this debate."),
        (JAPANESE, "この討論に勝者はいない。"),
        (PERSIAN, "این مناظره برنده‌ای نداشت."),
        ("هل الحرب حتمية؟", "Nobody won this debate."),
    ],
)
def test_a_debate_without_a_winner_is_told_in_the_questions_language(question: str, said: str) -> None:
    assert announcement(question, "", None, [], [], voted=False) == said


def test_a_japanese_verdict_names_the_winner_its_claim_and_what_was_conceded() -> None:
    told = announcement(JAPANESE, "鷹", 1.0, [HAWK], [DOVE], voted=False)

    assert told == (
        "鷹の議論のほうが優れていた。決め手となった主張は「艦隊が増えた。」である。"
        "鳩の次の主張は認められた。「条約が戦争を終わらせた。」"
    )


def test_claims_that_stand_against_each_other_are_told_with_their_speakers() -> None:
    told = announcement(
        PERSIAN, "", None, [("شاهین", Claim("hawk", "قدرت.", 0)), ("کبوتر", Claim("dove", "صلح.", 1))], [], voted=True
    )

    assert told == "آرا تقسیم شد. ادعای شاهین: «قدرت.» و ادعای کبوتر: «صلح.» در برابر هم ایستاده‌اند."


def test_the_share_of_the_votes_is_told_in_per_cent() -> None:
    assert announcement("Why?", "Hawk", 2 / 3, [], [], voted=True) == "67% of the votes are for the position of Hawk."
