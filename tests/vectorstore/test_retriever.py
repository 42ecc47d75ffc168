"""POVRetriever: distinct passages, fetched again where near-duplicates took their places."""

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from vectorstore import FaissStore, POVRetriever
from vectorstore.retriever import distinct_search

EMBEDDING = DeterministicFakeEmbedding(size=16)
SAME = "The council voted for sanctions after a long debate about their price for ordinary people"


@pytest.fixture
def store():
    """40 near-duplicates of the question itself, and ten passages of their own behind them."""
    copies = [f"{SAME}{'.' * i}" for i in range(40)]
    others = [f"{letter * 40} {i}" for i, letter in enumerate("abcdefghij")]
    near = [EMBEDDING.embed_query(SAME)] * 40
    store = FaissStore(EMBEDDING)
    store.add_embedded(copies + others, near + EMBEDDING.embed_documents(others))
    return store


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


def test_no_question_needs_no_search(store):
    assert distinct_search(store, [], [], []) == []
