"""From texts to unit vectors through any LangChain `Embeddings`, in the shapes the store computes with.

Views are remembered, since a run asks every question from the same few. Knows no index.
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from vectorstore.errors import EmbeddingsError, POVError, StoreError
from vectorstore.persistence import Manifest
from vectorstore.pov import POV, direction, unit

PROBE = "The same sentence always gives the same vector."
# A bound by judgement, not measured: room for rounding between machines, none for another model.
SAME_MODEL = 0.999
MOST_VIEWS = 4096


class Encoder:
    """Embeds passages, questions and views as float64 unit vectors."""

    def __init__(self, embedding: Embeddings) -> None:
        """Wrap a model."""
        self.embedding = embedding
        self.name = str(getattr(embedding, "name", None) or type(embedding).__name__)
        self._views: OrderedDict[str, NDArray[np.float64]] = OrderedDict()

    def documents(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Embed passages into (n, d)."""
        encode = getattr(self.embedding, "encode_documents", self.embedding.embed_documents)
        return self._checked(encode(list(texts)), len(texts)) if texts else np.empty((0, 0))

    def queries(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Embed questions into (n, d)."""
        encode = getattr(self.embedding, "encode_queries", self._one_by_one)
        return self._checked(encode(list(texts)), len(texts)) if texts else np.empty((0, 0))

    def povs(self, povs: Sequence[POV]) -> NDArray[np.float64]:
        """Embed views into (m, d); one with `against` becomes the direction between its two statements."""
        if not povs:
            raise POVError("There is no POV to embed.")
        texts = [text for pov in povs for text in (pov.text, pov.against) if text is not None]
        known = self._remembered(list(dict.fromkeys(texts)))
        return np.stack(
            [known[p.text] if p.against is None else direction(known[p.text], known[p.against]) for p in povs]
        )

    def probe(self) -> NDArray[np.float64]:
        """Embed a fixed sentence: the mark by which a model is known again."""
        return np.asarray(self.documents([PROBE])[0])

    def check_probe(self, manifest: Manifest, folder: Path) -> None:
        """Raise StoreError unless this model embeds as the one that a store was built with."""
        mine = self.probe()
        if len(mine) != manifest.dimension:
            raise StoreError(
                f"{folder} was built with {manifest.embedding!r} ({manifest.dimension} dimensions); "
                f"{self.name!r} has {len(mine)}. Load it with that model, or build it again with this one."
            )
        cosine = float(mine @ np.asarray(manifest.probe))
        if cosine < SAME_MODEL:
            raise StoreError(
                f"{folder} was built with {manifest.embedding!r}, which embeds otherwise than {self.name!r} "
                f"(cosine {cosine:.3f} on the same sentence). Load it with that model, or build it again."
            )

    def _remembered(self, texts: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        views = dict(self._views)
        new = [text for text in texts if text not in views]
        fresh = dict(zip(new, self.queries(new), strict=True))
        self._views.update(fresh)
        while len(self._views) > MOST_VIEWS:
            self._views.popitem(last=False)
        return {text: fresh[text] if text in fresh else views[text] for text in texts}

    def _one_by_one(self, texts: Sequence[str]) -> list[list[float]]:
        return [self.embedding.embed_query(text) for text in texts]

    def _checked(self, vectors: Any, count: int) -> NDArray[np.float64]:
        array = np.asarray(vectors, dtype=np.float64)
        if array.ndim != 2 or len(array) != count or not np.isfinite(array).all():
            raise EmbeddingsError(
                f"{self.name} returned shape {array.shape} for {count} texts, or numbers that are not finite."
            )
        return unit(array)
