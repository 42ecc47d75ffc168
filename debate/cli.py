"""The commands. Reads arguments, says what went wrong in one line, and leaves the work to the other modules.

Everything heavy is imported inside the command that needs it: ``--help`` stays fast.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from debate.commands.talk import TALK_EXAMPLES, talk
from debate.compare.settings import CompareSettings
from debate.errors import ExitCode
from debate.options import with_settings
from debate.settings import EXAMPLE, DebateSettings, load_settings
from debate.terminal.readable import ReadableFormatter, one_line, readable
from debate.training.settings import FinetuneSettings

if TYPE_CHECKING:
    from rich.console import Console

    from debate.run.runner import RunSummary

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

EmbeddingsBackend = Literal["auto", "torch", "openvino"]
IndexKind = Literal["auto", "flat", "hnsw", "ivf"]
_INDEX_EXAMPLES = """\b
Examples:
  debate index docs/ --out myindex
      read every txt, md, html, pdf, docx, csv, xlsx and jsonl under docs/ and embed it
  debate index docs/ --out myindex
      again: only what is new is embedded, and what is gone from docs/ leaves the index
  debate index docs/ --out myindex --embeddings intfloat/multilingual-e5-small
      documents in Japanese, Chinese or other languages than English
  debate run --questions my.xlsx --index myindex
      use it

\b
Ctrl-C keeps what was embedded, and the same command goes on. Exit codes:
  0 done   2 bad input   130 interrupted
"""
_RUN_EXAMPLES = """\b
Examples:
  python run_debate.py
      the example, with the bundled model
  python run_debate.py --limit 2 --deepen 0
      its first two questions, as they stand
  debate run --questions my.xlsx --corpus docs/ --personas my.toml --out runs/first
      your own questions, documents and personas
  debate run --questions my.xlsx --index myindex --personas my.toml
      the same over an index that "debate index" made; nothing is embedded again
  debate run --resume runs/first
      go on with a run that was stopped (the same command again does so too)
  debate run --questions my.xlsx --corpus docs/ --model unsloth/Mistral-Nemo-Instruct-2407-bnb-4bit
      the same on a 16 GB card

\b
Exit codes:
  0 all rows done           2 bad input, nothing started
  3 finished, rows failed   130 interrupted
"""


_TRACE_EXAMPLES = """\b
Examples:
  debate trace runs/first --question q01
      how the answer to one question came about
  debate trace runs/first --question q01 --contents
      with the prompts as they were sent, and each passage's score by point of view
  debate trace runs/first --question q01 --replay retrieve --change pov_weight=0.8
      the same question seen more from the points of view, shown beside the old row and kept apart
  debate trace runs/first --question q01 --replay verdict
      only the verdict again, on the debate as it was
"""

_MCP_EXAMPLES = """\b
Examples:
  debate mcp --index myindex --model http://localhost:8000/v1#my-model
      start it from a client's configuration: command "debate", arguments "mcp", "--index", "myindex"
  debate mcp --index myindex --runs runs/
      the client may read the rows of the runs in runs/, too
"""

_COMPARE_EXAMPLES = """\b
Examples:
  debate compare --models smollm2 --models adapters/first --questions my.xlsx --corpus docs/ --out compared/first
      both models answer the same questions from the same passages; tests and answers into compare.xlsx
  debate vote compared/first
      judge the answers without knowing whose they are

\b
Run the same command again to resume. Exit codes:
  0 done   2 bad input   3 some answers failed   130 interrupted
"""

_FINETUNE_EXAMPLES = """\b
Examples:
  debate finetune --data runs/first/results.xlsx --out adapters/first
      the bundled model, to try the way on any machine
  debate finetune --data runs/first/results.xlsx --min-supported 0.8 --min-words 400 \\
      --model unsloth/Mistral-Nemo-Instruct-2407-bnb-4bit --out adapters/nemo
      a 12B model in 4 bits, on the well supported answers only (16 GB card)
  debate run --questions my.xlsx --corpus docs/ --model adapters/nemo
      use it

\b
Run the same command again to resume after Ctrl-C or a crash. Exit codes:
  0 done   2 bad input   130 interrupted
"""

_MODELS_EXAMPLES = """\b
Examples:
  debate models
      everything known, with what is free on this machine
  debate models runs/adapters/merged
      a folder of your own
"""


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"debate {version('pov-debate')}")
        except PackageNotFoundError:
            typer.echo("debate, from a checkout that is not installed")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Deepen, answer and debate political questions over your own documents, on your own machine."""


