"""The steps of a comparison: retrieve the passages once, run one model after another, then the judge.

Each result is stored at once and never computed again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from threading import Event
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.abstention import calibrate
from chains.generation.backends import library_of
from chains.generation.contract import WordLimits
from chains.generation.local.machine import release_memory
from chains.opinion import OpinionRequest, opinion_chain
from chains.retrieve import pov_retrieval_chain
from chains.schemas import Chunk, Question
from chains.writing.styles import default_style
from debate.amounts import amount
from debate.compare.controls.answers import ControlAnswer, ask_control, failed_control
from debate.compare.controls.questions import CONTROLS, Control
from debate.compare.effort import Meter
from debate.compare.failures import told
from debate.compare.measures import Answer
from debate.compare.preference.judge import Judged, failed_judgement, judge_pair
from debate.compare.records import ComparisonFiles, Passages
from debate.compare.settings import CompareSettings
from debate.compare.trained_on import trained_on
from debate.progress import Progress
from debate.run.executor import map_concurrently
from debate.run.setup import RunInputs
from debate.run.stopping import StopsWriting
from vectorstore import PovVectorStore

_Model = BaseLanguageModel[Any]


@dataclass
class Work:
    """What is left to do in a comparison: passages, each model's answers and control questions, judgements."""

    settings: CompareSettings
    inputs: RunInputs
    progress: Progress
    load: Callable[[str], _Model]

    @cached_property
    def files(self) -> ComparisonFiles:
        """Return the comparison's files."""
        return ComparisonFiles(self.settings.out, self.settings.models)

    def is_left(self) -> bool:
        """Return whether any model has something to answer."""
        return any(self._left(n) or self._controls_left(model) for n, model in enumerate(self.settings.models))

    def warn(self) -> None:
        """Tell which questions the models were trained on; it is looked up as long as any model has to answer."""
        known = {} if self.is_left() else self.files.trained_by_model()
        for model in self.settings.models:
            found = known.get(model) or trained_on(model, self.inputs.seeds)
            if found != self.files.trained_by_model().get(model):
                self.files.trained.add([found])
            if found.told:
                self.progress.warning(found.told)

    def answer(self, store: PovVectorStore) -> None:
        """Search what is not searched yet; let each model answer what is left to it, loaded only for that."""
        self._retrieve(store)
        for n, model in enumerate(self.settings.models):
            if self._left(n) or self._controls_left(model):
                self._ask(n, model, store)
                release_memory()

    def judge(self) -> None:
        """Let the judge read each pair of answers that it has not judged; what failed before is tried again."""
        judge, passages = self.settings.judge, self.files.passages_by_key()
        left = self._pairs_left()
        if not left:
            return
        llm = self._loaded(judge, f"loading {judge}, the judge")
        if isinstance(llm, str):
            self.files.judged.add([failed_judgement(judge, seed, pair, llm) for seed, pair in left])
            return
        self.progress.preparing(f"{judge} judges {amount(len(left), 'pair')} of answers, each in both orders")
        stop = Event()

        def work(asked: tuple[Question, tuple[Answer, Answer]]) -> Judged:
            seed, pair = asked
            return judge_pair(llm, judge, seed, passages[seed.key], pair, self.settings.seed, _stopped_by(stop))

        for finished in map_concurrently(work, left, llm, self._width(left), self.progress, stop):
            self.files.judged.add(finished)

    def judges(self) -> bool:
        """Return whether the judge has something to judge, if nobody answers anything more."""
        return bool(self.settings.judge and self._pairs_left())

    def _pairs_left(self) -> list[tuple[Question, tuple[Answer, Answer]]]:
        judge = self.settings.judge
        done = {one.pair for one in self.files.judgements() if one.judge == judge and not one.error}
        known = [self.files.answers_by_key(n) for n in range(len(self.settings.models))]
        pairs = [
            (seed, (one[seed.key], other[seed.key]))
            for one, other in combinations(known, 2)
            for seed in self.inputs.seeds
        ]
        return [
            (seed, pair)
            for seed, pair in pairs
            if all(answer.opinion for answer in pair)
            and (seed.key, frozenset(answer.model for answer in pair)) not in done
        ]

    def _loaded(self, name: str, what: str) -> _Model | str:
        """Load a model, or return why it cannot be loaded, which is told and ends nothing."""
        self.progress.preparing(what)
        try:
            return self.load(name)
        except Exception as error:  # noqa: BLE001 - a loader may raise anything; the other models go on
            why = told(error)
            self.progress.warning(f"{name} cannot be loaded: {why}; the comparison goes on without it")
            return why

    def _left(self, number: int) -> list[Question]:
        """The questions that a model has not answered yet; what failed before is tried again."""
        answered = {key for key, one in self.files.answers_by_key(number).items() if one.opinion}
        return [seed for seed in self.inputs.seeds if seed.key not in answered]

    def _controls_left(self, model: str) -> list[Control]:
        """The control questions that a model has not answered yet; what failed before is tried again."""
        if not self.settings.controls:
            return []
        answered = {key for key, one in self.files.controls_by_id(model).items() if not one.error}
        return [one for one in CONTROLS if one.id not in answered]

    def _retrieve(self, store: PovVectorStore) -> None:
        known, settings = self.files.passages_by_key(), self.settings
        povs = self.inputs.personas.povs or self.inputs.writer.povs
        chain = pov_retrieval_chain(store, povs, pov_weight=settings.pov_weight, k=settings.k, mode=settings.mode)
        left = [one for one in self.inputs.seeds if one.key not in known]
        for n, seed in enumerate(left, 1):
            self.progress.preparing(f"searching passages: question {n} of {len(left)}")
            self.files.passages.add([Passages(seed.key, chain.invoke(seed))])

    def _ask(self, number: int, model: str, store: PovVectorStore) -> None:
        """Let a model answer what is left to it; without the model, all of that has failed."""
        llm = self._loaded(model, f"loading {model}")
        if isinstance(llm, str):
            self.files.controls.add([failed_control(one, model, llm) for one in self._controls_left(model)])
            self.files.answers[number].add([Answer(one.key, model, None, 0.0, llm) for one in self._left(number)])
            return
        if left := self._controls_left(model):
            self.progress.preparing(f"{model} answers the control questions")
            self._ask_controls(model, llm, left)
        if questions := self._left(number):
            self.progress.preparing(f"{model} answers {amount(len(questions), 'question')}")
            self._ask_questions(number, model, llm, questions, store)

    def _ask_controls(self, model: str, llm: _Model, left: Sequence[Control]) -> None:
        stop = Event()

        def work(control: Control) -> ControlAnswer:
            return ask_control(llm, model, control, self.settings.seed, _stopped_by(stop))

        for finished in map_concurrently(work, left, llm, self._width(left), self.progress, stop):
            self.files.controls.add(finished)

    def _ask_questions(
        self, number: int, model: str, llm: _Model, left: Sequence[Question], store: PovVectorStore
    ) -> None:
        """Store each answer with what it took, so that no interruption loses either."""
        passages, stop, done = self.files.passages_by_key(), Event(), 0
        tasks = [(seed, passages[seed.key]) for seed in left]
        work, meter = _answering(llm, model, self.settings, self.inputs, store, stop), Meter(model)
        for finished in map_concurrently(work, tasks, llm, self._width(left), self.progress, stop):
            took = meter.read([one.opinion.tokens if one.opinion else 0 for one in finished])
            answers = [replace(one, effort=effort) for one, effort in zip(finished, took, strict=True)]
            self.files.answers[number].add(answers)
            done += len(finished)
            self.progress.preparing(f"{model}: {done} of {len(left)} answered")

    def _width(self, tasks: Sequence[object]) -> int:
        return max(1, min(self.settings.concurrency, len(tasks)))


