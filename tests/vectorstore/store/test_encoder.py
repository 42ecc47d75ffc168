"""What is embedded for a search."""

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from vectorstore import POV, FaissStore
from vectorstore.embedding.scripts import MULTILINGUAL
from vectorstore.store.encoder import Encoder


class English(DeterministicFakeEmbedding):
    """Has learnt ASCII alone."""

    name: str = "english"

    def reads(self, text: str) -> bool:
        return text.isascii()


def test_a_view_in_a_script_that_the_model_has_not_learnt_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """Regression: it drew every search to passages by chance, and nothing said so."""
    store = FaissStore.from_texts(["Peace.", "War."], English(size=16))
    views = [POV("貿易は平和をもたらす。"), POV("Trade brings peace.")]
    store.pov_search(["Who signed?", "Who paid?"], [views, views])
    assert caplog.messages == [f"english cannot read the script of the view '貿易は平和をもたらす。'; {MULTILINGUAL}"]


class OfTheBatch(DeterministicFakeEmbedding):
    """Rounds by what else is in the batch, as models do."""

    def encode_queries(self, texts: list[str]) -> list[list[float]]:
        return [[*self.embed_query(text)[:-1], float(len("".join(texts)))] for text in texts]


def test_a_view_is_embedded_the_same_whatever_was_searched_for_before() -> None:
    peace, trade = POV("Peace comes first."), POV("Trade brings peace.")
    used, new = Encoder(OfTheBatch(size=16)), Encoder(OfTheBatch(size=16))
    used.povs("Who signed?", [peace])
    assert (used.povs("Who signed?", [peace, trade]) == new.povs("Who signed?", [peace, trade])).all()
