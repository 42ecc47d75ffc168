"""Traces: every step of every question as OpenTelemetry spans with the OpenInference conventions.

The instrumentation for LangChain makes the spans; here they are only given a place: ``traces.jsonl`` in the run's
folder, and a collector where the standard variables name one. Nothing leaves the machine unless they do. A question's
spans hang under one of its own; LangGraph's plumbing between it and the chains is not traced. The only importer of
OpenTelemetry.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tracers.context import register_configure_hook

from debate.errors import RunFolderError, SettingsError
from debate.span_facts import events_of, facts_of

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

_COLLECTOR = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_STEPS: ContextVar[BaseCallbackHandler | None] = ContextVar("pov_debate_steps", default=None)  # set by a question
_TRACED: ContextVar[BaseCallbackHandler | None] = ContextVar("pov_debate_traced", default=None)  # set by its steps
register_configure_hook(_TRACED, inheritable=True)
_TRACE = re.compile(r'"trace_id": "(\w+)"')
_SESSION = re.compile(r'"session\.id": ("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True)
class Span:
    """One step as it was traced.

    Attributes:
        question: the id of the question it belongs to, or "" for what is not one question's.
        kind: CHAIN, LLM, RETRIEVER and the others of OpenInference.
        seconds: how long it took.
        error: what went wrong in it, or "".
        attributes: everything else, by OpenInference's names.
        events: what happened in it: a loop cut, text written again, passages dropped, an abstention.
    """

    id: str
    parent: str
    trace: str
    name: str
    kind: str
    question: str
    started: datetime
    seconds: float
    error: str
    attributes: dict[str, Any]
    events: tuple[tuple[str, str], ...] = ()


class Trace:
    """What leaves spans: everything of a question under one span of its own, of LangChain's runs only its steps'."""

    def __init__(self, tracer: Tracer, handler: BaseCallbackHandler) -> None:
        self._tracer = tracer
        self._handler = handler

    @contextmanager
    def question(self, session: str, text: str) -> Iterator[None]:
        """Trace a question; of what runs inside only ``traced_step`` leaves spans. An error is noted and goes on."""
        attributes = {"openinference.span.kind": "CHAIN", "session.id": session, "input.value": text}
        with self._tracer.start_as_current_span("question", attributes=attributes), _set(_STEPS, self._handler):
            yield

    def step(self) -> AbstractContextManager[None]:
        """Let what runs inside leave its spans."""
        return _set(_TRACED, self._handler)


def traced_step() -> AbstractContextManager[None]:
    """Let what runs inside leave its spans right under its question's, where one is being traced."""
    return _set(_TRACED, _STEPS.get())


@contextmanager
def _set(variable: ContextVar[BaseCallbackHandler | None], handler: BaseCallbackHandler | None) -> Iterator[None]:
    token = variable.set(handler)
    try:
        yield
    finally:
        variable.reset(token)


@contextmanager
def tracing(folder: Path) -> Iterator[Trace]:
    """Write the spans of what runs inside to the folder's ``traces.jsonl``, and to a collector where one is named.

    Raises:
        SettingsError: a collector is named and the exporter is not installed.
    """
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter

    provider = TracerProvider(resource=Resource.create({"service.name": "pov-debate"}))
    if any(os.environ.get(name) for name in _COLLECTOR):
        provider.add_span_processor(_telling(_collector()))
    with _opened(folder / "traces.jsonl") as file:
        provider.add_span_processor(_telling(ConsoleSpanExporter(out=file, formatter=_line)))
        try:
            tracer = provider.get_tracer("pov_debate")
            yield Trace(tracer, _handler(tracer))
        finally:
            provider.shutdown()


def _handler(tracer: Tracer) -> BaseCallbackHandler:
    """Return the instrumentation's handler, which makes spans of the LangChain runs that it is told of.

    ``LangChainInstrumentor`` tells one such handler a process of every run, of LangGraph's dozen a question too, and
    takes away the one that a host program put there; a run's own is told of its steps alone.
    """
    from openinference.instrumentation import OITracer, TraceConfig
    from openinference.instrumentation.langchain._tracer import OpenInferenceTracer

    told: Any = OITracer(tracer, config=TraceConfig())  # a tracer for all but its type
    handler: BaseCallbackHandler = OpenInferenceTracer(told, False)
    return handler


def read_traces(folder: Path, question: str = "") -> list[Span]:
    """Read a run's spans in the order they began; only those of one question where its id is given.

    Raises:
        RunFolderError: the run has no traces, or none of that question.
    """
    path = folder / "traces.jsonl"
    try:
        with path.open(encoding="utf-8") as file:
            spans = [_span(json.loads(line)) for line in _lines_of(file, question)]
    except OSError as error:
        raise RunFolderError(f"cannot read {path}: {error.strerror}; give a run's folder") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise RunFolderError(
            f"{path} holds a line that is no span ({error!r}); remove the file: rows do not need it"
        ) from error
    questions = {span.trace: span.question for span in spans if span.question}
    if question:
        spans = [span for span in spans if questions.get(span.trace) == question]
        if not spans:
            known = ", ".join(sorted(_questions_in(path))) or "none"
            raise RunFolderError(f"{path} has no trace of question {question!r}; it has: {known}")
    return sorted(spans, key=lambda span: span.started)


