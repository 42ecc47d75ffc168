"""One search serves everybody who works on a question."""

import pytest
from fakes import EMBEDDING
from langchain_core.callbacks import BaseCallbackHandler

from chains.retrieve import ReaderViews, SharedRetrieval, pov_retrieval_chain
from vectorstore import POV, FaissStore

TEXTS = [f"Treaty {n} was signed by {n} states." for n in range(20)]
READERS = [ReaderViews("opinion", [POV("Treaties hold.")], 4), ReaderViews("hawk", [POV("Treaties break.")], 2)]


class CountingStore(FaissStore):
    """Counts its searches."""

    searches = 0

    def pov_search(self, questions, povs_per_question, **options):
        self.searches += 1
        return super().pov_search(questions, povs_per_question, **options)


class Searches(BaseCallbackHandler):
    """Remembers who searched and what became of it."""

    def __init__(self) -> None:
        self.readers: list[str] = []
        self.outcomes: list[object] = []

    def on_retriever_start(self, serialized, query, *, metadata=None, **kwargs) -> None:
        self.readers.append(metadata["reader"])

    def on_retriever_end(self, documents, **kwargs) -> None:
        self.outcomes.append(len(documents))

    def on_retriever_error(self, error, **kwargs) -> None:
        self.outcomes.append(error)


@pytest.fixture
def store() -> CountingStore:
    return CountingStore.from_texts(TEXTS, EMBEDDING, ids=[f"t{n}" for n in range(20)])


def test_writer_and_debaters_are_served_by_one_search(store: CountingStore) -> None:
    found = SharedRetrieval(store, READERS).invoke("Who signed?")
    assert [len(chunks) for chunks in found] == [4, 2]
    assert store.searches == 1


def test_each_reader_finds_what_a_search_of_its_own_would_find(store: CountingStore) -> None:
    alone = tuple(pov_retrieval_chain(store, one.povs, k=one.k).invoke("Who signed?") for one in READERS)
    assert SharedRetrieval(store, READERS).invoke("Who signed?") == alone


def test_callbacks_see_each_reader_with_its_own_passages(store: CountingStore) -> None:
    seen = Searches()
    SharedRetrieval(store, READERS).invoke("Who signed?", {"callbacks": [seen]})
    assert (seen.readers, seen.outcomes) == (["opinion", "hawk"], [4, 2])


def test_callbacks_see_that_a_search_failed(store: CountingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = ConnectionError("the database is away")

    def pov_search(*_: object, **__: object) -> None:
        raise lost

    monkeypatch.setattr(store, "pov_search", pov_search)
    seen = Searches()
    with pytest.raises(ConnectionError):
        SharedRetrieval(store, READERS).invoke("Who signed?", {"callbacks": [seen]})
    assert seen.outcomes == [lost, lost]


def test_a_second_search_brings_what_is_not_on_the_table_by_each_readers_own_text_and_views() -> None:
    store = CountingStore.from_texts(
        ["Fleets doubled.", "Treaties held.", "Trade fell."], EMBEDDING, ids=["f", "t", "x"]
    )
    readers = [ReaderViews("opinion"), ReaderViews("hawk", (POV(text="Strength."),)), ReaderViews("dove")]
    found = SharedRetrieval(store, readers).again({"hawk": "Fleets?", "dove": "Treaties?"}, 2, {"f"})
    assert {name: sorted(one.id for one in chunks) for name, chunks in found.items()} == {
        "hawk": ["t", "x"],
        "dove": ["t", "x"],
    }
    assert (store.searches, len(found["hawk"][0].pov_scores)) == (1, 1)
