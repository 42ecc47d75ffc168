"""When a step is captured, replayed and let go of, with a graph that stands in for CUDA's; real ones: tests/gpu."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import torch
from transformers import LlamaConfig, LogitsProcessorList

from chains import captured_step
from chains.captured_step import CapturedStep
from chains.decoding import decode
from chains.growing_cache import growing
from tests.chains.tiny_models import END, PAD, SMALL, padded_prompts, random_model

pytestmark = pytest.mark.filterwarnings("ignore")
NEW_TOKENS = 24


class Cuda:
    """Captures a step's function instead of its kernels; a replay runs it into the same scores."""

    def __init__(self) -> None:
        self.alive: set[int] = set()
        self.most_alive = self.captures = self.replays = 0
        self.step: CapturedStep | None = None

    def new_graph(self) -> "Graph":
        return Graph(self)

    @contextmanager
    def capturing(self, graph: "Graph", *, stream: object, capture_error_mode: str):
        assert stream is not None
        assert capture_error_mode == "thread_local"
        self.captures += 1
        self.alive.add(id(graph))
        self.most_alive = max(self.most_alive, len(self.alive))
        yield


class Graph:
    def __init__(self, cuda: Cuda) -> None:
        self.cuda = cuda

    def __del__(self) -> None:
        self.cuda.alive.discard(id(self))

    def replay(self) -> None:
        self.cuda.replays += 1
        self.cuda.step._scores.copy_(self.cuda.step._forward())


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> Cuda:
    found = Cuda()
    monkeypatch.setattr(captured_step, "_STRIDE", 8)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", found.new_graph)
    monkeypatch.setattr(torch.cuda, "graph", found.capturing)
    monkeypatch.setattr(torch.cuda, "stream", contextmanager(lambda _stream: iter([None])))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: SimpleNamespace(wait_stream=lambda _other: None))
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    return found


def step_over(model, cuda: Cuda, ids: torch.Tensor, mask: torch.Tensor) -> CapturedStep:
    stream = SimpleNamespace(wait_stream=lambda _other: None)
    cuda.step = CapturedStep(model, ids, mask, NEW_TOKENS, 2, stream)
    return cuda.step


def written(forward, ids: torch.Tensor) -> list[list[int]]:
    ends = {"end_id": -1, "pad_id": PAD}
    return decode(
        forward, ids, processor=LogitsProcessorList(), sample=False, max_new_tokens=NEW_TOKENS, **ends
    ).tolist()


def test_a_step_is_captured_once_a_stride_and_replayed_for_each_token(cuda: Cuda) -> None:
    model = random_model(LlamaConfig(**SMALL))
    ids, mask = padded_prompts()
    step = step_over(model, cuda, ids, mask)

    found = written(step, ids)

    assert cuda.captures == 4  # behind 12 prompt tokens: up to 16, 24, 32 and 36
    assert cuda.replays == step.replays == NEW_TOKENS - 1
    step.clear()
    with growing(model, ids, mask, 2) as plain:
        assert found == written(plain, ids)


def test_no_two_graphs_are_alive_and_none_after_the_batch(cuda: Cuda) -> None:
    ids, mask = padded_prompts()
    step = step_over(random_model(LlamaConfig(**SMALL)), cuda, ids, mask)
    written(step, ids)
    assert (cuda.most_alive, len(cuda.alive)) == (1, 1)
    step.clear()
    assert not cuda.alive


def test_trying_a_step_out_leaves_no_trace_in_what_is_written(cuda: Cuda) -> None:
    model = random_model(LlamaConfig(**SMALL))
    ids, mask = padded_prompts()
    with torch.inference_mode():
        step = step_over(model, cuda, ids, mask)
        token = step.read().argmax(-1)
        untried = step.step(token).clone()
        step.clear()
        tried = step_over(model, cuda, ids, mask)
        tried.read()
        tried.try_out(torch.full_like(token, END))
        assert torch.equal(tried.step(token), untried)
