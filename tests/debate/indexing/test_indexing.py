"""debate index: what it makes, what it refuses, and how it is gone on with."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fakes import EMBEDDING
from filelock import FileLock

from debate.errors import IndexFolderError
from debate.indexing.building import index_documents, near_duplicates
from debate.indexing.opening import check_index, load_store, open_index
from debate.indexing.places import RECORD
from debate.indexing.settings import IndexSettings
from debate.progress import Progress
from debate.settings import DebateSettings
from vectorstore import StoreError


class CountingModel:
    """Embeds as the shared fake does, and keeps what it was asked."""

    name = "counting"
    backend = "torch"

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded += texts
        return EMBEDDING.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        return EMBEDDING.embed_query(text)

    def reads(self, text: str) -> bool:
        return text.isascii()


class Steps:
    """Records the news, and presses Ctrl-C after so many chunks."""

    def __init__(self, interrupt_after: int | None = None) -> None:
        self.news: list[tuple[str, int, int]] = []
        self._interrupt_after = interrupt_after

    def preparing(self, what: str) -> None:
        self.news.append((what, 0, 0))

    def step(self, what: str, done: int, total: int) -> None:
        self.news.append((what, done, total))
        if what == "embedding chunks" and done == self._interrupt_after:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text("BRICS admitted Iran in 2024.")
    (folder / "b.txt").write_text("The G7 capped the price of oil.")
    return folder


@pytest.fixture
def model() -> CountingModel:
    return CountingModel()


def write_passages(docs: Path, count: int) -> None:
    for number in range(count):
        (docs / f"{number}.txt").write_text(f"Passage number {number}.")


def index(docs: Path, out: Path, model: CountingModel, watcher: Steps | None = None, **options):
    return index_documents(docs, IndexSettings(out=str(out), **options), watcher or Steps(), model)


def texts_of(model: CountingModel) -> list[str]:
    return [text for text in model.embedded if "." in text and "same vector" not in text]


def test_a_second_time_only_what_is_new_is_embedded_and_what_is_gone_leaves(docs, tmp_path, model) -> None:
    index(docs, tmp_path / "i", model)
    (docs / "a.txt").unlink()
    (docs / "c.txt").write_text("Japan imports its energy.")
    model.embedded.clear()

    store, summary = index(docs, tmp_path / "i", model)

    assert texts_of(model) == ["Japan imports its energy."]
    assert (summary.changes.new, summary.changes.unchanged, summary.changes.deleted) == (1, 1, 1)
    assert {d.metadata["source"] for d in store.get_by_ids(store.ids)} == {"b.txt", "c.txt"}


def test_the_summary_counts_repeated_chunks_and_names_skipped_files(docs, tmp_path, model) -> None:
    (docs / "again.txt").write_text("BRICS admitted Iran in 2024.")
    (docs / "scan.txt").write_text("")

    _, summary = index(docs, tmp_path / "i", model)

    assert (summary.files, summary.chunks, summary.repeated) == (3, 2, 1)
    assert summary.skipped == (f"{docs / 'scan.txt'}: is empty: 0 bytes.",)


def test_chunks_that_the_model_cannot_read_are_counted(docs, tmp_path, model) -> None:
    (docs / "ja.txt").write_text("イランは2024年に加盟した。", encoding="utf-8")

    _, summary = index(docs, tmp_path / "i", model)

    assert (summary.unread, summary.chunks) == (1, 3)


def test_near_duplicates_are_counted(docs, tmp_path, model) -> None:
    long = "The council voted for sanctions after a long debate about their price for ordinary people. " * 3
    (docs / "c.txt").write_text(long)
    store, _ = index(docs, tmp_path / "i", model)
    # The fake's vectors know no likeness, so the near one is given the vector of the other.
    store.add_embedded([long.replace("long", "long,")], store.stored_vectors(store.ids)[-1:], ids=["near"])

    assert near_duplicates(store) == 1


def test_ctrl_c_keeps_what_was_embedded_and_the_same_call_goes_on(docs, tmp_path, model, monkeypatch) -> None:
    monkeypatch.setattr("vectorstore.store.building.BATCH", 1)
    with pytest.raises(KeyboardInterrupt):
        index(docs, tmp_path / "i", model, Steps(interrupt_after=1))
    with pytest.raises(IndexFolderError, match=r"is unfinished; run: debate index .*docs --out"):
        check_index(tmp_path / "i")
    model.embedded.clear()

    _, summary = index(docs, tmp_path / "i", model)

    assert (summary.changes.new, summary.changes.unchanged) == (1, 1)
    assert texts_of(model) == ["The G7 capped the price of oil."]
    assert len(open_index(tmp_path / "i", model)) == 2


def test_away_from_the_main_thread_an_index_is_made_all_the_same(docs, tmp_path, model) -> None:
    thread = threading.Thread(target=index, args=(docs, tmp_path / "i", model))
    thread.start()
    thread.join()

    assert len(open_index(tmp_path / "i", model)) > 0


KILLED = """
import sys
sys.path[:0] = [{support!r}, {here!r}]
import vectorstore.store.building as building
building.BATCH, building.SECONDS_BETWEEN_SAVES, building.SHARE_OF_SAVES = 5, 0, 0
from pathlib import Path
import test_indexing as t
class Announcing(t.Steps):
    def step(self, what, done, total):
        if what == "embedding chunks" and done >= 20:
            print("embedded", flush=True)
            sys.stdin.read()
