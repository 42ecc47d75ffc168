"""What other programs may request, in plain values: search from viewpoints, an opinion, a debate, a run's rows.

Knows nothing of protocols. The model loads with the first request that needs it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langgraph.graph.state import CompiledStateGraph
from pydantic import BaseModel, ConfigDict, Field

from chains.abstention import unread
from chains.opinion import OpinionRequest
from chains.retrieve import pov_retrieval_chain
from chains.schemas import Chunk, Opinion, Question
from debate.errors import DebateError, RunFolderError
from debate.graph.question_graph import build_question_graph, writing_chain
from debate.output.tables.results import results_table
from debate.results import QuestionResult
from debate.run.records.journal import Journal
from debate.settings.graph import GraphSettings
from prompts import PersonaSet
from vectorstore import POV, PovVectorStore

MOST_VIEWPOINTS = 12  # as many as on the page; each has to be embedded


class Viewpoint(BaseModel):
    """One point of view, as a sentence that a passage would argue."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=2000)
    weight: float = Field(1.0, ge=-10, le=10)
    against: str | None = Field(None, max_length=2000)


class Passage(BaseModel):
    """A passage, word for word, with its scores."""

    id: str
    text: str
    source: str
    score: float
    question_score: float
    viewpoint_scores: list[float]


class Answer(BaseModel):
    """An opinion with the passages that its markers count; the notes say why it abstained or is short."""

    answer: str
    abstained: bool
    supported: float | None
    passages: list[Passage]
    notes: list[str] = []


class Said(BaseModel):
    """One contribution to a debate."""

    speaker: str
    text: str


class Debated(BaseModel):
    """An opinion, the debate about it, the verdict, and how it ended; no turns where there was nothing to debate."""

    opinion: str
    turns: list[Said]
    verdict: str
    outcome: str


@dataclass
class Desk:
    """Answers requests over one store, also several at once.

    Args:
        load: gives the language model; called once, when a request first needs it.
        runs: the folder whose runs may be read, or None.
    """

    store: PovVectorStore
    personas: PersonaSet
    load: Callable[[], BaseLanguageModel[Any]]
    settings: GraphSettings = field(default_factory=GraphSettings)
    runs: Path | None = None
    _making: Lock = field(default_factory=Lock, init=False, repr=False)

    def search(
        self, question: str, viewpoints: Sequence[Viewpoint] = (), pov_weight: float = 0.5, k: int = 5
    ) -> list[Passage]:
        """Find the ``k`` best passages, seen from the viewpoints.

        Raises:
            DebateError: a viewpoint is given twice, or the embedding model has not learnt the script of a text.
            VectorStoreError: a weight or ``k`` is out of range.
        """
        povs = [POV(text=one.text, weight=one.weight, against=one.against) for one in viewpoints]
        texts = [" ".join(one.text.casefold().split()) for one in povs]
        if twice := next((one.text for n, one in enumerate(povs) if texts[n] in texts[:n]), ""):
            raise DebateError(
                f"the viewpoint {twice[:60]!r} is given twice and counts double or cancels out; remove one"
            )
        if told := unread(self.store, question, (text for one in povs for text in (one.text, one.against or ""))):
            raise DebateError(told)
        chain = pov_retrieval_chain(self.store, povs, pov_weight=pov_weight, k=k, mode=self.settings.mode)
        return [_passage(chunk) for chunk in chain.invoke(question)]

    def ask(self, question: str) -> Answer:
        """Write an opinion of the writing persona, or say "I don't know"."""
        writer = self.personas.writer("")
        chosen = self.settings
        retrieve = pov_retrieval_chain(
            self.store, self.personas.povs or writer.povs, pov_weight=chosen.pov_weight, k=chosen.k, mode=chosen.mode
        )
        chunks = retrieve.invoke(question)
        with self._making:
            opinions = self._opinions
        opinion: Opinion = opinions.invoke(OpinionRequest(question, chunks))
        shown = [chunk for chunk in chunks if chunk.id not in opinion.dropped]
        return Answer(
            answer=opinion.answer,
            abstained=opinion.abstained,
            supported=opinion.supported,
            passages=[_passage(chunk) for chunk in shown],
            notes=[*opinion.notes] or [*filter(None, [opinion.abstained_because])],
        )

    def debate(self, question: str) -> Debated:
        """Write an opinion and let the personas debate the question over the raw passages."""
        with self._making:
            graph = self._graph
        state = graph.invoke({"question": Question("q", question)})
        return Debated(
            opinion=state["opinion"].answer,
            turns=[Said(speaker=turn.speaker, text=turn.text) for turn in state.get("turns", ())],
            verdict=state["verdict"].text if state.get("verdict") else "",
            outcome=state["outcome"],
        )

    def run_rows(self, run: str, question_id: str = "") -> list[dict[str, Any]]:
        """Return the rows of a finished or running run by the name of its folder; only one question's if asked.

        Raises:
            RunFolderError: reading runs is not allowed, or there is no such run or row.
        """
        if self.runs is None:
            raise RunFolderError("reading runs is off; start the server with --runs FOLDER")
        known = {path.parent.name: path for path in sorted(self.runs.glob("*/results.jsonl"))}
        if run not in known:
            raise RunFolderError(f"there is no run {run!r}; there are: {', '.join(known) or 'none'}")
        rows = [row for row in Journal(known[run]).rows() if question_id in ("", row.question.id)]
        if not rows:
            raise RunFolderError(f"the run {run!r} has no row of question {question_id!r}")
        return [_row(row) for row in rows]

    @cached_property
    def _llm(self) -> BaseLanguageModel[Any]:
        return self.load()

    @cached_property
    def _opinions(self) -> Any:
        return writing_chain(self._llm, self.store, self.personas.writer(""), self.settings)

    @cached_property
    def _graph(self) -> CompiledStateGraph[Any, Any, Any, Any]:
        return build_question_graph(
            self._llm,
            self.store,
            self.personas.debaters(()),
            povs=self.personas.povs,
            opinion_persona=self.personas.writer(""),
            settings=self.settings,
        )


def _passage(chunk: Chunk) -> Passage:
    return Passage(
        id=chunk.id,
        text=chunk.text,
        source=chunk.source,
        score=chunk.score,
        question_score=chunk.question_score,
        viewpoint_scores=list(chunk.pov_scores),
    )


def _row(row: QuestionResult) -> dict[str, Any]:
    return {column.name: column.value(row) for column in results_table().columns if column.name != "context"}
