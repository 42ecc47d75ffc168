"""A run's folder is one process's at a time, from before its first byte to after its last."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fakes import EMBEDDING, ScriptedLLM
from filelock import FileLock
from pydantic import Field

from debate import DebateSettings, RunFolderError, run_questions
from debate.files.locking import LOCK
from debate.run.folder import RECORD, open_run_folder, read_record, what_changed
from vectorstore import CorpusError, FaissStore, build_index, load_corpus

SCRIPT = {"moderator": "A draw.", "You take part in a debate": "I disagree.", "Answer the question below": "They did."}
STORE = FaissStore.from_texts(["BRICS admitted Iran.", "The G7 capped a price."], EMBEDDING)
HOLDER = """
import sys, time
from pathlib import Path
from debate.errors import RunFolderError
from debate.files.locking import exclusive_folder
with exclusive_folder(Path(sys.argv[1]), RunFolderError):
    print("held", flush=True)
    time.sleep(600)
"""


def settings_in(folder: Path, **values) -> DebateSettings:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "docs" / "a.txt").write_text("BRICS admitted Iran.")
    (folder / "q.txt").write_text("Did BRICS grow?\n", encoding="utf-8")
    given = {"questions": folder / "q.txt", "corpus": folder / "docs", "out": folder / "out", "deepen": 0}
    return DebateSettings(**given | values)


class Waiting(ScriptedLLM):
    """Answers once it is let."""

    asked: Any = Field(default_factory=Event)
    let: Any = Field(default_factory=Event)

    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        self.asked.set()
        assert self.let.wait(60)
        return super()._call(prompt, stop, run_manager, **kwargs)


def test_a_second_start_with_the_same_new_folder_is_refused_while_the_first_is_at_work(tmp_path: Path) -> None:
    first, second = settings_in(tmp_path), settings_in(tmp_path, seed=1)
    llm = Waiting(script=SCRIPT)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_questions, first, llm=llm, store=STORE)
        assert llm.asked.wait(60)
        with pytest.raises(RunFolderError, match="another process works in"):
            run_questions(second, llm=ScriptedLLM(script={}), store=STORE)
        llm.let.set()
        assert running.result().failed == 0
    assert read_record(tmp_path / "out")["settings"]["seed"] == 0


def test_a_folder_is_held_before_anything_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(tmp_path)
    held = open_run_folder(settings)
    monkeypatch.setattr("debate.run.engine.load_store", lambda *_: pytest.fail("loaded without the folder"))
    with held, pytest.raises(RunFolderError, match="another process works in"):
        run_questions(settings)


def test_two_starts_without_a_folder_get_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = settings_in(tmp_path, out=None)
    with open_run_folder(settings) as first, open_run_folder(settings) as second:
        assert [first.name[-3:], second.name[-3:]] == ["001", "002"]
        assert (first / RECORD).is_file()


@pytest.mark.enable_socket
def test_the_lock_of_a_killed_process_blocks_nobody(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path / "out"], stdout=subprocess.PIPE) as holder:  # noqa: S603
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RunFolderError, match="another process works in"):
            run_questions(settings, llm=ScriptedLLM(script={}), store=STORE)
        holder.kill()
    assert (tmp_path / "out" / ".lock").exists()
    assert run_questions(settings, llm=ScriptedLLM(script=SCRIPT), store=STORE).failed == 0


def test_a_new_folder_in_which_nothing_came_about_is_removed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_run_folder(settings_in(tmp_path)):
        raise ZeroDivisionError
    assert not (tmp_path / "out").exists()


def test_folders_that_were_made_for_it_are_removed_with_it(tmp_path: Path) -> None:
    """Regression: --out runs/first left an empty runs/ behind a refused model."""
    (tmp_path / "kept").mkdir()
    settings = settings_in(tmp_path).model_copy(update={"out": tmp_path / "kept" / "runs" / "first"})
    with pytest.raises(ZeroDivisionError), open_run_folder(settings):
        raise ZeroDivisionError
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_run_that_was_there_is_kept_whatever_happens(tmp_path: Path) -> None:
    with open_run_folder(settings_in(tmp_path)) as folder:
        (folder / "results.jsonl").touch()
    (folder / "results.jsonl").unlink()
    with pytest.raises(ZeroDivisionError), open_run_folder(settings_in(tmp_path)):
        raise ZeroDivisionError
    assert (folder / RECORD).is_file()


def test_the_folder_of_something_else_is_refused_and_nothing_is_left_in_it(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("Dear Anna")
    with (
        pytest.raises(RunFolderError, match="contains files that are not a run"),
        open_run_folder(settings_in(tmp_path)),
    ):
        pass
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("change", [{"limit": 1}, {"concurrency": 3}, {"batch_size": 2}, {"also": ("csv",)}])
def test_settings_that_say_how_much_or_how_fast_are_no_other_run(tmp_path: Path, change: dict) -> None:
    keep(tmp_path)
    assert what_changed(tmp_path / "out", settings_in(tmp_path, **change)) == ()


def test_a_folder_that_another_process_makes_a_run_meanwhile_is_that_process_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / RECORD).touch()
    (tmp_path / "out" / "checkpoints.sqlite").touch()
    answers = iter([False, True])  # it is made between two looks
    monkeypatch.setattr("debate.run.folder.is_run", lambda folder: next(answers))
    with (
        FileLock(tmp_path / "out" / LOCK),
        pytest.raises(RunFolderError, match="another process works in"),
        open_run_folder(settings_in(tmp_path)),
    ):
        pass


def test_hidden_files_and_runs_inside_the_corpus_are_no_part_of_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, corpus=tmp_path)
    before = [one.page_content for one in load_corpus(tmp_path)]
    keep(tmp_path, corpus=tmp_path)
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "out" / "log.txt").write_text("A line of the log.")
    (tmp_path / "out" / "results.jsonl").write_text('{"text": "A row."}\n')
    assert what_changed(tmp_path / "out", settings) == ()
    assert [one.page_content for one in load_corpus(tmp_path)] == before


def test_a_file_that_cannot_be_read_stops_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hashlib.file_digest", unreadable)
    keep(tmp_path)
    assert what_changed(tmp_path / "out", settings_in(tmp_path)) == ()


def test_a_corpus_that_is_gone_is_told(tmp_path: Path) -> None:
    keep(tmp_path)
    moved = settings_in(tmp_path, corpus=tmp_path / "moved")
    with pytest.raises(CorpusError, match="moved does not exist"), open_run_folder(moved):
        pass


def test_a_corpus_that_moved_is_the_same(tmp_path: Path) -> None:
    keep(tmp_path)
    (tmp_path / "docs").rename(tmp_path / "moved")
    assert what_changed(tmp_path / "out", settings_in(tmp_path, corpus=tmp_path / "moved")) == ()


def test_a_document_that_moved_inside_its_corpus_is_a_change(tmp_path: Path) -> None:
    keep(tmp_path)
    settings = settings_in(tmp_path)
    (tmp_path / "docs" / "old").mkdir()
    (tmp_path / "docs" / "a.txt").rename(tmp_path / "docs" / "old" / "a.txt")
    assert what_changed(tmp_path / "out", settings) == ("the corpus changed",)


def test_a_run_with_an_index_depends_on_what_the_index_holds_and_not_on_the_documents(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build_index(load_corpus(settings_in(tmp_path).corpus), EMBEDDING, folder=index)
    settings = settings_in(tmp_path, index=index)
    keep(tmp_path, index=index)
    (tmp_path / "docs" / "b.txt").write_text("The G7 capped a price.")
    same = what_changed(tmp_path / "out", settings)
    build_index(load_corpus(tmp_path / "docs"), EMBEDDING, folder=index)
    assert (same, what_changed(tmp_path / "out", settings)) == ((), ("the index changed",))


def test_an_input_that_the_run_did_not_begin_with_is_a_change(tmp_path: Path) -> None:
    keep(tmp_path)
    (tmp_path / "p.toml").write_text('[[persona]]\nid = "a"\nname = "A"\nvoice = "a judge"\n')
    assert "the personas changed" in what_changed(tmp_path / "out", settings_in(tmp_path, personas=tmp_path / "p.toml"))


def test_a_run_of_an_older_version_is_resumed_with_todays_settings(tmp_path: Path) -> None:
    keep(tmp_path)
    record = tmp_path / "out" / RECORD
    text = record.read_text().replace("concurrency = 16", "in_flight = 16\ngone = 1").replace("rerank = true\n", "")
    record.write_text(text.replace('opinion_persona = ""', 'opinion_persona = "professor"'))
    assert "in_flight" in text
    assert what_changed(tmp_path / "out", settings_in(tmp_path)) == ()
    assert read_record(tmp_path / "out")["settings"]["concurrency"] == 16


def keep(folder: Path, **values) -> None:
    with open_run_folder(settings_in(folder, **values)) as made:
        (made / "checkpoints.sqlite").touch()


def unreadable(*_: object) -> None:
    raise OSError(5, "Input/output error")


def test_a_model_served_elsewhere_or_by_more_servers_is_the_same_run(tmp_path: Path) -> None:
    keep(tmp_path, model="http://a:8000/v1#m")
    now = settings_in(tmp_path, model="http://b:8000/v1#m,http://c:8000/v1#m")
    assert what_changed(tmp_path / "out", now) == ()


def test_another_model_of_a_server_is_another_run(tmp_path: Path) -> None:
    keep(tmp_path, model="http://a:8000/v1#m")
    now = settings_in(tmp_path, model="http://a:8000/v1#n")
    assert what_changed(tmp_path / "out", now) == ("model was 'http://a:8000/v1#m' and is 'http://a:8000/v1#n'",)


def test_what_a_followed_link_leads_to_belongs_to_the_run(tmp_path: Path) -> None:
    outside = tmp_path / "far" / "away"
    outside.mkdir(parents=True)
    (outside / "c.txt").write_text("Iran joined in 2024.")
    settings = settings_in(tmp_path, follow_links=True)
    (tmp_path / "docs" / "c.txt").symlink_to(outside / "c.txt")
    with open_run_folder(settings) as folder:
        (outside / "c.txt").write_text("Iran joined in 2023.")
        assert what_changed(folder, settings) == ("the corpus changed",)


def test_a_run_that_went_on_without_its_first_limit_resumes_without_it(tmp_path: Path) -> None:
    for settings in (settings_in(tmp_path, limit=1), settings_in(tmp_path)):
        with open_run_folder(settings):
            (tmp_path / "out" / "results.jsonl").write_text("{}\n", encoding="utf-8")
    assert "limit" not in read_record(tmp_path / "out")["settings"]
