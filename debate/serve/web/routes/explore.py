"""The page on which points of view move passages, and the candidates that it asks for."""

from contextlib import suppress
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from debate.errors import RunFolderError
from debate.serve.web.assets import Pages
from debate.serve.web.exploring import MOST_VIEWS, Asked, Explorer
from debate.serve.web.library import Library, Run

_SUGGESTED = 50


def explore_routes(explorer: Explorer, library: Library, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.get("/explore", response_class=HTMLResponse)
    def explore() -> str:
        explorer.warm()
        questions = next(filter(None, map(_questions, library.runs().values())), [])
        given = {"people": explorer.people(), "questions": questions, "most": MOST_VIEWS}
        return pages.render("explore", here="/explore", **given)

    @routes.post("/api/explore")
    def candidates(asked: Asked) -> dict[str, Any]:
        return asdict(explorer.find(asked))

    return routes


def _questions(run: Run) -> list[str]:
    """Return the first questions of a run that have a row; none of a damaged run."""
    with suppress(RunFolderError):
        return [row.question for row in run.rows.page(0, _SUGGESTED).rows]
    return []
