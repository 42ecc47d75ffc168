"""``traces.jsonl``: one span per line in the format of OpenTelemetry's ``to_json``; writing and reading."""

import json
import logging
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from debate.errors import RunFolderError
from debate.files.jsonl import JsonLines
from debate.tracing.span_attributes import PREFIX

_LOG = logging.getLogger(__name__)
_STOPPED = re.compile(r"(?:GeneratorExit|WritingStopped|KeyboardInterrupt)\b")  # a run that was interrupted
_SESSION = re.compile(r'"session\.id": ("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True)
class Span:
    """One step as it was traced.

    Attributes:
        question: the id of the question it belongs to, or "" for what is not one question's.
        kind: CHAIN, LLM, RETRIEVER and the others of OpenInference.
        node: the graph's node that it ran in, or "".
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
    node: str = ""


class TraceFile(SpanExporter):
    """Appends spans to a file as they end. A file that can no longer be written is a warning: rows do not need it.

    Raises:
        RunFolderError: the file cannot be written at the start.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._full = False
        JsonLines(path).append(())  # removes half a line of a killed process, and raises if the file cannot be written
        self._file = FileIO(path, "a")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Append spans."""
        return SpanExportResult.SUCCESS if self.append("".join(map(span_line, spans))) else SpanExportResult.FAILURE

    def append(self, lines: str) -> bool:
        """Append lines of spans and return whether they could be written."""
        if self._full:
            return False
        try:
            self._file.write(lines.encode(errors="replace"))  # half of a surrogate pair becomes a question mark
        except OSError as error:
            self._full = True
            _LOG.warning("cannot write %s: %s; the run continues without traces", self._path, error.strerror)
        return not self._full

    def shutdown(self) -> None:
        """Close the file."""
        self._file.close()


class SpanLines(SpanExporter):
    """Tells each span as a line of the file, for somebody else to append."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Tell spans."""
        self._tell("".join(map(span_line, spans)))
        return SpanExportResult.SUCCESS


def span_line(span: ReadableSpan) -> str:
    """Return a span as one line: the SDK's JSON without the resource, which never differs, and without repeated
    contents."""
    values = json.loads(span.to_json())
    del values["resource"]
    for name in _told_elsewhere(values["attributes"]):
        values["attributes"].pop(name, None)
    return json.dumps(values, ensure_ascii=False) + "\n"


def _told_elsewhere(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the content that is in a step's children, or in attributes that OpenInference has for it."""
    kind = attributes.get("openinference.span.kind")
    if kind == "CHAIN":
        return ("input.value", "output.value")
    if kind == "LLM" and any(name.startswith(("llm.prompts", "llm.input_messages.")) for name in attributes):
        return ("input.value",)
    if kind == "RETRIEVER" and any(name.startswith("retrieval.documents.") for name in attributes):
        return ("output.value",)
    return ()


def read_traces(folder: Path, question: str = "", *, plumbing: bool = False) -> list[Span]:
    """Read a run's spans in the order they began; only those of one question where its id is given.

    Args:
        plumbing: also what LangGraph adds between a question and its steps.

    Raises:
        RunFolderError: the run has no traces, or none of that question.
    """
    path = folder / "traces.jsonl"
    begins = f'"session.id": {json.dumps(question, ensure_ascii=False)[:-1]}:' if question else ""
    try:
        with path.open(encoding="utf-8") as file:
            # A killed process leaves half a line. A long run's file is looked through without parsing it all.
            spans = [_span(json.loads(line)) for line in file if line.endswith("}\n") and begins in line]
        spans = [span for span in spans if question in ("", span.question)]
        if question and not spans:
            known = ", ".join(sorted(_questions_in(path))) or "none"
            raise RunFolderError(f"{path} has no trace of question {question!r}; it has: {known}")
    except OSError as error:
        raise RunFolderError(f"cannot read {path}: {error.strerror}; give a run's folder") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise RunFolderError(
            f"{path} contains a line that is not a span ({error!r}); remove the file: rows do not need it"
        ) from error
    spans.sort(key=lambda span: span.started)
    return spans if plumbing else _without_plumbing(spans)


def _without_plumbing(spans: Sequence[Span]) -> list[Span]:
    """Leave out nodes, and the edges that choose the next one; what they hold hangs under the question itself."""
    nodes = {span.id: span.node for span in spans}
    parents = {span.parent for span in spans}
    hidden = {
        span.id: span.parent
        for span in spans
        if span.kind == "CHAIN" and span.node and (_is_node(span, nodes) or _is_edge(span, parents))
    }

    def kept(parent: str) -> str:
        while parent in hidden:
            parent = hidden[parent]
        return parent

    return [replace(span, parent=kept(span.parent)) for span in spans if span.id not in hidden]


def _is_node(span: Span, nodes: Mapping[str, str]) -> bool:
    """Return whether a span is a node's own, and not a chain of the same name in it."""
    return span.name == span.node and nodes.get(span.parent, "") != span.node


def _is_edge(span: Span, parents: Container[str]) -> bool:
    return span.id not in parents and not span.error and not any(name.startswith(PREFIX) for name in span.attributes)


def _questions_in(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        sessions = {match.group(1) for line in file if (match := _SESSION.search(line))}
    return (json.loads(session).rpartition(":")[0] for session in sessions)


def _span(values: dict[str, Any]) -> Span:
    attributes = values["attributes"]
    started, ended = (datetime.fromisoformat(values[name]) for name in ("start_time", "end_time"))
    metadata = json.loads(attributes.get("metadata", "{}"))
    return Span(
        id=values["context"]["span_id"],
        parent=values.get("parent_id") or "",
        trace=values["context"]["trace_id"],
        name=values["name"],
        kind=str(attributes.get("openinference.span.kind", "")),
        question=str(attributes.get("session.id", "")).rpartition(":")[0],
        started=started,
        seconds=(ended - started).total_seconds(),
        error=_reason(str(values["status"].get("description") or "")),
        attributes=attributes,
        events=tuple((event["name"], ", ".join(map(str, event["attributes"].values()))) for event in values["events"]),
        node=str(metadata.get("langgraph_node", "")),
    )


def _reason(description: str) -> str:
    """Return what went wrong, without the traceback that the instrumentation puts right behind it."""
    reason = " ".join(description.partition("Traceback (most recent call last)")[0].split())
    return "stopped" if _STOPPED.match(reason) else reason
