"""``debate ask``: answer one question from documents, or from the model alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debate.readable import one_line, readable
from debate.terminal.session import notice_of, one_line_errors, start_logging

if TYPE_CHECKING:
    from debate.serve.desk import Answer
    from debate.settings import DebateSettings

_WORDS_OF_A_FACT = 60  # two sentences

EXAMPLES = """\b
Examples:
  debate ask "Has the bank kept its word?" --index myindex
      an opinion from the documents, with its numbered passages
  debate ask "Has the bank kept its word?" --corpus docs/ --personas my.toml
      the same from a folder, whose index is cached
  debate ask "Summarise this in one sentence." --text "$(cat speech.txt)"
      an answer from the model alone, without citations
"""


def ask(
    question: Annotated[str, typer.Argument(help="Question or instruction.")],
    corpus: Annotated[
        Path | None, typer.Option(help="Folder of documents, or one file, to answer from; its index is cached.")
    ] = None,
    index: Annotated[str | None, typer.Option(help='Index made by "debate index", instead of --corpus.')] = None,
    personas: Annotated[
        Path | None, typer.Option(help="With documents: TOML file of personas; default: built-in.")
    ] = None,
    text: Annotated[str, typer.Option(help="Without documents: a text that the question refers to.")] = "",
    model: Annotated[str, typer.Option(help="As in debate run.")] = "smollm2",
    max_words: Annotated[
        int | None,
        typer.Option(min=20, help="Most words; default: 200, with documents 500 (60 for a question of fact)."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed.", min=0, max=2**32 - 1)] = 0,
) -> None:
    """Answer one question from your documents or the model alone."""
    start_logging()
    with one_line_errors():
        from chains.schemas import Question
        from debate.errors import SettingsError
        from debate.run.setup import unwritable
        from debate.settings import load_settings

        given = corpus is not None or index is not None
        if given and text:
            raise SettingsError("--text excludes --corpus and --index; leave one out")
        if not given and personas is not None:
            raise SettingsError("--personas needs documents; add --corpus or --index")
        if cannot := unwritable(model, [Question("the question", question)]):
            typer.echo(f"warning: {cannot}", err=True)
        if given:
            documents = load_settings({"questions": Path("-"), "corpus": corpus, "index": index})
            typer.echo(readable(_told(_from_documents(question, documents, personas, model, max_words, seed))))
            return
        from chains import ModelSettings, answer_chain, load_llm

        _tell(notice_of(model, Path(), ()))
        llm = load_llm(ModelSettings(name=model, seed=seed))
        answer = answer_chain(llm, text=text, max_words=max_words or 200, seed=seed).invoke(question)
        if not text:
            typer.echo(
                "answered by the model alone, without citations; pass --corpus or --index to use documents", err=True
            )
        typer.echo(readable(answer.text))


def _from_documents(
    question: str, documents: DebateSettings, personas: Path | None, model: str, max_words: int | None, seed: int
) -> Answer:
    from debate.indexing.opening import check_store, load_store

    check_store(documents)
    from chains import ModelSettings, load_llm
    from chains.models.loading import check_named
    from chains.text.fact_question import asks_for_a_fact
    from debate.progress import Progress
    from debate.serve.desk import Desk
    from debate.settings.graph import GraphSettings
    from prompts import load_personas

    loaded = load_personas(personas)
    chosen = ModelSettings(name=model, seed=seed)
    check_named(chosen)
    _tell(notice_of(model, personas, [loaded.writer("").name]))
    store, skipped = load_store(documents, Progress())
    for file in skipped:
        typer.echo(f"skipped: {one_line(file)}", err=True)
    if max_words is None and asks_for_a_fact(question):  # views move a search away from the fact
        settings = GraphSettings(max_words=_WORDS_OF_A_FACT, min_words=0, pov_weight=0, style="single", seed=seed)
    else:
        most = max_words or 500
        settings = GraphSettings(max_words=most, min_words=min(400, most * 4 // 5), seed=seed)
    return Desk(store, loaded, lambda: load_llm(chosen), settings).ask(question)


def _tell(notice: str) -> None:
    if notice:
        typer.echo(notice, err=True)


def _told(answer: Answer) -> str:
    """Return the answer, then its numbered passages; for "I don't know", why."""
    if answer.abstained:
        return "\n\n".join((answer.answer, *answer.notes))
    passages = (f"[{n}] {one.source or one.id}\n{one.text}" for n, one in enumerate(answer.passages, 1))
    supported = (
        "" if answer.supported is None else f"\n\n{answer.supported:.0%} of the sentences are supported by a passage."
    )
    return "\n\n".join((f"{answer.answer}{supported}", "Passages", *passages))
