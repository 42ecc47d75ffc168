"""The form that starts a run, and what stops and resumes one."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from debate.serve.web.assets import Pages
from debate.serve.web.guard import MOST_UPLOADED
from debate.serve.web.starting import NewRun, Said, Starter
from debate.serve.web.uploads import Kind


def start_routes(starter: Starter, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.get("/new", response_class=HTMLResponse)
    def new() -> str:
        return pages.render("new", here="/new", choices=starter.choices(), most=MOST_UPLOADED)

    @routes.post("/api/uploads")
    async def upload(request: Request, kind: Kind, name: Annotated[str, Query(max_length=255)] = "") -> dict[str, Any]:
        content = await request.body()
        return await run_in_threadpool(starter.keep, content, kind, name)

    @routes.post("/api/runs")
    def start(asked: NewRun) -> dict[str, str]:
        return {"name": starter.start(asked)}

    @routes.post("/api/runs/{name}/resume")
    def resume(name: str, retry_failed: Annotated[bool, Body(embed=True)] = False) -> dict[str, str]:
        starter.resume(name, retry_failed=retry_failed)
        return {"name": name}

    @routes.post("/api/runs/{name}/say")
    def speak(name: str, said: Said) -> dict[str, str]:
        starter.speak(name, said)
        return {"name": name}

    @routes.post("/api/runs/{name}/stop")
    def stop(name: str) -> dict[str, str]:
        starter.stop(name)
        return {"name": name}

    return routes
