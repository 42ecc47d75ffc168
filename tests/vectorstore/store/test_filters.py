"""Metadata filters, and what a search refuses."""

import datetime

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from vectorstore import POV, FaissStore, POVRetriever, StoreError

VIEW = POV("trade brings peace", against="trade brings war")


@pytest.fixture(params=["flat", "hnsw", "ivf"])
def store(request):
    texts = [f"{'salt' if i % 3 else 'iron'} passage {i}" for i in range(120)]
    metadatas = [{"speaker": "ann" if i % 4 == 0 else "bob", "year": 1900 + i % 5} for i in range(120)]
    return FaissStore.from_texts(
        texts, DeterministicFakeEmbedding(size=16), metadatas, ids=[str(i) for i in range(120)], kind=request.param
    )


def numbers(documents):
    return [int(document.id) for document in documents]


@pytest.mark.parametrize("mode", ["dense", "hybrid"])
@pytest.mark.parametrize("view", [VIEW, POV("salt is dear")])
def test_a_search_finds_all_that_the_filter_lets_through_and_nothing_else(store, mode, view):
    found = store.pov_search(["salt?"], [[view]], k=50, mode=mode, filter={"speaker": "ann", "year": [1900, 1901]})[0]

    assert sorted(numbers(found)) == [i for i in range(120) if i % 4 == 0 and i % 5 in (0, 1)]


@pytest.mark.parametrize("mode", ["dense", "hybrid"])
def test_scores_and_order_are_those_of_the_search_without_a_filter(store, mode):
    everything = store.pov_search(["salt?"], [[POV("salt is dear")]], k=120, mode=mode)[0]
    scores = {document.id: document.metadata["score"] for document in everything}

    found = store.pov_search(["salt?"], [[POV("salt is dear")]], k=7, mode=mode, filter={"speaker": "ann"})[0]

    own = [document.metadata["score"] for document in found]
    assert own == [scores.get(document.id, score) for document, score in zip(found, own, strict=True)]
    assert own == sorted(own, reverse=True)


def test_a_filter_may_be_a_function_of_the_document(store):
    found = store.similarity_search("salt?", k=200, filter=lambda document: "iron" in document.page_content)

    assert sorted(numbers(found)) == [i for i in range(120) if i % 3 == 0]


@pytest.mark.parametrize("mode", ["dense", "hybrid"])
def test_a_filter_that_nothing_passes_finds_nothing(store, mode):
    assert store.pov_search(["salt?"], [[VIEW]], mode=mode, filter={"speaker": "eve"}) == [[]]
    assert store.similarity_search("salt?", filter={"year": {"$in": []}}) == []


@pytest.mark.parametrize(
    "wanted", [{"month": 5}, {"month": {"$gt": 5}}, {"$or": [{"year": 1900}, {"month": 5}]}, {"month": {"$in": []}}]
)
def test_a_filter_by_a_name_that_no_document_has_is_an_error_with_the_names_that_they_have(store, wanted):
    """Regression: a misspelt name found nothing, without a word."""
    with pytest.raises(StoreError, match=r"^No document has 'month', .* They have: speaker, year\.$"):
        store.pov_search(["salt?"], [[VIEW]], filter=wanted)


@pytest.mark.parametrize("wanted", [{"year": "1900"}, {"year": {"$lt": "1901"}}, {"year": [None, "1900"][1:]}])
def test_a_filter_that_compares_a_number_with_a_text_is_an_error(store, wanted):
    with pytest.raises(StoreError, match="compares 'year' with a string; the documents have a number there"):
        store.similarity_search("salt?", filter=wanted)


OPERATORS = [
    ({"speaker": {"$eq": "ann"}}, lambda i: i % 4 == 0),
    ({"speaker": {"$ne": "ann"}}, lambda i: i % 4 != 0),
    ({"year": {"$in": [1900, 1901]}}, lambda i: i % 5 in (0, 1)),
    ({"year": {"$nin": [1900, 1901]}}, lambda i: i % 5 not in (0, 1)),
    ({"year": {"$gt": 1901, "$lte": 1903}}, lambda i: i % 5 in (2, 3)),
    ({"speaker": {"$gte": "b"}}, lambda i: i % 4 != 0),
    ({"$and": [{"speaker": "ann"}, {"year": 1900}]}, lambda i: i % 20 == 0),
    ({"speaker": "ann", "$or": [{"year": 1900}, {"year": {"$gt": 1903}}]}, lambda i: i % 4 == 0 and i % 5 in (0, 4)),
    ({"month": {"$ne": 5}}, lambda i: True),
]


