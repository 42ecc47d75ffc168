"""Run a question again from a stage, and compare it with its row.

The state before the stage comes from the row and goes into a new LangGraph thread (``update_state``), so a replay needs
no checkpoint of the run. It is stored in its own folder under ``replays/``, with its traces; the run does not change.
"""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from langchain_core.language_models import BaseLanguageModel
from pydantic import TypeAdapter

from chains.schemas import DebateOutcome, StopReason
from debate.errors import RunFolderError, SettingsError
from debate.files.atomic import atomic_file
from debate.files.locking import exclusive_folder
from debate.graph.checkpoints import open_checkpoints
from debate.indexing.opening import load_store
from debate.progress import Progress
from debate.results import QuestionResult
from debate.run.executor import in_a_thread
from debate.run.folder import is_run, read_record, what_changed
from debate.run.question_worker import QuestionWorker, thread_of
from debate.run.records.journal import Journal
from debate.run.setup import check_before_loading, check_inputs, load_model, question_graph
from debate.settings import DebateSettings, load_settings
from debate.stages import Stage
from debate.tracing.tracer import tracing
from vectorstore import PovVectorStore

_INSIDE = (Stage.ROUND, Stage.POLL, Stage.BASELINE)  # parts of the debate, which is replayed as a whole
STAGES = tuple(stage for stage in Stage if stage not in _INSIDE)  # what a replay can begin with
_RESULT = TypeAdapter(QuestionResult)


@dataclass(frozen=True)
class Replay:
    """A question as it was and as it came out again.

    Attributes:
        changed: what is not as it was when the row was made: inputs, and settings given for the replay.
        folder: the replay's folder.
    """

    stage: Stage
    before: QuestionResult
    after: QuestionResult
    changed: tuple[str, ...]
    folder: Path


def replay_question(
    folder: Path,
    question_id: str,
    stage: str,
    *,
    given: dict[str, Any] | None = None,
    llm: BaseLanguageModel[Any] | None = None,
    store: PovVectorStore | None = None,
    preparing: Callable[[str], None] = lambda _: None,
) -> Replay:
    """Run a question again from a stage, and keep the result in a new folder.

    Args:
        folder: the run's.
        given: settings that differ from the run's, such as the seed or the model.
        llm, store: as in ``run_questions``.
        preparing: called with what is being loaded.

    Raises:
        SettingsError: an unknown stage or setting.
        RunFolderError: no run, no such row, a row that did not come to that stage, or another process at work.
    """
    chosen = _stage(stage)
    if not is_run(folder):
        raise RunFolderError(f"{folder} contains no run; give a run's folder")
    with exclusive_folder(folder, RunFolderError):
        values = read_record(folder)["settings"] | {"out": folder}
        recorded, settings = load_settings(values), load_settings(values | (given or {}))
        if chosen is Stage.TRANSLATE and not settings.translate:
            raise SettingsError("the run translates nothing; name a language, such as --change translate=ja")
        inputs = check_inputs(settings)
        before = _row(folder, question_id)
        state = _state_before(chosen, before, settings)
        changed = (*what_changed(folder, recorded), *_differences(recorded, settings))
        check_before_loading(settings, llm=llm is None, store=store is None)
        preparing(f"loading {settings.index or settings.corpus} and {settings.model}")
        store = load_store(settings, Progress())[0] if store is None else store
        llm = load_model(settings) if llm is None else llm
        preparing(f"replaying {question_id} from {stage}")
        place = _new_folder(folder, chosen)
        with tempfile.TemporaryDirectory() as work, open_checkpoints(Path(work) / "thread.sqlite") as thread:
            graph = question_graph(settings, inputs, llm, store, thread)
            if chosen is not Stage.RETRIEVE:  # which continues from nothing
                graph.update_state(thread_of(before.question), state, as_node=STAGES[STAGES.index(chosen) - 1].node)
            with tracing(place) as callbacks:
                answering = QuestionWorker(graph, settings.model, Progress(), callbacks)
                # Nothing stops a replay between two steps, so that it has a result.
                after = cast(QuestionResult, in_a_thread(lambda: answering(before.question)))
        made = Replay(chosen, before, after, changed, place)
        _write(made)
    return made


