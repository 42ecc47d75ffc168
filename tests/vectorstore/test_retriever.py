"""POVRetriever: distinct passages, fetched again where near-duplicates took their places."""

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from vectorstore import POV, FaissStore, POVRetriever, StoreError
from vectorstore.retriever import distinct_search

EMBEDDING = DeterministicFakeEmbedding(size=16)
SAME = "The council voted for sanctions after a long debate about their price for ordinary people"
VIEWS = [POV("Trade brings peace", 2.0), POV("Sanctions hurt the poor", -1.0)]


@pytest.fixture
def store():
    """40 near-duplicates of the question itself, and ten passages of their own behind them."""
    copies = [f"{SAME}{'.' * i}" for i in range(40)]
    others = [f"{letter * 40} {i}" for i, letter in enumerate("abcdefghij")]
    near = [EMBEDDING.embed_query(SAME)] * 40
    store = FaissStore(EMBEDDING)
    store.add_embedded(copies + others, near + EMBEDDING.embed_documents(others))
    return store


@pytest.fixture
def spoken():
    """Twelve passages of their own, of two speakers."""
    texts = [f"{word * 9} trade {word} peace" for word in "abcdefghijkl"]
    metadatas = [{"speaker": "Ann" if n % 2 else "Ben", "n": n} for n in range(12)]
    return FaissStore.from_texts(texts, EMBEDDING, metadatas=metadatas)


def facts(documents):
    return [(document.page_content, document.metadata) for document in documents]


def test_it_fetches_again_until_it_has_enough_distinct_passages(store):
    found = POVRetriever(store=store, k=4).invoke(SAME)

    assert len(found) == 4
    assert sum(document.page_content.startswith(SAME) for document in found) == 1
    assert [document.metadata["rank"] for document in found] == [1, 2, 3, 4]


def test_it_ends_where_the_store_holds_no_more(store):
    assert len(POVRetriever(store=store, k=20).invoke(SAME)) == 11


def test_many_questions_get_their_own_numbers(store):
    found = distinct_search(store, [SAME, "aaaa"], [[], []], [2, 5])

    assert [len(documents) for documents in found] == [2, 5]


def test_a_question_that_has_enough_does_not_stop_the_fetch_for_another(store):
    found = distinct_search(store, ["aaaa", SAME], [[], []], [1, 4])

    assert [len(documents) for documents in found] == [1, 4]


def test_no_question_needs_no_search(store):
    assert distinct_search(store, [], [], []) == []


def test_a_near_duplicate_is_left_out_whatever_came_between():
    store = FaissStore(EMBEDDING)
    asked = np.array(EMBEDDING.embed_query(SAME))
    farther = [asked + 0.1 * step * np.eye(16)[0] for step in range(4)]
    store.add_embedded([SAME, "a" * 40, f"{SAME}.", "b" * 40], farther)

    found = distinct_search(store, [SAME], [[]], [3])[0]

    assert [document.page_content for document in found] == [SAME, "a" * 40, "b" * 40]


@pytest.mark.parametrize("given", [{"povs": []}, {"pov_weight": 0.0}, {"pov_weight": 1.0}, {"k": 1}, {"filter": {}}])
def test_what_a_call_gives_takes_the_place_of_the_retrievers_own_also_where_it_is_nothing_or_zero(spoken, given):
    own = {"store": spoken, "povs": VIEWS, "pov_weight": 0.4, "k": 3, "filter": {"speaker": "Ann"}}

    found = POVRetriever(**own).invoke("What of trade?", **given)

    assert facts(found) == facts(POVRetriever(**own | given).invoke("What of trade?"))
    assert facts(found) != facts(POVRetriever(**own).invoke("What of trade?"))


@pytest.mark.parametrize(
    "option", [{"mode": "hybrid"}, {"aggregate": "max"}, {"calibrate": True}, {"pov_weight": 0.9}, {"filter": {"n": 3}}]
)
def test_it_searches_as_its_store_does_with_the_same_options(spoken, option):
    found = POVRetriever(store=spoken, povs=VIEWS, k=4, **option).invoke("What of trade?")

    assert facts(found) == facts(spoken.pov_search(["What of trade?"], [VIEWS], k=4, **option)[0])
    assert facts(found) != facts(POVRetriever(store=spoken, povs=VIEWS, k=4).invoke("What of trade?"))


def test_a_reranker_that_is_wished_for_where_there_is_none_is_told(spoken):
    with pytest.raises(StoreError, match="rerank=True needs a model with a reranker"):
        POVRetriever(store=spoken, rerank=True).invoke("What of trade?")
