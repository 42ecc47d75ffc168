"""A run watched from its folder: what it tells, that nothing is lost or told twice, and what its rows are."""

import asyncio
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from example_rows import ANSWER_ROW as ROW
from fakes import EMBEDDING, ScriptedLLM
from fastapi.routing import APIRoute
from hostile import HOSTILE, MARKUP, everywhere
from page_server import HERE, a_run, told

from chains.schemas import Abstention, Opinion, Position, Question
from debate import DebateSettings, run_questions
from debate.errors import RunFolderError
from debate.in_progress import InProgress
from debate.progress import Progress
from debate.results import QuestionResult
from debate.run.records.journal import Journal
from debate.run.records.progress_file import PROGRESS, recorded_progress
from debate.serve.web.app import Site, create_app
from debate.serve.web.assets import Pages
from debate.serve.web.feed import Snapshot
from debate.serve.web.guard import Admission
from debate.serve.web.library import Library, Run
from debate.serve.web.routes.runs import run_routes
from debate.serve.web.row_index import RowIndex
from debate.serve.web.starting import Starter
from debate.serve.web.watching import Watched
from vectorstore import FaissStore

FAILED = QuestionResult(Question("q2", "What failed?"), "smollm2", 9.0, error="RuntimeError: it broke")


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    (tmp_path / "q.txt").write_text("Why did BRICS grow?\nWhat of the dollar?\n", encoding="utf-8")
    settings = DebateSettings(questions=tmp_path / "q.txt", corpus=tmp_path, out=tmp_path / "out", deepen=0)
    store = FaissStore.from_texts(["BRICS admitted Iran in 2024."], EMBEDDING)
    run_questions(settings, llm=ScriptedLLM(script={"dollar": "raise it broke", "": "It grew."}), store=store)
    return tmp_path / "out"


def test_a_run_tells_who_works_on_it_how_far_it_is_and_how_it_ended(finished: Path) -> None:
    state = Watched(finished).state()
    assert (state.questions, state.done, state.ended) == (2, 2, "done")
    assert state.failed == Run(finished).rows.page(0, 9, show="failed").fitting > 0
    assert state.process is not None
    assert state.process.host
    assert state.working == {}


def test_a_run_tells_about_how_long_it_still_takes_and_when_it_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InProgress, "seconds_left", lambda _: 90.04)
    with recorded_progress(tmp_path, Progress(), turns=4) as progress:
        progress.total(2, 0)
        progress.stage("q1", "retrieve")
        state = Watched(tmp_path).state()
    assert (state.left, bool(state.left_at)) == (90.0, True)
    assert Watched(tmp_path).state().left == 0.0


@dataclass(frozen=True)
class Told:
    """An event as a browser reads it from the stream."""

    kind: str
    text: str
    place: int | None


async def events(frames: AsyncIterator[bytes]) -> AsyncIterator[Told]:
    """Yield what a feed's frames tell, without comments and whether the run is alive."""
    async for frame in frames:
        for lines in filter(None, frame.decode().split("\n\n")):
            told = dict(line.split(": ", 1) for line in lines.split("\n"))
            if "data" in told and told.get("event") != "running":
                place = int(told["id"]) if "id" in told else None
                yield Told(told.get("event", "event"), told["data"], place)


async def take(watched: Watched, after: int, count: int) -> list[tuple[int, str]]:
    told = events(watched.feed().frames(after))
    async with asyncio.timeout(30):
        return [(one.place, one.text) for one in [await anext(told) for _ in range(count)]]


