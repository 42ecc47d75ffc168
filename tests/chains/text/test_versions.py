from chains.text.draft import DraftSentence
from chains.text.versions import best_first, without_idle_comments

FACT = DraftSentence(1, "The bank opened in 2015.", 5, borne_out=0.9, copied=True)
RETOLD = DraftSentence(1, "In 2015 it opened.", 4, borne_out=0.6)
COMMENT = DraftSentence(1, "This matters.", 2, borne_out=0.0)
REMARK = DraftSentence(1, "That is clear to all.", 5, borne_out=0.0)


def test_the_version_that_retells_more_of_its_passage_comes_first() -> None:
    assert best_first([[FACT, COMMENT], [FACT, RETOLD]]) == [[FACT, RETOLD], [FACT, COMMENT]]


def test_of_versions_that_retell_as_much_the_one_with_fewer_comments_comes_first_and_an_empty_one_goes() -> None:
    assert best_first([[FACT, REMARK], [], [FACT, COMMENT]]) == [[FACT, COMMENT], [FACT, REMARK]]


def test_a_second_comment_of_a_paragraph_goes_while_enough_words_are_left() -> None:
    assert without_idle_comments([FACT, COMMENT, REMARK], minimum=7) == [FACT, COMMENT]


def test_a_second_comment_stays_where_the_answer_would_be_too_short_without_it() -> None:
    assert without_idle_comments([FACT, COMMENT, REMARK], minimum=8) == [FACT, COMMENT, REMARK]


def test_an_opening_and_a_close_are_never_idle() -> None:
    frame = [DraftSentence(0, "I hold it.", 3, borne_out=float("inf"))] * 2
    assert without_idle_comments(frame, minimum=0) == frame
