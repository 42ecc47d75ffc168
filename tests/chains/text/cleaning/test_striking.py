"""What a reader would strike out goes, whole sentences of it, and nothing else."""

import pytest

from chains.schemas import Defect, DefectKind, Removal
from chains.text.cleaning.striking import strike

TRADE, BANK, TALK = "Trade grew.", "The bank lends.", "The passage discusses oil."


def test_a_defective_sentence_goes_and_is_told() -> None:
    struck = strike(f"{TRADE} {TALK} {BANK}", [Defect(DefectKind.ABOUT_THE_TEXT, TALK)])
    assert struck == (f"{TRADE} {BANK}", (Removal("about the text", TALK),))


def test_a_paragraph_of_defects_alone_leaves_no_gap() -> None:
    text, _ = strike(f"{TRADE}\n\n{TALK}\n\n{BANK}", [Defect(DefectKind.ABOUT_THE_TEXT, TALK)])
    assert text == f"{TRADE}\n\n{BANK}"


def test_behind_a_close_everything_goes() -> None:
    text, removed = strike(f"{TRADE}\n\n{BANK} {TALK}", [Defect(DefectKind.BABBLE, BANK)])
    assert (text, len(removed)) == (TRADE, 2)


def test_of_a_sentence_that_comes_again_the_first_stays() -> None:
    text, _ = strike(f"{TRADE} {BANK} {TRADE}", [Defect(DefectKind.REPETITION, TRADE)])
    assert text == f"{TRADE} {BANK}"


@pytest.mark.parametrize("kind", [DefectKind.CONTRADICTION, DefectKind.OTHER_PASSAGE, DefectKind.UNFINISHED_END])
def test_what_is_wrong_but_no_filler_stays(kind: DefectKind) -> None:
    assert strike(TRADE, [Defect(kind, TRADE)]) == (TRADE, ())
