"""Traces: every step of every question as OpenTelemetry spans with the OpenInference conventions.

The instrumentation for LangChain makes the spans; here they are only given a place: ``traces.jsonl`` in the run's
folder, and a collector where the standard variables name one. Nothing leaves the machine unless they do. A question's
spans hang under one of its own; LangGraph's plumbing between it and the chains is not traced. The only importer of
OpenTelemetry.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tracers.context import register_configure_hook

from debate.errors import RunFolderError, SettingsError
from debate.tracing.span_attributes import events_of, facts_of
from debate.tracing.trace_file import span_line

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.trace import Tracer

_COLLECTOR = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_STEPS: ContextVar[BaseCallbackHandler | None] = ContextVar("pov_debate_steps", default=None)  # set by a question
_TRACED: ContextVar[BaseCallbackHandler | None] = ContextVar("pov_debate_traced", default=None)  # set by its steps
register_configure_hook(_TRACED, inheritable=True)


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

    provider = TracerProvider(resource=Resource.create({"service.name": "pov-debate"}), id_generator=_ids())
    if any(os.environ.get(name) for name in _COLLECTOR):
        provider.add_span_processor(_telling(_collector()))
    with _opened(folder / "traces.jsonl") as file:
        provider.add_span_processor(_telling(ConsoleSpanExporter(out=file, formatter=span_line)))
        try:
            tracer = _hiding(provider.get_tracer("pov_debate"))
            yield Trace(tracer, _handler(tracer))
        finally:
            provider.shutdown()


def _ids() -> IdGenerator:
    """Return what makes ids that a program's ``random.seed`` does not make again, in a run that goes on either."""
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class FromTheSystem(RandomIdGenerator):
        def generate_span_id(self) -> int:
            return secrets.randbits(64) or 1

        def generate_trace_id(self) -> int:
            return secrets.randbits(128) or 1

    return FromTheSystem()


def _hiding(tracer: Tracer) -> Any:
    """Return the tracer, inside OpenInference's where its variables (``OPENINFERENCE_HIDE_INPUTS``) ask for one."""
    if not any(name.startswith("OPENINFERENCE_") for name in os.environ):
        return tracer
    from openinference.instrumentation import OITracer, TraceConfig

    return OITracer(tracer, config=TraceConfig())


def _handler(tracer: Tracer) -> BaseCallbackHandler:
    """Return the instrumentation's handler, which makes spans of the LangChain runs that it is told of.

    ``LangChainInstrumentor`` tells one such handler a process of every run, of LangGraph's dozen a question too, and
    takes away the one that a host program put there; a run's own is told of its steps alone.
    """
    from openinference.instrumentation.langchain._tracer import OpenInferenceTracer

    handler: BaseCallbackHandler = OpenInferenceTracer(tracer, False)
    return handler


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