@app.command("run", epilog=_RUN_EXAMPLES)
@with_settings(DebateSettings)
def run(
    *,
    config: Annotated[
        Path | None, typer.Option(help="TOML file of settings; flags and DEBATE_… variables go over it.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with the run in this folder.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Work on its failed rows again.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Go on although inputs or settings changed.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log lines instead of a progress bar.")] = False,
    **settings: Any,
) -> None:
    """Answer and debate a list of questions into an Excel workbook. Without arguments: the BRICS example."""
    given = {name: value for name, value in settings.items() if value not in (None, [])}
    start_logging()
    with one_line_errors():
        if resume is not None:
            given, config = _recorded(resume) | given | {"out": resume}, None
        summary = _run(load_settings(given, config or example_unless(given)), quiet, retry_failed, force)
    raise typer.Exit(ExitCode.FAILED_ROWS if summary.failed else ExitCode.DONE)


@app.command("index", epilog=_INDEX_EXAMPLES)
def index(
    documents: Annotated[Path, typer.Argument(help="Folder of documents, or one file.")],
    out: Annotated[Path, typer.Option(help="The index's folder, a new one or the one to bring up to date.")],
    embeddings: Annotated[
        str | None, typer.Option(help="sentence-transformers name or folder [bundled MiniLM].")
    ] = None,
    embeddings_backend: Annotated[EmbeddingsBackend, typer.Option(help="What that computes with.")] = "auto",
    kind: Annotated[IndexKind, typer.Option(help="auto: flat, which is exact, up to 200,000 chunks.")] = "auto",
    chunk_words: Annotated[int, typer.Option(min=1, help="Words a chunk at the most.")] = 160,
    force: Annotated[bool, typer.Option("--force", help="Replace the index of other documents.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log lines instead of a progress bar.")] = False,
) -> None:
    """Index a folder of documents once, for any number of runs."""
    start_logging()
    with one_line_errors(f"interrupted; what was embedded is kept in {out}, and the same command goes on"):
        from rich.console import Console

        from debate.indexing import index_documents, near_duplicates
        from debate.terminal.index_view import IndexBar, IndexLines, print_summary
        from vectorstore import load_embeddings

        console = Console()
        with nullcontext(IndexLines()) if quiet else IndexBar(console) as watcher:
            model = load_embeddings(embeddings, backend=embeddings_backend, progress=watcher.preparing)
            store, summary = index_documents(
                documents,
                out,
                watcher,
                embeddings=model,
                kind=None if kind == "auto" else kind,
                chunk_words=chunk_words,
                force=force,
            )
        print_summary(console, summary, near_duplicates(store))


@app.command("trace", epilog=_TRACE_EXAMPLES)
def trace(
    folder: Annotated[Path, typer.Argument(help="A run's folder.")],
    question: Annotated[str, typer.Option(help="Only the question with this id.")] = "",
    contents: Annotated[bool, typer.Option("--contents", help="Show prompts and answers as they were sent.")] = False,
    replay: Annotated[
        str,
        typer.Option(
            help="Run the question again from a stage: retrieve, opinion, positions, debate, verdict, translate."
        ),
    ] = "",
    change: Annotated[
        list[str] | None, typer.Option(help="For a replay: a setting that is to differ, NAME=VALUE; may be repeated.")
    ] = None,
) -> None:
    """Show how the answers of a run came about: steps, seconds, tokens, passages; or replay one from a stage."""
    start_logging()
    with one_line_errors():
        from rich.console import Console

        from debate.errors import SettingsError
        from debate.terminal.trace_view import trace_trees
        from debate.tracing.trace_file import read_traces

        console = Console()
        if replay:
            _replay(console, folder, question, replay, change or [])
            return
        if change:
            raise SettingsError("--change is for a replay; add --replay STAGE")
        for tree in trace_trees(read_traces(folder, question), contents=contents):
            console.print(tree)


@app.command("models", epilog=_MODELS_EXAMPLES)
def models(
    model: Annotated[str, typer.Argument(help="Only this one: a folder, or a repository on this machine.")] = "",
) -> None:
    """List the models that this machine can run: memory needed and free, what is on disk, what is missing."""
    with one_line_errors():
        from rich.console import Console

        from chains.models.catalogue import KNOWN, fits, own_model, this_machine
        from debate.terminal.models_view import models_table

        known = [one for one in KNOWN if model in ("", one.name)] or [own_model(model)]
        machine = this_machine()
        Console().print(models_table(machine, fits(machine, known)))


@app.command("ask")
def ask(
    instruction: Annotated[str, typer.Argument(help="What you want to know or have done.")],
    text: Annotated[str, typer.Option(help="Text that the instruction is about.")] = "",
    model: Annotated[str, typer.Option(help="As in debate run.")] = "smollm2",
    max_words: Annotated[int, typer.Option(min=10, help="The answer ends at a sentence before it.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of everything that is random.")] = 0,
) -> None:
    """Ask one plain question, without documents or points of view."""
    start_logging()
    with one_line_errors():
        from chains import ModelSettings, answer_chain, load_llm

        llm = load_llm(ModelSettings(name=model, seed=seed))
        answer = answer_chain(llm, text=text, max_words=max_words, seed=seed).invoke(instruction)
    typer.echo(readable(answer.text))


