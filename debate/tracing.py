"""Traces: every step of every question as OpenTelemetry spans with the OpenInference conventions.

The instrumentation for LangChain makes the spans; here they are only given a place: ``traces.jsonl`` in the run's
folder, and a collector where the standard variables name one. Nothing leaves the machine unless they do. The only
importer of OpenTelemetry.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from debate.errors import RunFolderError, SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

_COLLECTOR = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_CONTENT = ("input.value", "output.value")


@dataclass(frozen=True)
class Span:
    """One step as it was traced.

    Attributes:
        question: the id of the question it belongs to, or "" for what is not one question's.
        kind: CHAIN, LLM, RETRIEVER and the others of OpenInference.
        seconds: how long it took.
        error: what went wrong in it, or "".
        attributes: everything else, by OpenInference's names.
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


@contextmanager
def tracing(folder: Path) -> Iterator[None]:
    """Write the spans of what runs inside to the folder's ``traces.jsonl``, and to a collector where one is named.

    Raises:
        SettingsError: a collector is named and the exporter is not installed.
    """
    from openinference.instrumentation.langchain import LangChainInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

    provider = TracerProvider(resource=Resource.create({"service.name": "pov-debate"}))
    if any(os.environ.get(name) for name in _COLLECTOR):
        provider.add_span_processor(BatchSpanProcessor(_collector()))
    instrumentor = LangChainInstrumentor()
    with _opened(folder / "traces.jsonl") as file:
        provider.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter(out=file, formatter=_line)))
        instrumentor.instrument(tracer_provider=provider)
        try:
            yield
        finally:
            instrumentor.uninstrument()
            provider.shutdown()


def read_traces(folder: Path, question: str = "") -> list[Span]:
    """Read a run's spans in the order they began; only those of one question where its id is given.

    Raises:
        RunFolderError: the run has no traces, or none of that question.
    """
    path = folder / "traces.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise RunFolderError(f"cannot read {path}: {error.strerror}; give a run's folder") from error
    try:  # a killed process leaves half a line
        spans = [_span(json.loads(line)) for line in lines if line.endswith("}")]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise RunFolderError(
            f"{path} holds a line that is no span ({error!r}); remove the file: rows do not need it"
        ) from error
    questions = {span.trace: span.question for span in spans if span.question}
    if question:
        spans = [span for span in spans if questions.get(span.trace) == question]
        if not spans:
            known = ", ".join(sorted(set(questions.values())))
            raise RunFolderError(f"{path} has no trace of question {question!r}; it has: {known}")
    return sorted(spans, key=lambda span: span.started)


def _opened(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8")
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


def _line(span: ReadableSpan) -> str:
    """Return a span as one line, in the shape of the SDK's ``to_json`` but for the resource, which never differs.

    A chain's content is its children's: kept only in the steps that made it. Not made from ``to_json`` itself, which
    takes four times as long.
    """
    attributes = dict(span.attributes or {})
    if attributes.get("openinference.span.kind") == "CHAIN":
        attributes = {name: value for name, value in attributes.items() if name not in _CONTENT}
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
        error=str(values["status"].get("description", "")).splitlines()[0] if "description" in values["status"] else "",
        attributes=attributes,
    )
