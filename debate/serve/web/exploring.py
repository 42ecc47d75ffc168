"""The passages that may matter to a question from some points of view, with all that a browser needs to rank them.

A passage's score is linear in the weights (see ``vectorstore.pov``), so the browser ranks again at every movement of a
slider without asking. It asks when a passage outside of the candidates could come in: by Cauchy and Schwarz a passage's
score changes by no more than the length of the query's change times its own. ``static/ranking.js`` is the other half.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock, Thread

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from chains.abstention import unread
from debate.errors import SettingsError
from prompts import PersonaSet, PointOfView
from vectorstore import POV, PovVectorStore
from vectorstore.pov import coefficients
from vectorstore.store import ranking
from vectorstore.store.index import SPARE
from vectorstore.store.search import ON_TOPIC, PovQuery

CANDIDATES = 200
MOST_VIEWS = 12
LONGEST = 2**0.5  # of a passage's vector: one unit, or two with a stance half


class View(BaseModel):
    """One point of view as a slider has it."""

    text: str = Field(min_length=1, max_length=2000)
    weight: float = Field(1.0, ge=-1, le=1)
    against: str | None = Field(None, max_length=2000)


class Asked(BaseModel):
    """What a reader looks at: a question from some points of view."""

    question: str = Field(min_length=1, max_length=2000)
    views: tuple[View, ...] = ()
    pov_weight: float = Field(0.5, ge=0, le=1)


@dataclass(frozen=True)
class Candidate:
    """A passage with its scores for the question and each view; the better one of two alike comes first."""

    id: str
    source: str
    text: str
    parts: tuple[float, ...]


@dataclass(frozen=True)
class Candidates:
    """The best passages, and by what they were chosen.

    Attributes:
        selector: the factors (1+m,) of the score that chose them.
        floor: the lowest such score among them.
        on_topic: so many by topic are ranked where a view is a direction or pushes away.
        gram: dot products (1+m, 1+m) of the question's and the views' vectors.
        whole: they are the whole corpus.
        sure: the index finds the nearest passages without fail.
    """

    candidates: tuple[Candidate, ...]
    selector: tuple[float, ...]
    floor: float
    gram: tuple[tuple[float, ...], ...]
    longest: float
    on_topic: int
    whole: bool
    sure: bool


class Explorer:
    """Finds candidates in one store.

    Args:
        load: opens the store; called once, when somebody first asks.
    """

    def __init__(self, load: Callable[[], PovVectorStore], personas: PersonaSet) -> None:
        self._load = load
        self._lock = Lock()
        self.personas = personas

    def people(self) -> list[dict[str, object]]:
        """Return whose views there are, with weights from -1 to 1: their proportions are what counts."""
        own = [("", "The run's own views", self.personas.povs)] if self.personas.povs else []
        everybody = [*own, *((one.id, one.name, one.povs) for one in self.personas.personas if one.povs)]
        return [{"id": one, "name": name, "views": _proportions(views)} for one, name, views in everybody]

    def find(self, asked: Asked) -> Candidates:
        """Find the candidates of a question.

        Raises:
            SettingsError: the question is empty, there are too many views, or the embedding model cannot read a text.
            VectorStoreError: a view means nothing to the embedding model.
        """
        if not asked.question.strip():
            raise SettingsError("the question is empty; write one")
        views = [one for one in asked.views if one.text.strip()]
        if len(views) > MOST_VIEWS:
            raise SettingsError(f"{len(views)} views: at most {MOST_VIEWS}; remove {len(views) - MOST_VIEWS}")
        store = self._store
        silent = not any(one.weight for one in views)  # then the question alone ranks, and views are only scored
        povs = [POV(one.text, 1.0 if silent else one.weight, one.against or None) for one in views]
        if told := unread(store, asked.question, (text for one in povs for text in (one.text, one.against or ""))):
            raise SettingsError(told)
        share = 0.0 if silent else asked.pov_weight
        basis = store.query_vectors(asked.question, povs)
        query = PovQuery(asked.question, povs, basis, coefficients([one.weight for one in povs], share))
        selector = query.factor[0] if query.topic_share is None else query.topic_share
        ids = _nearest(store, asked.question, povs, selector)
        parts = ranking.dots(store.stored_vectors(ids), basis)
        candidates = tuple(
            Candidate(str(one.id), str(one.metadata.get("source", "")), one.page_content, tuple(map(float, row)))
            for one, row in zip(store.get_by_ids(ids), parts, strict=True)
        )
        return Candidates(
            candidates,
            tuple(map(float, selector)),
            float((parts @ selector).min(initial=0.0)),
            tuple(tuple(map(float, row)) for row in basis @ basis.T),
            LONGEST,
            ON_TOPIC + SPARE,
            whole=len(candidates) == len(store),
            sure=store.kind == "flat",
        )

    def warm(self) -> None:
        """Open the store now, so that nobody waits for it later."""
        Thread(target=lambda: self._store, daemon=True, name="explorer").start()

    @cached_property
    def _opened(self) -> PovVectorStore:
        return self._load()

    @property
    def _store(self) -> PovVectorStore:
        with self._lock:
            return self._opened


def _proportions(views: tuple[PointOfView, ...]) -> list[dict[str, object]]:
    largest = max(abs(one.weight) for one in views)
    return [{"text": one.text, "weight": one.weight / largest, "against": one.against} for one in views]


def _nearest(store: PovVectorStore, question: str, povs: Sequence[POV], selector: NDArray[np.float64]) -> list[str]:
    """Return the ids of the passages that a selector without negative factors, or with plain views, scores best."""
    chosen = [(pov, float(share)) for pov, share in zip(povs, selector[1:], strict=True) if share]
    whole = float(selector[0]) + sum(abs(share) for _, share in chosen)
    views = [POV(pov.text, share, pov.against) for pov, share in chosen]
    weight = 1 - float(selector[0]) / whole
    found = store.pov_search([question], [views], pov_weight=weight, k=CANDIDATES, mode="dense", rerank=False)[0]
    return [str(one.id) for one in found]
