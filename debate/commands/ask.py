"""``debate ask``: one question."""

from __future__ import annotations

from typing import Annotated

import typer

from debate.commands.session import one_line_errors, start_logging
from debate.terminal.readable import readable


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