def _stopped_by(stop: Event) -> RunnableConfig:
    return {"callbacks": [StopsWriting(stop)]}


def _answering(
    llm: BaseLanguageModel[Any],
    model: str,
    settings: CompareSettings,
    inputs: RunInputs,
    store: PovVectorStore,
    stop: Event,
) -> Callable[[tuple[Question, tuple[Chunk, ...]]], Answer]:
    limits, style = WordLimits(settings.min_words, settings.max_words), settings.style or "auto"
    chain = opinion_chain(
        llm,
        inputs.writer,
        limits=limits,
        style=style,
        embeddings=store.embeddings,
        abstention=calibrate(store) if len(store) > settings.k else None,
        seed=settings.seed,
    )

    backend = library_of(llm)

    def answer(pair: tuple[Question, tuple[Chunk, ...]]) -> Answer:
        question, chunks = pair
        started = time.monotonic()
        try:
            written = default_style(llm, limits, len(chunks)) if style == "auto" else style
            opinion = chain.invoke(OpinionRequest(question, chunks), _stopped_by(stop))
        except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to this answer; the rest go on
            return Answer(question.key, model, None, time.monotonic() - started, told(error))
        return Answer(question.key, model, opinion, time.monotonic() - started, style=written, backend=backend)

    return answer
