"""A whole run whose debaters call tools, with a model behind a real server that speaks OpenAI's protocol."""

from pathlib import Path

import pytest
from fakes import EMBEDDING
from misbehaving_server import misbehaving_server
from openpyxl import load_workbook
from traced import traced_run

from chains import ModelSettings, load_llm
from debate.run.records.journal import Journal
from debate.tracing.trace_file import read_traces
from vectorstore import FaissStore

pytestmark = [pytest.mark.enable_socket, pytest.mark.filterwarnings("ignore")]
TEXTS = [f"The mill at Strelsau number {n} closed in {1900 + n}." for n in range(9)]


def run(folder: Path, model: str):
    with misbehaving_server() as server:
        llm = load_llm(ModelSettings(name=server.url(model)))
        given = {"lookups": 2, "k": 2, "debate_k": 2, "abstain": False, "candidates": 1, "min_words": 5}
        out = traced_run(folder, "Should the mills run?", llm, FaissStore.from_texts(TEXTS, EMBEDDING), **given)
        [row] = Journal(out / "results.jsonl").rows()
        return out, row, server.asked


def test_what_debaters_searched_and_read_is_in_row_trace_workbook_and_report(tmp_path: Path) -> None:
    out, row, asked = run(tmp_path, "calls-tools")
    first = row.turns[0]
    assert [(one.tool, one.query, len(one.chunk_ids)) for one in first.lookups] == [("search", "mills at Strelsau", 3)]
    assert set(first.lookups[0].chunk_ids) <= set(first.chunk_ids)
    read_back = next(one["content"] for body in asked if (one := body["messages"][-1])["role"] == "tool")
    assert all(row.chunk_table()[one].text in read_back for one in first.lookups[0].chunk_ids)
    spans = {span.name for span in read_traces(out)}
    assert {f"look up:{first.persona_id}", "search", "POVRetriever"} <= spans
    cells = {str(cell.value) for line in load_workbook(out / "results.xlsx")["debate"] for cell in line}
    assert any(cell.startswith("search “mills at Strelsau”: ") for cell in cells)
    assert "search “mills at Strelsau”: " in (out / "report.html").read_text(encoding="utf-8")


def test_a_server_that_refuses_tools_still_debates_and_every_turn_says_so(tmp_path: Path) -> None:
    _, row, _ = run(tmp_path, "no-tools")
    assert len(row.turns) > 1
    assert [turn.lookups for turn in row.turns] == [()] * len(row.turns)
    assert all("its model cannot call tools" in " ".join(turn.notes) for turn in row.turns)
