"""Starting runs from the page: what may be asked for, and that nothing of it becomes a path."""

import errno
import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from types import SimpleNamespace
from typing import Any

import httpx
import psutil
import pytest
from starlette.requests import ClientDisconnect

from debate.errors import DebateError, QuestionsError, RunFolderError, SettingsError
from debate.serve.web.app import Site, create_app
from debate.serve.web.guard import Admission
from debate.serve.web.library import Library
from debate.serve.web.starting import NewRun, Starter
from debate.serve.web.uploads import Kind
from prompts.errors import PersonaError

# A run that makes its folder and says what it was given.
RUN = (
    "import sys, json, pathlib; a = sys.argv[1:]; out = pathlib.Path(a[a.index('--out') + 1]); out.mkdir();"
    "(out / 'given.json').write_text(json.dumps(a)); (out / 'run.toml').write_text('')"
)


def starter(
    folder: Path, program: str = RUN, base: dict[str, Any] | None = None, library: Library | None = None
) -> Starter:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "docs" / "a.txt").write_text("Trade grew.")
    given = {"corpus": folder / "docs"} if base is None else base
    runs = folder / "runs"
    return Starter(runs, library or Library([runs]), given, ["our-model"], [sys.executable, "-c", program])


def test_a_list_of_questions_becomes_a_run_with_the_servers_documents(tmp_path: Path) -> None:
    starting = starter(tmp_path)
    kept = starting.keep(b"Did trade grow?\nWhy?\n", "txt")
    name = starting.start(NewRun(upload=kept["upload"], name="mine", model="our-model", rounds=3))
    given = json.loads((tmp_path / "runs" / "mine" / "given.json").read_text())
    assert (kept["questions"], kept["first"], name) == (2, ["Did trade grow?", "Why?"], "mine")
    assert given[given.index("--corpus") + 1] == str(tmp_path / "docs")
    assert given[given.index("--model") + 1] == "our-model"
    assert given[given.index("--rounds") + 1] == "3"


PERSONAS = """
[[persona]]
id = "a"
name = "Ann"
voice = "a trader."
[[persona.pov]]
text = "Trade feeds people."
[[persona]]
id = "b"
name = "Bo"
voice = "a farmer."
[[persona.pov]]
text = "Soil feeds people."
"""


def test_personas_that_were_sent_take_the_place_of_the_servers_and_have_seats(tmp_path: Path) -> None:
    starting = starter(tmp_path)
    personas = starting.keep(PERSONAS.encode(), "toml")
    questions = starting.keep(b"Why?", "txt")
    starting.start(NewRun(upload=questions["upload"], personas=personas["upload"], name="mine", seat="b"))
    given = json.loads((tmp_path / "runs" / "mine" / "given.json").read_text())
    assert personas["seats"] == [["a", "Ann"], ["b", "Bo"]]
    assert Path(given[given.index("--personas") + 1]).read_text() == PERSONAS
    assert given[given.index("--seat") + 1] == "b"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[[persona]]", b"a = 1", b"not toml"])
def test_what_are_no_personas_is_told_and_not_kept(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PersonaError):
        starter(tmp_path).keep(content, "toml")
    assert list((tmp_path / "runs" / ".uploads").iterdir()) == []


def test_personas_that_are_nested_too_deeply_are_told_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match=r"^cast\.toml is not valid TOML: it is nested too deeply$"):
        starter(tmp_path).keep(b"a = " + b"[" * 10_000, "toml", "cast.toml")


def test_personas_that_would_take_long_to_read_are_refused_by_their_size(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match=r"^cast\.toml has more than 64 KiB; send fewer or shorter personas"):
        starter(tmp_path).keep(b"a" + b".a" * 32 * 1024 + b" = 1", "toml", "cast.toml")


