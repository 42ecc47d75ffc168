"""Each question leaves a tree of spans behind, on this machine unless a collector is named."""

import json
import random
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from io import FileIO, StringIO
from pathlib import Path

import pytest
from fakes import ScriptedLLM, TopicEmbedding
from hostile import MARKUP
from langchain_core.language_models import FakeListChatModel
from langchain_core.outputs import Generation, LLMResult
from langchain_core.runnables import RunnableLambda
from langgraph.types import RetryPolicy
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from rich.console import Console
from traced import SCRIPT, traced_run

from chains.errors import WritingStopped
from chains.generation.contract import RawText
from chains.schemas import Finish, Opinion
from debate import RunFolderError
from debate.terminal.trace_view import trace_trees
from debate.tracing.span_attributes import events_of, facts_of
from debate.tracing.trace_file import Span, read_traces
from vectorstore import FaissStore

LOOP = "We want peace and we want it now. " * 30


def printed(spans: list[Span], *, contents: bool = False, width: int = 160) -> str:
    console = Console(record=True, width=width, file=StringIO())
    console.print(*trace_trees(spans, contents=contents))
    return console.export_text()


def test_the_prompts_as_sent_stand_in_the_trace(tmp_path: Path) -> None:
    spans = read_traces(traced_run(tmp_path), "q001")
    prompts = [span.attributes["llm.prompts"][0] for span in spans if span.kind == "LLM"]
    assert sum("BRICS admitted Iran." in prompt for prompt in prompts) >= 5  # the opinion and four turns


def test_retrieved_passages_stand_in_the_trace_with_their_scores(tmp_path: Path) -> None:
    spans = read_traces(traced_run(tmp_path))
    retriever = next(span for span in spans if span.kind == "RETRIEVER")
    metadata = json.loads(retriever.attributes["retrieval.documents.0.document.metadata"])
    assert {"score", "question_score", "pov_scores"} <= metadata.keys()


def test_the_tree_shows_the_steps_of_a_question(tmp_path: Path) -> None:
    shown = printed(read_traces(traced_run(tmp_path), "q001"))
    assert "q001  Good one?" in shown
    assert [shown.count(step) for step in ("opinion", "turn:professor", "turn:sceptic", "verdict")] == [1, 2, 2, 1]


def test_the_graphs_own_plumbing_is_left_out_unless_it_is_asked_for(tmp_path: Path) -> None:
    folder = traced_run(tmp_path)
    spans = read_traces(folder)
    steps = [span.name for span in spans if span.parent == spans[0].id]
    assert spans[0].name == "question"
    assert steps == [*["POVRetriever"] * 3, "opinion", "positions", *("turn:professor", "turn:sceptic") * 2, "verdict"]
    assert {span.kind for span in spans if span.parent != spans[0].id} == {"CHAIN", "LLM"}  # the question, the answers
    nodes = {span.name for span in read_traces(folder, plumbing=True)} - {span.name for span in spans}
    assert nodes == {
        *("retrieve", "write_opinion", "take_positions", "speak", "give_verdict"),
        *("begin", "next_step", "after_verdict"),
    }


def test_a_translation_is_a_step_although_its_node_has_the_same_name(tmp_path: Path) -> None:
    llm = ScriptedLLM(script={"professional translator": "加盟した。"} | SCRIPT)
    spans = read_traces(traced_run(tmp_path, llm=llm, translate="ja"))
    assert [span.name for span in spans if span.parent == spans[0].id][-1] == "translate"


def test_a_failed_question_says_so_at_its_top(tmp_path: Path) -> None:
    assert read_traces(traced_run(tmp_path, "Bad one?"))[0].error == "RuntimeError('it broke')"


def test_no_content_stands_in_the_trace_twice(tmp_path: Path) -> None:
    spans = read_traces(traced_run(tmp_path))
    names = ("input.value", "output.value")
    kept = {span.kind: [name for name in names if name in span.attributes] for span in spans}
    assert kept == {"CHAIN": [], "LLM": ["output.value"], "RETRIEVER": ["input.value"]}


def test_an_error_stands_in_the_trace(tmp_path: Path) -> None:
    spans = read_traces(traced_run(tmp_path, "Bad one?"))
    assert {span.error for span in spans if span.kind == "LLM" and span.error} == {"RuntimeError('it broke')"}


class Stopped(ScriptedLLM):
    """Is stopped while it writes."""

    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        raise WritingStopped


def test_a_step_that_was_interrupted_is_told_as_stopped(tmp_path: Path) -> None:
    """Regression: the trace of a stopped run said "GeneratorExit()"."""
    spans = read_traces(traced_run(tmp_path, llm=Stopped(script={})))
    assert {span.error for span in spans if span.kind != "RETRIEVER"} == {"stopped"}


