"""The command line. Each command is a module in ``debate.commands`` and imports heavy libraries when it runs."""

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper
from itertools import pairwise
from typing import Annotated

import click
import typer
from typer.core import TyperCommand

from debate.errors import ExitCode
from debate.readable import one_line
from debate.settings.flags import with_flags_repeated

# In the order of --help. Each is a module with a function of its name, and EXAMPLES for the end of its help.
_COMMANDS = "run index ask talk serve trace translate models compare vote finetune export merge mcp"

_NEAR = 0.7  # difflib's ratio; below, an option is another one ("colour", "corpus")

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


class _Command(TyperCommand):
    """A command whose flags may take several values, that says when it is interrupted, and suggests the nearest option.

    Click would take one value after a flag, leave without a word, and list up to three options, however far.
    """

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:  # before the command's own handling
            typer.echo("interrupted", err=True)
            raise typer.Exit(ExitCode.INTERRUPTED) from error

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, with_flags_repeated(self.get_params(ctx), args))
        except click.NoSuchOption as error:
            named = {one.lstrip("-"): one for one in error.possibilities or ()}
            nearest = get_close_matches(error.option_name.lstrip("-"), named, 1, _NEAR)
            raise click.NoSuchOption(
                error.option_name, possibilities=[named[one] for one in nearest], ctx=ctx
            ) from error

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the usage with the arguments before the options, where several values may follow a flag."""
        options, *arguments = super().collect_usage_pieces(ctx)
        return [*arguments, options]


for name in _COMMANDS.split():
    module = import_module(f"debate.commands.{name}")
    app.command(name, cls=_Command, epilog=module.EXAMPLES)(getattr(module, name))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line with ``arguments``; default: those of the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # not every terminal has the signs of bars and of file names
    given = sys.argv[1:] if arguments is None else [*arguments]
    _refuse_empty(given)
    app(args=given)


def _refuse_empty(arguments: Sequence[str]) -> None:
    """End the command at an empty value, which a script's unset variable leaves: as a path it is the current folder."""
    for before, argument in pairwise(["debate", *arguments]):
        flag, equals, value = argument.partition("=") if argument.startswith("--") else (before, "", argument)
        if not value.strip() and (equals or flag is before):
            typer.echo(f"error: the value after {one_line(flag)} is empty; give one, or leave it out", err=True)
            raise SystemExit(ExitCode.BAD_INPUT)
