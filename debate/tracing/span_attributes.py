"""Add attributes and events to spans for what each step produced.

OpenInference's instrumentation makes the spans; this LangChain callback adds the rest. Attributes use OpenInference's
names where they exist (``document.id``, ``document.score``), others begin with ``pov_debate``.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.outputs import LLMResult
from openinference.instrumentation.langchain import LangChainInstrumentor

from chains.generation.contract import RawText
from chains.schemas import Attempt, Completion, Finish, Opinion, Translation, Turn

PREFIX = "pov_debate."
_FIELDS = (
    *("loop", "notes", "dropped", "abstained", "supported", "unsupported", "words", "round", "short"),
    *("echo", "drift", "faults", "tries", "winner"),  # of a turn and a verdict
)

Made = Opinion | Turn | Translation | Completion
Event = tuple[str, dict[str, str]]


class SpanFacts(BaseCallbackHandler):
    """Writes facts on the span of each step of a run while it is still open.

    It must come before the instrumentation's own handler, which ends the span: pass it in a call's configuration.
    """

    run_inline = True

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        """Tell what a chain made."""
        if isinstance(outputs, Made):
            self._tell(run_id, facts_of(outputs), events_of(outputs))

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """Tell how a local model's text ended, and its own tokens."""
        found = [(one.generation_info or {}).get("raw") for row in response.generations for one in row]
        for written in found:
            if isinstance(written, RawText):
                self._tell(run_id, {PREFIX + "finish": str(written.finish)} | _tokens(written), _stopped(written))

    def on_retriever_end(self, documents: Sequence[Document], *, run_id: UUID, **_: Any) -> None:
        """Tell the id and the score of each passage."""
        self._tell(run_id, dict(_documents(documents)), [])

    def _tell(self, run_id: UUID, facts: dict[str, Any], events: list[Event]) -> None:
        span = LangChainInstrumentor().get_span(run_id)
        if span is None:
            return
        span.set_attributes(facts)
        for name, told in events:
            span.add_event(name, told)


def facts_of(made: Made) -> dict[str, Any]:
    """Return the attributes of what a step made; what is empty is left out."""
    facts = {name: getattr(made, name, None) for name in _FIELDS}
    return {PREFIX + name: value for name, value in facts.items() if value not in (None, "", (), False)}


def events_of(made: Made) -> list[Event]:
    """Return what is worth an event: a loop that was cut, text written again, passages dropped, an abstention."""
    told: list[Event] = []
    if made.loop:
        told.append(("loop cut", {"what": made.loop}))
    attempts: tuple[Attempt, ...] = getattr(made, "attempts", ())
    if len(attempts) > 1:
        told.append(("written again", {"what": f"{len(attempts)} calls of the model"}))
    if dropped := getattr(made, "dropped", ()):
        told.append(("passages dropped", {"ids": ", ".join(dropped)}))
    if getattr(made, "abstained", False):
        told.append(("abstained", {"what": "; ".join(made.notes)}))
    return told


def _documents(documents: Sequence[Document]) -> Iterator[tuple[str, Any]]:
    for n, document in enumerate(documents):
        place = f"retrieval.documents.{n}.document."
        if document.id:
            yield place + "id", document.id
        if isinstance(score := document.metadata.get("score"), int | float):
            yield place + "score", float(score)


def _stopped(written: RawText) -> list[Event]:
    return [("loop cut", {"what": "stopped while it repeated itself"})] if written.finish is Finish.LOOP else []


def _tokens(made: RawText) -> dict[str, int]:
    """Return a prompt's own tokens: for a batch, the instrumentation reports the sum at its first prompt."""
    counts = {"prompt": made.tokens_in, "completion": made.tokens_out, "total": made.tokens_in + made.tokens_out}
    return {f"llm.token_count.{name}": count for name, count in counts.items()} if made.tokens_in else {}