@pytest.mark.parametrize(("wanted", "passes"), OPERATORS)
def test_the_operators_of_langchains_filters_are_known(store, wanted, passes):
    """Regression: they were taken for values, and nothing was found."""
    found = store.pov_search(["salt?"], [[]], k=200, filter=wanted)[0]

    assert sorted(numbers(found)) == [i for i in range(120) if passes(i)]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"year": {"$near": 1900}}, r"operator '\$near' is unknown\. Known: \$eq, .*\$or"),
        ({"year": {"$gt": 1900, "above": 1}}, "operator 'above' is unknown"),
        ({"$xor": []}, r"operator '\$xor' is unknown"),
        ({"$and": {"year": 1900}}, r"\$and needs a list of filters"),
        ({"year": {"$in": 1900}}, r"\$in for 'year' needs a list, not 1900"),
        ({"year": float("nan")}, "'year' is in no metadata: "),
        ({"year": {"$gt": float("inf")}}, "'year' is in no metadata: "),
        ({"speaker": "\ud800"}, "'speaker' is in no metadata: "),
        ({"day": datetime.date(1911, 5, 3)}, r"'day' is in no metadata: .*date"),
        ("speaker", "neither a dict nor a function"),
        ({1: 2}, "1 is no name that metadata have"),
        ({"$or": [{None: 2}]}, "None is no name that metadata have"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(store, wanted, told):
    with pytest.raises(StoreError, match=told):
        store.similarity_search("salt?", filter=wanted)


@pytest.mark.parametrize("kind", ["similarity", "mmr", "similarity_score_threshold"])
def test_filters_work_in_as_retriever(store, kind):
    arguments = {"k": 4, "filter": {"speaker": "ann"}}
    arguments |= {"score_threshold": 0.0} if kind == "similarity_score_threshold" else {}

    found = store.as_retriever(search_type=kind, search_kwargs=arguments).invoke("salt?")

    assert [document.metadata["speaker"] for document in found] == ["ann"] * 4


def test_filters_work_in_a_pov_retriever_and_anew_in_each_call(store):
    retriever = POVRetriever(store=store, povs=[VIEW], k=3, filter={"speaker": "ann"})

    assert {document.metadata["speaker"] for document in retriever.invoke("salt?")} == {"ann"}
    assert {one.metadata["speaker"] for one in retriever.invoke("salt?", filter={"speaker": "bob"})} == {"bob"}


@pytest.mark.parametrize(
    "search",
    [
        lambda store: store.similarity_search("x", filtre={}),
        lambda store: store.similarity_search_with_score("x", filtre={}),
        lambda store: store.similarity_search_by_vector([0.0] * 16, filtre={}),
        lambda store: store.max_marginal_relevance_search("x", filtre={}),
        lambda store: store.as_retriever(search_kwargs={"filtre": {}}).invoke("x"),
        lambda store: store.add_texts(["x"], filtre={}),
        lambda store: store.delete(["1"], filtre={}),
    ],
)
def test_an_unknown_argument_is_an_error(store, search):
    with pytest.raises(StoreError, match=r"unknown argument 'filtre'\. Known: "):
        search(store)


def test_a_retriever_knows_its_arguments_too(store):
    with pytest.raises(ValueError, match="filtre"):
        POVRetriever(store=store, filtre={})
    with pytest.raises(TypeError, match="filtre"):
        POVRetriever(store=store).invoke("x", filtre={})


@pytest.mark.parametrize("k", [0, -1, True, 2.5])
@pytest.mark.parametrize(
    "search",
    [
        lambda store, k: store.similarity_search("x", k=k),
        lambda store, k: store.similarity_search_by_vector([0.1] * 16, k=k),
        lambda store, k: store.max_marginal_relevance_search("x", k=k),
        lambda store, k: store.pov_search(["x"], [[]], k=k),
        lambda store, k: POVRetriever(store=store).invoke("x", k=k),
    ],
)
def test_k_below_one_is_refused(store, search, k):
    with pytest.raises(StoreError, match="is not a number of chunks from 1 up"):
        search(store, k)


def test_an_index_of_langchains_says_what_can_be_done_with_it(tmp_path):
    (tmp_path / "index.faiss").write_bytes(b"x")
    (tmp_path / "index.pkl").write_bytes(b"x")

    with pytest.raises(StoreError, match=r"pickle, .* is not opened\. Index the documents again; .*as_pov_store"):
        FaissStore.load(tmp_path, DeterministicFakeEmbedding(size=16))


@pytest.mark.parametrize(
    ("held", "wanted", "found"),
    [
        ([True], [[1]], False),
        ([1], [[True]], False),
        ({"a": [0]}, {"a": [False]}, False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([1, [2]], [[1.0, [2]]], True),
        ([1, 2], [(1, 2)], True),
        ({"1": "x"}, {1: "x"}, True),
    ],
)
def test_lists_and_dicts_are_compared_as_json_compares_them(held, wanted, found):
    """Regression: [True] was [1], and a tuple was no list."""
    store = FaissStore.from_texts(["salt"], DeterministicFakeEmbedding(size=16), [{"x": held}])

    assert bool(store.similarity_search("salt", filter={"x": wanted})) is found
