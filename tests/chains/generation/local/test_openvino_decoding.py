import pytest
import torch

from chains import load_llm
from chains.generation.local.openvino_decoding import decode_openvino

pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore")]
PROMPTS = ["The capital of Iran is", "Two and two make", "A bank is a place where people keep their money, and"]


class EndsEarly:
    """Rules by which each row ends after its own number of steps; remembers how many rows were left at each."""

    def __init__(self, ends: list[int], end_id: int) -> None:
        self.ends, self.end_id, self.sizes = torch.tensor(ends), end_id, []

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        self.sizes.append(len(ids))
        scores = scores.clone()
        scores[:, self.end_id] = torch.where(self.ends == len(self.sizes), torch.inf, -torch.inf)
        return scores

    def keep(self, rows: torch.Tensor) -> None:
        self.ends = self.ends[rows]


@pytest.fixture(scope="module")
def pipeline():
    return load_llm().pipeline


def continued(pipeline, ends: list[int]) -> tuple[EndsEarly, list[list[int]]]:
    tokenizer = pipeline.tokenizer
    inputs = tokenizer(PROMPTS, return_tensors="pt", padding=True)
    rules = EndsEarly(ends, tokenizer.eos_token_id)
    found = decode_openvino(
        pipeline.model,
        inputs["input_ids"],
        inputs["attention_mask"],
        processors=[rules],
        max_new_tokens=9,
        end_ids=[tokenizer.eos_token_id],
        pad_id=tokenizer.pad_token_id,
    )
    return rules, found[:, inputs["input_ids"].shape[1] :].tolist()


def test_rows_that_end_leave_the_batch_and_the_others_go_on_as_if_they_had_stayed(pipeline) -> None:
    _, together = continued(pipeline, [99, 99, 99])
    rules, found = continued(pipeline, [4, 99, 6])
    assert rules.sizes == [3, 3, 3, 3, 2, 2, 1, 1, 1]
    assert found[1] == together[1]
    assert found[0][:3] == together[0][:3]
    assert found[2][:5] == together[2][:5]


def test_the_loop_continues_as_the_models_own_generate_does(pipeline) -> None:
    tokenizer = pipeline.tokenizer
    inputs = tokenizer(PROMPTS, return_tensors="pt", padding=True)
    expected = pipeline.model.generate(**inputs, max_new_tokens=9, min_new_tokens=9, do_sample=False)
    _, found = continued(pipeline, [99, 99, 99])
    assert found == expected[:, inputs["input_ids"].shape[1] :].tolist()


def test_a_batch_after_one_that_lost_rows_is_not_disturbed_by_it(pipeline) -> None:
    """Regression: OpenVINO 2026.4 gave wrong rows when a request whose batch had shrunk was used again."""
    _, before = continued(pipeline, [99, 99, 99])
    continued(pipeline, [4, 99, 6])
    _, after = continued(pipeline, [99, 99, 99])
    assert after == before


def test_a_batch_of_which_every_row_has_ended_stops_before_its_last_token(pipeline) -> None:
    rules, found = continued(pipeline, [2, 1, 2])
    assert len(rules.sizes) == len(found[0]) == 2
