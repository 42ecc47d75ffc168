"""A comparison as seen in a terminal: the paired tests, and the blind vote."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from debate.compare.runner import Comparison
from debate.compare.votes import Ballot, Choice, Votes
from debate.terminal.readable import readable

_CHOICES: dict[str, Choice] = {"1": "first", "2": "second", "t": "tie"}


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print each measure of each pair of models, with its interval and test."""
    table = Table(title="Second less first, on the same questions and passages", title_justify="left")
    for heading in ("measure", "first", "second", "mean", "mean", "difference [95%]", "p", "better"):
        table.add_column(heading, justify="right" if heading in ("mean", "p") else "left")
    for one in comparison.compared:
        names = [Text(readable(name)) for name in (one.measure, one.first, one.second)]
        if one.paired is None:
            table.add_row(*names, "", "", "", "", one.verdict)
            continue
        paired = one.paired
        change = f"{paired.difference:+.2f} [{paired.low:+.2f}, {paired.high:+.2f}]"
        means = f"{paired.first:.2f}", f"{paired.second:.2f}"
        table.add_row(*names, *means, Text(change), f"{paired.p:.3f}", Text(readable(one.verdict)))
    console.print(table)


def vote(console: Console, comparison: Comparison, votes: Votes, ask: Callable[[str], str]) -> int:
    """Show unjudged pairs without names until the reader quits; return how many were judged.

    Args:
        ask: shows a question and returns what was typed.
    """
    texts = {question.key: question.text for question in comparison.questions}
    judged = 0
    for ballot in votes.ballots(comparison.answers):
        choice = _choice(console, texts[ballot.question_key], ballot, ask)
        if choice is None:
            break
        votes.add(ballot, choice)
        judged += 1
    return judged


def _choice(console: Console, question: str, ballot: Ballot, ask: Callable[[str], str]) -> Choice | None:
    """Return the reader's choice, or None to stop."""
    console.rule(Text(readable(question)))
    for number, answer in ((1, ballot.first), (2, ballot.second)):
        text = answer.opinion.answer if answer.opinion else ""
        console.print(Panel(Text(readable(text)), title=str(number)))
    while (typed := ask("Which is better? 1, 2, t (tie), q (stop)").strip().lower()) not in (*_CHOICES, "q"):
        console.print("type 1, 2, t or q")
    return _CHOICES.get(typed)
