"""``debate mcp``: search, opinions and debates for other programs."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from debate.terminal.session import one_line_errors, start_logging

EXAMPLES = """\b
Examples:
  debate mcp --index myindex --model http://localhost:8000/v1#my-model
      in a client's configuration: command "debate", arguments "mcp", "--index", "myindex"
  debate mcp --index myindex --runs runs/
      let clients also read the runs in runs/
"""


def mcp(
    index: Annotated[str, typer.Option(help='Index made by "debate index".')],
    personas: Annotated[Path | None, typer.Option(help="TOML file of personas; default: built-in.")] = None,
    model: Annotated[str, typer.Option(help="As in debate run; loaded on first use.")] = "smollm2",
    runs: Annotated[Path | None, typer.Option(help="Folder of runs that clients may read.")] = None,
) -> None:
    """Serve search, opinions and debates to MCP clients, over stdio."""
    start_logging()
    with one_line_errors("stopped"):
        from debate.errors import RunFolderError
        from debate.indexing.opening import check_index, open_index

        if runs is not None and not runs.is_dir():
            raise RunFolderError(f"there is no folder {runs}; check --runs")
        check_index(index)
        from chains import ModelSettings, load_llm
        from chains.errors import MissingExtra
        from chains.models.loading import check_named
        from debate.serve.desk import Desk
        from prompts import load_personas

        if find_spec("mcp") is None:
            raise MissingExtra("mcp", "mcp", "serving other programs")
        from debate.serve.mcp_server import create_server

        chosen = ModelSettings(name=model)
        check_named(chosen)
        store = open_index(index)
        desk = Desk(store, load_personas(personas), lambda: load_llm(chosen), runs=runs)
        create_server(desk).run("stdio")