class Flaky(ScriptedLLM):
    """Loses its connection the first time that the professor is to speak."""

    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        if "in round 1 of 2" in prompt and not any("in round 1" in one for one in self.prompts):
            self.prompts.append(prompt)
            raise ConnectionError("the server is away")
        return super()._call(prompt, stop, run_manager, **kwargs)


class Telling(ScriptedLLM):
    """Says what it read and wrote, as a local model does."""

    def _generate(self, prompts, stop=None, run_manager=None, **kwargs):
        result = super()._generate(prompts, stop, run_manager, **kwargs)
        raw = RawText("Yes.", 40, 2, Finish.LOOP)
        rows = [[Generation(text=one.text, generation_info={"raw": raw}) for one in row] for row in result.generations]
        return LLMResult(generations=rows)


def test_a_retried_step_is_seen_with_what_went_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.graph.debate_graph.RETRY", RetryPolicy(max_attempts=2, initial_interval=0.0))
    shown = printed(read_traces(traced_run(tmp_path, llm=Flaky(script=SCRIPT))))
    assert shown.count("turn:professor") == 3
    assert shown.count("turn:professor (again)") == 1
    assert "generate  " in shown
    assert "ConnectionError('the server is away')" in shown


def test_a_loop_that_was_cut_is_an_event_of_its_turn(tmp_path: Path) -> None:
    script = {"Before it begins": "I disagree."} | SCRIPT | {"You take part in a debate": LOOP}
    spans = read_traces(traced_run(tmp_path, llm=ScriptedLLM(script=script)))
    turn = next(span for span in spans if span.name == "turn:professor")
    assert turn.events[0][0] == "loop cut"
    assert turn.attributes["pov_debate.loop"].startswith("attempt 1: loop cut after")
    assert "loop cut: attempt 1: loop cut after" in printed(spans)


def test_an_abstention_is_told_with_its_reason(tmp_path: Path) -> None:
    store = FaissStore.from_texts([f"Treaty {n} was signed by its members." for n in range(12)], TopicEmbedding())
    folder = traced_run(tmp_path, "Is the water cold?", store=store, k=3)
    opinion = next(span for span in read_traces(folder) if span.name == "opinion")
    assert dict(opinion.events)["abstained"].startswith("nothing retrieved bears on the question")


def test_dropped_passages_are_told_by_their_ids() -> None:
    opinion = Opinion("Yes.", 1, ("c1",), dropped=("c4", "c5"))
    assert facts_of(opinion) == {"pov_debate.dropped": ("c4", "c5"), "pov_debate.words": 1}
    assert events_of(opinion) == [("passages dropped", {"ids": "c4, c5"})]


def test_prompts_that_went_together_each_tell_their_own_tokens(tmp_path: Path) -> None:
    spans = read_traces(traced_run(tmp_path, llm=Telling(script=SCRIPT)))
    told = [span for span in spans if span.kind == "LLM"]
    names = ("prompt", "completion", "total")
    assert [[span.attributes[f"llm.token_count.{name}"] for name in names] for span in told] == [[40, 2, 42]] * len(
        told
    )
    assert {span.events for span in told} == {(("loop cut", "stopped while it repeated itself"),)}
    assert {span.attributes["pov_debate.finish"] for span in told} == {"loop"}


def test_documents_have_their_id_and_score_by_the_conventions(tmp_path: Path) -> None:
    spans = read_traces(traced_run(tmp_path))
    found = next(span for span in spans if span.kind == "RETRIEVER").attributes
    metadata = json.loads(found["retrieval.documents.0.document.metadata"])
    assert found["retrieval.documents.0.document.score"] == metadata["score"]
    assert found["retrieval.documents.0.document.id"]


def test_a_search_tells_the_points_of_view_that_its_scores_belong_to(tmp_path: Path) -> None:
    search = next(span for span in read_traces(traced_run(tmp_path)) if span.kind == "RETRIEVER")
    metadata = json.loads(search.attributes["metadata"])
    scores = json.loads(search.attributes["retrieval.documents.0.document.metadata"])["pov_scores"]
    assert len(metadata["povs"]) == len(scores) > 0
    assert metadata["pov_weight"] == 0.5


def test_contents_show_prompts_and_passages_with_a_score_for_each_view(tmp_path: Path) -> None:
    shown = printed(read_traces(traced_run(tmp_path)), contents=True, width=200)
    assert "view 1: " in shown
    assert re.search(r"passage +score +question +view 1", shown)
    assert re.search(
        r"\[1\] +[+-]\d\.\d{3} .*\n(?:.*\n)*?.* \[1\] .*\n", shown
    )  # the passages are below, across the page
    assert "Answer the question below" in shown


