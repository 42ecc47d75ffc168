"""One attempt for a list of requests, with a model whose texts are scripted and the real tokenizer."""

import pytest
import torch
from transformers import AutoTokenizer

from chains.errors import GenerationError, WindowExceeded
from chains.generation.contract import RawText, Sampling
from chains.generation.local.engine import GenerationEngine, GenerationRequest
from chains.generation.local.logits_processors import RowSampler
from chains.models.bundled import smollm2_folder
from chains.schemas import Finish

pytestmark = pytest.mark.filterwarnings("ignore")
HOT = Sampling(temperature=0.9)
GOOD = "The bank lends to its members and asks for little. Its rules are written by those who borrow from it."


class ScriptedModel:
    """Writes, in each call, the next texts of its script; remembers how many rows a call had."""

    device = torch.device("cpu")

    def __init__(self, tokenizer, *script: list[str], memory_for: int = 99, ends: bool = True) -> None:
        self.tokenizer, self.script, self.memory_for = tokenizer, list(script), memory_for
        self.end = "<|im_end|>" if ends else ""
        self.error: RuntimeError = torch.OutOfMemoryError("CUDA out of memory")
        self.calls: list[dict] = []

    @property
    def rows(self) -> list[int]:
        return [len(call["input_ids"]) for call in self.calls]

    def generate(self, **options) -> torch.Tensor:
        self.calls.append(options)
        rows = len(options["input_ids"])
        if rows > self.memory_for:
            raise self.error
        texts, self.script[0] = self.script[0][:rows], self.script[0][rows:]
        if not self.script[0]:
            self.script.pop(0)
        written = self.tokenizer([text + self.end for text in texts], padding=True, padding_side="right")
        return torch.cat([options["input_ids"], torch.tensor(written.input_ids)], 1)


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(smollm2_folder())


def requests(count: int, max_words: int = 60) -> list[GenerationRequest]:
    return [GenerationRequest(f"Question {n}?", Sampling(), max_words, 100) for n in range(count)]


def engine(model: ScriptedModel, window: int = 2000, batch_size: int = 8) -> GenerationEngine:
    return GenerationEngine(model, model.tokenizer, window, batch_size)


def test_each_request_gets_what_the_model_wrote_with_its_tokens(tokenizer) -> None:
    found = engine(ScriptedModel(tokenizer, [GOOD, "Yes."])).attempt(requests(2))
    assert found == [
        RawText(GOOD, len(tokenizer("Question 0?").input_ids), len(tokenizer(GOOD).input_ids), Finish.STOP),
        RawText("Yes.", len(tokenizer("Question 1?").input_ids), len(tokenizer("Yes.").input_ids), Finish.STOP),
    ]


def test_a_text_that_does_not_end_was_stopped_by_its_length(tokenizer) -> None:
    (found,) = engine(ScriptedModel(tokenizer, [GOOD], ends=False)).attempt(requests(1))
    assert (found.text, found.finish) == (GOOD, Finish.LENGTH)


def test_batches_depend_on_what_is_asked_not_on_the_order_in_which_it_comes(tokenizer) -> None:
    asked = [
        GenerationRequest(f"Question {n}?" + " And why?" * (n % 5), Sampling(), 60, 100, seed=n % 3) for n in range(12)
    ]
    texts = [f"Text {n}." for n in range(12)]
    forwards, backwards = (ScriptedModel(tokenizer, list(texts)) for _ in range(2))
    found = engine(forwards, batch_size=5).attempt(asked)
    again = engine(backwards, batch_size=5).attempt(asked[::-1])
    assert found == again[::-1]
    assert [call["input_ids"].tolist() for call in forwards.calls] == [
        call["input_ids"].tolist() for call in backwards.calls
    ]


def test_prompts_with_and_without_a_chat_template_may_share_a_batch(tokenizer) -> None:
    model = ScriptedModel(tokenizer, ["Yes.", "No."])
    chat = "<|im_start|>user\nWhy?<|im_end|>\n"
    engine(model).attempt([GenerationRequest(text, Sampling(), 60, 100) for text in (chat, "Why?")])
    read = tokenizer.batch_decode(model.calls[0]["input_ids"])
    assert [text.replace(tokenizer.pad_token, "") for text in read] == ["Why?", "<|im_start|>user\nWhy?\n"]


def test_rows_draw_by_their_seed_and_their_prompt(tokenizer) -> None:
    model = ScriptedModel(tokenizer, ["Yes."] * 4)
    asked = [GenerationRequest(f"{one}?", HOT, 60, 100, seed) for one, seed in [("A", 1), ("A", 1), ("A", 2), ("B", 1)]]
    engine(model).attempt(asked)
    sampler = next(one for one in model.calls[0]["logits_processor"] if isinstance(one, RowSampler))
    chosen = [sampler(torch.zeros(4, 0), torch.zeros(4, 50)).argmax(-1).tolist() for _ in range(40)]
    first, same, other_seed, other_prompt = zip(*chosen, strict=True)
    assert first == same
    assert len({first, other_seed, other_prompt}) == 3


def test_a_prompt_that_leaves_no_room_for_its_answer_is_an_error_that_says_so(tokenizer) -> None:
    with pytest.raises(WindowExceeded, match=r"a prompt of \d+ tokens and an answer of up to 100 exceed .* of 100"):
        engine(ScriptedModel(tokenizer), window=100).attempt(requests(1))


def test_memory_that_runs_out_halves_the_batch_and_loses_no_row(tokenizer) -> None:
    texts = [f"{GOOD} That is number {n}." for n in range(6)]
    model = ScriptedModel(tokenizer, list(texts), memory_for=2)
    assert [one.text for one in engine(model).attempt(requests(6))] == texts
    assert model.rows == [6, 3, 1, 1, 1, 1, 1, 1]


def test_so_does_memory_that_the_driver_or_cublas_lacks(tokenizer) -> None:
    """Regression: their errors are other ones than PyTorch's own, and every row of the batch failed."""
    model = ScriptedModel(tokenizer, [GOOD] * 4, memory_for=2)
    model.error = RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")
    assert [one.text for one in engine(model).attempt(requests(4))] == [GOOD] * 4


def test_any_other_error_of_a_card_is_raised(tokenizer) -> None:
    model = ScriptedModel(tokenizer, memory_for=0)
    model.error = RuntimeError("CUDA error: an illegal memory access")
    with pytest.raises(RuntimeError, match="an illegal memory access"):
        engine(model).attempt(requests(4))


def test_a_halved_batch_grows_back_once_several_batches_went_well(tokenizer) -> None:
    model = ScriptedModel(tokenizer, [GOOD] * 60, memory_for=4)
    made = engine(model)
    made.attempt(requests(8))
    model.memory_for = 99
    made.attempt(requests(52))
    assert model.rows == [8, *[4] * 8, *[7] * 4]


def test_memory_that_ends_with_a_single_row_is_an_error(tokenizer) -> None:
    with pytest.raises(GenerationError, match="not enough memory for a single prompt"):
        engine(ScriptedModel(tokenizer, memory_for=0)).attempt(requests(1))
