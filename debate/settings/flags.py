"""Turn the fields of a settings class into the flags of a command, with their types, defaults and help."""

from collections.abc import Callable, Collection, Sequence
from inspect import Parameter, Signature, signature
from itertools import islice
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import click
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from debate.settings.fields import Repeatable
from debate.settings.graph import GraphSettings

Quiet = Annotated[bool, typer.Option("--quiet", help="Log lines instead of a progress bar, as without a terminal.")]


def with_settings(
    kind: type[BaseModel], *, only: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add a flag to a Typer command for every setting except tables, passed as ``**settings``.

    A flag that is not given is None or empty. The command validates the values.

    Args:
        kind: the settings class.
        only: the settings that get a flag; default: all.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        of_the_run_first = sorted(kind.model_fields, key=GraphSettings.model_fields.__contains__)
        fields = {name: kind.model_fields[name] for name in of_the_run_first if name in (only or kind.model_fields)}
        flags = [_flag(name, field) for name, field in fields.items() if get_origin(field.annotation) is not dict]
        parameters = signature(command, eval_str=True).parameters.values()
        own = [one for one in parameters if one.kind is Parameter.KEYWORD_ONLY]
        command.__signature__ = Signature([*flags, *own])  # type: ignore[attr-defined]
        return command

    return decorate


def with_flags_repeated(parameters: Sequence[click.Parameter], words: Sequence[str]) -> list[str]:
    """Return a command line on which a flag stands before each of its values: ``--models A B`` has it twice.

    A word counts as a further value only if nothing else takes it: all arguments of the command came before the flag.

    Args:
        parameters: of the command.
        words: of the command line, without the command.
    """
    options = {name: one for one in parameters if isinstance(one, click.Option) for name in one.opts}
    numbers = [one.nargs for one in parameters if isinstance(one, click.Argument)]
    missing = len(words) if -1 in numbers else sum(numbers)
    repeated: list[str] = []
    flag = ""  # that takes the words which follow
    rest = iter(words)
    for word in rest:
        if word == "--":
            return [*repeated, word, *rest]
        option = options.get(word)
        values = list(islice(rest, option.nargs)) if option and not option.is_flag else []  # also one with a dash
        if word.startswith("-") and word != "-":
            flag = word if option and option.multiple and missing <= 0 else ""
        elif flag:
            repeated.append(flag)
        else:
            missing -= 1
        repeated += [word, *values]
    return repeated


def _flag(name: str, field: FieldInfo) -> Parameter:
    kind, choices, repeated = _kind(field.annotation)
    repeated = repeated or any(isinstance(mark, Repeatable) for mark in field.metadata)
    told = [field.description, f": {', '.join(choices)}" if choices else "", "; one or more" if repeated else ""]
    option = typer.Option(help=f"{''.join(map(str, told))}{_default(field.default)}.", show_default=False)
    annotation: Any = list[kind] if repeated else kind  # type: ignore[valid-type]
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[annotation | None, option])


def _kind(annotation: Any) -> tuple[type, tuple[str, ...], bool]:
    """Return a setting's plain type, the choices there are, and whether it holds several values."""
    parts = [part for part in get_args(annotation) if part not in (NoneType, ...)]
    if get_origin(annotation) is Literal:
        return str, tuple(parts), False
    if get_origin(annotation) is tuple:
        kind, choices, _ = _kind(parts[0])
        return kind, choices, True
    return (parts[0] if parts else annotation), (), False


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return " [yes]" if value else " [no]"
    return f" [{value}]" if isinstance(value, int | float | str) and value != "" else ""
