"""Pages of comparisons: the list of them, one with its tests and answers, and the blind vote."""

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.responses import HTMLResponse

from debate.compare.page import comparison_body
from debate.compare.preference.votes import Choice
from debate.serve.web.assets import Pages
from debate.serve.web.comparing import Comparisons

Left = dict[str, int]


def compare_routes(comparisons: Comparisons, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.get("/comparisons", response_class=HTMLResponse)
    def listed() -> str:
        return pages.render("comparisons", here="/comparisons", names=comparisons.names())

    @routes.get("/comparisons/{name}", response_class=HTMLResponse)
    def comparison(name: str) -> str:
        found = comparisons.comparison(name)
        tallies = comparisons.tallies(name)
        left = comparisons.next_pair(name) is not None
        body = comparison_body(found)
        shown = {"name": name, "models": found.models, "tallies": tallies, "left": left, "body": body}
        return pages.render("comparison", here="/comparisons", **shown)

    @routes.get("/comparisons/{name}/vote", response_class=HTMLResponse)
    def ballot(name: str) -> str:
        return pages.render("vote", here="/comparisons", name=name, pair=comparisons.next_pair(name))

    @routes.post("/api/comparisons/{name}/votes")
    def vote(name: str, ballot: Annotated[str, Body(max_length=64)], choice: Annotated[Choice, Body()]) -> Left:
        return {"left": comparisons.vote(name, ballot, choice)}

    return routes
