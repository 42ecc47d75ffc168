"""A row belongs to the question that was asked, whatever ids, orders, insertions and kills come together."""

import json
import re
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fakes import TopicEmbedding
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.language_models.llms import LLM
from pydantic import Field

from chains.schemas import Question
from debate import DebateSettings, run_questions
from debate.graph.retries import RETRY
from debate.run.merging import merge_runs
from vectorstore import FaissStore

STORE = FaissStore.from_texts(["BRICS admitted Iran.", "The G7 capped a price."], TopicEmbedding())
TOPICS = ("salt", "iron", "the canal", "the bank", "the port", "the mine")
IDS = (None, "1", "1.1", "1.1.1", "1.2", "2", "a", "a.1")

Listed = tuple[str | None, str]  # an id, where the user gave one, and a topic


@given(st.text("ab", min_size=1, max_size=6))
def test_questions_have_one_key_only_where_id_text_and_background_are_the_same(words: str) -> None:
    parted = [(id, words[:at], words[at:]) for id in ("1", "2") for at in range(len(words) + 1)]
    assert len({Question(*one).key for one in parted}) == len(parted)


class Killed(BaseException):
    """What ends a process at once, as far as a test in one can have it."""


class Answering(LLM):
    """Answers what the question alone decides; ends the process at one of its calls."""

    kill_at: int = 10**9
    calls: Any = Field(default_factory=lambda: count(1))
    opinions: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "answering"

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        if next(self.calls) == self.kill_at:
            raise Killed
        topic = topic_of(prompt)
        if "new question" in prompt:
            premise = f"If the tariff on {topic} of the north had risen in 1911"
            return f"{premise}, why did the union fall?\n2. {premise} again, how did the crown pay its debts?"
        if "Answer the question below" in prompt:
            self.opinions.append(topic)
            return f"They taxed {topic}."
        return f"I say {topic}."


class Failing(Answering):
    """Cannot deepen the question about iron."""

    error: str

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        if "new question" in prompt and topic_of(prompt) == "iron":
            raise RuntimeError(self.error)
        return super()._call(prompt, stop, run_manager, **kwargs)


def topic_of(prompt: str) -> str:
    """The topic of the question that a prompt asks, not of those that its template shows."""
    return max(TOPICS, key=prompt.rfind)


def written(folder: Path, listed: Sequence[Listed]) -> Path:
    lines = [{"question": f"Why was {topic} taxed?"} | ({"id": one} if one else {}) for one, topic in listed]
    path = folder / "q.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def run(folder: Path, listed: Sequence[Listed], out: str, deepen: int, llm: Answering, shard: str = "", **options):
    (folder / "docs").mkdir(exist_ok=True)
    given = {"questions": written(folder, listed), "corpus": folder / "docs", "out": folder / out, "deepen": deepen}
    settings = DebateSettings(**given, shard=shard, abstain=False, concurrency=2)
    return run_questions(settings, llm=llm, store=STORE, **options)


def rows(summary) -> list[tuple[str, ...]]:
    return [
        (row.question.id, row.question.text, row.question.parent_id, row.question.same_as, row.opinion.answer)
        for row in summary.results
    ]


def killed(folder: Path, listed: Sequence[Listed], out: str, deepen: int, kill_at: int, **options) -> None:
    try:
        run(folder, listed, out, deepen, Answering(kill_at=kill_at), **options)
    except Killed:
        return


@st.composite
def lists(draw: st.DrawFn) -> list[Listed]:
    """A list of questions, some with ids; a topic may come twice, an id may not."""
    topics = draw(st.lists(st.sampled_from(TOPICS), min_size=1, max_size=4))
    ids = draw(st.permutations(IDS[1:]))
    return [(ids[n] if draw(st.booleans()) else None, topic) for n, topic in enumerate(topics)]


