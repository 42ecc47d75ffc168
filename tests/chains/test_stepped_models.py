"""A model as unsloth 2026.10 patches it, and its way back to transformers' own forward."""

import sys
from types import MethodType

import pytest
import torch
from transformers import MistralConfig, MistralForCausalLM
from transformers.models.mistral import modeling_mistral

from chains.captured_step import CaptureError
from chains.captured_steps import CapturedSteps
from chains.stepped_models import is_patched, transformers_forward, why_not_stepped
from tests.chains.tiny_models import SMALL, padded_prompts, random_model

pytestmark = pytest.mark.filterwarnings("ignore")


class FastRotary(torch.nn.Module):
    """unsloth's stand-in, which transformers' attention cannot work with."""

    __module__ = "unsloth.models.llama"

    def forward(self, *_args, **_options):
        raise AssertionError("unsloth's rotary embedding was asked")


def fast_mlp(self, hidden: torch.Tensor) -> torch.Tensor:
    raise AssertionError("unsloth's MLP was asked")


fast_mlp.__module__ = "unsloth.kernels.fast_lora"


@pytest.fixture
def patched(monkeypatch: pytest.MonkeyPatch):
    """A Mistral whose class takes unsloth's way on marked modules, with another rotary embedding and a bound MLP."""
    model = random_model(MistralConfig(**SMALL))
    own_forward, own_rotary = MistralForCausalLM.forward, model.model.rotary_emb

    def gated(self, **options):
        if not getattr(self, "_unsloth_fast_path", False):
            return own_forward(self, **options)
        rotary, self.model.rotary_emb = self.model.rotary_emb, own_rotary
        mlps = [vars(layer.mlp).pop("forward") for layer in self.model.layers]
        try:
            return own_forward(self, **options)
        finally:
            self.model.rotary_emb = rotary
            for layer, mlp in zip(self.model.layers, mlps, strict=True):
                layer.mlp.forward = mlp

    monkeypatch.setattr(MistralForCausalLM, "forward", gated)
    record = ({"MistralRotaryEmbedding": modeling_mistral.MistralRotaryEmbedding}, {})
    monkeypatch.setattr(modeling_mistral, "_unsloth_pre_patch_originals", record, raising=False)
    model.model.rotary_emb = FastRotary()
    for layer in model.model.layers:
        layer.mlp.forward = MethodType(fast_mlp, layer.mlp)
    for module in model.modules():
        module._unsloth_fast_path = True
    return model


def read(model) -> torch.Tensor:
    ids, mask = padded_prompts()
    with torch.inference_mode():
        return model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, -1]


def test_a_patched_model_reads_through_transformers_forward_and_is_given_back_as_it_was(patched) -> None:
    before = [vars(module).copy() for module in patched.modules()]
    as_loaded = read(patched)

    with transformers_forward(patched):
        assert not is_patched(patched)
        assert torch.equal(read(patched), as_loaded)

    assert [vars(module) for module in patched.modules()] == before
    assert is_patched(patched)


def test_a_patched_models_steps_are_taken_once_they_read_as_unsloths_forward_does(patched) -> None:
    ids, mask = padded_prompts()
    steps = CapturedSteps(patched, captured=False)
    with steps.batch(ids, mask, 24, 5) as batch, torch.inference_mode():
        batch.read()
    assert steps.verified


def test_a_patched_model_that_reads_otherwise_is_refused(patched, monkeypatch: pytest.MonkeyPatch) -> None:
    gated = MistralForCausalLM.forward

    def scaled(self, **options):
        out = gated(self, **options)
        if getattr(self, "_unsloth_fast_path", False):
            out.logits = out.logits.roll(1, -1)  # as if its rotary embedding were scaled
        return out

    monkeypatch.setattr(MistralForCausalLM, "forward", scaled)
    ids, mask = padded_prompts()
    with (
        pytest.raises(CaptureError, match="reading through transformers' forward gives other scores"),
        CapturedSteps(patched, captured=False).batch(ids, mask, 24, 5) as batch,
    ):
        batch.read()


def test_a_rotary_embedding_that_unsloth_has_no_record_of_keeps_the_plain_loop(
    patched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(sys.modules[MistralForCausalLM.__module__], "_unsloth_pre_patch_originals")
    assert "FastRotary of unsloth stands for a class" in why_not_stepped(patched)
    assert not CapturedSteps(patched, captured=False).take(10)