@pytest.mark.parametrize("model", ["/etc", "http://127.0.0.1:9/v1#x", "gguf:/etc/passwd", "another-model"])
def test_a_persona_that_was_sent_speaks_with_no_model_that_the_page_does_not_offer(tmp_path: Path, model: str) -> None:
    sent = PERSONAS.replace('id = "b"', f'id = "b"\nmodel = "{model}"')
    with pytest.raises(PersonaError, match=r"persona 'b' names the model .* does not offer; choose one of our-model"):
        starter(tmp_path).keep(sent.encode(), "toml")
    assert list((tmp_path / "runs" / ".uploads").iterdir()) == []


def test_a_persona_that_was_sent_may_speak_with_a_model_that_the_page_offers(tmp_path: Path) -> None:
    sent = PERSONAS.replace('id = "b"', 'id = "b"\nmodel = "our-model"')
    assert starter(tmp_path).keep(sent.encode(), "toml")["seats"] == [["a", "Ann"], ["b", "Bo"]]


def test_a_persona_that_was_sent_calls_no_tools(tmp_path: Path) -> None:
    sent = PERSONAS.replace('id = "b"', 'id = "b"\ntools = ["http://127.0.0.1:9000/mcp"]')
    with pytest.raises(PersonaError, match="the persona 'b' names tools"):
        starter(tmp_path).keep(sent.encode(), "toml")


def test_questions_are_no_personas(tmp_path: Path) -> None:
    starting = starter(tmp_path)
    upload = starting.keep(b"Why?", "txt")["upload"]
    with pytest.raises(SettingsError, match="send the personas again"):
        starting.start(NewRun(upload=upload, personas=upload))


def test_the_debaters_of_each_choice_are_seats(tmp_path: Path) -> None:
    seats = starter(tmp_path).choices()["seats"]
    assert ["sceptic", "The Sceptic"] in seats[""]


@pytest.mark.parametrize("name", ["../out", "/etc", "a b", "A", ".hidden", "-x", "a/b", "a\x00"])
def test_a_name_that_is_no_plain_name_is_refused(tmp_path: Path, name: str) -> None:
    starting = starter(tmp_path)
    upload = starting.keep(b"Why?", "txt")["upload"]
    with pytest.raises(SettingsError, match="lower-case letters, digits and hyphens"):
        starting.start(NewRun(upload=upload, name=name))


@pytest.mark.parametrize("upload", ["", "../../etc/passwd", "0123456789abcdef"])
def test_an_upload_that_this_server_did_not_get_is_refused(tmp_path: Path, upload: str) -> None:
    with pytest.raises(SettingsError, match="send the questions again"):
        starter(tmp_path).start(NewRun(upload=upload))


def test_a_model_that_nobody_offered_is_refused(tmp_path: Path) -> None:
    starting = starter(tmp_path)
    upload = starting.keep(b"Why?", "txt")["upload"]
    with pytest.raises(SettingsError, match="choose one of the models"):
        starting.start(NewRun(upload=upload, model="/etc/passwd"))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04 no workbook"])
def test_a_list_that_the_reader_of_runs_refuses_is_not_kept(tmp_path: Path, content: bytes) -> None:
    starting = starter(tmp_path)
    with pytest.raises(QuestionsError):
        starting.keep(content, "xlsx" if content.startswith(b"PK") else "txt")
    assert list((tmp_path / "runs" / ".uploads").iterdir()) == []


def test_a_run_that_does_not_start_says_why(tmp_path: Path) -> None:
    starting = starter(tmp_path, "print('error: no room'); raise SystemExit(2)")
    upload = starting.keep(b"Why?", "txt")["upload"]
    with pytest.raises(RunFolderError, match="the run was not started: error: no room"):
        starting.start(NewRun(upload=upload))


def test_a_run_that_had_no_room_for_its_last_words_says_that_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting = starter(tmp_path, "raise SystemExit(2)")
    upload = starting.keep(b"Why?", "txt")["upload"]
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(RunFolderError, match=r"the run was not started: the disk of .*\.uploads is full; make room"):
        starting.start(NewRun(upload=upload))


