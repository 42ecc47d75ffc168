"""The ladder, the window and the memory, with a model whose every attempt is scripted and the real tokenizer."""

import pytest
import torch
from transformers import AutoTokenizer

from chains import GenerationError, WordLimits
from chains.generation.contract import SMALL_MODEL_LADDER
from chains.generation.engine import GenerationEngine, GenerationRequest
from chains.models.bundled import smollm2_folder

pytestmark = pytest.mark.filterwarnings("ignore")
LOOP = "It began well. " + "The bank lends to its members. " * 12
GOOD = "The bank lends to its members and asks for little. Its rules are written by those who borrow from it."
LIMITS = WordLimits(12, 60)


class ScriptedModel:
    """Writes, in each call, the next texts of its script; remembers how many rows a call had."""

    device = torch.device("cpu")

    def __init__(self, tokenizer, *script: list[str], memory_for: int = 99) -> None:
        self.tokenizer, self.script, self.memory_for = tokenizer, list(script), memory_for
        self.calls: list[dict] = []

    @property
    def rows(self) -> list[int]:
        return [len(call["input_ids"]) for call in self.calls]

    def generate(self, **options) -> torch.Tensor:
        self.calls.append(options)
        rows = len(options["input_ids"])
        if rows > self.memory_for:
            raise torch.OutOfMemoryError("CUDA out of memory")
        texts, self.script[0] = self.script[0][:rows], self.script[0][rows:]
        if not self.script[0]:
            self.script.pop(0)
        written = self.tokenizer([text + "<|im_end|>" for text in texts], padding=True, padding_side="right")
        return torch.cat([options["input_ids"], torch.tensor(written.input_ids)], 1)


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(smollm2_folder())


def answers(tokenizer, model: ScriptedModel, count: int, limits: WordLimits = LIMITS, **engine):
    settings = {"window": 2000, "ladder": SMALL_MODEL_LADDER, "batch_size": 8} | engine
    return GenerationEngine(model, tokenizer, **settings).generate(
        [GenerationRequest(f"Question {n}?", limits, seed=7) for n in range(count)]
    )


def test_only_the_row_that_looped_is_tried_again_and_the_loop_is_in_the_row(tokenizer) -> None:
    model = ScriptedModel(tokenizer, [GOOD, LOOP], [GOOD])
    good, looped = answers(tokenizer, model, 2)
    assert model.rows == [2, 1]
    assert (good.text, good.loop, good.notes) == (GOOD, "", ())
    assert looped.text == GOOD
    assert looped.loop.startswith("attempt 1: loop cut after ")


def test_a_row_that_always_loops_is_tried_as_often_as_the_ladder_has_steps_and_no_more(tokenizer) -> None:
    model = ScriptedModel(tokenizer, [LOOP], [LOOP], [LOOP], [GOOD])
    (found,) = answers(tokenizer, model, 1)
    assert model.rows == [1, 1, 1]
    assert "The bank lends to its members. The bank lends" not in found.text
    assert any("12 asked for" in note for note in found.notes)


def test_every_step_of_the_ladder_stands_in_the_row_with_what_it_brought(tokenizer) -> None:
    (found,) = answers(tokenizer, ScriptedModel(tokenizer, [LOOP], ["Too short."], [GOOD]), 1)
    assert found.notes == (
        "3 attempts (1: penalty 1.15, no repeated 9-gram, 9 words; "
        "2: penalty 1.2, no repeated 5-gram, temperature 0.7, 2 words; "
        "3: penalty 1.1, no repeated 6-gram, temperature 0.9, 20 words)",
    )


def test_an_answer_that_does_not_know_is_not_too_short(tokenizer) -> None:
    (found,) = answers(tokenizer, ScriptedModel(tokenizer, ["I don't know."]), 1)
    assert (found.text, found.notes) == ("I don't know.", ())


def test_an_answer_over_its_maximum_ends_with_a_sentence_before_it(tokenizer) -> None:
    (found,) = answers(tokenizer, ScriptedModel(tokenizer, [GOOD]), 1, WordLimits(5, 15))
    assert found.text == "The bank lends to its members and asks for little."


def test_a_prompt_that_leaves_no_room_for_its_answer_is_an_error_that_says_so(tokenizer) -> None:
    with pytest.raises(GenerationError, match=r"a prompt of \d+ tokens and an answer of up to 124 exceed .* of 100"):
        answers(tokenizer, ScriptedModel(tokenizer), 1, window=100)


def test_memory_that_runs_out_halves_the_batch_and_loses_no_row(tokenizer) -> None:
    texts = [f"{GOOD} That is number {n}." for n in range(6)]
    model = ScriptedModel(tokenizer, list(texts), memory_for=2)
    found = answers(tokenizer, model, 6)
    assert [one.text for one in found] == texts
    assert model.rows == [6, 3, 1, 1, 1, 1, 1, 1]


def test_memory_that_ends_with_a_single_row_is_an_error(tokenizer) -> None:
    with pytest.raises(GenerationError, match="not enough memory for a single prompt"):
        answers(tokenizer, ScriptedModel(tokenizer, memory_for=0), 1)
