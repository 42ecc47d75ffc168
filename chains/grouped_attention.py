"""Attention of one new token over a batch's fixed buffers, each group of query heads reading its keys and values once.

transformers' ``sdpa`` repeats keys and values for every query head where there is a mask: four times Mistral-Nemo's
cache, each step. Registered with transformers' AttentionInterface under ``GROUPED``. Honours a cap on the attention
logits (Gemma 2); a sliding window is not its business.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import AttentionInterface

GROUPED = "grouped_one_token"


def attend(
    _module: Any,
    query: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    bias: torch.Tensor,
    scaling: float | None = None,
    softcap: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attend from one token a row.

    Args:
        query: (rows, heads, 1, width).
        keys, values: (rows, groups, slots, width).
        bias: (rows, 1, 1, slots), 0 where a slot may be looked at and -inf elsewhere.

    Returns:
        (rows, 1, heads, width), and no weights.
    """
    rows, heads, _one, width = query.shape
    groups = keys.shape[1]
    query = query.reshape(rows, groups, heads // groups, width)  # the heads of a group stand as if in sequence
    scaling = scaling or width**-0.5
    if softcap is None:
        out = torch.nn.functional.scaled_dot_product_attention(query, keys, values, attn_mask=bias, scale=scaling)
    else:
        scores = torch.matmul(query * scaling, keys.transpose(2, 3))
        scores = softcap * torch.tanh(scores / softcap) + bias
        out = torch.matmul(scores.softmax(-1, dtype=torch.float32).to(values.dtype), values)
    return out.reshape(rows, 1, heads, width), None


AttentionInterface.register(GROUPED, attend)
