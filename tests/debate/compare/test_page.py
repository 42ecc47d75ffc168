"""``compare.html`` lays answers beside each other, marks what differs, and escapes everything."""

from dataclasses import replace
from pathlib import Path

import pytest

from chains.schemas import Chunk, Defect, DefectKind, Opinion, Question
from debate.compare.comparison import compare_answers
from debate.compare.controls.answers import judged
from debate.compare.controls.questions import CONTROLS
from debate.compare.measures import Answer
from debate.compare.page import Piece, marked, write_comparison_page
from debate.compare.runner import Comparison


def opinion(text: str) -> Opinion:
    return Opinion(answer=text, words=len(text.split()), chunk_ids=())


def comparison(folder: Path, *pairs: tuple[str | None, str | None]) -> Comparison:
    answers = tuple(
        tuple(
            Answer(
                f"q{n}", model, opinion(pair[at]) if pair[at] is not None else None, 1.0, "" if pair[at] else "it broke"
            )
            for n, pair in enumerate(pairs)
        )
        for at, model in enumerate(("old", "new"))
    )
    questions = tuple(Question(id=f"q{n}", text=f"Question <{n}>?") for n in range(len(pairs)))
    compared = tuple(compare_answers(answers, min_words=1, max_words=50))
    return Comparison(folder, ("old", "new"), questions, tuple(() for _ in pairs), answers, compared, controls=((), ()))


def page(folder: Path, *pairs: tuple[str | None, str | None]) -> str:
    return write_comparison_page(comparison(folder, *pairs)).read_text(encoding="utf-8")


def test_what_readers_preferred_without_the_names_is_told(tmp_path: Path) -> None:
    compared = comparison(tmp_path, ("Salt is dear.", "Salt is cheap."), ("It ended.", "It lasts."))
    votes = compared.votes()
    [votes.add(ballot, "tie") for ballot in votes.ballots(compared.answers)[:1]]
    told = write_comparison_page(compared).read_text(encoding="utf-8")
    assert "preferred <bdi>old</bdi> 0 times, <bdi>new</bdi> 0 times (p 1.000), neither 1 time." in told


def test_where_nobody_voted_no_votes_are_told(tmp_path: Path) -> None:
    assert "Readers who" not in page(tmp_path, ("Salt is dear.", "Salt is cheap."))


def test_what_the_other_answer_lacks_is_marked_and_nothing_else() -> None:
    pieces, _ = marked("The union ended in 1911.", "The union ended in 1912.")
    assert pieces == (Piece("The union ended in ", False), Piece("1911.", True))


def test_of_a_script_without_spaces_the_characters_that_the_other_lacks_are_marked() -> None:
    pieces, alike = marked("拡大はBRICSの力を強めた[1]。", "拡大はBRICSの力を弱めた[1]。")
    assert pieces == (Piece("拡大はBRICSの力を", False), Piece("強", True), Piece("めた[1]。", False))
    assert alike > 0.9


def test_characters_that_are_in_any_text_do_not_make_two_texts_alike() -> None:
    bank, rouble = "新開発銀行は多くの融資を承認した", "制裁はロシアの通貨を弱くし、国民の暮らしを変えた"
    assert marked(bank, rouble)[1] == 0


def test_nothing_of_an_answer_is_lost_between_its_marks() -> None:
    text = "\n Trade grew\n\n in 1911,  新開発銀行 。 says\u3000the ministry \n"
    pieces, _ = marked(text, "Trade fell in 1912, 世界銀行、 says the court")
    assert "".join(one.text for one in pieces) == text


def test_both_answers_stand_beside_each_other_with_their_differences(tmp_path: Path) -> None:
    html = page(tmp_path, ("The union ended in 1911.", "The union ended in 1912."))
    assert "<mark>1911.</mark>" in html
    assert "<mark>1912.</mark>" in html


def test_answers_without_a_common_phrase_are_not_marked_and_that_is_said(tmp_path: Path) -> None:
    html = page(tmp_path, ("Salt is dear.", "Borduria pays for every canal in the north."))
    assert "<mark>" not in html
    assert "hardly a phrase in common with new" in html


