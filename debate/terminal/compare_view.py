"""A comparison in the terminal: the paired tests, and the blind vote."""

from collections.abc import Callable, Sequence
from itertools import groupby

from rich.box import SIMPLE
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from chains.schemas import Chunk
from debate.amounts import amount
from debate.compare.comparison import Compared
from debate.compare.preference.votes import Ballot, Choice, Votes
from debate.compare.runner import Comparison
from debate.compare.statistics import TOO_FEW
from debate.readable import one_line, readable, tell

_CHOICES: dict[str, Choice] = {"1": "first", "2": "second", "t": "tie"}


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print a table for each pair of models: each measure with its interval and test."""
    for (first, second), tests in groupby(comparison.compared, key=lambda one: (one.first, one.second)):
        names = f"first: {readable(first)}, second: {readable(second)}"
        tell(console, f"\n{names}. ↑ more is better, ↓ less is better, – no difference shown")
        table = Table(box=SIMPLE)
        for heading in ("measure", "first", "second", "difference [95%]", "p", "better"):
            words = heading in ("measure", "better")
            table.add_column(heading, justify="left" if words else "right", no_wrap=not words)
        for one in tests:
            table.add_row(Text(f"{one.measure} {one.direction}"), *_figures(one), _short(one))
        console.print(table)
        for judge, found in comparison.judge_tallies():
            if found.models == (first, second):
                wins = f"first {found.wins[0]}, second {found.wins[1]}, neither {found.ties} (p {found.p:.3f})"
                without = f", no verdict {found.unread}" if found.unread else ""
                tell(console, f"preferred by {judge}: {wins}{without}")
    for model, controls in zip(comparison.models, comparison.controls, strict=True):
        if answered := [one for one in controls if not one.error]:
            right = sum(one.right for one in answered)
            tell(console, f"control questions: {right} of {len(answered)} right, {model}")
    for told in comparison.warnings():
        tell(console, one_line(told))


def _short(one: Compared) -> str:
    return {one.first: "first", one.second: "second", "no difference shown": "–"}.get(one.verdict, one.verdict)


def _figures(one: Compared) -> tuple[Text, ...]:
    if one.paired is None:
        return (Text(""),) * 4
    paired = one.paired
    ends = f"{paired.interval[0]:+.2f}, {paired.interval[1]:+.2f}" if paired.interval else TOO_FEW
    change = f"{paired.difference:+.2f} [{ends}]"
    return Text(f"{paired.first:.2f}"), Text(f"{paired.second:.2f}"), Text(change), Text(f"{paired.p:.3f}")


def vote(console: Console, comparison: Comparison, votes: Votes, ask: Callable[[str], str]) -> int:
    """Show unjudged pairs without names until the reader quits; return how many were judged.

    Args:
        ask: shows a question and returns what was typed.
    """
    texts = {question.key: question.text for question in comparison.questions}
    read = {one.key: chunks for one, chunks in zip(comparison.questions, comparison.passages, strict=True)}
    judged, left = 0, votes.ballots(comparison.answers)
    for number, ballot in enumerate(left, 1):
        console.rule(Text(f"{number} of {len(left)}: {readable(texts[ballot.question_key])}"))
        choice = _choice(console, ballot, read[ballot.question_key], ask)
        if choice is None:
            break
        if votes.add(ballot, choice):
            judged += 1
        else:
            console.print("Somebody else judged this pair meanwhile; your vote was not added.")
    return judged


def print_votes(console: Console, comparison: Comparison) -> None:
    """Print what readers preferred, once every pair is voted: before, it would say whose answers come."""
    console.print("All pairs are voted.")
    for one in comparison.vote_tallies():
        wins = ", ".join(f"{model} {amount(n, 'time')}" for model, n in zip(one.models, one.wins, strict=True))
        tell(console, f"preferred: {wins}, neither {amount(one.ties, 'time')} (p {one.p:.3f})")


def _choice(console: Console, ballot: Ballot, passages: Sequence[Chunk], ask: Callable[[str], str]) -> Choice | None:
    """Return the reader's choice, or None to stop."""
    for number, answer in ((1, ballot.first), (2, ballot.second)):
        text = answer.opinion.answer if answer.opinion else ""
        console.print(Panel(Text(readable(text)), title=str(number)))
    asked = "Which is better? 1, 2, t (tie), p (passages), q (stop)"
    while (typed := ask(asked).strip().lower()) not in (*_CHOICES, "q"):
        if typed != "p":
            console.print("type 1, 2, t, p or q")
        for number, chunk in enumerate(passages if typed == "p" else (), 1):
            console.print(Text(f"[{number}] {readable(chunk.text)}\n"))
    return _CHOICES.get(typed)