def test_two_runs_that_are_started_at_once_get_a_name_each(tmp_path: Path) -> None:
    starting = starter(tmp_path, "import time; time.sleep(0.5);" + RUN)
    upload = starting.keep(b"Why?", "txt")["upload"]
    with ThreadPoolExecutor(2) as both:
        names = list(both.map(lambda _: starting.start(NewRun(upload=upload)), range(2)))
    assert sorted(names) == ["page-001", "page-002"]


def test_two_servers_that_start_a_run_at_once_choose_a_name_each(tmp_path: Path) -> None:
    servers = [starter(tmp_path, "import time; time.sleep(0.5);" + RUN) for _ in range(2)]
    uploads = [one.keep(text, "txt")["upload"] for one, text in zip(servers, (b"Why?", b"When?"), strict=True)]
    with ThreadPoolExecutor(2) as both:
        names = list(both.map(lambda one, upload: one.start(NewRun(upload=upload)), servers, uploads))
    assert sorted(names) == ["page-001", "page-002"]


def test_a_name_is_free_again_when_its_run_did_not_start(tmp_path: Path) -> None:
    starting = starter(tmp_path)
    with pytest.raises(SettingsError, match="send the questions again"):
        starting.start(NewRun(upload="", name="mine"))
    assert starting.start(NewRun(upload=starting.keep(b"Why?", "txt")["upload"], name="mine")) == "mine"


# Says that it has begun, and counts what it is sent.
COUNTING = """
import os, pathlib, signal, sys
sent = []
signal.signal(signal.SIGINT, lambda *_: sent.append(1))
print("ready", flush=True)
sys.stdin.read()
print(len(sent))
"""


async def test_a_run_that_is_stopping_is_not_stopped_again(tmp_path: Path) -> None:
    starting = starter(tmp_path)
    run = tmp_path / "runs" / "mine"
    run.mkdir(parents=True)
    (run / "run.toml").write_text("[settings]\n[inputs]\n")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", COUNTING], **pipes)  # noqa: S603
    assert process.stdout.readline() == "ready\n"
    me = {"process": process.pid, "created": psutil.Process(process.pid).create_time(), "host": socket.gethostname()}
    (run / "progress.jsonl").write_text(json.dumps({"event": "began"} | me) + "\n")
    library = Library([tmp_path / "runs"])
    app = create_app(Site(library, starter=starting), Admission())
    address = "http://127.0.0.1"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=address) as page:
        asked = [await page.post("/api/runs/mine/stop", headers={"Origin": address}) for _ in range(2)]
    said, _ = process.communicate(timeout=30)
    assert [one.status_code for one in asked] == [200, 409]
    assert asked[1].json() == {"error": "the run mine is stopping already; it waits for its model"}
    assert said == "1\n"


@pytest.mark.parametrize(
    ("content", "kind", "name", "said"),
    [
        (b"PK\x03\x04 no workbook", "xlsx", "my list.xlsx", "my list.xlsx"),
        (b"\n", "txt", "", "the list contains no question"),
        (b"= no toml", "toml", "cast.toml", "cast.toml"),
    ],
)
def test_what_is_wrong_with_an_upload_is_told_by_its_senders_name_for_it(
    tmp_path: Path, content: bytes, kind: Kind, name: str, said: str
) -> None:
    with pytest.raises((QuestionsError, PersonaError), match=said) as told:
        starter(tmp_path).keep(content, kind, name)
    assert ".uploads" not in str(told.value)


async def test_who_leaves_while_sending_a_list_ends_nothing(tmp_path: Path) -> None:
    async def leaves() -> AsyncIterator[bytes]:
        yield b"Did trade"
        raise ClientDisconnect

    app = create_app(Site(Library([tmp_path]), starter=starter(tmp_path)), Admission())
    address = "http://127.0.0.1"
    transport = httpx.ASGITransport(app)  # it raises what the application did not handle
    async with httpx.AsyncClient(transport=transport, base_url=address) as page:
        answer = await page.post("/api/uploads?kind=txt", headers={"Origin": address}, content=leaves())
    assert answer.status_code == 400
    assert list((tmp_path / "runs").glob(".uploads/*")) == []


