"""``compare_models``: let several models answer the same questions from the same passages, and test the differences.

A comparison that was stopped resumes: it repeats no search and no answer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, repeat
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseLanguageModel

from chains.schemas import Chunk, Question
from debate.compare.comparison import Compared, compare_answers
from debate.compare.controls.answers import ControlAnswer
from debate.compare.controls.questions import CONTROLS, Control
from debate.compare.effort import Effort, together
from debate.compare.failures import Failure, failures_among
from debate.compare.measures import Answer
from debate.compare.preference.judge import Judged, judge_tally
from debate.compare.preference.votes import VOTES, Votes
from debate.compare.records import QUESTIONS, TRAINED, ComparisonFiles
from debate.compare.settings import CompareSettings
from debate.compare.statistics import Tally
from debate.compare.steps import Work
from debate.compare.trained_on import TrainedOn
from debate.errors import RunFolderError, SettingsError
from debate.files.locking import exclusive_folder, read_same_record, write_record
from debate.files.toml import parse_toml
from debate.indexing.opening import load_store
from debate.progress import Progress
from debate.run.setup import RunInputs, check_before_loading, check_inputs, load_model
from debate.settings.checking import checked_settings
from vectorstore import PovVectorStore
from vectorstore.runtime.arguments import checked

RECORD = "compare.toml"
_CHANGES_NO_ANSWER = {"out", "concurrency", "limit", "controls", "judge", "timeout"}
_Model = BaseLanguageModel[Any]


@dataclass(frozen=True)
class Comparison:
    """The result of a comparison: questions, passages, each model's answers in the same order, and the tests.

    Attributes:
        controls: each model's answers to the control questions; empty if they were not asked.
        efforts: time, tokens and memory of each model's answers, if known.
        judged: preferences of the judges.
        judge: that was asked last; "" if none was.
        trained: the models that were trained on some of the questions, or of which nobody can tell.
    """

    folder: Path
    models: tuple[str, ...]
    questions: tuple[Question, ...]
    passages: tuple[tuple[Chunk, ...], ...]
    answers: tuple[tuple[Answer, ...], ...]
    compared: tuple[Compared, ...]
    controls: tuple[tuple[ControlAnswer, ...], ...]
    efforts: tuple[Effort, ...] = ()
    judged: tuple[Judged, ...] = ()
    judge: str = ""
    trained: tuple[TrainedOn, ...] = ()

    def failures(self) -> Iterator[Failure]:
        """Yield what each model, and the judge that was asked last, was asked in vain."""
        for model, answers, controls in zip(self.models, self.answers, self.controls or repeat(()), strict=False):
            yield from failures_among(model, "answer", [one.error for one in answers])
            yield from failures_among(model, "control question", [one.error for one in controls])
        judged = [one.error for one in self.judged if one.judge == self.judge]
        yield from failures_among(self.judge, "judgement", judged)

    def warnings(self) -> list[str]:
        """Return what a reader should know before the figures: what was trained on, other libraries, failures."""
        trained, failed = (one.told for one in self.trained), (one.told for one in self.failures())
        return [*trained, *self._backends(), *failed]

    def _backends(self) -> Iterator[str]:
        """Say that the models ran through different libraries, which have other speeds and roundings."""
        by_model = zip(self.models, self.answers, strict=True)
        ran = {model: sorted({one.backend for one in answers if one.backend}) for model, answers in by_model}
        if len({tuple(one) for one in ran.values() if one}) > 1:
            told = ", ".join(f"{model} through {' and '.join(one)}" for model, one in ran.items() if one)
            yield f"the models ran through libraries of other speeds and roundings: {told}; set --backend for all"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return every two models."""
        return list(combinations(self.models, 2))

    def judge_tallies(self) -> Iterator[tuple[str, Tally]]:
        """Yield each judge with what it preferred, for each two models."""
        for judge in dict.fromkeys(one.judge for one in self.judged):
            own = [one for one in self.judged if one.judge == judge]
            yield from ((judge, judge_tally(own, pair)) for pair in self.pairs)

    def vote_tallies(self) -> Iterator[Tally]:
        """Yield what readers preferred of each two models; nothing if nobody voted."""
        votes = self.votes()
        yield from map(votes.tally, self.pairs if list(votes) else ())

    def votes(self) -> Votes:
        """Return the votes on its answers; see ``Votes`` for errors."""
        return Votes(self.folder / VOTES)

    def control_answers(self) -> Iterator[tuple[Control, list[ControlAnswer | None]]]:
        """Yield each control question with the models' answers; nothing if they were not asked."""
        answers = {(one.model, one.control_id): one for of_model in self.controls for one in of_model}
        for control in CONTROLS if answers else ():
            yield control, [answers.get((model, control.id)) for model in self.models]


