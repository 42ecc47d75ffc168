"""The guide's code runs as it stands."""

import re
from pathlib import Path
from typing import Any

import pytest
from fakes import ScriptedLLM

ROOT = Path(__file__).parents[1]
SAID = {
    "moderator": "The bank lends more. It does not replace anybody.",
    "Your side: ": "The New Development Bank cannot take anybody's place while it borrows in dollars.",
    "World Bank": "The New Development Bank lends in five currencies, and it is no rival yet.",
}


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")
def test_the_graph_of_a_question_is_a_node_of_another_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs/guide.md").read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {"llm": ScriptedLLM(script=SAID)}

    exec(code.group(1), names)  # noqa: S102 - the guide's own code

    assert names["result"]["headline"] == "Nobody won this debate"
    assert names["result"]["opinion"].chunk_ids
