"""The step that a GPU captures, run uncaptured on the CPU, against the plain loop; and what it refuses."""

import logging
from types import SimpleNamespace

import pytest
import torch
from transformers import LlamaConfig, LogitsProcessorList, MistralConfig, Phi3Config

from chains import captured_step
from chains.captured_step import CapturedStep, CaptureError
from chains.captured_steps import CapturedSteps
from chains.decoding import decode
from chains.growing_cache import growing
from chains.stepped_models import reading_attention, why_not_stepped
from tests.chains.tiny_models import CONFIGS, END, PAD, SMALL, padded_prompts, random_model

pytestmark = pytest.mark.filterwarnings("ignore")


def written(forward, ids: torch.Tensor, *, sample: bool = False, new_tokens: int = 24) -> list[list[int]]:
    torch.manual_seed(3)
    end = {"end_id": END, "pad_id": PAD}
    with forward as batch:
        return decode(
            batch, ids, processor=LogitsProcessorList(), sample=sample, max_new_tokens=new_tokens, **end
        ).tolist()


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: c.model_type)
@pytest.mark.parametrize("sample", [False, True], ids=["greedy", "sampled"])
def test_a_fixed_step_writes_what_the_plain_loop_writes(config, sample: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captured_step, "_STRIDE", 8)  # several strides within these short texts
    model = random_model(config, "eager")  # transformers' sdpa would leave Gemma 2's cap out
    ids, mask = padded_prompts()
    steps = CapturedSteps(model, captured=False)

    found = written(steps.batch(ids, mask, 24, rows_at_once=2), ids, sample=sample)

    assert found == written(growing(model, ids, mask, 2), ids, sample=sample)
    assert (steps.verified, steps.refused) == (True, "")
    assert model.config._attn_implementation == "eager"


def test_a_cap_on_attention_logits_is_kept_where_transformers_sdpa_leaves_it_out() -> None:
    capped = CONFIGS[-1]
    ids, mask = padded_prompts()
    with_cap = written(growing(random_model(capped, "eager"), ids, mask, 5), ids)
    model = random_model(capped, "sdpa")

    assert reading_attention(model) == "eager"
    assert written(CapturedSteps(model, captured=False).batch(ids, mask, 24, 5), ids) == with_cap
    assert written(growing(model, ids, mask, 5), ids) != with_cap


def test_a_batch_beyond_the_sliding_window_is_declined_and_that_is_told_once(caplog) -> None:
    steps = CapturedSteps(random_model(MistralConfig(**SMALL, sliding_window=20)), captured=False)
    assert steps.take(20)
    assert [steps.take(21), steps.take(30)] == [False, False]
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "texts of 21 tokens exceed the model's sliding window of 20"
    ]


def test_a_step_that_differs_from_the_plain_forward_is_refused_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    def lost_one(self, group, read) -> None:
        keep(self, group, read)
        self._mask = self._mask.clone()
        self._mask[:, -1] = 0  # the prompt's last token is not looked at

    keep = CapturedStep._keep
    monkeypatch.setattr(CapturedStep, "_keep", lost_one)
    plainly = CapturedStep.try_out

    def try_out(self, token: torch.Tensor):
        self._mask, hidden = padded_prompts()[1], self._mask
        assert not hidden[:, -1].any()
        return plainly(self, token)

    monkeypatch.setattr(CapturedStep, "try_out", try_out)
    ids, mask = padded_prompts()
    steps = CapturedSteps(random_model(LlamaConfig(**SMALL)), captured=False)

    with pytest.raises(CaptureError, match="its step gives other scores than the plain forward"):
        written(steps.batch(ids, mask, 24, 5), ids)

    assert not steps.take(36)
    (warning,) = caplog.records
    assert warning.levelno == logging.WARNING
    assert "two to four times as long" in warning.message


def test_scores_that_are_no_numbers_are_refused() -> None:
    model = random_model(LlamaConfig(**SMALL))
    model.lm_head.weight.data[7] = torch.nan
    ids, mask = padded_prompts()
    with pytest.raises(CaptureError, match="not finite"):
        written(CapturedSteps(model, captured=False).batch(ids, mask, 24, 5), ids)


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling")],
)
def test_memory_that_runs_out_in_a_step_is_no_reason_to_refuse(error, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self) -> torch.Tensor:
        try:
            raise error
        finally:
            raise RuntimeError("operation failed due to a previous error during capture")  # as the capture's end does

    monkeypatch.setattr(CapturedStep, "_forward", broken)
    ids, mask = padded_prompts()
    steps = CapturedSteps(random_model(LlamaConfig(**SMALL)), captured=False)

    with pytest.raises(torch.OutOfMemoryError):
        written(steps.batch(ids, mask, 24, 5), ids)

    assert steps.take(36)


def test_a_step_that_breaks_is_refused_with_the_error_that_began_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self) -> torch.Tensor:
        try:
            raise RuntimeError("operation not permitted when stream is capturing\nand more")
        finally:
            raise RuntimeError("operation failed due to a previous error during capture")

    monkeypatch.setattr(CapturedStep, "_forward", broken)
    ids, mask = padded_prompts()
    steps = CapturedSteps(random_model(LlamaConfig(**SMALL)), captured=False)
    with pytest.raises(CaptureError):
        written(steps.batch(ids, mask, 24, 5), ids)
    assert steps.refused == "RuntimeError: operation not permitted when stream is capturing"


def test_at_a_batchs_end_its_buffers_are_gone_even_while_a_traceback_holds_it() -> None:
    ids, mask = padded_prompts()
    held = []
    with CapturedSteps(random_model(LlamaConfig(**SMALL)), captured=False).batch(ids, mask, 24, 5) as batch:
        held.append(batch._step)
        decode(batch, ids, processor=LogitsProcessorList(), sample=False, max_new_tokens=3, end_id=END, pad_id=PAD)
        assert held[0]._cache.buffers[0][0].shape == (5, 2, 40, 8)  # 12 + 24 tokens, room in eights
    assert held[0]._cache.buffers == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_encoder_decoder": True}, "another model's states"),
        ({"layer_types": ["full_attention", "linear_attention"]}, "layers of the kind linear_attention"),
        ({"rope_parameters": {"rope_type": "longrope", "rope_theta": 1e4}}, "scaled on the host"),
    ],
)
def test_a_model_of_another_make_is_not_stepped(change: dict, reason: str) -> None:
    model = random_model(LlamaConfig(**SMALL))
    vars(model.config).update(change)
    assert reason in why_not_stepped(model)


def test_a_model_on_two_devices_or_of_foreign_code_is_not_stepped() -> None:
    model = random_model(Phi3Config(**SMALL, pad_token_id=PAD))
    assert why_not_stepped(model) == ""
    model.hf_device_map = {"model.layers.0": 0, "model.layers.1": 1}
    assert why_not_stepped(model) == "it lies on several devices"
    assert "not one of transformers' own classes" in why_not_stepped(SimpleNamespace(config=model.config))


def test_a_cache_of_another_kind_is_refused_when_it_is_seen() -> None:
    ids, mask = padded_prompts()
    step = CapturedStep(random_model(LlamaConfig(**SMALL)), ids, mask, 24, 5, None)
    with pytest.raises(CaptureError, match="its cache is a SimpleNamespace of object"):
        step._keep(slice(0, 5), SimpleNamespace(layers=[object()]))
