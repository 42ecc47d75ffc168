"""Models of random weights in the shapes that are loaded in 4 bits, small enough for a test; prompts for them."""

from typing import Any

import torch
from transformers import AutoModelForCausalLM, Gemma2Config, LlamaConfig, MistralConfig, Phi3Config

SMALL = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "initializer_range": 0.3,  # scores far enough apart that rounding decides nothing
}
END, PAD = 5, 0
CONFIGS = [
    LlamaConfig(**SMALL),
    MistralConfig(**SMALL),
    Phi3Config(**SMALL, pad_token_id=PAD),
    Gemma2Config(**SMALL, attn_logit_softcapping=0.5, query_pre_attn_scalar=8),
]


def random_model(config: Any, attention: str = "sdpa") -> Any:
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(config, attn_implementation=attention).eval()


def padded_prompts() -> tuple[torch.Tensor, torch.Tensor]:
    """Five prompts of unequal length: ids and mask, (5, 12)."""
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(6, 97, (5, 12), generator=generator)
    mask = torch.ones_like(ids)
    for row, pads in enumerate((7, 3, 0, 1, 5)):
        ids[row, :pads], mask[row, :pads] = PAD, 0
    return ids, mask