def test_a_file_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(RunFolderError, match=r"cannot write to .*\.uploads: No space left on device; make room"):
        starter(tmp_path).keep(b"Why?", "txt")
    assert list((tmp_path / "runs" / ".uploads").iterdir()) == []


def test_what_is_left_out_of_a_list_is_told_by_its_senders_name_for_it(tmp_path: Path) -> None:
    content = b"id,question\na,Why?\n" + b"b,\n" * 7
    notes = starter(tmp_path).keep(content, "csv", "my.csv")["notes"]
    assert notes[0] == "my.csv, row 3 is left out: it contains no question"
    assert notes[5:] == ["and 2 more; the run's log.txt names all"]


def test_a_file_in_the_place_of_the_uploads_is_told(tmp_path: Path) -> None:
    starting = starter(tmp_path)
    upload = starting.keep(b"Why?", "txt")["upload"]
    kept = tmp_path / "runs" / ".uploads"
    kept.rename(tmp_path / "moved")
    kept.touch()
    with pytest.raises(RunFolderError, match=r"cannot write to .*\.uploads: File exists; .* move away"):
        starting.keep(b"Why?", "txt")
    with pytest.raises(DebateError):
        starting.start(NewRun(upload=upload))
    (tmp_path / "runs" / "mine").mkdir()
    (tmp_path / "runs" / "mine" / "run.toml").touch()
    with pytest.raises(RunFolderError, match=r"cannot write to .*\.uploads: File exists; .* move away"):
        starting.resume("mine", retry_failed=False)


def test_a_run_whose_name_is_too_long_to_resume_it_says_so(tmp_path: Path) -> None:
    starting = starter(tmp_path)
    run = tmp_path / "runs" / ("r" * 250)
    run.mkdir(parents=True)
    (run / "run.toml").touch()
    with pytest.raises(RunFolderError, match=r"name of the run r{40}… is too long .* at most 244 bytes"):
        starting.resume(run.name, retry_failed=False)


# A run that makes its folder, and ends with none once it may.
LOST = """
import sys, pathlib, shutil, time
out = pathlib.Path(sys.argv[sys.argv.index('--out') + 1])
out.mkdir()
(out / 'run.toml').write_text('')
while not (out.parent / 'go').exists():
    time.sleep(0.02)
shutil.rmtree(out)
print({line!r})
raise SystemExit({code})
"""


class Noting(Library):
    """Hands over when processes of runs begin and end."""

    def __init__(self, place: Path) -> None:
        super().__init__([place])
        self.noted: Queue[tuple[str, bool]] = Queue()

    def note_process(self, name: str, *, is_over: bool) -> None:
        super().note_process(name, is_over=is_over)
        self.noted.put((name, is_over))


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("error: no such model", 2, "error: no such model"),
        ("interrupted; finished steps are kept", 130, "it was stopped"),
    ],
)
def test_a_run_that_ends_without_its_folder_says_why_to_a_later_server_too(
    tmp_path: Path, line: str, code: int, said: str
) -> None:
    library = Noting(tmp_path / "runs")
    starting = starter(tmp_path, LOST.format(line=line, code=code), library=library)
    starting.start(NewRun(upload=starting.keep(b"Why?", "txt")["upload"], name="mine"))
    (tmp_path / "runs" / "go").touch()
    assert [library.noted.get(timeout=30) for _ in range(2)] == [("mine", False), ("mine", True)]
    with pytest.raises(RunFolderError, match=f"the run mine is gone; it ended with: {said}"):
        library.run("mine")
    with pytest.raises(RunFolderError, match=f"the run mine is gone; it ended with: {said}"):
        Library([tmp_path / "runs"]).run("mine")


def test_what_is_not_running_cannot_be_stopped(tmp_path: Path) -> None:
    starting = starter(tmp_path)
    upload = starting.keep(b"Why?", "txt")["upload"]
    starting.start(NewRun(upload=upload, name="mine"))
    with pytest.raises(RunFolderError, match="the run mine is not running"):
        starting.stop("mine")