def _lines_of(file: TextIO, question: str) -> Iterator[str]:
    """Yield the whole lines of a question's traces; a long run's file is looked through without parsing it all."""
    whole = (line for line in file if line.endswith("}\n"))  # a killed process leaves half a line
    if not question:
        yield from whole
        return
    begins = f'"session.id": {json.dumps(question, ensure_ascii=False)[:-1]}:'
    traces = {found.group(1) for line in whole if begins in line and (found := _TRACE.search(line))}
    file.seek(0)
    yield from (
        line for line in file if line.endswith("}\n") and (found := _TRACE.search(line)) and found.group(1) in traces
    )


def _questions_in(path: Path) -> set[str]:
    with path.open(encoding="utf-8") as file:
        found = {match.group(1) for line in file if (match := _SESSION.search(line))}
    return {str(json.loads(one)).rpartition(":")[0] for one in found}


def _opened(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8", errors="replace")  # half of a surrogate pair becomes a question mark
    except OSError as error:
        raise RunFolderError(f"cannot write {path}: {error.strerror}; remove it or choose another --out") from error


def _collector() -> Any:
    if find_spec("opentelemetry.exporter") is None or find_spec("opentelemetry.exporter.otlp") is None:
        raise SettingsError(
            f"{' or '.join(_COLLECTOR)} names a collector, and the exporter is not installed; "
            "pip install 'pov-debate[otlp]', or unset the variable"
        )
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


def _telling(exporter: SpanExporter) -> SpanProcessor:
    """Hand finished spans to an exporter in batches, with what their outputs hold told as attributes and events."""
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Telling(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            return exporter.export([_with_facts(span) for span in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

    return BatchSpanProcessor(Telling())


def _with_facts(span: ReadableSpan) -> ReadableSpan:
    from opentelemetry.sdk.trace import Event, ReadableSpan

    facts = facts_of(span.name, span.attributes or {})
    if not facts:
        return span
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={**(span.attributes or {}), **facts},
        events=(*span.events, *(Event(name, told, span.end_time) for name, told in events_of(facts))),
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _line(span: ReadableSpan) -> str:
    """Return a span as one line, in the shape of the SDK's ``to_json`` but for the resource, which never differs.

    What stands in the trace twice is left out once. Not made from ``to_json`` itself, which takes four times as long.
    """
    attributes = dict(span.attributes or {})
    for name in _told_elsewhere(attributes):
        attributes.pop(name, None)
    status = {"status_code": span.status.status_code.name}
    if span.status.description:
        status["description"] = span.status.description
    values = {
        "name": span.name,
        "context": {"trace_id": f"0x{span.context.trace_id:032x}", "span_id": f"0x{span.context.span_id:016x}"},
        "parent_id": f"0x{span.parent.span_id:016x}" if span.parent else None,
        "start_time": _time(span.start_time),
        "end_time": _time(span.end_time),
        "status": status,
        "attributes": attributes,
        "events": [
            {"name": event.name, "timestamp": _time(event.timestamp), "attributes": dict(event.attributes or {})}
            for event in span.events
        ],
    }
    return json.dumps(values, ensure_ascii=False) + "\n"


def _told_elsewhere(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the content that stands in a step's children, or in attributes that OpenInference has for it."""
    kind = attributes.get("openinference.span.kind")
    if kind == "CHAIN":
        return ("input.value", "output.value")
    if kind == "LLM" and any(name.startswith(("llm.prompts", "llm.input_messages.")) for name in attributes):
        return ("input.value",)
    if kind == "RETRIEVER" and any(name.startswith("retrieval.documents.") for name in attributes):
        return ("output.value",)
    return ()


def _time(nanoseconds: int | None) -> str:
    moment = datetime.fromtimestamp((nanoseconds or 0) / 1e9, tz=UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _span(values: dict[str, Any]) -> Span:
    attributes = values["attributes"]
    started, ended = (datetime.fromisoformat(values[name]) for name in ("start_time", "end_time"))
    session = str(attributes.get("session.id", ""))
    return Span(
        id=values["context"]["span_id"],
        parent=values.get("parent_id") or "",
        trace=values["context"]["trace_id"],
        name=values["name"],
        kind=str(attributes.get("openinference.span.kind", "")),
        question=session.rpartition(":")[0],
        started=started,
        seconds=(ended - started).total_seconds(),
        error=_reason(str(values["status"].get("description") or "")),
        attributes=attributes,
        events=tuple((event["name"], ", ".join(map(str, event["attributes"].values()))) for event in values["events"]),
    )


def _reason(description: str) -> str:
    """Return what went wrong, without the traceback that the instrumentation puts right behind it."""
    return " ".join(description.partition("Traceback (most recent call last)")[0].split())
