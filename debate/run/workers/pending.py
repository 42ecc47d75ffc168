"""Waiting questions, and which worker has which; a question and its follow-ups go to one worker."""

from collections import Counter, deque
from collections.abc import Iterable
from itertools import groupby

from chains.schemas import Question

MOST_LOSSES = 3  # workers that were lost while they had a question, after which it may be to blame


class Pending:
    """The questions of a list that have no outcome yet, in its order."""

    def __init__(self, questions: Iterable[Question]) -> None:
        groups = groupby(questions, key=lambda one: one.parent_id or one.id)
        self._groups = deque(deque(group) for _, group in groups)
        self._begun: dict[int, deque[Question]] = {}
        self._in_flight: dict[int, dict[str, Question]] = {}
        self._losses: Counter[str] = Counter()

    def __len__(self) -> int:
        return self.in_flight + sum(map(len, (*self._groups, *self._begun.values())))

    @property
    def in_flight(self) -> int:
        """How many questions are being worked on."""
        return sum(map(len, self._in_flight.values()))

    @property
    def waits(self) -> bool:
        """Whether a question waits for any worker."""
        return bool(self._groups)

    def take(self, worker: int) -> Question | None:
        """Return the next question for a worker: of the group that it has begun, or of the next one."""
        group = self._begun.get(worker)
        if not group:
            if not self._groups:
                return None
            group = self._begun[worker] = self._groups.popleft()
        question = group.popleft()
        self._in_flight.setdefault(worker, {})[question.key] = question
        return question

    def finish(self, worker: int, question: Question) -> None:
        """Note an outcome."""
        del self._in_flight[worker][question.key]

    def rest(self, worker: int) -> None:
        """Note that a worker has nothing in flight: what it had was stopped on the way."""
        self._in_flight.pop(worker, None)

    def lose(self, worker: int) -> list[Question]:
        """Have what a worker had wait for others, first of all; return what was lost too often, which does not wait."""
        had = list(self._in_flight.pop(worker, {}).values())
        self._losses.update(one.key for one in had)
        again = deque(one for one in had if self._losses[one.key] < MOST_LOSSES)
        again.extend(self._begun.pop(worker, ()))
        self._groups.extendleft(deque([one]) for one in reversed(again))
        return [one for one in had if self._losses[one.key] >= MOST_LOSSES]

    def drop(self) -> None:
        """Have nothing wait any more."""
        self._groups.clear()
        self._begun.clear()