@app.command("finetune", epilog=_FINETUNE_EXAMPLES)
@with_settings(FinetuneSettings)
def finetune(
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log lines instead of a progress bar.")] = False,
    **settings: Any,
) -> None:
    """Fine-tune a model on finished answers; the adapter's folder works as --model."""
    start_logging()
    interrupted = "interrupted; run the same command again to resume from the last checkpoint"
    with one_line_errors(interrupted):
        from rich.console import Console

        from debate.terminal.training_view import TrainingBar, TrainingLines, print_result
        from debate.training.finetune import finetune as train
        from debate.training.settings import finetune_settings

        chosen = finetune_settings({name: value for name, value in settings.items() if value not in (None, [])})
        console = Console()
        with nullcontext(TrainingLines()) if quiet else TrainingBar(console) as watcher:
            result = train(chosen, watcher)
        print_result(console, result)


@app.command("export")
def export(
    data: Annotated[list[Path], typer.Argument(help="Results workbooks, or tables as for debate finetune.")],
    chat: Annotated[Path, typer.Option(help="The file to write: a JSON line of chat messages an example.")],
    personas: Annotated[
        Path | None, typer.Option(help="TOML file of personas; the built-in ones unless given.")
    ] = None,
    persona: Annotated[str | None, typer.Option(help="Id of the persona in the prompts [the first].")] = None,
    min_supported: Annotated[float | None, typer.Option(help="Only answers with this share supported.")] = None,
    min_rating: Annotated[float | None, typer.Option(help="Only answers rated at least this high.")] = None,
) -> None:
    """Write finished answers with the true prompts as chat messages, for training elsewhere."""
    with one_line_errors():
        from debate.training.export import export_chat
        from debate.training.settings import finetune_settings

        given = {"personas": personas, "persona": persona, "min_supported": min_supported, "min_rating": min_rating}
        chosen = {name: value for name, value in given.items() if value is not None}
        written, left_out = export_chat(finetune_settings({"data": data, "out": chat.parent} | chosen), chat)
    for one in left_out:
        typer.echo(f"left out: {one.place}: {one.reason}", err=True)
    typer.echo(f"{written} examples in {chat}")


@app.command("compare", epilog=_COMPARE_EXAMPLES)
@with_settings(CompareSettings)
def compare(**settings: Any) -> None:
    """Let several models answer the same questions from the same passages, and test how they differ."""
    start_logging()
    with one_line_errors("interrupted; run the same command again to resume"):
        from rich.console import Console

        from debate.compare.runner import compare_models
        from debate.compare.settings import compare_settings
        from debate.output.comparison import write_comparison
        from debate.terminal.compare_view import print_comparison
        from debate.terminal.run_view import RunLines

        chosen = compare_settings({name: value for name, value in settings.items() if value not in (None, [])})
        console = Console()
        comparison = compare_models(chosen, RunLines())
        print_comparison(console, comparison)
        console.print(f"Workbook: {write_comparison(comparison)}", markup=False, highlight=False, soft_wrap=True)
        if comparison.failed:
            raise typer.Exit(ExitCode.FAILED_ROWS)


@app.command("vote")
def vote(folder: Annotated[Path, typer.Argument(help="The folder of a comparison.")]) -> None:
    """Judge the answers of a comparison without knowing whose they are; votes are kept and counted."""
    with one_line_errors("interrupted; the votes so far are kept"):
        from rich.console import Console

        from debate.compare.runner import read_comparison
        from debate.compare.votes import Votes
        from debate.output.comparison import write_comparison
        from debate.progress import NullProgress
        from debate.terminal.compare_view import vote as cast_votes

        console = Console()
        comparison = read_comparison(folder, NullProgress())
        votes = Votes(folder / "votes.jsonl")
        judged = cast_votes(console, comparison, votes, lambda asked: str(typer.prompt(asked)))
        console.print(f"{judged} votes added. Counted in {write_comparison(comparison)}", markup=False, soft_wrap=True)


