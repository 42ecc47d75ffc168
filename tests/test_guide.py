"""The Python in README and guide runs as it stands."""

import re
from pathlib import Path
from typing import Any

import pytest
from fakes import ScriptedLLM

import chains

ROOT = Path(__file__).parents[1]
SAID = {
    "moderator": "The bank lends more. It does not replace anybody.",
    "Your side: ": "The New Development Bank cannot take anybody's place while it borrows in dollars.",
    "World Bank": "The New Development Bank lends in five currencies, and it is no rival yet.",
}
ELSEWHERE = ("PgVectorStore", "langchain_community")  # need a server (test_pgvector), and a package of others


def blocks() -> list[str]:
    """The Python of both files, without what runs elsewhere."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/guide.md")]
    found = [code for text in texts for code in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)]
    return [code for code in found if not any(word in code for word in ELSEWHERE)]


def run_block(code: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run code in a namespace of its own, with a scripted model in place of a real one."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(chains, "load_llm", lambda settings: ScriptedLLM(script=SAID))
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the guide's own code
    return names


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("code", blocks())
def test_every_block_runs_as_written(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_block(code, monkeypatch)["store"]


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_the_graph_of_a_question_is_a_node_of_another_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    names = run_block(blocks()[0], monkeypatch)
    assert names["result"]["headline"] == "Nobody won this debate"
    assert names["result"]["opinion"].chunk_ids
