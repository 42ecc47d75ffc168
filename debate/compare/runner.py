"""``compare_models``: passages retrieved once, models loaded one after the other, answers kept as they come.

A comparison that was stopped resumes when it is started again: no passage is searched and no answer written twice.
"""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from pydantic import TypeAdapter, ValidationError

from chains.abstention import calibrate
from chains.errors import ChainError
from chains.generation.contract import WordLimits
from chains.models.release import release_memory
from chains.opinion import OpinionRequest, opinion_chain
from chains.retrieve import pov_retrieval_chain
from chains.schemas import Chunk, Question
from debate.compare.comparison import Compared, compare_answers
from debate.compare.measures import Answer
from debate.compare.settings import CompareSettings, compare_settings
from debate.errors import RunFolderError
from debate.indexing import load_store
from debate.locking import exclusive_folder, write_record
from debate.progress import Progress
from debate.run.executor import map_concurrently
from debate.run.jsonl import JsonLines
from debate.run.setup import RunInputs, check_inputs, load_model
from vectorstore import FaissStore

RECORD = "compare.toml"
PASSAGES = "passages.jsonl"
_CHANGES_NO_ANSWER = {"out", "concurrency", "limit"}
_ANSWER = TypeAdapter(Answer)
_CHUNKS = TypeAdapter(tuple[Chunk, ...])


@dataclass(frozen=True)
class Comparison:
    """Questions, their passages, each model's answers in the same order, and what the tests say."""

    folder: Path
    models: tuple[str, ...]
    questions: tuple[Question, ...]
    passages: tuple[tuple[Chunk, ...], ...]
    answers: tuple[tuple[Answer, ...], ...]
    compared: tuple[Compared, ...]

    @property
    def failed(self) -> int:
        """Return how many answers failed."""
        return sum(bool(answer.error) for of_model in self.answers for answer in of_model)


def compare_models(
    settings: CompareSettings,
    progress: Progress,
    *,
    load: Callable[[str], BaseLanguageModel[Any]] | None = None,
    store: FaissStore | None = None,
) -> Comparison:
    """Let every model answer every question from the same passages.

    Args:
        load: gives the model of a name, in place of ``load_llm``.
        store: used instead of the settings' corpus or index.

    Raises:
        DebateError, PromptError, VectorStoreError, ChainError: bad input, a model that cannot be loaded, or a folder
            that cannot be used; no answer was lost.
        KeyboardInterrupt: interrupted; the same call resumes.
    """
    inputs = check_inputs(settings.run_settings(settings.models[0]))
    with exclusive_folder(settings.out, RunFolderError):
        _check_folder(settings)
        files = _files(settings)
        if not all(seed.key in known for known in map(_read_answers, files) for seed in inputs.seeds):
            if store is None:
                progress.preparing(f"opening {settings.index or settings.corpus}")
                store, _ = load_store(settings.run_settings(settings.models[0]), progress)
            _retrieve(settings, inputs, store)
            for file, model in zip(files, settings.models, strict=True):
                _answer(file, model, settings, inputs, store, progress, load)
        return _compared(settings, inputs, files)


def _compared(settings: CompareSettings, inputs: RunInputs, files: Sequence[JsonLines]) -> Comparison:
    """Read what the folder of a finished comparison holds, and test how the models differ."""
    passages = _read_passages(settings.out)
    answers = [tuple(known[seed.key] for seed in inputs.seeds) for known in map(_read_answers, files)]
    limits = {"min_words": settings.min_words, "max_words": settings.max_words}
    compared = compare_answers(answers, **limits, seed=settings.seed)
    return Comparison(
        folder=settings.out,
        models=settings.models,
        questions=tuple(inputs.seeds),
        passages=tuple(passages[seed.key] for seed in inputs.seeds),
        answers=tuple(answers),
        compared=tuple(compared),
    )


def read_comparison(folder: Path, progress: Progress) -> Comparison:
    """Read a finished comparison from its folder; one that was stopped is finished first.

    Raises:
        DebateError: the folder holds no comparison.
    """
    return compare_models(_recorded(folder), progress)


def finished_comparison(folder: Path) -> Comparison:
    """Read a comparison from its folder, and load no model for it.

    Raises:
        DebateError: the folder holds no comparison, or one that was stopped.
    """
    settings = _recorded(folder)
    inputs = check_inputs(settings.run_settings(settings.models[0]))
    files = _files(settings)
    if not all(seed.key in known for known in map(_read_answers, files) for seed in inputs.seeds):
        raise RunFolderError(f"the comparison {folder.name} is not finished; run the same debate compare again")
    return _compared(settings, inputs, files)


def is_comparison(folder: Path) -> bool:
    """Return whether a folder holds a comparison."""
    return (folder / RECORD).is_file()


def _recorded(folder: Path) -> CompareSettings:
    path = folder / RECORD
    try:
        recorded = tomllib.loads(path.read_text(encoding="utf-8"))["settings"]
    except (OSError, ValueError, KeyError) as error:
        raise RunFolderError(f"{folder} holds no comparison ({error}); give the folder of a debate compare") from error
    return compare_settings(recorded | {"out": folder})


