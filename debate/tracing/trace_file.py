"""``traces.jsonl``: a span a line, in the shape of OpenTelemetry's ``to_json``; how it is written and read back.

Knows the shape of a span, and nothing of how one comes about (``debate.tracing.tracer``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from debate.errors import RunFolderError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

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


def span_line(span: ReadableSpan) -> str:
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
