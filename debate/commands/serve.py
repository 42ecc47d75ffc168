"""``debate serve``: runs in the browser."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debate.readable import readable
from debate.terminal.session import one_line_errors, start_logging

if TYPE_CHECKING:
    from debate.serve.web.exploring import Explorer
    from debate.serve.web.library import Library
    from debate.serve.web.starting import Starter

EXAMPLES = """\b
Examples:
  debate serve
      show every run in runs/ at http://127.0.0.1:8321/
  debate serve runs/first --open
      show one run, also one that runs in a terminal
  debate serve --index myindex --personas my.toml
      explore an index by moving points of view
  debate serve --host 0.0.0.0 --token "$(openssl rand -hex 16)"
      let other machines in; whoever has the printed address can read everything
"""


_FIRST = "debate run --questions my.xlsx --corpus docs/"


def serve(
    place: Annotated[
        Path | None, typer.Argument(help="A run's folder, or a folder of runs.", show_default="runs")
    ] = None,
    index: Annotated[str | None, typer.Option(help="Index to explore; default: that of the latest run.")] = None,
    personas: Annotated[
        Path | None, typer.Option(help="TOML file of personas to explore with; default: the run's.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Model that new runs may use, as in debate run; one or more.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to serve on; other machines need --token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8321,
    token: Annotated[str, typer.Option(envvar="DEBATE_TOKEN", help="Secret that visitors must know.")] = "",
    name: Annotated[list[str] | None, typer.Option(help="Further host name of the server; one or more.")] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Show, start and stop runs in the browser; explore an index."""
    start_logging()
    with one_line_errors("stopped"):
        from chains.errors import MissingExtra

        if find_spec("fastapi") is None or find_spec("uvicorn") is None:
            raise MissingExtra("fastapi", "web", "the live page")
        from rich.console import Console

        shown = place or Path("runs")
        waiting = f"loading the libraries that search and run models, then reading {readable(shown)}"
        with Console(stderr=True).status(waiting):
            from debate.serve.web.app import Site
            from debate.serve.web.comparing import Comparisons
            from debate.serve.web.library import Library
            from debate.serve.web.places import check_place
            from debate.serve.web.server import admission_for
            from debate.serve.web.server import serve as serve_page

            admission = admission_for(host, token, tuple(name or ()))
            if place is not None and index is None:
                check_place(place)
            library, comparisons = Library([shown]), Comparisons([shown])
            starter = _starter(library, shown, index, personas, model or [])
            site = Site(library, _explorer(library, index, personas), starter, comparisons)
            is_empty = not library.runs() and not comparisons.names()
        if is_empty:
            typer.echo(f"no run in {shown} yet; make one with: {_FIRST}", err=True)
        serve_page(site, admission, host=host, port=port, told=_tell, open_browser=open_browser)


def _explorer(library: Library, index: str | None, personas: Path | None) -> Explorer | None:
    """Return what searches the given index, or the documents of the latest run; None if there is neither."""
    from debate.errors import DebateError
    from debate.indexing.opening import check_index, load_store, open_index
    from debate.progress import Progress
    from debate.serve.web.exploring import Explorer
    from prompts import load_personas
    from prompts.errors import PromptError

    if index is not None:
        check_index(index)
        return Explorer(lambda: open_index(index), load_personas(personas))
    latest = next(iter(library.runs().values()), None)
    if latest is None:
        return None
    try:
        settings = latest.settings
        loaded = load_personas(personas or settings.personas)
    except (DebateError, PromptError) as error:
        typer.echo(f"nothing to explore: the latest run cannot be read: {error}; give an index with --index", err=True)
        return None
    return Explorer(lambda: load_store(settings, Progress())[0], loaded)


def _starter(library: Library, place: Path, index: str | None, personas: Path | None, models: list[str]) -> Starter:
    """Return what starts runs beside those that are shown."""
    from chains.models.servers.address import refuse_password
    from debate.serve.web.places import home_of
    from debate.serve.web.starting import Starter
    from debate.settings.address import checked_place

    refuse_password(",".join(models))  # the page shows them
    given = {"index": checked_place(index), "personas": personas} if index else {}
    base = {name: one.resolve() if isinstance(one, Path) else one for name, one in given.items() if one}
    return Starter(home_of(place).resolve(), library, base, models)


def _tell(addresses: list[str]) -> None:
    own, *others = addresses
    typer.echo(f"{own}  (Ctrl-C stops the page; runs continue)")
    for one in others:
        typer.echo(f"{one}  (from other machines)")
    sys.stdout.flush()