def test_equal_answers_are_said_to_be_the_same(tmp_path: Path) -> None:
    assert "the same as new" in page(tmp_path, ("Salt is dear.", "Salt is dear."))


def test_each_answer_tells_what_was_measured_and_each_question_its_passages(tmp_path: Path) -> None:
    found = comparison(tmp_path, ("Salt is dear.", "Salt is dear."))
    defects = (Defect(DefectKind.APOLOGY, "Sorry."), Defect(DefectKind.APOLOGY, "So sorry."))
    measured = replace(opinion("Salt is dear."), supported=0.5, unsupported=("1911",), defects=defects)
    answers = ((replace(found.answers[0][0], opinion=measured),), found.answers[1])
    told = replace(found, answers=answers, passages=((Chunk("c1", "Salt was <dear> in 1911."),),))
    html = write_comparison_page(told).read_text(encoding="utf-8")
    assert "3 words; 50% supported; in no passage: 1911; defects: apology or refusal<" in html
    assert "[1] Salt was &lt;dear&gt; in 1911." in html


@pytest.mark.parametrize(
    ("answerable", "abstained", "told"),
    [
        (True, True, "3 words; abstained wrongly<"),
        (False, True, "3 words; abstained rightly<"),
        (False, False, "3 words; answered what the documents do not hold<"),
        (True, False, "3 words<"),
        (None, True, "3 words<"),
    ],
)
def test_an_answer_tells_whether_it_was_right_to_abstain(tmp_path: Path, answerable, abstained, told) -> None:
    found = comparison(tmp_path, ("I don't know.", "Salt is dear."))
    answers = ((replace(found.answers[0][0], opinion=replace(opinion("I don't know."), abstained=abstained)),),)
    questions = (replace(found.questions[0], answerable=answerable),)
    html = write_comparison_page(replace(found, questions=questions, answers=(*answers, found.answers[1])))
    assert told in html.read_text(encoding="utf-8")


def test_a_measure_says_which_direction_is_better(tmp_path: Path) -> None:
    html = page(tmp_path, ("Salt is dear.", "Salt is very dear."))
    assert "supported ↑<br>" in html
    assert "seq-rep-4 ↓<br>" in html


def test_a_failed_answer_shows_its_reason(tmp_path: Path) -> None:
    assert "failed: it broke" in page(tmp_path, ("Salt is dear.", "Salt is dear."), ("Salt is dear.", None))


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>"])
def test_hostile_text_is_shown_as_text(tmp_path: Path, hostile: str) -> None:
    html = page(tmp_path, (f"Salt {hostile} is dear.", "Salt is dear."))
    assert hostile not in html
    assert "Question &lt;0&gt;?" in html


def test_a_measure_has_its_row_with_interval_and_p(tmp_path: Path) -> None:
    html = page(tmp_path, *[("Salt is dear.", f"Salt is{' very' * n} dear.") for n in range(1, 8)])
    row = html[html.index("length of an answer") :]
    assert row.index('<svg class="interval"') < row.index(" to +") < row.index('<td class="n">0.0')


def test_a_measure_that_hardly_varies_has_no_interval(tmp_path: Path) -> None:
    html = page(tmp_path, ("Salt is dear.", "Salt is very dear."), ("Oil is cheap.", "Oil is very cheap."))
    assert '<td></td><td class="n note">too few</td>' in html


def test_the_control_questions_and_their_marks_are_shown_and_escaped(tmp_path: Path) -> None:
    told = tuple(judged(one, "old", "It was <b>1923</b> .") for one in CONTROLS)
    found = replace(comparison(tmp_path, ("Salt.", "Salt is dear.")), controls=(told, ()))
    html = write_comparison_page(found).read_text(encoding="utf-8")
    assert "&lt;b&gt;1923&lt;/b&gt;" in html
    assert "not asked" in html


def test_a_measure_without_figures_says_so(tmp_path: Path) -> None:
    assert "no question has it for both" in page(tmp_path, (None, "Salt is dear."))
