"""The command line. Each command is a module in ``debate.commands`` and imports heavy libraries when it runs."""

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated

import typer

from debate.commands.ask import ASK_EXAMPLES, ask
from debate.commands.compare import COMPARE_EXAMPLES, compare
from debate.commands.export import EXPORT_EXAMPLES, export
from debate.commands.finetune import FINETUNE_EXAMPLES, finetune
from debate.commands.index import INDEX_EXAMPLES, index
from debate.commands.mcp import MCP_EXAMPLES, mcp
from debate.commands.merge import MERGE_EXAMPLES, merge
from debate.commands.models import MODELS_EXAMPLES, models
from debate.commands.run import RUN_EXAMPLES, run
from debate.commands.serve import SERVE_EXAMPLES, serve
from debate.commands.talk import TALK_EXAMPLES, talk
from debate.commands.trace import TRACE_EXAMPLES, trace
from debate.commands.translate import TRANSLATE_EXAMPLES, translate
from debate.commands.vote import VOTE_EXAMPLES, vote

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    suggest_commands=False,  # click suggests already
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"debate {version('pov-debate')}")
        except PackageNotFoundError:
            typer.echo("debate (not installed; run from a checkout)")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Answer and debate political questions from your own documents, on your own machine."""


app.command("run", epilog=RUN_EXAMPLES)(run)
app.command("index", epilog=INDEX_EXAMPLES)(index)
app.command("ask", epilog=ASK_EXAMPLES)(ask)
app.command("talk", epilog=TALK_EXAMPLES)(talk)
app.command("serve", epilog=SERVE_EXAMPLES)(serve)
app.command("trace", epilog=TRACE_EXAMPLES)(trace)
app.command("translate", epilog=TRANSLATE_EXAMPLES)(translate)
app.command("models", epilog=MODELS_EXAMPLES)(models)
app.command("compare", epilog=COMPARE_EXAMPLES)(compare)
app.command("vote", epilog=VOTE_EXAMPLES)(vote)
app.command("finetune", epilog=FINETUNE_EXAMPLES)(finetune)
app.command("export", epilog=EXPORT_EXAMPLES)(export)
app.command("merge", epilog=MERGE_EXAMPLES)(merge)
app.command("mcp", epilog=MCP_EXAMPLES)(mcp)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line with ``arguments``; default: those of the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # not every terminal has the signs of bars and of file names
    app(args=list(arguments) if arguments is not None else None)