@app.command("mcp", epilog=_MCP_EXAMPLES)
def mcp(
    index: Annotated[Path, typer.Option(help='An index made by "debate index".')],
    personas: Annotated[
        Path | None, typer.Option(help="TOML file of personas; the built-in ones unless given.")
    ] = None,
    model: Annotated[str, typer.Option(help="As in debate run; loaded when it is first needed.")] = "smollm2",
    runs: Annotated[Path | None, typer.Option(help="Folder of runs whose rows may be read.")] = None,
) -> None:
    """Serve search from viewpoints, opinions and debates to other programs (Model Context Protocol, over stdio)."""
    start_logging()
    with one_line_errors("stopped"):
        from chains import ModelSettings, load_llm
        from chains.errors import MissingExtra
        from debate.indexing import embeddings_of, open_index
        from debate.serve.desk import Desk
        from prompts import load_personas
        from vectorstore import load_embeddings

        if find_spec("mcp") is None:
            raise MissingExtra("mcp", "mcp", "serving other programs")
        from debate.serve.mcp_server import create_server

        store = open_index(index, load_embeddings(embeddings_of(index)))
        desk = Desk(store, load_personas(personas), lambda: load_llm(ModelSettings(name=model)), runs=runs)
        create_server(desk).run("stdio")


app.command("talk", epilog=TALK_EXAMPLES)(talk)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ``arguments`` are the process's own unless given."""
    app(args=list(arguments) if arguments is not None else None)


def _recorded(folder: Path) -> dict[str, Any]:
    from debate.run.folder import read_record

    recorded: dict[str, Any] = read_record(folder)["settings"]
    return recorded


def _run(settings: DebateSettings, quiet: bool, retry_failed: bool, force: bool) -> RunSummary:
    from rich.console import Console

    from debate.run.runner import run_questions
    from debate.run.setup import check_inputs
    from debate.terminal.run_view import RunBar, RunLines, print_summary

    console = Console()
    debaters = check_inputs(settings).debaters
    with nullcontext(RunLines()) if quiet else RunBar(console, settings.rounds, len(debaters)) as watcher:
        summary = run_questions(settings, progress=watcher, retry_failed=retry_failed, force=force)
    print_summary(console, summary)
    return summary


def _replay(console: Console, folder: Path, question: str, stage: str, changes: Sequence[str]) -> None:
    from debate.errors import SettingsError
    from debate.run.replay import replay_question
    from debate.terminal.replay_view import replay_table

    if not question:
        raise SettingsError("--replay needs a question; add --question ID")
    wrong = next((one for one in changes if "=" not in one), None)
    if wrong is not None:
        raise SettingsError(f"--change {wrong!r} is not NAME=VALUE; write one like pov_weight=0.8")
    given = {name.strip(): value.strip() for name, _, value in (one.partition("=") for one in changes)}
    with console.status("reading the run") as status:
        made = replay_question(folder, question, stage, given=given, preparing=status.update)
    console.print(replay_table(made))
    if made.after.error:
        raise typer.Exit(ExitCode.FAILED_ROWS)


def example_unless(given: dict[str, Any]) -> Path | None:
    """Return the example's settings file where neither questions nor documents are given."""
    names = ("questions", "corpus", "index")
    own = set(names) & given.keys() or {f"DEBATE_{name.upper()}" for name in names} & os.environ.keys()
    return EXAMPLE if not own and EXAMPLE.is_file() else None


def start_logging() -> None:
    """Log to stderr what the commands do not print themselves; a run's ``log.txt`` gets everything."""
    shown = logging.StreamHandler(sys.stderr)
    shown.setFormatter(ReadableFormatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    shown.addFilter(_is_for_the_terminal)
    logging.basicConfig(handlers=[shown])
    logging.getLogger("debate").setLevel(logging.INFO)
    for noisy in ("transformers", "sentence_transformers", "optimum", "nncf", "httpx", "pypdf", "bitsandbytes"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def _is_for_the_terminal(record: logging.LogRecord) -> bool:
    told_by_the_command = record.name.partition(".")[0] in ("debate", "vectorstore")
    least = logging.ERROR if told_by_the_command else logging.WARNING
    return record.name == "debate.lines" or record.levelno >= least


@contextmanager
def one_line_errors(
    interrupted: str = "interrupted; finished steps are kept, and --resume with the run's folder goes on",
) -> Iterator[None]:
    """Turn the project's own errors into one line on stderr and exit code 2; Ctrl-C into 130."""
    try:
        yield
    except KeyboardInterrupt as error:
        typer.echo(_interrupted(error) or interrupted, err=True)
        _leave_if_at_once(error)
        raise typer.Exit(ExitCode.INTERRUPTED) from error
    except _our_errors() as error:
        typer.echo(f"error: {one_line(error)}", err=True)
        raise typer.Exit(ExitCode.BAD_INPUT) from error


def _interrupted(error: KeyboardInterrupt) -> str:
    """Return how to resume the run that was interrupted; nothing where it was no run, or kept nothing."""
    from debate.run.executor import RunInterrupted
    from debate.run.folder import is_run

    if not isinstance(error, RunInterrupted) or not is_run(error.folder):
        return ""
    return f"interrupted; finished steps are kept; resume with: debate run --resume {readable(error.folder)}"


def _leave_if_at_once(error: KeyboardInterrupt) -> None:
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
