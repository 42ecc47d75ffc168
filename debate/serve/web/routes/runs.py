"""Pages and data of runs: the list of them, a run's rows, one question, and the events of a run as they happen."""

import re
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from debate.arena.seat import LONGEST_ANSWER
from debate.errors import DebateError
from debate.readable import one_line
from debate.serve.web.assets import Pages
from debate.serve.web.library import Library, Run
from debate.serve.web.row_index import Order, Show

_AT_ONCE = 100  # rows
_KINDS = {"done": "done", "progress not recorded": "unknown"}
_AS_IT_COMES = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
Id = Annotated[str, Query(alias="id", max_length=2000)]


def run_routes(library: Library, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    _add_pages(routes, library, pages)
    _add_data(routes, library, pages)

    @routes.get("/api/runs/{name}/events")
    async def events(
        name: str,
        after: Annotated[int, Query(ge=0)] = 0,
        question: Annotated[str, Query(max_length=2000)] = "",
        last_event_id: Annotated[str, Header()] = "",
    ) -> StreamingResponse:
        feed = (await run_in_threadpool(library.run, name)).watched.feed(question)
        start = int(last_event_id) if re.fullmatch(r"[0-9]{1,18}", last_event_id) else after
        return StreamingResponse(feed.frames(start), media_type="text/event-stream", headers=_AS_IT_COMES)

    return routes


def _add_pages(routes: APIRouter, library: Library, pages: Pages) -> None:
    @routes.get("/", response_class=HTMLResponse)
    def runs() -> str:
        return pages.render("runs", here="/", runs=[_listed(run) for run in library.runs().values()])

    @routes.get("/runs/{name}", response_class=HTMLResponse)
    def run(name: str) -> str:
        found = library.run(name)
        first = found.rows.page(0, _AT_ONCE)
        return pages.render("run", here="/", run=_told(found), facts=found.facts, first=first)

    @routes.get("/runs/{name}/question", response_class=HTMLResponse)
    def question(name: str, question_id: Id) -> str:
        found = library.run(name)
        end = found.watched.state().end
        shown = found.shown(question_id)
        before, after = found.rows.neighbours(question_id)
        names = {one.id: one.name for one in found.facts.speakers}
        at = {"before": before, "after": after, "end": end, "longest": LONGEST_ANSWER}
        return pages.render("question", here="/", run=_told(found), shown=shown, names=names, **at)

    @routes.get("/runs/{name}/map.svg")
    def picture(name: str, question_id: Id) -> Response:
        drawn = library.run(name).picture(question_id)
        if drawn is None:
            raise HTTPException(404, "nobody has spoken yet")
        return Response(drawn, media_type="image/svg+xml")


def _add_data(routes: APIRouter, library: Library, pages: Pages) -> None:
    @routes.get("/api/runs/{name}")
    def state(name: str) -> dict[str, Any]:
        return _told(library.run(name))

    @routes.get("/api/runs/{name}/rows")
    def rows(
        name: str,
        start: Annotated[int, Query(ge=0)] = 0,
        count: Annotated[int, Query(ge=0, le=500)] = _AT_ONCE,
        show: Show = "",
        order: Order = "",
        find: Annotated[str, Query(max_length=500)] = "",
    ) -> dict[str, Any]:
        found = library.run(name).rows.page(start, count, show=show, order=order, find=find)
        html = pages.render("rows", name=name, rows=found.rows)
        return {"html": html, "fitting": found.fitting, "read": found.read, "complete": found.complete}

    @routes.get("/api/runs/{name}/question")
    def question(name: str, question_id: Id) -> dict[str, Any]:
        return asdict(library.run(name).shown(question_id))


def _listed(run: Run) -> dict[str, Any]:
    """Return a run's progress, or why it cannot be read: a damaged run does not hide the others."""
    try:
        return _told(run)
    except DebateError as error:
        return {"name": run.name, "unreadable": one_line(error)}


def _told(run: Run) -> dict[str, Any]:
    """Return how far a run is, in plain values."""
    state = run.watched.state()
    complete = run.rows.read_on()
    running = state.is_running
    how = "running" if running else state.ended or "ended without a word: its process is gone"
    if not state.end:
        how = "progress not recorded"
    return {
        "name": run.name,
        "running": running,
        "how": how,
        "kind": "working" if running else _KINDS.get(how, "failed"),
        "questions": max(state.questions, len(run.rows)),
        "done": len(run.rows),
        "failed": run.rows.failed,
        "damage": run.rows.damage,
        "complete": complete,
        "preparing": state.preparing if running else "",
        "left": state.left if running else 0.0,
        "left_at": state.left_at,
        "working": [asdict(one) for one in state.working.values()],
        "end": state.end,
    }
