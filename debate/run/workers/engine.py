"""Distribute a run's questions over workers; another worker takes over the questions of a lost one.

The run's own process writes what workers send: checkpoints, spans and log records.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from chains.schemas import Question
from debate.amounts import amount
from debate.progress import Progress
from debate.results import QuestionResult
from debate.run.engine import Deepened
from debate.run.executor import StoppedAtOnce
from debate.run.question_worker import thread_of, written
from debate.run.records.deepened_questions import Deepening
from debate.run.workers.events import Finished, Work
from debate.run.workers.pending import MOST_LOSSES, Pending
from debate.run.workers.phase import Checkpoints, Learned, Phase
from debate.run.workers.roster import Roster, Workers

_GIVEN_UP = f"{MOST_LOSSES} workers were lost while they worked on this question; see log.txt, then use --retry-failed"


class DistributedEngine:
    """Deepens and answers questions by workers, which are started when the first question comes; see ``LocalEngine``.

    Args:
        start: gives the workers.
        model: the model's name, for rows that no worker could finish.
        traced: takes lines of ``traces.jsonl``.
    """

    def __init__(
        self, start: Callable[[], Workers], model: str, progress: Progress, traced: Callable[[str], object]
    ) -> None:
        self._start = start
        self._model = model
        self._progress = progress
        self._traced = traced
        self._workers: Workers | None = None
        self._roster: Roster | None = None
        self._learned = Learned()

    def close(self) -> None:
        if self._workers is not None:
            self._workers.close()

    def load(self) -> None:
        self._at_work()

    def skipped_files(self) -> tuple[str, ...]:
        return self._learned.skipped_files

    def figures(self) -> list[tuple[str, str]]:
        """Return how many questions each worker answered, and what each server did that it asked."""
        answered = sorted(self._learned.answered.items())
        return [*((name, amount(count, "question")) for name, count in answered), *self._learned.servers.items()]

    def deepen(self, seeds: Sequence[Question]) -> Generator[list[Deepened]]:

        def give_up(seed: Question) -> Deepening:
            return Deepening((replace(seed, note=f"not deepened: {_GIVEN_UP}"),), _GIVEN_UP)

        for finished in self._through(Work.DEEPEN, Pending(seeds), None, give_up):
            yield [(one.question, one.outcome) for one in finished if isinstance(one.outcome, Deepening)]

    def answer(self, questions: Sequence[Question], checkpoints: Checkpoints) -> Generator[list[QuestionResult]]:

        def give_up(question: Question) -> QuestionResult:
            stood = checkpoints.get_tuple(thread_of(question))
            state = stood.checkpoint["channel_values"] if stood else {}
            return QuestionResult(question, self._model, 0.0, **written(state), error=_GIVEN_UP)

        for finished in self._through(Work.ANSWER, Pending(questions), checkpoints, give_up):
            yield [one.outcome for one in finished if isinstance(one.outcome, QuestionResult)]

    def _through(
        self,
        kind: Work,
        pending: Pending,
        checkpoints: Checkpoints | None,
        give_up: Callable[[Question], QuestionResult | Deepening],
    ) -> Generator[list[Finished]]:
        workers, roster = self._at_work()
        phase = Phase(pending, workers, roster, checkpoints, self._progress, self._traced, self._learned)
        roster.begin(kind)
        while len(pending) or roster.busy:
            try:
                told = workers.events()
            except KeyboardInterrupt as error:
                if phase.stopping:
                    raise StoppedAtOnce from error
                phase.stop()
                continue
            finished = [one for number, event in told for one in phase.take(number, event)]
            finished += [Finished(one, give_up(one)) for one in phase.given_up()]
            if finished:
                yield finished
        if phase.stopping:
            raise KeyboardInterrupt

    def _at_work(self) -> tuple[Workers, Roster]:
        if self._workers is None or self._roster is None:
            self._progress.preparing("starting workers")
            self._workers = self._start()
            self._roster = Roster(self._workers, self._progress)
        return self._workers, self._roster