@checked(SettingsError, leave=("progress", "load"))
def compare_models(
    settings: CompareSettings,
    progress: Progress | None = None,
    *,
    load: Callable[[str], BaseLanguageModel[Any]] | None = None,
    store: PovVectorStore | None = None,
) -> Comparison:
    """Let every model answer every question from the same passages, and test how they differ.

    Args:
        load: loads a model by name, instead of ``load_llm``.
        store: used instead of the settings' corpus or index.

    Raises:
        DebateError, PromptError, VectorStoreError, ChainError: bad input, or a folder that cannot be used; answers so
            far are kept. A model that fails once all is checked ends nothing: see ``Comparison.failures``.
        KeyboardInterrupt: interrupted; the same call resumes.
    """
    progress = progress or Progress()
    inputs = _inputs(settings)
    with exclusive_folder(settings.out, RunFolderError, alongside=(RECORD, QUESTIONS, TRAINED)):
        _check_folder(settings)
        work = Work(settings, inputs, progress, load or (lambda name: load_model(settings.run_settings(name))))
        work.files.ask(inputs.seeds)
        work.warn()
        is_left = work.is_left()
        if is_left or work.judges():
            for name in filter(None, (*(settings.models if is_left else ()), settings.judge)):
                check_before_loading(settings.run_settings(name), llm=load is None, store=store is None)
        if is_left:
            if store is None:
                progress.preparing(f"opening {settings.index or settings.corpus}")
                store, skipped = load_store(settings.run_settings(settings.models[0]), progress)
                for file in skipped:
                    progress.warning(f"skipped: {file}")
            work.answer(store)
        if settings.judge:
            work.judge()
        return _gathered(settings, inputs.seeds, work.files)


def _inputs(settings: CompareSettings) -> RunInputs:
    """Return what a run with these settings asks, each question once: a duplicate would count as one pair more."""
    inputs = check_inputs(settings.run_settings(settings.models[0]))
    first = {(seed.text, seed.about): seed for seed in reversed(inputs.seeds)}
    return replace(inputs, seeds=[seed for seed in inputs.seeds if first[seed.text, seed.about] is seed])


def _gathered(settings: CompareSettings, questions: Sequence[Question], files: ComparisonFiles) -> Comparison:
    passages = files.passages_by_key()
    known = [files.answers_by_key(n) for n in range(len(settings.models))]
    answers = [tuple(of_model[one.key] for one in questions) for of_model in known]
    limits = {"min_words": settings.min_words, "max_words": settings.max_words}
    answerable = {one.key: one.answerable for one in questions}
    with_effort = [answer.effort for of_model in answers for answer in of_model if answer.effort]
    efforts = together([*files.efforts.read(), *with_effort])
    trained = files.trained_by_model()
    return Comparison(
        folder=settings.out,
        models=settings.models,
        questions=tuple(questions),
        passages=tuple(passages[one.key] for one in questions),
        answers=tuple(answers),
        compared=tuple(compare_answers(answers, **limits, seed=settings.seed, answerable=answerable)),
        controls=tuple(tuple(files.controls_by_id(model).values()) for model in settings.models),
        efforts=tuple(efforts[model] for model in settings.models if model in efforts),
        judged=tuple(files.judgements()),
        judge=settings.judge,
        trained=tuple(trained[model] for model in settings.models if model in trained and trained[model].told),
    )


def finished_comparison(folder: Path) -> Comparison:
    """Read a comparison from its folder alone, and load no model for it.

    Raises:
        DebateError: the folder contains no comparison, or one that was stopped.
    """
    settings = _recorded(folder)
    files = ComparisonFiles(settings.out, settings.models)
    questions = files.questions() or _inputs(settings).seeds  # older versions kept no questions
    known = [files.answers_by_key(n) for n in range(len(settings.models))]
    if not all(one.key in of_model for of_model in known for one in questions):
        raise RunFolderError(f"the comparison {folder.name} is not finished; run the same debate compare again")
    return _gathered(settings, questions, files)


def is_comparison(folder: Path) -> bool:
    """Return whether a folder holds a comparison."""
    return (folder / RECORD).is_file()


def _recorded(folder: Path) -> CompareSettings:
    path = folder / RECORD
    try:
        record = parse_toml(path.read_text(encoding="utf-8"))
        recorded = record["settings"] | record.get("asked_last", {})
    except (OSError, ValueError, KeyError) as error:
        raise RunFolderError(
            f"{folder} contains no comparison ({error}); give the folder of a debate compare"
        ) from error
    return checked_settings(CompareSettings, recorded | {"out": folder}, "debate compare")


def _check_folder(settings: CompareSettings) -> None:
    """Make sure that the folder is new, or holds this very comparison."""
    path = settings.out / RECORD
    wanted = settings.model_dump(mode="json", exclude_none=True, exclude=_CHANGES_NO_ANSWER)
    last = settings.model_dump(mode="json", exclude_none=True, include={"limit", "judge"})
    read_same_record(path, wanted, "comparison", RunFolderError)
    write_record(path, {"settings": wanted, "asked_last": last}, RunFolderError)