def _stage(stage: str) -> Stage:
    if stage not in STAGES:
        raise SettingsError(f"--replay {stage!r} is not a stage; choose one of {', '.join(STAGES)}")
    return next(one for one in STAGES if one == stage)


def _row(folder: Path, question_id: str) -> QuestionResult:
    """Return the latest row of a question; an older one may have had the same id and another text."""
    rows = {row.question.id: row for row in Journal(folder / "results.jsonl").rows()}
    if question_id not in rows:
        known = ", ".join(sorted(rows)) or "none yet"
        raise RunFolderError(f"{folder} has no row of question {question_id!r}; it has: {known}")
    return rows[question_id]


def _state_before(stage: Stage, row: QuestionResult, settings: DebateSettings) -> dict[str, Any]:
    """Return what a stage continues from: everything that the row holds of the stages before it."""
    state: dict[str, Any] = {"question": row.question}
    if stage is Stage.RETRIEVE:
        return state
    state |= {"chunks": row.chunks, "debate_chunks": row.debate_chunks, "readings": row.readings}
    if stage.order > Stage.OPINION.order:
        if row.opinion is None:
            raise RunFolderError(_too_early(row, stage, Stage.OPINION))
        state |= {"opinion": row.opinion, "opinion_text": row.opinion.answer if settings.opinion_in_debate else ""}
    if stage.order > Stage.POSITIONS.order:
        state["positions"] = row.positions
    if stage is Stage.TRANSLATE and row.outcome in (DebateOutcome.ABSTAINED, DebateOutcome.NO_DISAGREEMENT):
        return state | {"outcome": row.outcome}
    if stage.order > Stage.DEBATE.order:
        speakers = len(dict.fromkeys(turn.persona_id for turn in row.turns))
        ended_early = row.stopped not in (None, StopReason.ROUNDS)
        if not row.turns or (not ended_early and len(row.turns) < settings.rounds * speakers):
            raise RunFolderError(_too_early(row, stage, Stage.DEBATE))
        state |= {"turns": row.turns, "stopped": row.stopped or StopReason.ROUNDS}
    if stage is Stage.TRANSLATE:
        if row.verdict is None:
            raise RunFolderError(_too_early(row, stage, Stage.VERDICT))
        state |= {"verdict": row.verdict, "outcome": row.outcome, "baselines": row.baselines}
    return state


def _too_early(row: QuestionResult, stage: Stage, missing: Stage) -> str:
    why = f" (it failed: {row.error})" if row.error else ""
    return f"question {row.question.id!r} did not reach {stage}{why}; replay it from {missing}"


def _differences(recorded: DebateSettings, settings: DebateSettings) -> tuple[str, ...]:
    old, new = recorded.model_dump(), settings.model_dump()
    return tuple(f"{name} was {old[name]!r} and is {new[name]!r}" for name in old if old[name] != new[name])


def _new_folder(run: Path, stage: Stage) -> Path:
    """Make the next free folder under ``replays/``."""
    try:
        for number in range(1, 1_000_000):
            place = run / "replays" / f"{number:03d}-{stage}"
            if not any(place.parent.glob(f"{number:03d}-*")):
                place.mkdir(parents=True)
                return place
    except OSError as error:
        raise RunFolderError(f"cannot write to {run / 'replays'}: {error.strerror}; make room") from error
    raise RunFolderError(f"{run / 'replays'} is full; remove some of them")


def _write(made: Replay) -> None:
    told = {
        "replayed": datetime.now(UTC).isoformat(timespec="seconds"),
        "stage": made.stage,
        "changed": made.changed,
        "before": _RESULT.dump_python(made.before, mode="json"),
        "after": _RESULT.dump_python(made.after, mode="json"),
    }
    with atomic_file(made.folder / "replay.json", remedy="make room and replay it again") as file:
        file.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
