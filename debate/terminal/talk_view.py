"""A debate in the terminal: each turn as it comes, and prompts for a person in a seat."""

from collections.abc import Callable, Mapping

from langchain_core.messages import AIMessage
from rich.console import Console
from rich.markup import escape

from chains.schemas import Baseline
from debate.arena.messages import debate_messages
from debate.arena.seat import SeatRequest
from debate.arena.state import DebateState
from debate.readable import one_line, readable


class TalkView:
    """Prints a debate and asks a person.

    Args:
        prompt: reads one answer from the terminal.
    """

    def __init__(self, console: Console, prompt: Callable[[str], str]) -> None:
        self._console = console
        self._prompt = prompt
        self._shown = 0
        self._passages: tuple[str, ...] = ()

    def preparing(self, what: str) -> None:
        self._console.print(f"[dim]{escape(readable(what))} …[/dim]")

    def skipped(self, file: str) -> None:
        self._console.print(f"skipped: {one_line(file)}", markup=False)

    def show(self, state: DebateState) -> None:
        lines = list(lines_of(state))
        for speaker, text in lines[self._shown :]:
            self._console.print(f"\n[bold]{escape(readable(speaker))}[/bold]\n{escape(readable(text))}")
        self._shown = max(self._shown, len(lines))

    def answer(self, request: SeatRequest) -> str:
        if request.problem:
            self._console.print(f"Not taken: {escape(readable(request.problem))}.")
            return self._prompt(_asked(request))
        if request.wanted != "position":
            self._show_passages(request.passages)
        if request.wanted == "turn" and request.claim:
            self._console.print(f"\nWaiting for your answer: “{escape(readable(request.claim))}”")
        return self._prompt(_asked(request))

    def _show_passages(self, passages: tuple[str, ...]) -> None:
        """Show a person's passages once; later only those that are new."""
        new = [(n, passage) for n, passage in enumerate(passages, 1) if passage not in self._passages]
        if new:
            self._console.print("\nNew passages:" if self._passages else "\nYour passages:")
        for n, passage in new:
            self._console.print(f"\n[dim]\\[{n}] {escape(readable(passage))}[/dim]")
        self._passages = passages


def lines_of(state: DebateState) -> list[tuple[str, str]]:
    """Return who said what so far, in the order in which it was said."""
    lines = [(_heading(one), str(one.content)) for one in debate_messages(state)]
    outcome = state.get("outcome")
    ended = [("End", outcome.value)] if outcome and not state.get("verdict") else []
    names = {one.persona_id: one.speaker for one in state.get("positions", ())}
    alone = [(_alone(one, names), one.text) for one in state.get("baselines", ())]
    return [*lines, *ended, *alone]


def _looked_up(message: AIMessage) -> str:
    asked = [
        f"{one['tool']} “{one['query']}”{' (its beginning)' if one['left_out'] else ''}"
        for one in message.additional_kwargs.get("lookups", ())
    ]
    return f", having looked up {', '.join(asked)}" if asked else ""


def _alone(one: Baseline, names: Mapping[str, str]) -> str:
    share = f", {one.share:.0%} of {one.tries} answers" if one.share is not None else f", {one.tries} answers"
    return f"Single agent by {one.method}: for {names.get(one.winner, 'nobody')}{share}, {one.tokens.total} tokens"


def _heading(message: AIMessage) -> str:
    part, number = message.additional_kwargs["part"], message.additional_kwargs["round"]
    headings = {
        "position": f"{message.name}'s position",
        "verdict": "Verdict",
        "turn": f"{message.name}, round {number}{_looked_up(message)}",
    }
    return headings.get(part, f"{message.name} opens round {number}")


def _asked(request: SeatRequest) -> str:
    name = readable(request.name)
    if request.wanted == "position":
        return f"You speak for {name}. In one sentence: what is your position on “{readable(request.question)}”"
    if request.wanted == "ballot":
        when = f"After round {request.round}" if request.round else "The vote that decides"
        names = ", ".join(readable(who) for who, _ in request.positions)
        return f"{when}: whose positions do you hold now, best first? {names}"
    return f"{name}, round {request.round}: what do you say?"
