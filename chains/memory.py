"""How many rows fit a GPU's memory: arithmetic on a model's configuration, no torch.

A row of a batch keeps the keys and values of its prompt and answer until it ends; that is what fills a card.
The constants were chosen against measured peaks (docs/decisions.md).
"""

from __future__ import annotations

from math import ceil
from typing import Any

PREFILL_TOKENS = (
    8192  # tokens read in one forward pass: enough to keep a GPU busy, little enough to fit beside the cache
)
_BYTES = 2  # bfloat16 or float16
_GROWTH = 512  # tokens: the steps in which unsloth's cache grows
_SCORES = 6 * 4  # bytes a vocabulary entry and row: float32 scores and their copies while a token is chosen
_SHARE = 0.95  # of the free memory; the rest is lost to fragments


def cache_bytes_per_token(config: Any) -> int:
    """Return the bytes of keys and values that one token of one row takes, over all layers."""
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(config.num_hidden_layers * heads * head_dim * 2 * _BYTES)


def row_bytes(config: Any, prompt_tokens: int, new_tokens: int) -> int:
    """Return the bytes that one row takes while its answer is decoded."""
    kept = prompt_tokens + ceil((new_tokens + 1) / _GROWTH) * _GROWTH
    attention = config.num_hidden_layers * config.num_attention_heads * kept * _BYTES
    return int(kept * cache_bytes_per_token(config) + attention + config.vocab_size * _SCORES)


def prefill_rows(prompt_tokens: int) -> int:
    """Return how many prompts are read in one forward pass."""
    return max(1, PREFILL_TOKENS // max(1, prompt_tokens))


def rows_that_fit(config: Any, prompt_tokens: int, new_tokens: int, free: int) -> int:
    """Return how many rows fit into ``free`` bytes, at least 1."""
    usable = free * _SHARE
    # The two peaks do not meet: what the prompts' pass takes is free again before the answers grow.
    reading = max(PREFILL_TOKENS, prompt_tokens) * (4 * config.intermediate_size + 12 * config.hidden_size) * _BYTES
    while_reading = (usable - reading) // (prompt_tokens * cache_bytes_per_token(config))
    while_writing = usable // row_bytes(config, prompt_tokens, new_tokens)
    return max(1, int(min(while_reading, while_writing)))


def even_batch(rows: int, most: int) -> int:
    """Return the size that deals ``rows`` into as few batches of at most ``most`` as possible, evenly."""
    return ceil(rows / ceil(rows / most))
