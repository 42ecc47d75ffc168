"""Figures of a debate do not depend on what was embedded before it."""

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from chains.debating.likeness import Likeness
from chains.schemas import Chunk
from chains.text.support.grounding import ground

SAID = "Iran joined the group in 2024."
CHUNKS = [Chunk("a", "Iran and Egypt joined in 2024."), Chunk("b", "The G7 capped the price of oil. Russia sold on.")]


class OfTheBatch(Embeddings):
    """Rounds as a model in bfloat16 does: by what else is in the batch."""

    has_stance = True

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[len(text), text.count("e"), 1 + 0.01 * len("".join(texts))] for text in texts]

    encode_stance = encode_stance_views = embed_documents

    def embed_query(self, text: str) -> list[float]:
        raise NotImplementedError


def figures(likeness: Likeness) -> list[float]:
    """Everything that is measured of a turn."""
    supports = ground(SAID, CHUNKS, likeness.embed).sentences
    sides = likeness.side("Who won?", SAID, ["Iran won.", "Nobody won."])
    near = likeness.positions("Who won?", ["Iran won.", "Nobody won."])
    return [*(one.score for one in supports), *likeness.meaning(SAID, ["Oil is dear."]), *sides, *near.flat]


def test_a_turn_is_measured_the_same_after_a_resume_which_has_embedded_nothing_before() -> None:
    """Regression: support scores of a resumed debate differed by .0001 from an undisturbed one's."""
    undisturbed = Likeness(OfTheBatch())
    ground("Egypt came in 2024, too.", CHUNKS, undisturbed.embed)
    undisturbed.meaning("Oil is dear.", [SAID, "Russia sold on."])
    undisturbed.side("Who won?", SAID, ["Nobody won.", "The G7 won."])
    assert figures(undisturbed) == figures(Likeness(OfTheBatch()))


def test_passages_are_embedded_once_for_all_that_is_said_of_them() -> None:
    batches: list[list[str]] = []

    class Counted(OfTheBatch):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            batches.append(texts)
            return super().embed_documents(texts)

    likeness = Likeness(Counted())
    ground(SAID, CHUNKS, likeness.embed)
    ground("Egypt came in 2024, too.", CHUNKS, likeness.embed)
    assert [len(one) for one in batches] == [1, 3, 1]


def test_what_is_cached_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        np.negative(vectors := Likeness(OfTheBatch()).embed([SAID]), out=vectors)
