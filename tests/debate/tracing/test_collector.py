"""Traces leave the machine only where a standard variable says so; a collector then gets them whole."""

import gzip
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from traced import traced_run

from debate import SettingsError
from debate.tracing.trace_file import read_traces

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import json, sys
from pathlib import Path
called = []
sys.addaudithook(lambda event, about: called.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
from traced import traced_run
traced_run(Path(sys.argv[1]))
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
print(json.dumps(called))
"""


@dataclass
class Server:
    """An HTTP server on loopback that keeps what it is sent."""

    port: int = 0
    bodies: list[tuple[str, bytes]] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    def spans(self) -> list[Span]:
        requests = [ExportTraceServiceRequest.FromString(body) for path, body in self.bodies if path == "/v1/traces"]
        scopes = [scope for one in requests for resource in one.resource_spans for scope in resource.scope_spans]
        return [span for scope in scopes for span in scope.spans]


def arrived(server: Server, count: int) -> list[Span]:
    """Wait until so many spans have come."""
    while len(server.spans()) < count and server.came.wait(30):
        server.came.clear()
    return server.spans()


@contextmanager
def serving() -> Iterator[Server]:
    kept = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            plain = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            kept.bodies.append((self.path, plain))
            kept.came.set()
            self._answer()

        def _answer(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if self.command == "GET" else "application/x-protobuf")
            self.send_header("Content-Length", "2" if self.command == "GET" else "0")
            self.end_headers()
            self.wfile.write(b"{}" if self.command == "GET" else b"")

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def collector(to: Server, folder: Path) -> Iterator[int]:
    """Start Rotel, an OpenTelemetry collector, that sends on what it gets; its port once it listens."""
    import rotel

    http, grpc = free_port(), free_port()
    options = {
        "--otlp-http-endpoint": f"127.0.0.1:{http}",
        "--otlp-grpc-endpoint": f"127.0.0.1:{grpc}",
        "--exporter": "otlp",
        "--otlp-exporter-protocol": "http",
        "--otlp-exporter-endpoint": f"http://127.0.0.1:{to.port}",
        "--batch-timeout": "50ms",
    }
    agent = Path(rotel.__file__).parent / "rotel-agent"
    with (folder / "collector.log").open("wb") as log:
        command = [agent, "start", *(part for option in options.items() for part in option)]
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603
        try:
            while process.poll() is None and not listens(http):
                pass
            assert process.poll() is None, (folder / "collector.log").read_text()
            yield http
        finally:
            process.terminate()
            process.wait()


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def run_elsewhere(folder: Path, **variables: str) -> list[str]:
    """Run in a process of its own and return what it asked of the network."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "LANGSMITH_", "LANGCHAIN_"))
    }
    environment = kept | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests/support'}"} | variables
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", CHILD, folder], env=environment, check=True, capture_output=True, text=True
    )
    called: list[str] = json.loads(done.stdout.splitlines()[-1])
    return called


def test_without_the_variables_nothing_is_asked_of_the_network(tmp_path: Path) -> None:
    assert run_elsewhere(tmp_path) == []
    assert len(read_traces(tmp_path / "out")) > 10


@pytest.mark.enable_socket
@pytest.mark.skipif(find_spec("rotel") is None, reason="needs rotel, a collector for Linux on x86-64; extra: dev")
def test_a_real_collector_gets_every_span_with_its_attributes_and_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as server, collector(server, tmp_path) as port:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
        written = read_traces(traced_run(tmp_path), plumbing=True)
        received = {span.span_id.hex(): span for span in arrived(server, len(written))}
    assert {span.id.removeprefix("0x") for span in written} == set(received)
    search = next(span for span in received.values() if span.name == "POVRetriever")
    attributes = {one.key: one.value for one in search.attributes}
    assert attributes["retrieval.documents.0.document.score"].double_value != 0
    assert attributes["session.id"].string_value.startswith("q001:")


@pytest.mark.enable_socket
def test_the_collectors_endpoint_for_traces_alone_is_taken_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"http://127.0.0.1:{server.port}/v1/traces")
        written = read_traces(traced_run(tmp_path), plumbing=True)
    assert len(server.spans()) == len(written)


@pytest.mark.enable_socket
def test_langsmith_works_by_its_own_variables(tmp_path: Path) -> None:
    with serving() as server:
        asked = run_elsewhere(
            tmp_path,
            LANGSMITH_TRACING="true",
            LANGSMITH_ENDPOINT=f"http://127.0.0.1:{server.port}",
            LANGSMITH_API_KEY="none",
            LANGSMITH_DISABLE_RUN_COMPRESSION="true",
        )
    sent = b"".join(body for path, body in server.bodies if path.startswith("/runs"))
    assert "socket.connect" in asked
    assert b"turn:professor" in sent
    assert b"BRICS admitted Iran." in sent


def test_a_collector_without_the_exporter_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setattr("debate.tracing.tracer.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r'pip install -e "\.\[otlp\]", or unset the variable'):
        traced_run(tmp_path)