@pytest.mark.slow
@settings(max_examples=15)
@given(
    before=lists(),
    after=lists(),
    deepen=st.integers(0, 2),
    kills=st.lists(st.integers(1, 25), min_size=2, max_size=2),
)
def test_rows_are_those_of_an_undisturbed_run_after_any_kills_and_any_change_of_the_list(
    before: list[Listed], after: list[Listed], deepen: int, kills: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        killed(folder, before, "out", deepen, kills[0])
        run(folder, before, "out", deepen, Answering(), force=True)
        killed(folder, after, "out", deepen, kills[1], force=True)
        found = rows(run(folder, after, "out", deepen, Answering(), force=True))
        wanted = rows(run(folder, after, "whole", deepen, Answering()))
    assert found == wanted
    ids = [row[0] for row in wanted]
    assert len(set(ids)) == len(ids) >= len(after)
    assert all(re.search(r"taxed|tariff on", row[1]) and topic_of(row[1]) == topic_of(row[4]) for row in wanted)


def test_the_child_of_a_seed_gets_no_id_that_another_seed_has(tmp_path: Path) -> None:
    listed = [("1", "salt"), ("1.1", "iron"), ("2", "the canal")]
    summary = run(tmp_path, listed, "out", 1, Answering())
    ids = [row.question.id for row in summary.results]
    assert len(set(ids)) == len(ids) >= 3
    assert {row.question.parent_id or row.question.id for row in summary.results} == {"1", "1.1", "2"}


def test_a_question_inserted_above_shifts_no_answer_and_makes_none_again(tmp_path: Path) -> None:
    run(tmp_path, [(None, "salt"), (None, "iron")], "out", 0, Answering())
    llm = Answering()
    summary = run(tmp_path, [(None, "the canal"), (None, "salt"), (None, "iron")], "out", 0, llm, force=True)
    assert [(row.question.id, row.opinion.answer) for row in summary.results] == [
        ("q001", "They taxed the canal."),
        ("q002", "They taxed salt."),
        ("q003", "They taxed iron."),
    ]
    assert llm.opinions == ["the canal"]


def test_a_row_that_left_the_list_stays_in_the_journal_and_leaves_the_outputs(tmp_path: Path) -> None:
    run(tmp_path, [("a", "salt"), ("b", "iron")], "out", 0, Answering())
    summary = run(tmp_path, [("b", "iron")], "out", 0, Answering(), force=True)
    assert (summary.total, [row.question.id for row in summary.results]) == (1, ["b"])
    journal = (summary.folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["question"]["id"] for line in journal} == {"a", "b"}


def test_another_text_under_the_same_id_is_answered_anew(tmp_path: Path) -> None:
    run(tmp_path, [("a", "salt")], "out", 0, Answering())
    summary = run(tmp_path, [("a", "iron")], "out", 0, Answering(), force=True)
    assert [row.opinion.answer for row in summary.results] == ["They taxed iron."]


def test_the_same_question_twice_is_answered_once_and_both_rows_say_so(tmp_path: Path) -> None:
    llm = Answering()
    summary = run(tmp_path, [("a", "salt"), ("b", "iron"), ("c", "salt")], "out", 0, llm)
    assert sorted(llm.opinions) == ["iron", "salt"]
    assert [(row.question.id, row.question.same_as, row.opinion.answer) for row in summary.results] == [
        ("a", "", "They taxed salt."),
        ("b", "", "They taxed iron."),
        ("c", "a", "They taxed salt."),
    ]


def test_a_few_questions_first_and_the_whole_list_later_are_one_run(tmp_path: Path) -> None:
    listed = [(None, "salt"), (None, "iron"), (None, "the canal")]
    given = {"questions": written(tmp_path, listed), "corpus": tmp_path, "out": tmp_path / "out", "deepen": 0}
    first, rest = Answering(), Answering()
    assert run_questions(DebateSettings(**given, limit=2), llm=first, store=STORE).total == 2
    assert run_questions(DebateSettings(**given), llm=rest, store=STORE).total == 3
    assert (sorted(first.opinions), rest.opinions) == (["iron", "salt"], ["the canal"])


@pytest.mark.parametrize("error", ["HTTP 500", "the prompt is too long"])
def test_a_question_that_cannot_be_deepened_goes_on_with_a_note_and_the_rest_with_their_children(
    tmp_path: Path, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debate.graph.retries.RETRY", RETRY._replace(initial_interval=0.0))
    llm = Failing(error=error)
    summary = run(tmp_path, [("a", "salt"), ("b", "iron"), ("c", "the canal")], "out", 1, llm)
    assert summary.failed == 0
    assert [(row.question.id, row.question.note) for row in summary.results if row.question.note] == [
        ("b", f"not deepened: RuntimeError: {error}")
    ]
    assert {row.question.parent_id or row.question.id for row in summary.results} == {"a", "b", "c"}
    assert "WARNING debate.log: b could not be deepened" in (summary.folder / "log.txt").read_text(encoding="utf-8")


def test_retry_failed_deepens_again_what_could_not_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.graph.retries.RETRY", RETRY._replace(initial_interval=0.0))
    run(tmp_path, [("b", "iron")], "out", 1, Failing(error="HTTP 500"))
    summary = run(tmp_path, [("b", "iron")], "out", 1, Answering(), retry_failed=True)
    assert "b.1" in [row.question.id for row in summary.results]


def test_merged_shards_have_the_rows_of_one_run_deeper_questions_included(tmp_path: Path) -> None:
    listed = [(None, topic) for topic in (*TOPICS[:3], TOPICS[0])]  # one topic twice, so that its children are twins
    whole = rows(run(tmp_path, listed, "whole", 1, Answering()))
    parts = [run(tmp_path, listed, f"part{n}", 1, Answering(), shard=f"{n}/2") for n in (1, 2)]
    merged = merge_runs([one.folder for one in parts], tmp_path / "merged")
    assert [one.total > 0 for one in parts] == [True, True]
    assert sum(bool(parent) for _, _, parent, _, _ in whole) >= 3
    assert (merged.missing, rows(merged.summary)) == (0, whole)


def test_a_shard_that_was_stopped_is_finished_after_merging_with_the_deeper_questions_that_it_had(
    tmp_path: Path,
) -> None:
    listed = [(None, topic) for topic in TOPICS[:4]]
    whole = rows(run(tmp_path, listed, "whole", 1, Answering()))
    run(tmp_path, listed, "part1", 1, Answering(), shard="1/2")
    with pytest.raises(Killed):
        run(tmp_path, listed, "part2", 1, Answering(kill_at=9), shard="2/2")
    missing = merge_runs([tmp_path / "part1", tmp_path / "part2"], tmp_path / "merged").missing
    assert missing > 0
    assert rows(run(tmp_path, listed, "merged", 1, Answering())) == whole
