"""The application: pages, the page's own files, and errors in one line. The routes are in the modules beside it."""

from dataclasses import dataclass

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect

from chains.errors import ChainError
from debate.errors import DebateError, RunFolderError
from debate.readable import one_line
from debate.serve.web.assets import Asset, Pages, load_assets, version_of
from debate.serve.web.comparing import Comparisons, JudgedError
from debate.serve.web.exploring import Explorer
from debate.serve.web.guard import Admission, Guard, is_for_programs
from debate.serve.web.library import Library, RunEndingError
from debate.serve.web.routes.compare import compare_routes
from debate.serve.web.routes.explore import explore_routes
from debate.serve.web.routes.runs import run_routes
from debate.serve.web.routes.start import start_routes
from debate.serve.web.starting import RunningError, Starter, StoppingError
from prompts.errors import PromptError
from vectorstore.errors import VectorStoreError

_UNKNOWN = "there is nothing at this address"
_AGAIN = "2"  # seconds until a browser asks again for what is told in a moment
_STATUSES: dict[type[Exception], int] = {RunningError: 409, StoppingError: 409, JudgedError: 409, RunFolderError: 404}
_NO_INDEX = "there is no index to explore; give one: debate serve --index myindex"


@dataclass(frozen=True)
class Site:
    """What a server shows; without an explorer there is no index to explore."""

    library: Library
    explorer: Explorer | None = None
    starter: Starter | None = None
    comparisons: Comparisons | None = None


def create_app(site: Site, admission: Admission) -> FastAPI:
    """Return the page as an ASGI application."""
    assets = load_assets()
    pages = Pages(
        version=version_of(assets),
        sections=_sections(site),
        startable=site.starter is not None,
        explorable=site.explorer is not None,
    )
    app = FastAPI(title="debate", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(run_routes(site.library, pages))
    if site.explorer:
        app.include_router(explore_routes(site.explorer, site.library, pages))
    else:
        _tell_no_index(app)
    if site.starter:
        app.include_router(start_routes(site.starter, pages))
    if site.comparisons:
        app.include_router(compare_routes(site.comparisons, pages))
    _serve_assets(app, assets)
    _tell_errors(app, pages)
    app.add_middleware(Guard, admission=admission)
    return app


def _sections(site: Site) -> tuple[tuple[str, str], ...]:
    offered: list[tuple[str, str, object]] = [
        ("/", "Runs", True),
        ("/explore", "Explore", site.explorer),
        ("/new", "New run", site.starter),
        ("/comparisons", "Compare", site.comparisons),
    ]
    return tuple((address, name) for address, name, is_offered in offered if is_offered)


def _tell_no_index(app: FastAPI) -> None:
    @app.get("/explore")
    def no_index() -> Response:
        raise HTTPException(404, _NO_INDEX)


def _serve_assets(app: FastAPI, assets: dict[str, Asset]) -> None:
    @app.get("/static/{name}")
    def asset(name: str) -> Response:
        found = assets.get(name)
        if found is None:
            raise HTTPException(404, "there is no such file")
        return Response(found.content, media_type=found.media_type, headers={"Cache-Control": "no-cache"})


def _tell_errors(app: FastAPI, pages: Pages) -> None:
    """Tell what is wrong in one line: to a program as JSON, to a person as a page."""

    def told(request: Request, status: int, message: str, headers: dict[str, str] | None = None) -> Response:
        if is_for_programs(request.url.path):
            return JSONResponse({"error": message}, status, headers)
        return HTMLResponse(pages.render("error", status=status, message=message), status, headers)

    @app.exception_handler(StarletteHTTPException)
    def refused(request: Request, error: StarletteHTTPException) -> Response:
        message = _UNKNOWN if error.status_code == 404 and error.detail == "Not Found" else str(error.detail)
        return told(request, error.status_code, message)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = " ".join(map(str, first["loc"][1:])) or "what was sent"  # the first part says where in the request
        return told(request, 422, f"{field}: {first['msg']}")

    @app.exception_handler(ClientDisconnect)
    def left(_: Request, __: ClientDisconnect) -> Response:
        return Response(status_code=400)  # nobody reads it: who was sending a body went away

    def ours(request: Request, error: Exception) -> Response:
        status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 400)
        again = {"Refresh": _AGAIN} if isinstance(error, RunEndingError) else None
        return told(request, status, one_line(error), again)

    for kind in (ChainError, DebateError, PromptError, VectorStoreError):
        app.add_exception_handler(kind, ours)
