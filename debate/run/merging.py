"""Combine runs of one list from several folders into one run.

The merged run can be resumed to answer what is missing. Checkpoints are not merged: an unfinished question starts
again.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chains.schemas import Question
from debate.errors import RunFolderError
from debate.files.locking import exclusive_folder
from debate.results import QuestionResult
from debate.run.folder import differences, open_run_folder, read_record
from debate.run.outputs import Outputs
from debate.run.records.deepened_questions import DeepenedQuestions, with_twins_noted
from debate.run.records.journal import Journal
from debate.run.runner import RunSummary
from debate.run.setup import RunInputs, check_inputs
from debate.settings import DebateSettings, load_settings

_SYNCED_TOGETHER = 500  # rows


@dataclass(frozen=True)
class Merged:
    """The result of merging: the run, and how many of its questions have no row yet."""

    summary: RunSummary
    missing: int


def merge_runs(folders: Sequence[Path], out: Path) -> Merged:
    """Put the rows of these runs into a new folder and write its workbook and report.

    Raises:
        RunFolderError: fewer than two runs, a folder named twice, runs of different lists, corpora or settings, a
            question that two of them have a row of, a run at work, or a folder that holds a run already. Nothing is
            written then.
    """
    if len(folders) < 2:
        raise RunFolderError("merging takes two runs at least; name the folder of each")
    places = [one.resolve() for one in (*folders, out)]
    if repeated := [one for one in places if places.count(one) > 1]:
        raise RunFolderError(f"{repeated[0]} is named twice; name each run once, and a new folder with --out")
    records = [read_record(folder) for folder in folders]
    _check_same_runs(folders, records)
    settings = load_settings(_settings(records) | {"out": out})
    inputs = check_inputs(settings)
    with ExitStack() as held:
        for folder in folders:
            held.enter_context(exclusive_folder(folder, RunFolderError))
        journals = {folder: Journal(folder / "results.jsonl") for folder in folders}
        holders = _holders(journals)
        merged_folder = held.enter_context(open_run_folder(settings))
        if (merged_folder / "results.jsonl").exists():
            raise RunFolderError(f"{merged_folder} already contains a run; give a new folder with --out")
        return _complete(merged_folder, settings, inputs, folders, holders)


def _complete(
    folder: Path, settings: DebateSettings, inputs: RunInputs, folders: Sequence[Path], holders: Mapping[str, Journal]
) -> Merged:
    questions = with_twins_noted(_questions(folder, settings, inputs, folders))
    journal = Journal(folder / "results.jsonl")
    for rows in _batches(_rows(questions, holders, journal)):
        journal.extend(rows)
    for name in ("traces.jsonl", "log.txt"):
        _concatenate([one / name for one in folders], folder / name)
    outputs = Outputs(folder, settings, inputs.personas, inputs.writer, inputs.debaters)
    outputs.write(lambda: journal.rows(questions))
    there = tuple(one for one in questions if one.key in journal)
    failed = sum(one.key in journal.failed for one in there)
    summary = RunSummary(folder, outputs.workbook, there, len(there), failed)
    return Merged(summary, len(questions) - len(there))


def _questions(folder: Path, settings: DebateSettings, inputs: RunInputs, folders: Sequence[Path]) -> list[Question]:
    """Return the deeper questions of all seeds, and the seeds that no run has deepened yet."""
    seeds = inputs.seeds
    if settings.deepen == 0:
        return seeds
    known = [DeepenedQuestions(one / "questions.jsonl") for one in folders]
    deepened = DeepenedQuestions(folder / "questions.jsonl")
    deepened.extend([(seed, made) for seed in seeds for one in known if (made := one.own(seed))])
    done = {seed.key for seed in seeds if deepened.get(seed)}
    return [*deepened.listed(seeds, inputs.ids), *(seed for seed in seeds if seed.key not in done)]


def _check_same_runs(folders: Sequence[Path], records: Sequence[Mapping[str, Any]]) -> None:
    first = records[0]
    for folder, record in zip(folders[1:], records[1:], strict=True):
        if changed := differences(first, record, besides={"shard"}):
            raise RunFolderError(
                f"{folder} is not part of the run in {folders[0]}: {'; '.join(changed)}; merge runs of one list "
                "with the same settings"
            )


def _settings(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the settings of the whole: without the shard, and as many questions as the widest part."""
    limits = [record["settings"].get("limit") for record in records]
    whole = {name: value for name, value in records[0]["settings"].items() if name not in ("shard", "limit")}
    return whole if None in limits else whole | {"limit": max(limits)}


def _holders(journals: Mapping[Path, Journal]) -> dict[str, Journal]:
    """Return which journal has the row of each question."""
    holders: dict[str, Journal] = {}
    places: dict[str, Path] = {}
    for folder, journal in journals.items():
        for key in journal.finished:
            if key in places:
                question = next(row.question for row in journal.rows() if row.question.key == key)
                raise RunFolderError(
                    f"{places[key]} and {folder} both have a row of question {question.id}; leave one of them out"
                )
            holders[key], places[key] = journal, folder
    return holders


def _rows(
    questions: Sequence[Question], holders: Mapping[str, Journal], merged: Journal
) -> Iterator[QuestionResult | None]:
    """Yield the rows in the order of the list, None before one that needs all others written.

    Two shards may have made the same question; as in one run, the first answer then counts for both.
    """
    for question in questions:
        if question.key not in holders:
            continue
        if question.same_as:
            yield None
            if twin := merged.answered(question):
                yield twin.answering(question)
                continue
        yield from holders[question.key].rows([question])


def _batches(rows: Iterator[QuestionResult | None]) -> Iterator[list[QuestionResult]]:
    batch: list[QuestionResult] = []
    for row in rows:
        if row is not None:
            batch.append(row)
        if row is None or len(batch) == _SYNCED_TOGETHER:
            yield batch
            batch = []
    yield batch


def _concatenate(parts: Sequence[Path], whole: Path) -> None:
    try:
        with whole.open("wb") as file:
            for part in parts:
                if part.exists():
                    with part.open("rb") as opened:
                        shutil.copyfileobj(opened, file)
    except OSError as error:
        raise RunFolderError(f"cannot write {whole}: {error.strerror}; choose another --out") from error
