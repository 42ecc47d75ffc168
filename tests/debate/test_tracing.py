"""Each question leaves a tree of spans behind, on this machine unless a collector is named."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fakes import EMBEDDING, ScriptedLLM
from rich.console import Console

from debate import DebateSettings, RunFolderError, run_questions
from debate.trace_view import trace_trees
from debate.tracing import read_traces
from vectorstore import FaissStore

SCRIPT = {
    "moderator": "A draw.",
    "You take part in a debate": "I disagree.",
    "Question: Bad": "raise it broke",
    "Answer the question below": "They did.",
}


def traced_run(folder: Path, question: str = "Good one?") -> Path:
    (folder / "docs").mkdir()
    (folder / "q.txt").write_text(question + "\n", encoding="utf-8")
    settings = DebateSettings(questions=folder / "q.txt", corpus=folder / "docs", out=folder / "out", deepen=0)
    store = FaissStore.from_texts(["BRICS admitted Iran.", "The G7 capped a price."], EMBEDDING)
    return run_questions(settings, llm=ScriptedLLM(script=SCRIPT), store=store).folder


def test_the_prompts_as_sent_stand_in_the_trace(tmp_path: Path) -> None:
    spans = read_traces(traced_run(tmp_path), "q001")
    prompts = [span.attributes["llm.prompts"][0] for span in spans if span.kind == "LLM"]
    assert len(prompts) == 6
    assert all("BRICS admitted Iran." in prompt for prompt in prompts[:5])


def test_retrieved_passages_stand_in_the_trace_with_their_scores(tmp_path: Path) -> None:
    spans = read_traces(traced_run(tmp_path))
    retriever = next(span for span in spans if span.kind == "RETRIEVER")
    metadata = json.loads(retriever.attributes["retrieval.documents.0.document.metadata"])
    assert {"score", "question_score", "pov_scores"} <= metadata.keys()


def test_the_tree_shows_the_steps_of_a_question(tmp_path: Path) -> None:
    (tree,) = trace_trees(read_traces(traced_run(tmp_path), "q001"))
    console = Console(record=True, width=120, file=(tmp_path / "shown").open("w"))
    console.print(tree)
    shown = console.export_text()
    console.file.close()
    assert "q001" in shown
    assert [shown.count(step) for step in ("opinion", "turn:professor", "turn:sceptic", "verdict")] == [2, 2, 2, 1]


def test_an_error_stands_in_the_trace(tmp_path: Path) -> None:
    spans = read_traces(traced_run(tmp_path, "Bad one?"))
    assert any("it broke" in span.error for span in spans)


def test_a_foreign_line_is_told(tmp_path: Path) -> None:
    (tmp_path / "traces.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"traces\.jsonl holds a line that is no span"):
        read_traces(tmp_path)


def test_an_unknown_question_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="no trace of question 'q9'; it has: q001"):
        read_traces(traced_run(tmp_path), "q9")


@pytest.mark.enable_socket
def test_a_collector_that_the_standard_variable_names_gets_the_spans(tmp_path: Path, monkeypatch) -> None:
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    try:
        traced_run(tmp_path)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert any(b"turn:professor" in body for body in received)