t.index(Path({docs!r}), Path({out!r}), t.CountingModel(), Announcing())
"""


def test_a_killed_process_leaves_an_index_that_is_gone_on_with(docs, tmp_path, model) -> None:
    write_passages(docs, 40)
    here = Path(__file__).parent
    code = KILLED.format(
        support=str(here.parents[1] / "support"), here=str(here), docs=str(docs), out=str(tmp_path / "i")
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    assert process.stdout is not None
    assert process.stdout.readline() == b"embedded\n"
    process.kill()
    process.communicate()

    _, summary = index(docs, tmp_path / "i", model)

    assert (summary.changes.new, summary.changes.unchanged) == (22, 20)


def test_the_index_of_other_documents_is_replaced_only_by_force(docs, tmp_path, model) -> None:
    index(docs, tmp_path / "i", model)
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.txt").write_text("Something else.")

    with pytest.raises(IndexFolderError, match=r"is the index of .*docs; .*--force"):
        index(other, tmp_path / "i", model)
    _, summary = index(other, tmp_path / "i", model, force=True)
    assert (summary.changes.new, summary.changes.deleted) == (1, 2)


def test_a_folder_that_holds_other_files_is_left_alone(docs, tmp_path, model) -> None:
    with pytest.raises(IndexFolderError, match="contains files that are not an index"):
        index(docs, docs, model)
    assert sorted(path.name for path in docs.glob("*.txt")) == ["a.txt", "b.txt"]


def test_a_second_process_on_the_same_index_is_refused(docs, tmp_path, model) -> None:
    (tmp_path / "i").mkdir()
    with FileLock(tmp_path / "i" / ".lock"), pytest.raises(IndexFolderError, match="another process works in"):
        index(docs, tmp_path / "i", model)


def test_a_folder_without_an_index_says_how_to_make_one(tmp_path, model) -> None:
    with pytest.raises(IndexFolderError, match="contains no index; run: debate index DOCUMENTS --out"):
        open_index(tmp_path, model)


def test_a_folder_of_documents_given_as_an_index_says_how_to_index_them(docs, model) -> None:
    with pytest.raises(IndexFolderError, match="contains files, but no index; if these are your documents"):
        open_index(docs, model)


def test_a_damaged_index_is_an_error(docs, tmp_path, model) -> None:
    index(docs, tmp_path / "i", model)
    path = next((tmp_path / "i").glob("index-*.faiss"))
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(StoreError, match="checksum differs"):
        open_index(tmp_path / "i", model)
    with pytest.raises(IndexFolderError, match=f"checksum differs.* Remove {tmp_path / 'i'} and run the same command"):
        index(docs, tmp_path / "i", model)


@pytest.fixture
def run_settings(docs, tmp_path, monkeypatch) -> DebateSettings:
    monkeypatch.setenv("POV_DEBATE_CACHE", str(tmp_path / "cache"))
    return DebateSettings(questions=tmp_path / "q.txt", corpus=docs)


def test_a_run_keeps_its_documents_index_in_the_cache(run_settings, model, monkeypatch) -> None:
    monkeypatch.setattr("debate.indexing.opening.load_embeddings", lambda *_, **__: model)
    load_store(run_settings, Progress())
    model.embedded.clear()

    store, skipped = load_store(run_settings, Progress())

    assert texts_of(model) == []
    assert (len(store), skipped) == (2, ())


class Heard(Progress):
    def __init__(self) -> None:
        self.said: list[str] = []

    def preparing(self, what: str) -> None:
        self.said.append(what)


def test_a_run_says_what_embeds_and_each_tenth_of_what_it_reads(docs, run_settings, model, monkeypatch) -> None:
    monkeypatch.setattr("debate.indexing.opening.load_embeddings", lambda *_, **__: model)
    write_passages(docs, 98)
    heard = Heard()

    load_store(run_settings, heard)

    assert heard.said[0] == "embedding with counting through torch"
    assert [said for said in heard.said if said.startswith("reading")][-1] == "reading files: 100 of 100"
    assert len(heard.said) <= 15


def test_a_run_over_an_index_reads_no_documents(docs, tmp_path, run_settings, model, monkeypatch) -> None:
    monkeypatch.setattr("debate.indexing.opening.load_embeddings", lambda *_, **__: model)
    index(docs, tmp_path / "i", model)
    model.embedded.clear()

    store, _ = load_store(run_settings.model_copy(update={"index": tmp_path / "i"}), Progress())

    assert len(store) == 2
    assert texts_of(model) == []


@pytest.mark.parametrize(
    ("made_with", "given", "loaded"),
    [
        ("sentence-transformers/all-MiniLM-L6-v2", None, None),
        ("intfloat/multilingual-e5-small", None, "intfloat/multilingual-e5-small"),
        ("intfloat/multilingual-e5-small", "another", "another"),
    ],
)
def test_a_run_over_an_index_takes_the_embedding_model_that_the_index_was_made_with(
    docs, tmp_path, run_settings, model, monkeypatch, made_with: str, given: str | None, loaded: str | None
) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr("debate.indexing.opening.load_embeddings", lambda name, **_: asked.append(name) or model)
    index(docs, tmp_path / "i", model)
    record = tmp_path / "i" / RECORD
    record.write_text(record.read_text().replace('embeddings = "counting"', f'embeddings = "{made_with}"'))

    load_store(run_settings.model_copy(update={"index": tmp_path / "i", "embeddings": given}), Progress())

    assert asked == [loaded]


def test_links_that_lead_out_of_the_documents_are_indexed_where_that_is_asked_for(
    docs: Path, tmp_path: Path, model: CountingModel
) -> None:
    outside = tmp_path / "far" / "away"
    outside.mkdir(parents=True)
    (outside / "c.txt").write_text("Iran joined in 2024.")
    (docs / "c.txt").symlink_to(outside / "c.txt")
    _, without = index(docs, tmp_path / "without", model)
    _, followed = index(docs, tmp_path / "with", model, follow_links=True)
    assert (without.files, followed.files) == (2, 3)
    assert "--follow-links" in without.skipped[0]
