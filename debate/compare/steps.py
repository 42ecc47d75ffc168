"""The steps of a comparison: retrieve the passages once, run one model after another, then the judge.

Each result is stored at once and never computed again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from threading import Event
from typing import Any

from langchain_core.language_models import BaseLanguageModel

from chains.abstention import calibrate
from chains.generation.contract import WordLimits
from chains.generation.local.machine import release_memory
from chains.opinion import OpinionRequest, opinion_chain
from chains.retrieve import pov_retrieval_chain
from chains.schemas import Chunk, Question
from chains.writing.styles import default_style
from debate.amounts import amount
from debate.compare.controls import ask_controls
from debate.compare.effort import Meter
from debate.compare.judge import Judged, judge_pair
from debate.compare.measures import Answer
from debate.compare.records import ComparisonFiles, Passages
from debate.compare.settings import CompareSettings
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

    def answer(self, store: PovVectorStore) -> None:
        """Search what is not searched yet; let each model answer what is left to it, loaded only for that."""
        self._retrieve(store)
        for n, model in enumerate(self.settings.models):
            if self._left(n) or self._controls_left(model):
                self.progress.preparing(f"loading {model}")
                self._ask(n, model, self.load(model), store)
                release_memory()

    def judge(self) -> None:
        """Let the judge read each pair of answers that it has not judged."""
        judge, passages = self.settings.judge, self.files.passages_by_key()
        done = {(one.question_key, frozenset(one.shown)) for one in self.files.judged.read() if one.judge == judge}
        known = [self.files.answers_by_key(n) for n in range(len(self.settings.models))]
        pairs = [
            (seed, (one[seed.key], other[seed.key]))
            for one, other in combinations(known, 2)
            for seed in self.inputs.seeds
        ]
        left = [
            (seed, pair)
            for seed, pair in pairs
            if all(answer.opinion for answer in pair)
            and (seed.key, frozenset(answer.model for answer in pair)) not in done
        ]
        if not left:
            return
        self.progress.preparing(f"loading {judge}, the judge")
        llm = self.load(judge)
        self.progress.preparing(f"{judge} judges {len(left)} pairs of answers, each in both orders")

        def work(asked: tuple[Question, tuple[Answer, Answer]]) -> Judged:
            seed, pair = asked
            return judge_pair(llm, judge, seed, passages[seed.key], pair, self.settings.seed)

        for finished in map_concurrently(work, left, llm, self._width(left), self.progress):
            self.files.judged.add(finished)

    def _left(self, number: int) -> list[Question]:
        """The questions that a model has not answered yet; what failed before is tried again."""
        answered = {key for key, one in self.files.answers_by_key(number).items() if one.opinion}
        return [seed for seed in self.inputs.seeds if seed.key not in answered]

    def _controls_left(self, model: str) -> bool:
        return self.settings.controls and all(one.model != model for one in self.files.controls.read())

    def _retrieve(self, store: PovVectorStore) -> None:
        known, settings = self.files.passages_by_key(), self.settings
        povs = self.inputs.personas.povs or self.inputs.writer.povs
        chain = pov_retrieval_chain(store, povs, pov_weight=settings.pov_weight, k=settings.k, mode=settings.mode)
        left = [one for one in self.inputs.seeds if one.key not in known]
        for n, seed in enumerate(left, 1):
            self.progress.preparing(f"searching passages: question {n} of {len(left)}")
            self.files.passages.add([Passages(seed.key, chain.invoke(seed))])

    def _ask(self, number: int, model: str, llm: _Model, store: PovVectorStore) -> None:
        if self._controls_left(model):
            self.progress.preparing(f"{model} answers the control questions")
            self.files.controls.add(ask_controls(llm, model, self.settings.seed))
        left, passages = self._left(number), self.files.passages_by_key()
        if not left:
            return
        self.progress.preparing(f"{model} answers {amount(len(left), 'question')}")
        tasks = [(seed, passages[seed.key]) for seed in left]
        stop = Event()
        work, meter = _answering(llm, model, self.settings, self.inputs, store, stop), Meter(model)
        done = tokens = 0
        for finished in map_concurrently(work, tasks, llm, self._width(left), self.progress, stop):
            self.files.answers[number].add(finished)
            meter.look()
            done += len(finished)
            tokens += sum(one.opinion.tokens for one in finished if one.opinion)
            self.progress.preparing(f"{model}: {done} of {len(left)} answered")
        self.files.efforts.add([meter.read(done, tokens)])

    def _width(self, tasks: Sequence[object]) -> int:
        return max(1, min(self.settings.concurrency, len(tasks)))


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

    def answer(pair: tuple[Question, tuple[Chunk, ...]]) -> Answer:
        question, chunks = pair
        started = time.monotonic()
        written = default_style(llm, limits, len(chunks)) if style == "auto" else style
        try:
            opinion = chain.invoke(OpinionRequest(question, chunks), {"callbacks": [StopsWriting(stop)]})
        except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to this answer; the rest go on
            return Answer(question.key, model, None, time.monotonic() - started, str(error) or type(error).__name__)
        return Answer(question.key, model, opinion, time.monotonic() - started, style=written)

    return answer
