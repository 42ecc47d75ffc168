"""Encode texts as unit vectors with any LangChain `Embeddings`.

Views are cached, since a run uses the same few for every question. With a stance space every vector has two halves: a
passage [d, d'], a question [q, 0], a view [(1-s)·p, s·p'], s = STANCE_SHARE, where p' embeds "question: view". A dot
product is then (1-s)·p·d + s·p'·d' for a view and still q·d for a question.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore.embedding.scripts import MULTILINGUAL
from vectorstore.errors import EmbeddingsError, POVError, StoreError
from vectorstore.pov import POV, direction, unit
from vectorstore.store.persistence import Manifest
from vectorstore.store.search import Reader
from vectorstore.text.letters import valid_text

_LOG = logging.getLogger(__name__)
F = TypeVar("F", bound=np.floating[Any])

PROBE = "The same sentence always gives the same vector."
# A bound by judgement, not measured: room for rounding between machines, none for another model.
SAME_MODEL = 0.999
MOST_LISTS = 1024  # of views that are embedded together
# Share of the stance space in a view's score; above 1 the view's own words push away a little, since what shares most
# of them is often its rebuttal. With the reranker at a POV weight of .5, for 1, 1.15 and 1.3: counter-argument first
# 8.6%, 7.1%, 4.9% (ArguAna validation motions), relevant R@10 .396, .393, .383 (Perspectrum dev).
STANCE_SHARE = 1.15
# What a reranker's score weighs beside a view's cosine. For .04, .06 and .08 (at 1.3): evidence R@5 .775, .790, .795,
# same-stance P@5 .322, .314, .304 (Perspectrum dev).
READING_SHARE = 0.06
_QUESTION_WORDS = 100


class Encoder:
    """Embeds passages, questions and views as float64 vectors of length 1, a view's stance half by its share.

    Args:
        embedding: any LangChain embeddings.
        stance: use their stance space; None if they have one.
    """

    def __init__(self, embedding: Embeddings, stance: bool | None = None) -> None:
        """Wrap a model."""
        if not hasattr(embedding, "embed_documents"):
            raise EmbeddingsError(f"{str(embedding)[:60]!r} is not an embedding model. Use load_embeddings().")
        offered = bool(getattr(embedding, "has_stance", False))
        if stance and not offered:
            raise StoreError("The store has a stance space and this embedding model none. Use load_embeddings().")
        self.stance = offered if stance is None else stance
        self.embedding = embedding
        self.name = str(getattr(embedding, "name", None) or type(embedding).__name__)
        self._views: OrderedDict[tuple[str, tuple[str, ...]], NDArray[np.float64]] = OrderedDict()
        self._probe: NDArray[np.float64] | None = None

    def documents(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Embed passages into (n, d)."""
        encode = getattr(self.embedding, "encode_documents", self.embedding.embed_documents)
        if not texts:
            return np.empty((0, 0))
        base = self._embedded(encode, texts)
        return np.hstack([base, self._stances(texts)]) if self.stance else base

    def queries(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Embed questions into (n, d)."""
        return self.padded(self._base_queries(texts)) if texts else np.empty((0, 0))

    def povs(self, question: str, povs: Sequence[POV]) -> NDArray[np.float64]:
        """Embed views into (m, d); one with `against` becomes the direction between its two statements."""
        if not povs:
            raise POVError("There is no POV to embed.")
        base = self._directions(povs, "", self._base_views)
        if not self.stance:
            return base
        stances = self._directions(povs, f"{_bounded(question)}: ", self._stance_views)
        return np.hstack([(1 - STANCE_SHARE) * base, STANCE_SHARE * stances])

    @property
    def reads(self) -> bool:
        """Whether the model has a reranker, which `readings` needs."""
        return bool(getattr(self.embedding, "has_reranker", False))

    def reader(self, wanted: bool | None, *, possible: bool) -> Reader | None:
        """Return what reads passages with a view, where that is wanted; None asks for it where it is possible."""
        if wanted and not self.reads:
            raise StoreError("rerank=True needs a model with a reranker. The bundled one has it: load_embeddings().")
        if wanted and not possible:
            raise StoreError("rerank=True goes with mode='dense' and without calibrate. Leave one of them out.")
        return self.readings if wanted is not False and possible and self.reads else None

    def readings(self, question: str, povs: Sequence[POV], passages: Sequence[str]) -> NDArray[np.float64]:
        """Return what the reranker adds to each passage's score for each view, (n, m).

        A view's readings are taken from their mean over these passages, since only their differences say something;
        one with `against` counts half for its text and half against the other statement.
        """
        model: Any = self.embedding
        views = [text for pov in povs for text in (pov.text, pov.against) if text is not None]
        asked = _bounded(question)
        pairs = [(valid_text(f"{asked}: {view}"), passage) for view in views for passage in passages]
        rows = iter(np.asarray(model.score_pairs(pairs)).reshape(len(views), len(passages)))
        read = [next(rows) if pov.against is None else (next(rows) - next(rows)) / 2 for pov in povs]
        return np.stack([READING_SHARE * (row - row.mean()) for row in read], axis=1)

    def padded(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give vectors (n, d) of the question space the width that the store's have."""
        return np.hstack([vectors, np.zeros_like(vectors)]) if self.stance else vectors

    def unit(self, vectors: NDArray[Any]) -> NDArray[np.float64]:
        """Scale passages' vectors (n, d) to length 1, each half separately if there is a stance space."""
        if not self.stance:
            return unit(vectors)
        if vectors.shape[1] != len(self.probe()):
            raise StoreError(
                f"The vectors have {vectors.shape[1]} dimensions; with the stance space this store takes "
                f"{len(self.probe())}. Add texts instead, or build the store with load_embeddings(stance=False)."
            )
        return np.hstack([unit(half) for half in np.hsplit(vectors, 2)])

    def question_half(self, vectors: NDArray[F]) -> NDArray[F]:
        """Return the part of stored vectors (n, d) that questions are compared with."""
        return vectors[:, : vectors.shape[1] // 2] if self.stance else vectors

    def _directions(
        self, povs: Sequence[POV], prefix: str, encode: Callable[[Sequence[str]], NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        texts = [prefix + text for pov in povs for text in (pov.text, pov.against) if text is not None]
        known = self._remembered(list(dict.fromkeys(texts)), encode)
        rows = []
        for pov in povs:
            own = known[prefix + pov.text]
            rows.append(own if pov.against is None else direction(own, known[prefix + pov.against]))
        return np.stack(rows)

    def _base_queries(self, texts: Sequence[str]) -> NDArray[np.float64]:
        encode = getattr(self.embedding, "encode_queries", self._one_by_one)
        return self._embedded(encode, texts)

    def _base_views(self, texts: Sequence[str]) -> NDArray[np.float64]:
        reads: Callable[[str], bool] = getattr(self.embedding, "reads", lambda _: True)
        for text in texts:
            if not reads(text):
                _LOG.warning("%s cannot read the script of the view %r; %s", self.name, text[:60], MULTILINGUAL)
        return self._base_queries(texts)

    def _stances(self, texts: Sequence[str]) -> NDArray[np.float64]:
        encode: Any = self.embedding
        return self._embedded(encode.encode_stance, texts)

    def _stance_views(self, texts: Sequence[str]) -> NDArray[np.float64]:
        model: Any = self.embedding
        encode = getattr(model, "encode_stance_views", model.encode_stance)
        return self._embedded(encode, texts)

    def probe(self) -> NDArray[np.float64]:
        """Embed a fixed sentence, once: the mark by which a model is known again."""
        if self._probe is None:
            self._probe = np.asarray(self.documents([PROBE])[0])
        return self._probe

    def check_probe(self, manifest: Manifest, folder: Path | str) -> None:
        """Raise StoreError unless this model embeds as the one that a store was built with."""
        mine = self.probe()
        if len(mine) != manifest.dimension:
            raise StoreError(
                f"{folder} was built with {manifest.embedding!r} ({manifest.dimension} dimensions); "
                f"{self.name!r} has {len(mine)}. Load it with that model, or build it again with this one."
            )
        theirs = np.asarray(manifest.probe)
        cosine = float(unit(mine) @ unit(theirs))
        if cosine < SAME_MODEL:
            raise StoreError(
                f"{folder} was built with {manifest.embedding!r}, which embeds otherwise than {self.name!r} "
                f"(cosine {cosine:.3f} on the same sentence). Load it with that model, or build it again."
            )

    def _remembered(
        self, texts: Sequence[str], encode: Callable[[Sequence[str]], NDArray[np.float64]]
    ) -> dict[str, NDArray[np.float64]]:
        """Views by their text, cached as they came together: rounding depends on what is embedded together."""
        key = (encode.__name__, tuple(texts))
        if (vectors := self._views.get(key)) is None:
            vectors = self._views[key] = encode(texts)
        while len(self._views) > MOST_LISTS:
            self._views.popitem(last=False)
        return dict(zip(texts, vectors, strict=True))

    def _one_by_one(self, texts: Sequence[str]) -> list[list[float]]:
        return [self.embedding.embed_query(text) for text in texts]

    def _embedded(self, encode: Callable[[list[str]], Any], texts: Sequence[str]) -> NDArray[np.float64]:
        array = np.asarray(encode(valid_texts(texts)), dtype=np.float64)
        if array.ndim != 2 or len(array) != len(texts) or not np.isfinite(array).all():
            raise EmbeddingsError(
                f"{self.name} returned shape {array.shape} for {len(texts)} texts, or numbers that are not finite."
            )
        return unit(array)


def valid_texts(texts: Iterable[str]) -> list[str]:
    """Return texts as every model and file can hold them.

    Raises:
        StoreError: these are not texts, or no list of them.
    """
    if isinstance(texts, str) or not isinstance(texts, Iterable):
        raise StoreError(f"{texts!r:.60} is not a list of texts. Write a list of texts.")
    listed = list(texts)
    if wrong := [one for one in listed if not isinstance(one, str)]:
        raise StoreError(f"{wrong[0]!r:.60} is not a text. Give texts only.")
    return [valid_text(one) for one in listed]


def _bounded(question: str) -> str:
    """The first words of a question: behind a long one, a model's window would have no room for the view."""
    return " ".join(question.split(" ")[:_QUESTION_WORDS])
