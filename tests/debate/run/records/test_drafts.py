"""What models write is shown while they write it, by question and step, and never kept."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from langchain_core.outputs import GenerationChunk

from debate.run.records.drafts import DRAFTS, Drafts, drafts_shown


class Steps:
    """Tells a handler of LangChain's what a run of a graph tells it."""

    def __init__(self, path: Path) -> None:
        self.now, self.path = 0.0, path
        self.handler = Drafts(path, lambda: self.now)

    def step(self, name: str, thread: str = "q1:abc") -> UUID:
        self.handler.on_chain_start({}, {}, run_id=(run := uuid4()), name=name, metadata={"thread_id": thread})
        return run

    def call(self, step: UUID) -> UUID:
        self.handler.on_llm_start({}, ["?"], run_id=(run := uuid4()), parent_run_id=step)
        return run

    def write(self, call: UUID, text: str, row: int = 0, after: float = 1.0) -> None:
        self.now += after
        chunk = GenerationChunk(text=text, generation_info={"row": row})
        self.handler.on_llm_new_token(text, chunk=chunk, run_id=call)

    @property
    def shown(self) -> dict:
        return json.loads(self.path.read_text())


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    return Steps(tmp_path / DRAFTS)


def test_versions_of_a_turn_grow_side_by_side(steps: Steps) -> None:
    call = steps.call(steps.step("turn:hawk"))
    steps.write(call, "Trade ", 0)
    steps.write(call, "Prices ", 1)
    steps.write(call, "grew.", 0)
    assert steps.shown == {"q1": {"part": "turn:hawk", "texts": ["Trade grew.", "Prices "]}}


def test_a_chain_within_a_step_writes_for_that_step(steps: Steps) -> None:
    inner = uuid4()
    steps.handler.on_chain_start({}, {}, run_id=inner, parent_run_id=steps.step("opinion"), name="a paragraph")
    steps.write(steps.call(inner), "Yes.")
    assert steps.shown["q1"] == {"part": "opinion", "texts": ["Yes."]}


def test_the_file_is_written_five_times_a_second_however_fast_a_server_streams(steps: Steps) -> None:
    call = steps.call(steps.step("verdict"))
    steps.write(call, "a")
    steps.write(call, "b", after=0.01)
    assert steps.shown["q1"]["texts"] == ["a"]
    steps.handler.on_llm_end(None, run_id=call)
    assert steps.shown["q1"]["texts"] == ["ab"]


def test_another_attempt_takes_the_place_of_the_first(steps: Steps) -> None:
    step = steps.step("opinion")
    first = steps.call(step)
    steps.write(first, "No no no")
    steps.handler.on_llm_end(None, run_id=first)
    steps.write(steps.call(step), "Yes")
    assert steps.shown["q1"]["texts"] == ["Yes"]


def test_a_step_that_ended_or_failed_is_shown_no_longer(steps: Steps) -> None:
    one, other = steps.step("opinion", "q1:a"), steps.step("opinion", "q2:a")
    steps.write(steps.call(one), "Yes")
    steps.write(steps.call(other), "No")
    steps.handler.on_chain_end({}, run_id=one)
    steps.handler.on_chain_error(ValueError(), run_id=other)
    assert steps.shown == {}


def test_nothing_is_written_for_a_model_that_does_not_stream(steps: Steps) -> None:
    step = steps.step("opinion")
    steps.handler.on_llm_end(None, run_id=steps.call(step))
    steps.handler.on_chain_end({}, run_id=step)
    assert not steps.path.exists()


def test_hostile_text_is_data_and_half_a_character_no_error(steps: Steps) -> None:
    text = "</script><img src=x onerror=alert(1)> \ud83d"
    steps.write(steps.call(steps.step("opinion")), text)
    assert steps.shown["q1"]["texts"] == [text]


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / DRAFTS).write_text("{}")
    with drafts_shown(tmp_path):
        assert not (tmp_path / DRAFTS).exists()
        (tmp_path / DRAFTS).write_text("{}")
    assert not (tmp_path / DRAFTS).exists()


def test_a_folder_that_cannot_be_written_to_is_warned_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    steps = Steps(tmp_path / "gone" / DRAFTS)
    call = steps.call(steps.step("opinion"))
    steps.write(call, "Yes")
    steps.write(call, "No")
    assert [one.message for one in caplog.records if "cannot write" in one.message] == [
        f"cannot write {tmp_path}/gone/{DRAFTS}: No such file or directory; the live page cannot show texts while they are written"
    ]