def _files(settings: CompareSettings) -> list[JsonLines]:
    return [JsonLines(settings.out / f"answers-{n}.jsonl") for n in range(1, len(settings.models) + 1)]


def _check_folder(settings: CompareSettings) -> None:
    """Make sure that the folder is new, or holds this very comparison."""
    path = settings.out / RECORD
    wanted = settings.model_dump(mode="json", exclude_none=True, exclude=_CHANGES_NO_ANSWER)
    if not path.is_file():
        if {one.name for one in settings.out.iterdir()} - {".lock"}:
            raise RunFolderError(f"{settings.out} holds files that are no comparison; give a new folder with --out")
        write_record(path, {"settings": wanted}, RunFolderError)
        return
    try:
        before = tomllib.loads(path.read_text(encoding="utf-8"))["settings"]
    except (OSError, ValueError, KeyError) as error:
        raise RunFolderError(f"{path} cannot be read: {error}; give a new folder with --out") from error
    changed = [name for name in sorted(before.keys() | wanted.keys()) if before.get(name) != wanted.get(name)]
    if changed:
        told = "; ".join(f"{name} was {before.get(name)!r} and is {wanted.get(name)!r}" for name in changed)
        raise RunFolderError(f"{settings.out} holds another comparison: {told}; give a new folder with --out")


def _retrieve(settings: CompareSettings, inputs: RunInputs, store: FaissStore) -> None:
    """Search the passages of the questions that have none yet."""
    known = _read_passages(settings.out)
    povs = inputs.cast.povs or inputs.writer.povs
    chain = pov_retrieval_chain(store, povs, pov_weight=settings.pov_weight, k=settings.k, mode=settings.mode)
    for seed in (one for one in inputs.seeds if one.key not in known):
        row = {"question": seed.key, "chunks": [asdict(chunk) for chunk in chain.invoke(seed)]}
        line = json.dumps(row, ensure_ascii=False).encode(errors="replace") + b"\n"
        JsonLines(settings.out / PASSAGES).append([line])


def _read_passages(folder: Path) -> dict[str, tuple[Chunk, ...]]:
    file = JsonLines(folder / PASSAGES)
    known: dict[str, tuple[Chunk, ...]] = {}
    for number, (_, line) in enumerate(file.lines(), 1):
        try:
            row = json.loads(line)
            known[row["question"]] = _CHUNKS.validate_python(row["chunks"])
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise RunFolderError(f"{file.path}, line {number} holds no passages; remove the line") from error
    return known


def _answer(
    file: JsonLines,
    model: str,
    settings: CompareSettings,
    inputs: RunInputs,
    store: FaissStore,
    progress: Progress,
    load: Callable[[str], BaseLanguageModel[Any]] | None,
) -> None:
    """Let a model answer what it has not answered yet; it is loaded only for that, and let go of afterwards."""
    known = _read_answers(file)
    passages = _read_passages(settings.out)
    left = [(seed, passages[seed.key]) for seed in inputs.seeds if seed.key not in known]
    if not left:
        return
    progress.preparing(f"loading {model}")
    llm = load(model) if load else load_model(settings.run_settings(model))
    work = _answering(llm, model, settings, inputs, store)
    done = len(inputs.seeds) - len(left)
    progress.preparing(f"{model} answers {len(left)} questions")
    for finished in map_concurrently(work, left, llm, max(1, min(settings.concurrency, len(left))), progress):
        file.append([_ANSWER.dump_json(answer) + b"\n" for answer in finished])
        done += len(finished)
        progress.preparing(f"{model}: {done} of {len(inputs.seeds)} answered")
    del llm, work
    release_memory()


def _read_answers(file: JsonLines) -> dict[str, Answer]:
    known: dict[str, Answer] = {}
    for number, (_, line) in enumerate(file.lines(), 1):
        try:
            answer = _ANSWER.validate_json(line)
        except ValidationError as error:
            raise RunFolderError(f"{file.path}, line {number} is no answer; remove the line") from error
        known[answer.question_key] = answer
    return known


def _answering(
    llm: BaseLanguageModel[Any], model: str, settings: CompareSettings, inputs: RunInputs, store: FaissStore
) -> Callable[[tuple[Question, tuple[Chunk, ...]]], Answer]:
    chain = opinion_chain(
        llm,
        inputs.writer,
        limits=WordLimits(settings.min_words, settings.max_words),
        embeddings=store.embeddings,
        abstention=calibrate(store) if len(store) > settings.k else None,
        seed=settings.seed,
    )

    def answer(pair: tuple[Question, tuple[Chunk, ...]]) -> Answer:
        question, chunks = pair
        started = time.monotonic()
        try:
            opinion = chain.invoke(OpinionRequest(question, chunks))
        except ChainError as error:  # the question's own; the others are answered
            return Answer(question.key, model, None, time.monotonic() - started, str(error))
        return Answer(question.key, model, opinion, time.monotonic() - started)

    return answer
