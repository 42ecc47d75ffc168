"""4-bit weights unpacked for a batch: bitsandbytes' own layers, on the CPU."""

from typing import Any

import pytest
import torch
from bitsandbytes.nn import Linear4bit, Params4bit
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig

from chains import captured_steps
from chains.captured_steps import CapturedSteps
from chains.unpacked_weights import FEWEST_ROWS, packed_layers, unpacked, unpacked_bytes
from tests.chains.tiny_models import CONFIGS, SMALL, padded_prompts, random_model

pytestmark = pytest.mark.filterwarnings("ignore")


def in_4_bits(linear: torch.nn.Linear, dtype: torch.dtype | None) -> Linear4bit:
    layer = Linear4bit(linear.in_features, linear.out_features, linear.bias is not None, dtype, quant_type="nf4")
    layer.weight = Params4bit(linear.weight.data, requires_grad=False, quant_type="nf4")
    layer.bias = linear.bias
    layer.support_avx512bf16_for_cpu = False  # a GPU has no such format
    return layer.to("cpu")


def packed_model(config: Any = CONFIGS[1], dtype: torch.dtype | None = torch.float32) -> Any:
    model = random_model(config)
    for block in model.model.layers:
        for part in (block.self_attn, block.mlp):
            for name, child in list(part.named_children()):
                if isinstance(child, torch.nn.Linear):
                    setattr(part, name, in_4_bits(child, dtype))
    return model


def scores_of(model: Any) -> torch.Tensor:
    ids, mask = padded_prompts()
    with torch.inference_mode():
        return model(input_ids=ids, attention_mask=mask).logits[:, -1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, None], ids=str)
def test_unpacked_weights_give_the_products_that_packed_ones_give(dtype: torch.dtype | None) -> None:
    model = packed_model(LlamaConfig(**SMALL, attention_bias=True), dtype)
    packed = scores_of(model)
    with unpacked(packed_layers(model)):
        found = scores_of(model)
    assert torch.equal(found, packed)


def test_what_is_unpacked_is_what_is_multiplied_by() -> None:
    model = packed_model()
    layer = packed_layers(model)[0]
    with unpacked([layer]):
        layer.weight.data.zero_()  # the packed ones are not looked at
        found = layer(torch.ones(1, 32))
    assert found.abs().sum() > 0


def test_at_the_end_each_layer_has_its_own_forward_again_even_one_that_a_hook_had_put_there() -> None:
    model = packed_model()
    first, *rest = packed_layers(model)
    first.forward = hooked = first.forward
    with unpacked([first, *rest]):
        assert first.forward is not hooked
    assert first.forward is hooked
    assert not any("forward" in vars(layer) for layer in rest)


def test_the_layers_that_an_adapter_wraps_are_found_once_and_the_head_is_none_of_them() -> None:
    model = packed_model()
    alone = packed_layers(model)
    adapted = get_peft_model(model, LoraConfig(target_modules=["q_proj", "up_proj"]))
    assert len(alone) == 2 * 7
    assert [id(layer) for layer in packed_layers(adapted)] == [id(layer) for layer in alone]


def test_16_bits_a_weight_are_counted() -> None:
    assert unpacked_bytes(packed_layers(packed_model())) == 2 * 2 * (32 * (32 + 16 + 16 + 32) + 3 * 32 * 64)


@pytest.mark.parametrize(
    ("rows", "spare", "unpacks"), [(FEWEST_ROWS, 0, True), (FEWEST_ROWS, -1, False), (FEWEST_ROWS - 1, 0, False)]
)
def test_a_batch_of_many_rows_is_unpacked_where_the_memory_it_leaves_is_enough(
    rows: int, spare: int, unpacks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = packed_model()
    layers = packed_layers(model)
    steps = CapturedSteps(model, captured=False)
    steps._unpack = True  # as on a GPU
    monkeypatch.setattr(captured_steps, "free_memory", lambda device: 0)
    monkeypatch.setattr(captured_steps, "room_beside", lambda *batch: unpacked_bytes(layers) + spare)

    assert (steps._layers_to_unpack(rows, 12, 24) == layers) is unpacks
    assert steps.unpacked == unpacks
