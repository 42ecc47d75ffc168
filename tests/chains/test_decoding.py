import pytest
import torch
from transformers import AutoModelForCausalLM, Gemma2Config, LlamaConfig, LogitsProcessorList

from chains.decoding import _Handover, decode

SMALL = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
}
END, PAD = 5, 0
pytestmark = pytest.mark.filterwarnings("ignore")


def padded_prompts() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(6, 97, (5, 12), generator=generator)
    mask = torch.ones_like(ids)
    for row, pads in enumerate((7, 3, 0, 1, 5)):
        ids[row, :pads], mask[row, :pads] = PAD, 0
    return ids, mask


@pytest.mark.parametrize(
    "config", [LlamaConfig(**SMALL), Gemma2Config(**SMALL, sliding_window=6)], ids=lambda c: c.model_type
)
@pytest.mark.parametrize("rows_at_once", [2, 5])
def test_prompts_read_in_groups_give_what_generate_gives(config, rows_at_once: int) -> None:
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config).eval()
    ids, mask = padded_prompts()
    expected = model.generate(
        input_ids=ids, attention_mask=mask, max_new_tokens=10, do_sample=False, eos_token_id=END, pad_token_id=PAD
    )

    found = decode(
        model,
        ids,
        mask,
        processor=LogitsProcessorList(),
        sample=False,
        max_new_tokens=10,
        end_id=END,
        pad_id=PAD,
        rows_at_once=rows_at_once,
    )

    assert found.tolist() == expected.tolist()


def test_rows_that_ended_stop_the_batch_before_its_last_token() -> None:
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(LlamaConfig(**SMALL)).eval()
    ids, mask = padded_prompts()

    def end_at_once(_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return torch.where(torch.arange(97) == END, 0.0, -torch.inf).expand_as(scores)

    found = decode(
        model, ids, mask, processor=end_at_once, sample=True, max_new_tokens=500, end_id=END, pad_id=PAD, rows_at_once=5
    )

    assert found[:, 12:].tolist() == [[END]] * 5


def test_a_layer_is_let_go_of_once_the_next_is_asked_for() -> None:
    layers = _Handover(["first", "second"])
    assert [layers[0], layers[1], layers[0]] == ["first", "second", None]
