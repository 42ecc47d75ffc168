"""A comparison in the terminal: a table for each pair of models, which a narrow terminal holds, too."""

from io import StringIO

from rich.console import Console

from chains.schemas import Chunk, Opinion, Question
from debate.compare.comparison import compare_answers
from debate.compare.controls.answers import ControlAnswer
from debate.compare.measures import Answer
from debate.compare.preference.judge import Judged
from debate.compare.runner import Comparison
from debate.terminal.compare_view import print_comparison, print_votes, vote


def comparison(tmp_path, *models: str) -> Comparison:
    question = Question("q", "Why?")
    answers = tuple(
        (Answer(question.key, model, Opinion(answer=f"Salt is dear {n}.", words=3 + n, chunk_ids=()), 1.0),)
        for n, model in enumerate(models)
    )
    compared = tuple(compare_answers(answers, min_words=1, max_words=9))
    return Comparison(tmp_path, models, (question,), ((Chunk("c", "Salt was [dear]."),),), answers, compared, ())


def voted(tmp_path, *typed: str) -> tuple[int, str]:
    found, left = comparison(tmp_path, "old", "new"), list(typed)
    console = Console(file=StringIO(), width=80)
    return vote(console, found, found.votes(), lambda _: left.pop(0)), console.file.getvalue()


def test_a_blind_vote_tells_how_many_pairs_are_left_and_no_names(tmp_path) -> None:
    judged, told = voted(tmp_path, "1")
    assert judged == 1
    assert "1 of 1: Why?" in told
    assert "old" not in told
    assert "new" not in told


def test_a_reader_may_look_at_the_passages_before_voting(tmp_path) -> None:
    assert "[1] Salt was [dear]." in voted(tmp_path, "p", "q")[1]
    assert "Salt was [dear]." not in voted(tmp_path, "q")[1]


def test_what_is_no_choice_is_told_and_asked_again(tmp_path) -> None:
    judged, told = voted(tmp_path, "x", "q")
    assert judged == 0
    assert "type 1, 2, t, p or q" in told


def test_the_names_and_what_was_preferred_come_once_all_is_voted(tmp_path) -> None:
    found, console = comparison(tmp_path, "old", "new"), Console(file=StringIO(), width=80)
    vote(console, found, found.votes(), lambda _: "t")
    print_votes(console, found)
    told = console.file.getvalue()
    assert "All pairs are voted.\npreferred: old 0 times, new 0 times, neither 1 time (p 1.000)" in told


def printed(tmp_path, *models: str) -> str:
    answers = tuple(
        (Answer("q", model, Opinion(answer="Salt is dear.", words=3 + n, chunk_ids=()), 1.0),)
        for n, model in enumerate(models)
    )
    compared = tuple(compare_answers(answers, min_words=1, max_words=9))
    question = (Question("q", "Why?"),)
    console = Console(file=StringIO(), width=80)
    controls = tuple((ControlAnswer(model, "c1", "x", right=True, exact=True, abstained=False),) for model in models)
    judged = (Judged("a judge", "q", models[:2], "first", "second"),)
    print_comparison(console, Comparison(tmp_path, models, question, ((),), answers, compared, controls, judged=judged))
    return console.file.getvalue()


def test_what_the_judge_preferred_and_who_answered_the_control_questions_is_told(tmp_path) -> None:
    told = printed(tmp_path, "old", "new")
    assert "preferred by a judge: first 1, second 0, neither 0 (p 1.000)\n" in told
    assert "control questions: 1 of 1 right, new\n" in told


def test_every_pair_has_a_table_whose_heading_says_which_model_is_which(tmp_path) -> None:
    told = printed(tmp_path, "old", "new", "[b]other")
    assert told.count("↑ more is better") == 3
    assert "first: old, second: new." in told
    assert "first: new, second: [b]other." in told


def test_a_measure_stands_in_one_line_of_80_columns(tmp_path) -> None:
    line = next(one for one in printed(tmp_path, "old", "new").splitlines() if "words " in one and "+1.00" in one)
    assert "+1.00 [too few]" in line
