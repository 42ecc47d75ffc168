"""A key that a server repeats is in no file of the run."""

from pathlib import Path

import pytest
from fakes import EMBEDDING
from misbehaving_server import misbehaving_server
from traced import traced_run

from chains import ModelSettings, load_llm
from vectorstore import FaissStore

KEY = "sk-live-0123456789abcdef"


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("model", ["tells-key", "streams-key"])
def test_no_file_of_a_run_holds_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """Regression: a server's refusal that repeats the key was kept in journal, log, trace, workbook and report."""
    monkeypatch.setenv("DEBATE_API_KEY", KEY)
    store = FaissStore.from_texts(["The mill at Strelsau closed in 1931."], EMBEDDING)
    with misbehaving_server() as server:
        llm = load_llm(ModelSettings(name=server.url(model)))
        out = traced_run(tmp_path, "Should the mills run?", llm, store, abstain=False)
    told = [path for path in out.rglob("*") if path.is_file()]
    assert "[key]" in (out / "results.jsonl").read_text(encoding="utf-8")
    assert not [path.name for path in told if KEY.encode() in path.read_bytes()]
