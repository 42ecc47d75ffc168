"""Trace every step of every question as OpenTelemetry spans with the OpenInference conventions.

``LangChainInstrumentor`` makes the spans; they go to ``traces.jsonl`` in the run's folder, and to a collector if the
standard variables name one. If the host program has instrumented LangChain itself, its instrumentation is kept.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import BaseCallbackHandler

from debate.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

_LOG = logging.getLogger(__name__)
_COLLECTOR = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


@contextmanager
def tracing(folder: Path) -> Iterator[list[BaseCallbackHandler]]:
    """Write the spans of what runs inside to the folder's ``traces.jsonl``, and to a collector where one is named.

    Yields the callbacks that calls of chains and graphs are to be given.

    Raises:
        RunFolderError: the file cannot be written.
        SettingsError: a collector is named and the exporter is not installed.
    """
    from debate.tracing.trace_file import TraceFile

    if _is_traced_already():
        _LOG.warning(
            "this program traces LangChain already, so that spans go where it sends them and %s gets none",
            folder / "traces.jsonl",
        )
        yield []
        return
    with _traced(TraceFile(folder / "traces.jsonl")) as callbacks:
        yield callbacks


@contextmanager
def spans_told(tell: Callable[[str], None]) -> Iterator[list[BaseCallbackHandler]]:
    """Tell each span of what runs inside as a line of ``traces.jsonl``; otherwise as ``tracing``."""
    from debate.tracing.trace_file import SpanLines

    if _is_traced_already():
        yield []
        return
    with _traced(SpanLines(tell)) as callbacks:
        yield callbacks


def _is_traced_already() -> bool:
    from openinference.instrumentation.langchain import LangChainInstrumentor

    return bool(LangChainInstrumentor().is_instrumented_by_opentelemetry)


@contextmanager
def _traced(exporter: SpanExporter) -> Iterator[list[BaseCallbackHandler]]:
    from openinference.instrumentation.langchain import LangChainInstrumentor

    from debate.tracing.span_attributes import SpanFacts

    instrumentor = LangChainInstrumentor()
    try:
        provider = _provider(exporter)
    except SettingsError:
        exporter.shutdown()
        raise
    instrumentor.instrument(tracer_provider=provider)
    try:
        yield [SpanFacts()]
    finally:
        instrumentor.uninstrument()
        provider.shutdown()


def _provider(exporter: SpanExporter) -> TracerProvider:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class FromTheSystem(RandomIdGenerator):
        """Makes ids that a program's ``random.seed`` does not make again, in a run that is resumed either."""

        def generate_span_id(self) -> int:
            return secrets.randbits(64) or 1

        def generate_trace_id(self) -> int:
            return secrets.randbits(128) or 1

    provider = TracerProvider(resource=Resource.create({"service.name": "pov-debate"}), id_generator=FromTheSystem())
    if any(os.environ.get(name) for name in _COLLECTOR):
        provider.add_span_processor(BatchSpanProcessor(_collector()))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


def _collector() -> Any:
    if find_spec("opentelemetry.exporter") is None or find_spec("opentelemetry.exporter.otlp") is None:
        raise SettingsError(
            f"{' or '.join(_COLLECTOR)} names a collector, and the exporter is not installed; "
            'in the checkout: python -m pip install -e ".[otlp]", or unset the variable'
        )
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()
