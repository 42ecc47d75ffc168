"""A client of the Model Context Protocol lists and calls every tool."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from fakes import ScriptedLLM, TopicEmbedding
from mcp import Client
from traced import traced_run
from typer.testing import CliRunner

from debate.cli import app
from debate.serve import desk as desk_module
from debate.serve.desk import Desk
from debate.serve.mcp_server import create_server
from debate.settings.graph import GraphSettings
from prompts import load_personas
from vectorstore import FaissStore

TEXTS = ["The union ended in 1911.", "Borduria pays for the canal.", "The tariff on salt doubled."]
SAID = "The union ended in 1911, and the tariff on salt doubled, which settles it."
pytestmark = pytest.mark.filterwarnings("ignore")


def desk(runs: Path | None = None) -> Desk:
    loaded = ScriptedLLM(script={"": SAID})
    settings = GraphSettings(k=2, debate_k=2, min_words=5, max_words=60, abstain=False)
    return Desk(FaissStore.from_texts(TEXTS, TopicEmbedding()), load_personas(None), lambda: loaded, settings, runs)


async def called(tool: str, arguments: dict[str, object], runs: Path | None = None):
    async with Client(create_server(desk(runs))) as client:
        return await client.call_tool(tool, arguments)


async def test_the_tools_are_listed_with_what_they_do() -> None:
    async with Client(create_server(desk())) as client:
        listed = await client.list_tools()
    assert {tool.name for tool in listed.tools} == {"search", "ask", "debate", "read_run"}
    assert all(tool.description for tool in listed.tools)


async def test_a_search_returns_raw_passages_with_a_score_for_each_viewpoint() -> None:
    result = await called("search", {"question": "Why?", "viewpoints": [{"text": "It was the tariff."}], "k": 3})
    found = result.structured_content["result"]
    assert {one["text"] for one in found} == set(TEXTS)
    assert all(len(one["viewpoint_scores"]) == 1 for one in found)


async def test_a_search_in_a_script_that_the_embedding_model_has_not_learnt_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk_module, "unread", lambda _store, question, _views: f"cannot read {question}")
    result = await called("search", {"question": "Why?"})
    assert result.is_error
    assert "cannot read Why?" in result.content[0].text


def test_requests_that_come_together_load_the_model_once() -> None:
    loads = []
    asked = desk()
    asked.load = lambda: (loads.append(1), Event().wait(0.2), ScriptedLLM(script={"": SAID}))[-1]
    with ThreadPoolExecutor() as pool:
        answers = [pool.submit(one, "Why?") for one in (asked.ask, asked.debate, asked.ask)]
    assert [one.exception() for one in answers] == [None] * 3
    assert len(loads) == 1


async def test_an_answer_comes_with_its_passages() -> None:
    result = await called("ask", {"question": "Why did the union end?"})
    assert "1911" in result.structured_content["answer"]
    assert len(result.structured_content["passages"]) == 2


async def test_a_debate_comes_with_every_turn() -> None:
    result = await called("debate", {"question": "Why did the union end?"})
    assert result.structured_content["opinion"]
    assert len({turn["speaker"] for turn in result.structured_content["turns"]}) >= 2


async def test_the_rows_of_a_run_are_read_by_its_name(tmp_path: Path) -> None:
    traced_run(tmp_path)
    result = await called("read_run", {"run": "out"}, tmp_path)
    [row] = result.structured_content["result"]
    assert (row["instruction"], row["answer"]) == ("Good one?", "They did.")


@pytest.mark.parametrize("run", ["../secret", "/etc", "none"])
async def test_only_runs_in_the_given_folder_can_be_read(tmp_path: Path, run: str) -> None:
    result = await called("read_run", {"run": run}, tmp_path)
    assert result.is_error
    assert "there is no run" in result.content[0].text


def test_a_folder_of_runs_that_is_not_there_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["mcp", "--index", str(tmp_path), "--runs", str(tmp_path / "gone")])
    assert ended.exit_code == 2
    assert ended.stderr == f"error: there is no folder {tmp_path / 'gone'}; check --runs\n"


async def test_reading_runs_is_off_unless_a_folder_is_given() -> None:
    result = await called("read_run", {"run": "first"})
    assert "start the server with --runs FOLDER" in result.content[0].text


@pytest.mark.parametrize("tool", ["search", "ask", "debate"])
async def test_an_empty_question_is_refused(tool: str) -> None:
    result = await called(tool, {"question": " "})
    assert result.is_error
    assert "the question is empty; give its text" in result.content[0].text


async def test_an_unknown_field_of_a_viewpoint_is_refused() -> None:
    result = await called("search", {"question": "Why?", "viewpoints": [{"text": "It was the tariff.", "wieght": 2}]})
    assert result.is_error
    assert "wieght" in result.content[0].text


async def test_a_viewpoint_that_is_given_twice_is_refused_since_it_would_count_double_or_not_at_all() -> None:
    twice = [{"text": "It was the tariff."}, {"text": "it was  the tariff.", "weight": -1}]
    result = await called("search", {"question": "Why?", "viewpoints": twice})
    assert result.is_error
    assert "the viewpoint 'it was  the tariff.' is given twice" in result.content[0].text


async def test_a_weight_out_of_range_is_told_in_one_line() -> None:
    result = await called("search", {"question": "Why?", "pov_weight": 3})
    assert result.is_error
    assert "pov_weight" in result.content[0].text


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("search", {"question": "Why?", "viewpoint": []}, "search has no argument 'viewpoint'; write viewpoints"),
        ("debate", {"question": "Why?", "rounds": 9}, "debate has no argument 'rounds'; write question"),
        ("ask", {}, "ask: question: Field required; see the tool's schema"),
        (
            "search",
            {"question": "Why?", "viewpoints": [{"text": "It was.", "weigth": 1}]},
            "search: viewpoints.0.weigth: Extra inputs are not permitted; see the tool's schema",
        ),
        (
            "search",
            {"question": "Why?", "viewpoints": [{"text": f"It was {n}."} for n in range(13)]},
            "search: viewpoints: List should have at most 12 items after validation, not 13; see the tool's schema",
        ),
        (
            "search",
            {"question": "Why?", "k": 51},
            "search: k: Input should be less than or equal to 50; see the tool's schema",
        ),
        (
            "debate",
            {"question": "?" * 4001},
            "debate: question: String should have at most 4000 characters; see the tool's schema",
        ),
    ],
)
async def test_an_argument_that_a_tool_does_not_have_or_take_is_refused_in_one_line(tool, arguments, told: str) -> None:
    result = await called(tool, arguments)
    assert (result.is_error, result.content[0].text) == (True, told)
