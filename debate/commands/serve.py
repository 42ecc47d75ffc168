"""``debate serve``: runs in the browser."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from debate.commands.session import one_line_errors, start_logging

SERVE_EXAMPLES = """\b
Examples:
  debate serve
      every run below runs/, at http://127.0.0.1:8321/
  debate serve runs/first --open
      one run, also while a terminal works on it
  debate serve --host 0.0.0.0 --token "$(openssl rand -hex 16)"
      for other machines, too; whoever has the address that is printed can read everything
"""


def serve(
    place: Annotated[Path, typer.Argument(help="A run's folder, or a folder of runs.")] = Path("runs"),
    host: Annotated[
        str, typer.Option(help="Address to serve on; one that other machines reach needs --token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8321,
    token: Annotated[str, typer.Option(envvar="DEBATE_TOKEN", help="What a reader has to know.")] = "",
    name: Annotated[
        list[str] | None, typer.Option(help="A name that the server answers to, too; may be repeated.")
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Show runs in the browser, as they happen."""
    start_logging()
    with one_line_errors("stopped"):
        from chains.errors import MissingExtra

        if find_spec("fastapi") is None or find_spec("uvicorn") is None:
            raise MissingExtra("fastapi", "web", "the live page")
        from debate.serve.web.app import Site
        from debate.serve.web.library import Library
        from debate.serve.web.server import admission_for
        from debate.serve.web.server import serve as serve_page

        admission = admission_for(host, token, tuple(name or ()))
        serve_page(Site(Library([place])), admission, host=host, port=port, told=_tell, open_browser=open_browser)


def _tell(address: str) -> None:
    typer.echo(f"{address}  (Ctrl-C stops the page; runs go on)")
    sys.stdout.flush()