async def test_all_readers_at_one_place_are_sent_the_same_bytes(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    (run / "drafts.json").write_text('{"q1": {"part": "opinion", "texts": ["Trade"]}}')
    told(run, {"event": "began"}, {"event": "preparing"})
    feed = Watched(run).feed("q1")
    readers = [feed.frames(0) for _ in range(3)]
    hello = [await anext(one) for one in readers]
    first = [await anext(one) for one in readers]
    waiting = [asyncio.ensure_future(anext(one)) for one in readers]
    await asyncio.sleep(0)
    told(run, {"event": "preparing", "text": "more"})
    second = await asyncio.gather(*waiting)
    assert [len(set(map(id, frames))) for frames in (hello, first, second)] == [1, 1, 1]
    assert first[0].count(b"data: ") == 4  # two events, the draft, and whether the run is alive
    assert [one.text async for one in events(a_stream(second[0]))] == ['{"event": "preparing", "text": "more"}']


async def a_stream(frame: bytes) -> AsyncIterator[bytes]:
    yield frame


async def test_those_who_wait_are_told_though_the_one_who_looked_for_them_has_left(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    feed = Watched(run).feed()
    looks, waits = feed.frames(0), feed.frames(0)
    for one in (looks, waits):
        await anext(one)
        await anext(one)  # whether the run is alive
    looking, waiting = asyncio.ensure_future(anext(looks)), asyncio.ensure_future(anext(waits))
    await asyncio.wait((looking, waiting), timeout=0.05)  # both wait now
    looking.cancel()
    told(run, {"event": "began"})
    async with asyncio.timeout(5):
        found = [one.text async for one in events(a_stream(await waiting + await anext(waits)))]
    assert looking.cancelled()
    assert found == ['{"event": "began"}']


async def test_that_a_runs_process_is_gone_is_told(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    told(run, HERE)
    frames = Watched(run).feed().frames(0)
    async with asyncio.timeout(10):
        before = await anext(frame async for frame in frames if b"event: running" in frame)
        told(run, HERE | {"process": 4_000_000, "host": socket.gethostname()})
        after = await anext(frame async for frame in frames if b"event: running" in frame)
    assert b"event: running\ndata: true\n" in before
    assert b"event: running\ndata: false\n" in after


async def test_a_reader_who_comes_back_to_a_later_server_gets_each_event_once(finished: Path) -> None:
    lines = (finished / PROGRESS).read_text(encoding="utf-8").splitlines()
    first = await take(Watched(finished), 0, 3)
    rest = await take(Watched(finished), first[-1][0], len(lines) - 3)
    assert [line for _, line in first + rest] == lines


async def test_a_reader_who_is_far_behind_gets_every_event_in_order(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    told(run, *({"event": "preparing", "text": str(n)} for n in range(1200)))
    got = await take(Watched(run), 0, 1200)
    assert [json.loads(line)["text"] for _, line in got] == [str(n) for n in range(1200)]


async def test_half_a_line_is_told_once_it_is_whole(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    (run / PROGRESS).write_text('{"event":"began"}\n{"event":"prep', encoding="utf-8")
    watched = Watched(run)
    (first,) = await take(watched, 0, 1)
    with (run / PROGRESS).open("a") as file:
        file.write('aring"}\n')
    assert await take(watched, first[0], 1) == [(first[0] + 22, '{"event":"preparing"}')]


async def test_when_the_server_ends_everybody_who_watches_is_let_go(tmp_path: Path) -> None:
    library = Library([tmp_path])
    a_run(tmp_path / "r")
    readers = [library.run("r").watched.feed().frames(0) for _ in range(3)]
    seen = [[await anext(one), await anext(one)] for one in readers]  # the hello, and whether the run is alive
    ends = [asyncio.ensure_future(anext(one, None)) for one in readers]
    await asyncio.sleep(0)
    library.close()
    async with asyncio.timeout(5):
        pings = await asyncio.gather(*ends)
        after = [await anext(one, None) for one in readers]
    assert all(len(one) == 2 for one in seen)
    assert set(pings) | set(after) <= {b": ping\n\n", None}
    assert after == [None] * 3


async def test_a_line_that_is_no_event_is_nobodys_to_read(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    (tmp_path / "secret").write_text('root:x:0:0\n{"password": "hunter2"}\n{"event":"began"}\n', encoding="utf-8")
    (run / PROGRESS).symlink_to(tmp_path / "secret")
    frames = Watched(run).feed().frames(0)
    sent = [await anext(frames) for _ in range(2)]
    assert b'"event":"began"' in sent[1]
    assert not [one for one in sent if b"root" in one or b"hunter2" in one]


async def test_a_link_in_the_place_of_a_snapshot_is_nobodys_to_read(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    (tmp_path / "secret").write_text('{"q1": {"password": "hunter2"}}', encoding="utf-8")
    (run / "drafts.json").symlink_to(tmp_path / "secret")
    (run / "seat.json").symlink_to(tmp_path / "secret")
    told(run, {"event": "began"})
    frames = Watched(run).feed("q1").frames(0)
    sent = [await anext(frames) for _ in range(2)]
    assert b'"event": "began"' in sent[1]
    assert b"hunter2" not in sent[1]


def test_a_pipe_in_the_place_of_a_snapshot_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "seat.json")
    assert Snapshot(tmp_path / "seat.json").text() == ""


async def test_what_is_being_written_is_told_as_a_whole_and_its_end_too(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    drafts = run / "drafts.json"
    drafts.write_text('{"q1": {"part": "turn:hawk", "texts": ["Trade"]}, "q2": {"part": "opinion", "texts": ["x"]}}')
    told = events(Watched(run).feed("q1").frames(0))
    first = await anext(told)
    drafts.write_text('{"q1": {"part": "turn:hawk", "texts": ["Trade gr"]}}')
    second = await anext(told)
    drafts.unlink()
    third = await anext(told)
    assert [json.loads(one.text).get("texts") for one in (first, second, third)] == [["Trade"], ["Trade gr"], None]
    assert {one.place for one in (first, second, third)} == {None}


async def test_what_a_killed_run_was_writing_is_not_told(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    (run / "drafts.json").write_text('{"q1": {"part": "opinion", "texts": ["Trade"]}}')
    os.utime(run / "drafts.json", (1.0, 1.0))
    told(run, {"event": "began"})
    first = await anext(watching := events(Watched(run).feed("q1").frames(0)))
    os.utime(run / "drafts.json")
    second = await anext(watching)
    assert (first.kind, second.kind) == ("event", "draft")


@pytest.mark.parametrize(
    "damaged", [b'{"q1": {"te', b"\xff\xfe", b"[1]", b"[" * 100_000], ids=["half", "bytes", "list", "deep"]
)
async def test_damaged_snapshots_do_not_keep_the_events_from_a_reader(tmp_path: Path, damaged: bytes) -> None:
    run = a_run(tmp_path / "r")
    (run / "drafts.json").write_bytes(damaged)
    told(run, {"event": "began"}, {"event": "preparing"})
    watching = events(Watched(run).feed("q1").frames(0))
    assert [(await anext(watching)).kind for _ in range(2)] == ["event", "event"]
    (run / "seat.json").write_bytes(damaged)
    (run / "drafts.json").write_text('{"q1": {"part": "opinion", "texts": ["Trade"]}}')
    assert (await anext(watching)).kind == "draft"


def test_a_state_that_was_returned_does_not_change_under_the_hands_of_its_reader(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    told(run, HERE, {"event": "stage", "question": "q1", "stage": "retrieve"})
    watched = Watched(run)
    first = watched.state()
    told(run, {"event": "stage", "question": "q2", "stage": "retrieve"}, {"event": "finished", "question": "q1"})
    later = watched.state()
    assert ([*first.working], first.done) == (["q1"], 0)
    assert ([*later.working], later.done) == (["q2"], 1)


@pytest.mark.parametrize("damaged", [b"\n", b'{"event":"of a later version"}\n', b"\xff\n"])
def test_a_damaged_line_of_progress_is_passed_over(finished: Path, damaged: bytes) -> None:
    path = finished / PROGRESS
    before = Watched(finished).state()
    first, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first, damaged, *rest, damaged]))
    state = Watched(finished).state()
    assert (state.questions, state.done, state.ended) == (before.questions, before.done, before.ended)
    assert state.end == path.stat().st_size


def test_a_run_in_the_place_of_a_deleted_one_is_read_anew(tmp_path: Path) -> None:
    library = Library([tmp_path])
    before = library.run(a_run(tmp_path / "r", ROW).name).rows.page(0, 9)
    shutil.rmtree(tmp_path / "r")
    os.utime(a_run(tmp_path / "r", FAILED, ROW) / "run.toml", (1.0, 1.0))
    after = library.run("r").rows.page(0, 9)
    assert [[one.id for one in found.rows] for found in (before, after)] == [["q1.1"], ["q2", "q1.1"]]
    assert library.run("r").shown("q2").status == "failed"


def test_a_run_that_did_not_change_is_read_once(tmp_path: Path) -> None:
    a_run(tmp_path / "r", ROW)
    library = Library([tmp_path])
    assert library.run("r") is library.run("r")


async def test_a_reader_of_a_run_that_is_deleted_is_told_no_more(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    told(run, {"event": "began"})
    reading = events(Watched(run).feed().frames(0))
    await anext(reading)
    shutil.rmtree(run)
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(reading), 5)


async def test_events_of_no_run_are_an_error_before_the_stream_begins(tmp_path: Path) -> None:
    library = Library([tmp_path])
    library.note_process("ending", is_over=False)
    (tmp_path / ".uploads").mkdir()
    (tmp_path / ".uploads" / "gone.output.txt").write_text("loading\nerror: no such model\n\n")
    app = create_app(Site(library, starter=Starter(tmp_path, library, {})), Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        none, gone = [await page.get(f"/api/runs/{name}/events") for name in ("never", "gone")]
        shown, ending = await page.get("/runs/gone"), await page.get("/runs/ending")
    assert (none.status_code, gone.status_code, shown.status_code) == (404, 404, 404)
    assert gone.json() == {"error": "the run gone is gone; it ended with: error: no such model"}
    assert "error: no such model" in shown.text
    assert [one.headers.get("Refresh") for one in (shown, ending)] == [None, "2"]
    assert 'href="/new">Start a new run' in shown.text


def test_a_process_that_is_gone_runs_no_more(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r")
    told(run, {"event": "began", "process": 4_000_000, "created": 1.0, "host": socket.gethostname()})
    assert Watched(run).state().is_running is False


def test_a_question_in_work_is_shown_as_far_as_it_has_come(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r", ROW)
    told(run, {"event": "began"}, {"event": "stage", "question": "q9", "stage": "opinion"})
    shown = Run(run).shown("q9")
    assert (shown.status, shown.stage) == ("working", "opinion")


UNFINISHED = [
    ({}, "retrieve"),
    ({"chunks": ROW.chunks}, "opinion"),
    ({"chunks": ROW.chunks, "opinion": ROW.opinion}, "positions"),
    ({"chunks": ROW.chunks, "opinion": ROW.opinion, "turns": ROW.turns}, "debate"),
    ({"chunks": ROW.chunks, "opinion": ROW.opinion, "turns": ROW.turns, "verdict": ROW.verdict}, ""),
]


@pytest.mark.parametrize(("state", "stage"), UNFINISHED, ids=[stage for _, stage in UNFINISHED])
@pytest.mark.parametrize(
    ("events", "status"),
    [([HERE], "waiting"), ([HERE, {"event": "ended", "text": "interrupted"}], "stopped"), ([], "stopped")],
)
def test_a_question_that_nobody_works_on_is_waiting_or_stopped_and_says_where_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: Any, stage: str, events: Any, status: str
) -> None:
    run = a_run(tmp_path / "r", ROW)
    monkeypatch.setattr("debate.serve.web.library.read_thread", lambda *_: {"question": Question("q9", "Why?")} | state)
    told(run, *events)
    shown = Run(run).shown("q9")
    assert (shown.status, shown.stage, shown.steps) == (status, stage, 0)


def test_a_question_that_was_in_work_when_its_run_was_killed_is_stopped(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r", ROW)
    killed = HERE | {"process": 4_000_000, "host": socket.gethostname()}
    told(run, killed, {"event": "stage", "question": "q9", "stage": "retrieve"})
    shown = Run(run).shown("q9")
    assert shown.status == "stopped"
    assert "in progress" not in shown.html


async def test_a_debates_map_can_be_saved_as_a_picture(tmp_path: Path) -> None:
    a_run(tmp_path / "r", ROW, FAILED)
    app = create_app(Site(Library([tmp_path])), Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        saved = await page.get("/runs/r/map.svg", params={"id": "q1.1"})
        none = await page.get("/runs/r/map.svg", params={"id": "q2"})
    assert (saved.status_code, saved.headers["content-type"], none.status_code) == (200, "image/svg+xml", 404)
    assert "Hawk, round 1" in saved.text


async def test_where_there_is_no_index_its_address_says_how_to_give_one(tmp_path: Path) -> None:
    app = create_app(Site(Library([tmp_path])), Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        explore = await page.get("/explore")
    assert explore.status_code == 404
    assert "debate serve --index myindex" in explore.text


async def test_a_run_that_is_running_is_not_resumed(tmp_path: Path) -> None:
    run = a_run(tmp_path / "r", ROW)
    told(run, {"event": "began", "process": 1, "created": 1.0, "host": "elsewhere"})
    library = Library([tmp_path])
    app = create_app(Site(library, starter=Starter(tmp_path, library, {})), Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        again = await page.post(
            "/api/runs/r/resume", json={"retry_failed": False}, headers={"Origin": "http://127.0.0.1"}
        )
    assert (again.status_code, again.json()) == (409, {"error": "the run r is running already"})


def test_beside_each_turn_stand_the_passages_that_it_read(tmp_path: Path) -> None:
    html = Run(a_run(tmp_path / "r", ROW)).shown("q1.1").html
    turn = html[html.index('id="turn-1"') :]
    assert "Nonsense." in turn
    assert "The hawk reads this." in turn[: turn.index("</ol>")]


def test_positions_are_shown_before_anybody_has_spoken(tmp_path: Path) -> None:
    row = replace(ROW, turns=(), verdict=None, positions=(Position("hawk", "Hawk", "Trade is war."),))
    html = Run(a_run(tmp_path / "r", row)).shown("q1.1").html
    assert "Trade is war." in html


def test_a_question_that_the_run_does_not_have_is_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="the run r has no question 'q9'"):
        Run(a_run(tmp_path / "r", ROW)).shown("q9")


def test_rows_are_listed_filtered_and_ordered(tmp_path: Path) -> None:
    rows = [replace(ROW, question=Question(f"q{n}", f"Number {n}?"), seconds=float(n)) for n in (10, 9, 2)]
    index = RowIndex(a_run(tmp_path / "r", *rows, FAILED) / "results.jsonl")
    ids = {order: [one.id for one in index.page(0, 9, order=order).rows] for order in ("", "latest", "id", "-seconds")}
    assert ids[""] == ["q10", "q9", "q2", "q2"]
    assert ids["latest"] == ids[""][::-1]
    assert ids["id"] == ["q2", "q2", "q9", "q10"]
    assert ids["-seconds"] == ["q10", "q9", "q2", "q2"]
    assert [one.question for one in index.page(0, 9, show="failed").rows] == ["What failed?"]
    assert [one.id for one in index.page(0, 9, find="number 9").rows] == ["q9"]


async def test_an_abstention_is_named_once_in_a_list_and_its_reason_beside_the_answer(tmp_path: Path) -> None:
    silent = Opinion("I don't know.", 3, (), abstained=True, abstained_because=Abstention.OFF_TOPIC)
    a_run(tmp_path / "r", replace(ROW, opinion=silent))
    app = create_app(Site(Library([tmp_path])), Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        listed = (await page.get("/api/runs/r/rows")).json()["html"]
        shown = (await page.get("/runs/r/question?id=q1.1")).text
    assert listed.count("abstained") == 2  # the status and its class
    assert "An abstention: nothing retrieved bears on the question." in shown


async def test_a_run_that_has_not_counted_its_questions_shows_no_count_of_none(tmp_path: Path) -> None:
    told(a_run(tmp_path / "r"), HERE, {"event": "preparing", "text": "embedding"})
    app = create_app(Site(Library([tmp_path])), Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        assert "no question finished yet" in (await page.get("/")).text
        assert '<ul id="counts" class="counts" hidden' in (await page.get("/runs/r")).text


async def test_a_run_whose_inputs_are_gone_says_why_its_settings_are_not_shown(tmp_path: Path) -> None:
    a_run(tmp_path / "r", ROW)
    app = create_app(Site(Library([tmp_path])), Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        shown = (await page.get("/runs/r")).text
    assert "its questions, documents or personas were moved or changed, or cannot be read" in shown
    assert "<dl>" not in shown


def test_a_row_that_is_added_shows_and_a_retried_one_takes_its_latest_place(tmp_path: Path) -> None:
    path = a_run(tmp_path / "r", FAILED) / "results.jsonl"
    index = RowIndex(path)
    index.read_on()
    Journal(path).extend([ROW, replace(FAILED, error="")])
    assert [(one.id, one.failed) for one in index.page(0, 9).rows] == [("q1.1", False), ("q2", False)]


async def test_the_length_of_an_answer_without_spaces_is_told_in_characters(tmp_path: Path) -> None:
    japanese = Opinion("貿易は成長した。", 7, ("c1",))
    turn = replace(ROW.turns[0], text="それは違う。", words=5)
    a_run(tmp_path / "r", replace(ROW, opinion=japanese, turns=(turn,)), replace(ROW, question=Question("q2", "Why?")))
    app = create_app(Site(Library([tmp_path])), Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        listed = (await page.get("/api/runs/r/rows")).json()["html"]
        shown = (await page.get("/runs/r/question?id=q1.1")).text
    assert ("7 characters" in listed, "8 words" in listed) == (True, True)
    assert "5 characters" in shown


def test_a_summary_says_of_a_row_what_the_report_says(tmp_path: Path) -> None:
    from debate.output.report.rows import tags_of

    rows = [everywhere(text, f"{n}", failed=n % 2 == 0) for n, text in enumerate(MARKUP + HOSTILE)] + [ROW, FAILED]
    index = RowIndex(a_run(tmp_path / "r", *rows) / "results.jsonl")
    listed = {one.id: set(one.tags) - {"debated"} for one in index.page(0, 99).rows}
    assert listed == {row.question.id: set(tags_of(row)) for row in rows}


async def test_no_hostile_text_becomes_markup_in_a_page_or_its_data(tmp_path: Path) -> None:
    rows = [everywhere(text, f"{text} {n}", failed=n % 2 == 0) for n, text in enumerate(MARKUP)]
    a_run(tmp_path / "r", *rows)
    listed = RowIndex(tmp_path / "r" / "results.jsonl").page(0, 99).rows
    app = create_app(Site(Library([tmp_path])), Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        pages = [await page.get("/"), await page.get("/runs/r")]
        pages += [await page.get("/runs/r/question", params={"id": one.id}) for one in listed]
    assert [one.status_code for one in pages] == [200] * len(pages)
    assert not any("<img" in one.text or "<script>" in one.text or 'onerror="' in one.text for one in pages)


async def test_a_damaged_run_hides_no_other_and_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    a_run(tmp_path / "whole", ROW)
    (a_run(tmp_path / "broken", ROW) / "results.jsonl").write_text("no row\n")
    (a_run(tmp_path / "unnamed", ROW) / "run.toml").write_text("= nothing")
    (a_run(tmp_path / "deep", ROW) / "run.toml").write_text("a = " + "[" * 10_000)
    a_run(tmp_path / "r\udcff", ROW)
    library = Library([tmp_path])
    site = Site(library, starter=Starter(tmp_path, library, {}))
    app = create_app(site, Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        listed, form = await page.get("/"), await page.get("/new")
    assert (listed.status_code, form.status_code) == (200, 200)
    assert "/runs/whole" in listed.text
    assert "line 1 of results.jsonl is not a row of this run" in listed.text
    assert "whole" in form.text


@pytest.mark.parametrize(
    "broken", [b"no row\n", b'{"question": {"id": "q\n', b'{"a": 1}\n', b"\n", b"\xff\xfe\n"],
    ids=["text", "cut", "foreign", "empty", "bytes"],
)  # fmt: skip
async def test_a_broken_line_hides_no_other_row_and_is_told(tmp_path: Path, broken: bytes) -> None:
    path = a_run(tmp_path / "r", ROW, FAILED) / "results.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + broken + second)
    app = create_app(Site(Library([tmp_path])), Admission())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as page:
        run, row = await page.get("/runs/r"), await page.get("/runs/r/question", params={"id": "q2"})
    assert [one.id for one in Library([tmp_path]).run("r").rows.page(0, 9).rows] == ["q1.1", "q2"]
    assert "line 2 of results.jsonl is not a row of this run; restore the file, or remove the line" in run.text
    assert (run.status_code, row.status_code) == (200, 200)


def test_of_many_broken_lines_the_first_are_named(tmp_path: Path) -> None:
    path = a_run(tmp_path / "r", ROW) / "results.jsonl"
    path.write_bytes(b"x\n" * 9 + path.read_bytes())
    rows = RowIndex(path)
    rows.read_on()
    assert rows.damage.startswith("9 lines of results.jsonl (1, 2, 3, …) are not rows of this run")


def test_a_row_that_was_damaged_is_an_error_in_one_line(tmp_path: Path) -> None:
    rows = RowIndex(a_run(tmp_path / "r", ROW) / "results.jsonl")
    assert len(rows.page(0, 9).rows) == 1
    path = tmp_path / "r" / "results.jsonl"
    path.write_bytes(b"x" * (path.stat().st_size - 1) + b"\n")
    with pytest.raises(RunFolderError, match="byte 0, is not a row of a run"):
        rows.result(ROW.question.id)


@pytest.mark.parametrize("last", ["9" * 5000, "x", "-1"], ids=["long", "text", "negative"])
async def test_a_place_that_no_file_has_is_the_beginning(finished: Path, last: str) -> None:
    routes = run_routes(Library([finished]), Pages(version="", sections=(), startable=False)).routes
    answer = next(one for one in routes if isinstance(one, APIRoute) and one.path.endswith("/events")).endpoint
    sent = (await answer(finished.name, last_event_id=last)).body_iterator
    assert b"watching" in await anext(sent)
    assert json.loads((await anext(events(sent))).text)["event"] == "began"
