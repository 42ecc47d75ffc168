import pytest
import torch
from transformers import Gemma2Config, LlamaConfig, LogitsProcessorList

from chains.decoding import decode
from chains.growing_cache import _Handover, growing
from tests.chains.tiny_models import END, PAD, SMALL, padded_prompts, random_model

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    "config", [LlamaConfig(**SMALL), Gemma2Config(**SMALL, sliding_window=6)], ids=lambda c: c.model_type
)
@pytest.mark.parametrize("rows_at_once", [2, 5])
def test_prompts_read_in_groups_give_what_generate_gives(config, rows_at_once: int) -> None:
    model = random_model(config)
    ids, mask = padded_prompts()
    expected = model.generate(
        input_ids=ids, attention_mask=mask, max_new_tokens=10, do_sample=False, eos_token_id=END, pad_token_id=PAD
    )

    with growing(model, ids, mask, rows_at_once) as batch:
        found = decode(
            batch,
            ids,
            processor=LogitsProcessorList(),
            sample=False,
            max_new_tokens=10,
            end_id=END,
            pad_id=PAD,
        )

    assert found.tolist() == expected.tolist()


def test_rows_that_ended_stop_the_batch_before_its_last_token() -> None:
    ids, mask = padded_prompts()

    def end_at_once(_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return torch.where(torch.arange(97) == END, 0.0, -torch.inf).expand_as(scores)

    with growing(random_model(LlamaConfig(**SMALL)), ids, mask, 5) as batch:
        found = decode(batch, ids, processor=end_at_once, sample=True, max_new_tokens=500, end_id=END, pad_id=PAD)

    assert found[:, 12:].tolist() == [[END]] * 5


def test_a_layer_is_let_go_of_once_the_next_is_asked_for() -> None:
    layers = _Handover(["first", "second"])
    assert [layers[0], layers[1], layers[0]] == ["first", "second", None]
