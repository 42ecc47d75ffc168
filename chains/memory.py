"""How many rows fit a GPU's memory: arithmetic on a model's configuration, no torch.

A row of a batch keeps the keys and values of its prompt and answer until it ends; that is what fills a card.
The constants were chosen against measured peaks (docs/decisions.md). They count what unsloth's forward pass holds
at once, which is the most; transformers' own holds less. A batch may be decoded over buffers of its full length
(``chains.captured_step``) or over a cache that grows (``chains.growing_cache``).
"""

from __future__ import annotations

from math import ceil
from typing import Any

PREFILL_TOKENS = (
    8192  # tokens read in one forward pass: enough to keep a GPU busy, little enough to fit beside the cache
)
_BYTES = 2  # bfloat16 or float16
_NF4 = 0.516  # half a byte, and a quantised constant for every 64 parameters
_GROWTH = 512  # tokens: the steps in which unsloth's cache grows
_SCORES = 6 * 4  # bytes a vocabulary entry and row: float32 scores and their copies while a token is chosen
_MASKS = 8  # bytes a query and key of a padded prompt: additive, boolean (twice), and additive again, padded
_ATTENTION = 8  # bytes a query and key of attention logits that are capped: two 16-bit copies, or one and its softmax
_SHARE = 0.95  # of the free memory; the rest is lost to fragments


def cache_bytes_per_token(config: Any) -> int:
    """Return the bytes of keys and values that one token of one row takes, over all layers."""
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(config.num_hidden_layers * heads * head_dim * 2 * _BYTES)


def room_for(tokens: int) -> int:
    """Return the slots of a row in buffers of fixed length: attention's fast kernels want a multiple of 8."""
    return ceil(tokens / 8) * 8


def fixed_row_bytes(config: Any, prompt_tokens: int, new_tokens: int) -> int:
    """Return the bytes that one row takes from the first to the last token where its steps are captured."""
    room = room_for(prompt_tokens + new_tokens)
    attention = config.num_attention_heads * room * _ATTENTION if _is_capped(config) else 0
    return int(room * (cache_bytes_per_token(config) + _BYTES) + attention + config.vocab_size * _SCORES)


def growing_row_bytes(config: Any, prompt_tokens: int, new_tokens: int) -> int:
    """Return the bytes that one row takes at the end of its answer where its keys and values grow with it.

    One layer's keys and values are there twice: unsloth copies them on the first step and whenever its cache grows.
    """
    kept = prompt_tokens + ceil((new_tokens + 1) / _GROWTH) * _GROWTH
    cache = kept * cache_bytes_per_token(config) * (1 + 1 / config.num_hidden_layers)
    attention = config.num_hidden_layers * config.num_attention_heads * kept * _BYTES
    return int(cache + attention + config.vocab_size * _SCORES)


def weight_bytes(config: Any, *, in_4_bits: bool) -> int:
    """Return the bytes of a Llama-like model's weights: NF4 with quantised constants, or 2 bytes a parameter.

    Quantised are the layers' matrices only; embeddings and the head stay as they are. Mistral-Nemo-12B: 7.74 GiB
    by this, 7.77 measured.
    """
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    attention = 2 * config.hidden_size * head_dim * (config.num_attention_heads + heads)
    layers = config.num_hidden_layers * (attention + 3 * config.hidden_size * config.intermediate_size)
    ends = config.vocab_size * config.hidden_size * (1 if getattr(config, "tie_word_embeddings", False) else 2)
    return int(layers * (_NF4 if in_4_bits else _BYTES) + ends * _BYTES)


def reading_bytes(config: Any, prompt_tokens: int) -> int:
    """Return the bytes that one forward pass over a group of prompts takes beside the whole batch's cache.

    Those are its activations, its masks, and the group's own keys and values, which are copied into the batch's when
    the pass has ended. For a small model the last two are as much as the activations.
    """
    activations = (4 * config.intermediate_size + 12 * config.hidden_size) * _BYTES
    scores = config.num_attention_heads * prompt_tokens * _ATTENTION if _is_capped(config) else 0
    each = activations + _MASKS * prompt_tokens + scores + cache_bytes_per_token(config)
    return int(max(PREFILL_TOKENS, prompt_tokens) * each)


def prefill_rows(prompt_tokens: int) -> int:
    """Return how many prompts are read in one forward pass."""
    return max(1, PREFILL_TOKENS // max(1, prompt_tokens))


def rows_that_fit(config: Any, prompt_tokens: int, new_tokens: int, free: int) -> int:
    """Return how many rows fit into ``free`` bytes, at least 1, whichever way they are decoded.

    Where steps are captured, the whole room is taken before the first prompt is read; what reading takes is then free
    for the graph's own memory. Where the cache grows, the two peaks do not meet: what the prompts' pass takes is free
    again before the answers grow.
    """
    usable = free * _SHARE
    beside_reading = usable - reading_bytes(config, prompt_tokens)
    captured = beside_reading // fixed_row_bytes(config, prompt_tokens, new_tokens)
    grown = usable // growing_row_bytes(config, prompt_tokens, new_tokens)
    return max(1, int(min(captured, grown)))


def room_beside(config: Any, rows: int, prompt_tokens: int, new_tokens: int, free: int) -> int:
    """Return how many of ``free`` bytes a batch leaves whose steps are captured."""
    batch = rows * fixed_row_bytes(config, prompt_tokens, new_tokens) + reading_bytes(config, prompt_tokens)
    return int(free * _SHARE) - batch


def _is_capped(config: Any) -> bool:
    """Tell whether attention logits are capped (Gemma 2): they are then in memory, query by key."""
    return getattr(config, "attn_logit_softcapping", None) is not None


def even_batch(rows: int, most: int) -> int:
    """Return the size that deals ``rows`` into as few batches of at most ``most`` as possible, evenly."""
    return ceil(rows / ceil(rows / most))
