"""Stores and retrievers of others, searched from points of view."""

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import InMemoryVectorStore

from chains import pov_retrieval_chain
from vectorstore import POV, FaissStore, POVRetriever, StoreError, as_pov_store

EMBEDDING = DeterministicFakeEmbedding(size=16)
TEXTS = [f"passage {i}" for i in range(12)]


class ListRetriever(BaseRetriever):
    """Finds the same documents whatever it is asked, and keeps the questions."""

    documents: list[Document]
    asked: list[str]

    def _get_relevant_documents(self, query, *, run_manager):
        self.asked.append(query)
        return self.documents


class CountingEmbedding(DeterministicFakeEmbedding):
    embedded: list[str]

    def embed_documents(self, texts):
        self.embedded.extend(texts)
        return super().embed_documents(texts)


class AwaitedRetriever(BaseRetriever):
    """Can only be awaited, as those of MCP servers."""

    def _get_relevant_documents(self, query, *, run_manager):
        raise NotImplementedError

    async def _aget_relevant_documents(self, query, *, run_manager):
        return [Document(page_content=text) for text in TEXTS]


class AwaitedStore(InMemoryVectorStore):
    """Can only be awaited."""

    def similarity_search(self, query, k=4, **kwargs):
        raise NotImplementedError

    async def asimilarity_search(self, query, k=4, **kwargs):
        return super().similarity_search(query, k, **kwargs)


@pytest.fixture
def listed():
    return ListRetriever(
        documents=[Document(page_content=text, metadata={"n": i}) for i, text in enumerate(TEXTS)], asked=[]
    )


def in_memory():
    return InMemoryVectorStore.from_texts(TEXTS, EMBEDDING, [{"n": i} for i in range(12)])


def facts(documents):
    return [(d.page_content, round(d.metadata["score"], 9), d.metadata["rank"]) for d in documents]


@pytest.mark.parametrize("mode", ["dense", "hybrid"])
def test_what_others_find_is_ranked_as_in_a_store_of_ours(listed, mode):
    views = [POV("passage 3"), POV("passage 4", against="passage 5")]
    ours = FaissStore.from_texts(TEXTS, EMBEDDING).pov_search(["which?"], [views], k=12, mode=mode)[0]

    for_retriever = as_pov_store(listed, EMBEDDING).pov_search(["which?"], [views], k=12, mode=mode)[0]
    for_store = as_pov_store(in_memory()).pov_search(["which?"], [views], k=12, mode=mode)[0]

    assert facts(for_retriever) == facts(for_store) == facts(ours)


def test_the_source_is_asked_for_the_question_and_for_each_view(listed):
    as_pov_store(listed, EMBEDDING).pov_search(["which?"], [[POV("one"), POV("two")]], k=1)

    assert listed.asked == ["which?", "which? one", "which? two"]


def test_a_passage_is_embedded_once(listed):
    counting = CountingEmbedding(size=16, embedded=[])
    store = as_pov_store(listed, counting)

    store.pov_search(["which?", "what?"], [[], []], k=2)

    assert sorted(counting.embedded) == sorted(TEXTS)


def test_a_question_gets_what_was_found_for_it_alone(listed):
    store = as_pov_store(listed, EMBEDDING)
    store.pov_search(["which?"], [[]], k=2)
    listed.documents = [Document(page_content="another")]

    assert [d.page_content for d in store.pov_search(["what?"], [[]], k=5)[0]] == ["another"]


@pytest.mark.parametrize(
    "wanted", [{"n": [3, 5]}, {"n": {"$in": [3, 5]}}, lambda document: document.metadata["n"] in (3, 5)]
)
def test_a_filter_is_applied_to_what_was_found(wanted):
    found = as_pov_store(in_memory()).pov_search(["which?"], [[]], k=5, filter=wanted)[0]

    assert {document.metadata["n"] for document in found} == {3, 5}


def test_a_filter_by_a_name_that_nothing_found_has_is_told(caplog):
    assert as_pov_store(in_memory()).pov_search(["which?"], [[]], k=5, filter={"m": 3}) == [[]]
    assert "No document has 'm', which the filter asks for. They have: n." in caplog.text


@pytest.mark.parametrize(("wanted", "found"), [({"year": None}, ["b"]), ({"year": {"$ne": None}}, ["a"])])
def test_a_value_that_is_none_stays_none(wanted, found):
    """Regression: it became the text "None", which no filter for None met."""
    source = InMemoryVectorStore.from_texts(["a", "b"], EMBEDDING, [{"year": 1990}, {"year": None}])

    documents = as_pov_store(source).pov_search(["which?"], [[]], k=5, filter=wanted)[0]

    assert [document.page_content for document in documents] == found


@pytest.mark.parametrize("source", ["listed", "in memory"])
def test_any_source_serves_retriever_and_chain(listed, source):
    chosen = as_pov_store(listed, EMBEDDING) if source == "listed" else in_memory()

    assert len(POVRetriever(store=chosen, povs=[POV("passage 3")], k=3).invoke("which?")) == 3
    assert len(pov_retrieval_chain(chosen, [POV("passage 3")], k=3).invoke("which?")) == 3


def test_a_store_of_ours_is_taken_as_it_is():
    store = FaissStore(EMBEDDING)

    assert as_pov_store(store) is store


def test_what_is_no_store_is_refused_by_its_type():
    with pytest.raises(StoreError, match="dict is not a store"):
        as_pov_store({})


def test_k_below_one_is_refused(listed):
    with pytest.raises(StoreError, match="k=0"):
        as_pov_store(listed, EMBEDDING).pov_search(["x"], [[]], k=0)


@pytest.mark.parametrize("source", [AwaitedRetriever(), AwaitedStore.from_texts(TEXTS, EMBEDDING)])
def test_what_can_only_be_awaited_is_awaited(source):
    """Regression: NotImplementedError without a word."""
    store = as_pov_store(source, EMBEDDING)

    assert len(store.pov_search(["passage"], [[POV("passage 3")]], k=2)[0]) == 2


@pytest.mark.parametrize(
    ("questions", "povs", "reason"),
    [
        ("why?", [[]], "'why\\?' is one question. Write a list"),
        (["why?"], [POV("x")], "came with a POV. Write a list of POVs"),
        (["why?"], [], "1 questions came with 0 lists"),
        (["why?", 5], [[], []], "question 5 is not a text"),
        (["why?"], [None], "came with a NoneType. Write a list of POVs"),
        (["why?"], [["trade"]], "'trade' is not a POV. Write POV"),
    ],
)
@pytest.mark.parametrize("store", [as_pov_store(in_memory()), FaissStore.from_texts(TEXTS, EMBEDDING)])
def test_what_is_no_list_of_questions_and_views_is_refused(store, questions, povs, reason):
    """Regression: "4 questions came with 1 lists", or 'POV' object is not iterable."""
    with pytest.raises(StoreError, match=reason):
        store.pov_search(questions, povs)
