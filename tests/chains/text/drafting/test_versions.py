from chains.text.drafting.draft import DraftSentence
from chains.text.drafting.versions import best_first, without_idle_comments

FACT = DraftSentence(1, "The bank opened in 2015.", 5, borne_out=0.9, copied=True)
RETOLD = DraftSentence(1, "In 2015 it opened.", 4, borne_out=0.6)
COMMENT = DraftSentence(1, "This matters.", 2, borne_out=0.0)
REMARK = DraftSentence(1, "That is clear to all.", 5, borne_out=0.0)


def test_the_version_that_retells_more_of_its_passage_comes_first() -> None:
    assert best_first([[FACT, COMMENT], [FACT, RETOLD]]) == [[FACT, RETOLD], [FACT, COMMENT]]


def test_of_versions_that_retell_as_much_the_one_with_fewer_comments_comes_first_and_an_empty_one_goes() -> None:
    assert best_first([[FACT, REMARK], [], [FACT, COMMENT]]) == [[FACT, COMMENT], [FACT, REMARK]]


def test_an_answer_keeps_the_comment_that_has_most_of_its_passages_words() -> None:
    near = DraftSentence(2, "The bank is young.", 4, borne_out=0.0, near=0.5)
    assert without_idle_comments([FACT, COMMENT, near]) == [FACT, near]


def test_an_answer_keeps_a_comment_more_for_every_five_facts_and_one_a_paragraph() -> None:
    told = [*[FACT] * 10, COMMENT, REMARK, DraftSentence(2, "So it is young.", 4, borne_out=0.0)]
    assert without_idle_comments(told) == [*[FACT] * 10, COMMENT, told[-1]]


def test_an_opening_and_a_close_are_never_idle() -> None:
    frame = [DraftSentence(0, "I hold it.", 3, borne_out=float("inf"))] * 2
    assert without_idle_comments(frame) == frame