def test_a_deepened_question_is_traced_by_its_seed(tmp_path: Path) -> None:
    llm = ScriptedLLM(script={"Write 3 new questions": "nothing usable"} | SCRIPT)
    folder = traced_run(tmp_path, deepen=1, llm=llm)
    assert {"deepen", "opinion"} <= {span.name for span in read_traces(folder, "q001")}


@pytest.mark.parametrize(
    "text", [*MARKUP[-3:-1], "[red]no markup[/red]", "日本の外交 مرحبا", "\x1b]0;hacked\x07\x9b31m"]
)
def test_no_text_steers_the_terminal(text: str) -> None:
    attributes = {"openinference.span.kind": "LLM", "input.value": text, "output.value": text}
    span = Span("1", "", "t", text, "LLM", text, datetime.now(UTC), 1.0, text, attributes, ((text, text),))
    child = replace(span, id="2", parent="1")
    shown = printed([span, child], contents=True)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e]", shown)
    assert text[-3:] in shown


def test_the_instrumentation_of_a_host_program_is_left_alone_and_the_run_says_so(tmp_path: Path) -> None:
    seen = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(seen))
    LangChainInstrumentor().instrument(tracer_provider=provider)
    try:
        folder = traced_run(tmp_path)
        its_own = [span.name for span in seen.get_finished_spans()]
        seen.clear()
        RunnableLambda(str, name="its own").invoke(1)
    finally:
        LangChainInstrumentor().uninstrument()
    assert its_own.count("turn:professor") == 2
    assert [span.name for span in seen.get_finished_spans()] == ["its own"]
    assert not (folder / "traces.jsonl").exists()
    assert "WARNING debate.tracing.tracer: this program traces LangChain already" in (folder / "log.txt").read_text()


def test_a_run_leaves_no_instrumentation_behind(tmp_path: Path) -> None:
    traced_run(tmp_path)
    assert not LangChainInstrumentor().is_instrumented_by_opentelemetry


def test_a_disk_that_is_full_for_traces_stops_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("debate.tracing.trace_file.FileIO", lambda *_: FileIO("/dev/full", "a"))
    summary = traced_run(tmp_path)
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == [
        f"cannot write {summary}/traces.jsonl: No space left on device; the run continues without traces"
    ]


def test_what_openinference_is_asked_to_hide_is_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENINFERENCE_HIDE_INPUTS", "true")
    monkeypatch.setenv("OPENINFERENCE_HIDE_LLM_PROMPTS", "true")
    written = (traced_run(tmp_path, "A secret one?") / "traces.jsonl").read_text(encoding="utf-8")
    assert "secret" not in written
    assert "They did." in written


def test_a_seeded_program_makes_no_id_again(tmp_path: Path) -> None:
    ids: list[str] = []
    for name in ("first", "second"):
        random.seed(0)
        (tmp_path / name).mkdir()
        ids += [span.id for span in read_traces(traced_run(tmp_path / name))]
    assert len(set(ids)) == len(ids)


def test_a_folder_without_traces_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"cannot read .*traces\.jsonl"):
        read_traces(tmp_path)


def test_a_line_that_is_no_span_is_told(tmp_path: Path) -> None:
    (tmp_path / "traces.jsonl").write_text("{}\n")
    with pytest.raises(RunFolderError, match="contains a line that is not a span"):
        read_traces(tmp_path)


def test_half_a_line_of_a_killed_process_is_passed_over_and_cut_off_by_the_next_run(tmp_path: Path) -> None:
    folder = traced_run(tmp_path)
    whole = len(read_traces(folder))
    with (folder / "traces.jsonl").open("a") as file:
        file.write('{"name": "half')
    assert len(read_traces(folder)) == whole
    (folder / "results.jsonl").unlink()
    shutil.rmtree(tmp_path / "docs")
    traced_run(tmp_path)
    assert len(read_traces(folder)) == 2 * whole


def test_a_foreign_line_is_told(tmp_path: Path) -> None:
    (tmp_path / "traces.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"traces\.jsonl contains a line that is not a span"):
        read_traces(tmp_path)


def test_an_unknown_question_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="no trace of question 'q9'; it has: q001"):
        read_traces(traced_run(tmp_path), "q9")


def test_a_chats_messages_are_shown_with_who_speaks(tmp_path: Path) -> None:
    folder = traced_run(tmp_path, llm=FakeListChatModel(responses=["They did."]))
    shown = printed(read_traces(folder), contents=True, width=400)
    assert "system: " in shown
    assert "user: " in shown
    assert "They did." in shown
