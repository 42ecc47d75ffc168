"""What every command shares: logging, one-line errors, Ctrl-C."""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from debate.errors import ExitCode
from debate.readable import ReadableFormatter, one_line, readable
from debate.settings import BUNDLED, EXAMPLE

_TRYING_OUT = (
    "The bundled model is for trying out only; its text is not worth reading. `debate models` recommends a better one."
)


def notice_of(model: str, personas: Path | None, names: Sequence[str]) -> str:
    """Return notes for the user before a run that uses the bundled model or the built-in personas."""
    told = [_TRYING_OUT] if model == BUNDLED else []
    if personas is None:
        told.append(
            f"Using the built-in personas: {', '.join(names)}. Their views are on sanctions and the dollar, and "
            "passages are ranked by them too; --personas takes yours."
        )
    return " ".join(told)


def example_unless(given: dict[str, Any]) -> Path | None:
    """Return the example's settings file if neither questions nor documents are given."""
    names = ("questions", "corpus", "index")
    own = set(names) & given.keys() or {name for name in names if os.environ.get(f"DEBATE_{name.upper()}")}
    return EXAMPLE if not own and EXAMPLE.is_file() else None


def start_logging() -> None:
    """Log to stderr what the commands do not print themselves; a run's ``log.txt`` gets everything."""
    shown = logging.StreamHandler(sys.stderr)
    shown.setFormatter(ReadableFormatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    shown.addFilter(is_for_the_terminal)
    logging.basicConfig(handlers=[shown])
    logging.getLogger("debate").setLevel(logging.INFO)
    for noisy in ("transformers", "sentence_transformers", "optimum", "nncf", "httpx", "pypdf", "bitsandbytes"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def is_for_the_terminal(record: logging.LogRecord) -> bool:
    """Return whether a record goes to stderr: warnings, but for those that the commands print in their own way."""
    if record.name == "debate.lines":
        return True
    told_by_the_command = record.name == "debate.log" or record.name.startswith("vectorstore.")
    return record.levelno >= (logging.ERROR if told_by_the_command else logging.WARNING)


@contextmanager
def one_line_errors(interrupted: str = "interrupted") -> Iterator[None]:
    """Turn the project's own errors into one line on stderr and exit code 2; Ctrl-C, and input that ends, into 130."""
    try:
        yield
    except (KeyboardInterrupt, typer.Abort) as error:
        if isinstance(error, typer.Abort):  # behind a prompt
            typer.echo(err=True)
        typer.echo(_interrupted(error) or interrupted, err=True)
        _leave_if_at_once(error)
        raise typer.Exit(ExitCode.INTERRUPTED) from error
    except _our_errors() as error:
        typer.echo(f"error: {one_line(error)}", err=True)
        raise typer.Exit(ExitCode.BAD_INPUT) from error
    except OSError as error:
        if error.filename is None:
            raise
        typer.echo(f"error: {one_line(error.filename)}: {error.strerror}; check this path", err=True)
        raise typer.Exit(ExitCode.BAD_INPUT) from error
    except Exception as error:
        if not isinstance(getattr(error, "status_code", None), int):  # what clients of model servers raise has one
            raise
        typer.echo(f"error: the model's server refused the request: {one_line(error)}", err=True)
        raise typer.Exit(ExitCode.BAD_INPUT) from error


def _interrupted(error: BaseException) -> str:
    """Return how to resume the interrupted run; empty if there is none."""
    from debate.run.executor import RunInterrupted, StoppedAtOnce
    from debate.run.folder import is_run

    if not isinstance(error, RunInterrupted | StoppedAtOnce) or error.folder is None or not is_run(error.folder):
        return ""
    return f"interrupted; finished steps are kept; resume with: debate run --resume {readable(error.folder)}"


def _leave_if_at_once(error: BaseException) -> None:
    """After a second Ctrl-C do not wait for threads that are in the middle of generating."""
    from debate.run.executor import StoppedAtOnce

    if isinstance(error, StoppedAtOnce):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ExitCode.INTERRUPTED)


def _our_errors() -> tuple[type[Exception], ...]:
    from chains.errors import ChainError
    from debate.errors import DebateError
    from prompts.errors import PromptError
    from vectorstore.errors import VectorStoreError

    return ChainError, DebateError, PromptError, VectorStoreError
