"""Hold one debate, optionally with a person in a seat, and keep it in a folder so that it can be resumed."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver

from chains.abstention import unread
from chains.generation.contract import WordLimits
from chains.retrieve import ReaderViews, SharedRetrieval, pov_retrieval_chain
from chains.schemas import Question
from debate.arena.rules import Rules
from debate.arena.seat import SeatRequest, converse
from debate.arena.state import DebateState
from debate.errors import DebateError, RunFolderError
from debate.files.locking import exclusive_folder
from debate.graph.checkpoints import memory_checkpoints, open_checkpoints
from debate.graph.debate_graph import build_debate_graph
from debate.graph.mcp_tools import tools_by_persona
from debate.graph.question_graph import abstains
from debate.indexing.opening import load_store
from debate.progress import Progress
from debate.run.setup import check_before_loading, check_debaters, load_model, models_of_their_own
from debate.settings import DebateSettings
from prompts import load_personas


class TalkWatcher(Protocol):
    """Shows a debate to a person and asks for what the person says."""

    def preparing(self, what: str) -> None:
        """Say what is being loaded."""

    def skipped(self, file: str) -> None:
        """Say that a document could not be read, and why."""

    def show(self, state: DebateState) -> None:
        """Show what is new in the debate."""

    def answer(self, request: SeatRequest) -> str:
        """Ask the person."""


def hold_talk(
    settings: DebateSettings, question: str, seat: str, out: Path | None, watcher: TalkWatcher
) -> DebateState:
    """Hold a debate over a run's documents, without an opinion before it; resume the one that ``out`` holds.

    A question with other debaters, rules or another seat is another debate, also in the same folder.

    Args:
        settings: those of a run; ``questions`` is not used.
        seat: id of the persona that the person speaks for, or "".

    Raises:
        DebateError, PromptError, VectorStoreError, ChainError: bad input, or a model that cannot be loaded.
    """
    debaters = load_personas(settings.personas).debaters(settings.debaters)
    check_debaters(settings, debaters, seat)
    rules = Rules.of(settings, seat)
    check_before_loading(settings)
    watcher.preparing(f"reading {settings.index or settings.corpus}")
    store, skipped = load_store(settings, Progress())
    for file in skipped:
        watcher.skipped(file)
    silent = abstains(store, settings) and not settings.debate_after_abstention  # as a run is about this question
    if silent and (told := unread(store, question)):
        raise DebateError(told)
    watcher.preparing(f"loading {settings.model}")
    llm = load_model(settings)
    search = {"pov_weight": settings.pov_weight, "mode": settings.mode, "rerank": None if settings.rerank else False}
    retrievers = {one.id: pov_retrieval_chain(store, one.povs, k=settings.debate_k, **search) for one in debaters}  # type: ignore[arg-type]
    found_later = SharedRetrieval(store, [ReaderViews(one.id, one.povs) for one in debaters], **search)  # type: ignore[arg-type]
    with _checkpoints(out) as checkpoints:
        graph = build_debate_graph(
            llm,
            debaters,
            retrievers,
            rules=rules,
            read_again=found_later.again,
            limits=WordLimits(min(30, settings.turn_words // 2), settings.turn_words),
            candidates=settings.candidates,
            embeddings=store.embeddings,
            llms=models_of_their_own(settings, debaters),
            tools=tools_by_persona(debaters),
            seed=settings.seed,
            checkpointer=checkpoints,
        )
        held = repr((Question("talk", question).key, rules, [one.id for one in debaters]))
        thread: Any = {"configurable": {"thread_id": sha256(held.encode()).hexdigest()}}
        return converse(graph, question, thread, watcher.answer, watcher.show)


@contextmanager
def _checkpoints(out: Path | None) -> Iterator[BaseCheckpointSaver[Any]]:
    if out is None:
        yield memory_checkpoints()
        return
    with exclusive_folder(out, RunFolderError), open_checkpoints(out / "checkpoints.sqlite") as saver:
        yield saver
