"""Choose the server for the next call: the question's own, unless another one is much less busy.

A failing server is skipped for increasing times, then checked. The caller passes the time; this module makes no calls.
"""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from threading import Lock

# A question stays with its server, which has its passages in its prefix cache, up to so many calls more than elsewhere.
_WORTH_STAYING = 2
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 120.0  # seconds; a restarted vLLM is back after one or two minutes
_MOST_QUESTIONS = 10_000  # whose server is remembered


@dataclass(frozen=True)
class ServerFigures:
    """What one server did in a run.

    Attributes:
        calls: calls that it answered.
        failures: calls that it did not answer, and checks that it failed.
        seconds: of all answered calls together.
        tokens_out: tokens that it wrote, as far as it says.
        left_out: why it takes no calls now, or "".
    """

    name: str
    calls: int = 0
    failures: int = 0
    seconds: float = 0.0
    tokens_out: int = 0
    left_out: str = ""

    def __str__(self) -> str:
        each = f", {self.seconds / self.calls:.1f} s each" if self.calls else ""
        out = f"; left out: {self.left_out}" if self.left_out else ""
        return f"{self.calls} calls{each}, {self.tokens_out} tokens, {self.failures} failures{out}"


@dataclass(frozen=True)
class Choice:
    """The server that a call goes to; ``check`` it first where it failed the last time.

    Attributes:
        early: it is still left out, and chosen because every other one is, too.
    """

    server: int
    check: bool
    early: bool = False


@dataclass
class _Server:
    figures: ServerFigures
    in_flight: int = 0
    wait: float = 0.0  # seconds that it is left out for; 0 while it answers
    until: float = 0.0

    def is_out(self, now: float) -> bool:
        return self.until > now

    def leave_out(self, now: float, reason: str) -> None:
        self.wait = min(max(2 * self.wait, _FIRST_WAIT), _LONGEST_WAIT)
        self.until = now + self.wait
        self.figures = replace(self.figures, left_out=reason)


class Balancer:
    """The servers and their calls; safe for threads.

    Args:
        names: what the servers are called in figures, at least one.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._servers = [_Server(ServerFigures(name)) for name in names]
        self._own: OrderedDict[str, int] = OrderedDict()  # question -> server
        self._lock = Lock()

    def take(self, question: str, now: float, besides: Collection[int] = ()) -> Choice | None:
        """Choose a server for a call, which then counts as in flight; None if ``besides`` are all there are.

        Where every server is left out, the one that is next to be asked again is chosen.
        """
        with self._lock:
            others = [n for n in range(len(self._servers)) if n not in besides]
            if not others:
                return None
            there = [n for n in others if not self._servers[n].is_out(now)]
            chosen = self._best(question, there) if there else min(others, key=lambda n: self._servers[n].until)
            self._remember(question, chosen)
            server = self._servers[chosen]
            server.in_flight += 1
            early = server.is_out(now)
            if server.wait and not early:
                server.until = now + server.wait  # others need not wait for the same check
            return Choice(chosen, check=server.wait > 0, early=early)

    def answered(self, choice: Choice, seconds: float, tokens_out: int) -> None:
        """End a call that brought an answer."""
        with self._lock:
            one = self._servers[choice.server]
            told = one.figures
            one.in_flight -= 1
            one.figures = replace(
                told, calls=told.calls + 1, seconds=told.seconds + seconds, tokens_out=told.tokens_out + tokens_out
            )

    def ended(self, choice: Choice) -> None:
        """End a call that brought an error which is not the server's fault."""
        with self._lock:
            self._servers[choice.server].in_flight -= 1

    def is_back(self, choice: Choice) -> None:
        """Send calls to a server again, after a check."""
        with self._lock:
            one = self._servers[choice.server]
            one.wait = one.until = 0.0
            one.figures = replace(one.figures, left_out="")

    def failed(self, choice: Choice, now: float, reason: str, asked_to_wait: float = 0.0) -> float:
        """End a call or a check that a server did not answer, and leave it out; return for how many seconds.

        Calls that were in flight together fail together, which makes the wait no longer, and so does an early check.
        """
        with self._lock:
            server = self._servers[choice.server]
            server.in_flight -= 1
            if not choice.early and (choice.check or not server.is_out(now)):
                server.leave_out(now, reason)
            server.until = max(server.until, now + asked_to_wait)
            server.figures = replace(server.figures, failures=server.figures.failures + 1)
            return server.until - now

    def leave_out(self, server: int, now: float, reason: str) -> None:
        """Send no calls to a server for a while."""
        with self._lock:
            self._servers[server].leave_out(now, reason)

    def seconds_left(self, now: float) -> float:
        """Return after how many seconds the next server may be asked; 0 if one may be asked now."""
        with self._lock:
            return max(0.0, min(one.until for one in self._servers) - now)

    def figures(self) -> tuple[ServerFigures, ...]:
        """Return what each server did so far."""
        with self._lock:
            return tuple(one.figures for one in self._servers)

    def _best(self, question: str, there: Sequence[int]) -> int:
        least = min(there, key=lambda n: (self._servers[n].in_flight, self._servers[n].figures.calls))
        own = self._own.get(question, least)
        if own not in there:
            return least
        return own if self._servers[own].in_flight <= self._servers[least].in_flight + _WORTH_STAYING else least

    def _remember(self, question: str, server: int) -> None:
        if not question:
            return
        self._own[question] = server
        self._own.move_to_end(question)
        if len(self._own) > _MOST_QUESTIONS:
            self._own.popitem(last=False)
