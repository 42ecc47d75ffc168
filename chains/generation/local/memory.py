"""How many rows fit a GPU's memory, from a model's configuration.

A batch has two peaks: the activations while its prompts are read, and the keys and values at the end of its answers.
The larger one decides. A model that caps its attention logits (Gemma 2) also holds them in memory, query by key.
"""

from math import ceil
from typing import Any

_BYTES = 2  # bfloat16 or float16
_NF4 = 0.516  # half a byte, and a quantised constant for every 64 parameters
_SCORES = 6 * 4  # bytes a vocabulary entry and row: float32 scores and their copies while a token is chosen
_MASKS = 8  # bytes a query and key of a padded prompt: additive and boolean masks, padded
_CAPPED = 8  # bytes a query and key of attention logits that are capped: two 16-bit copies, or one and its softmax
_SHARE = 0.95  # of the free memory; the rest is lost to fragments


def heads_of(config: Any) -> tuple[int, int]:
    """Return how many heads have keys and values of their own, and the size of a head."""
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    return heads, getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads


def cache_bytes_per_token(config: Any) -> int:
    """Return the bytes of keys and values that one token of one row takes, over all layers."""
    heads, head_dim = heads_of(config)
    return int(config.num_hidden_layers * heads * head_dim * 2 * _BYTES)


def weight_bytes(config: Any, *, in_4_bits: bool) -> int:
    """Return the bytes of a Llama-like model's weights: NF4 with quantised constants, or 2 bytes a parameter.

    Only the layers' matrices are quantised; embeddings and the head stay as they are. Mistral-Nemo-12B: 7.74 GiB
    by this, 7.77 measured.
    """
    heads, head_dim = heads_of(config)
    attention = 2 * config.hidden_size * head_dim * (config.num_attention_heads + heads)
    layers = config.num_hidden_layers * (attention + 3 * config.hidden_size * config.intermediate_size)
    ends = config.vocab_size * config.hidden_size * (1 if getattr(config, "tie_word_embeddings", False) else 2)
    return int(layers * (_NF4 if in_4_bits else _BYTES) + ends * _BYTES)


def parameters_of(config: Any) -> float:
    """Return about how many parameters a model has, by its shape: a quantised one counts too few when asked."""
    config = getattr(config, "text_config", config)
    layers = 12 * int(getattr(config, "num_hidden_layers", 0)) * int(getattr(config, "hidden_size", 0)) ** 2
    return layers + int(getattr(config, "vocab_size", 0)) * int(getattr(config, "hidden_size", 0))


def reading_bytes(config: Any, prompt_tokens: int) -> int:
    """Return the bytes that one row takes while its prompt is read: activations, masks, keys and values."""
    activations = (4 * config.intermediate_size + 12 * config.hidden_size) * _BYTES
    caps = getattr(config, "attn_logit_softcapping", None) is not None
    capped = config.num_attention_heads * prompt_tokens * _CAPPED if caps else 0
    return int(prompt_tokens * (activations + _MASKS * prompt_tokens + capped + cache_bytes_per_token(config)))


def writing_bytes(config: Any, prompt_tokens: int, new_tokens: int) -> int:
    """Return the bytes that one row takes at the end of its answer; one layer is copied each time its cache grows."""
    cache = (prompt_tokens + new_tokens) * cache_bytes_per_token(config) * (1 + 2 / config.num_hidden_layers)
    return int(cache + config.vocab_size * _SCORES)


def rows_that_fit(config: Any, prompt_tokens: int, new_tokens: int, free: int) -> int:
    """Return how many rows of a batch fit into ``free`` bytes, at least 1."""
    each = max(reading_bytes(config, prompt_tokens), writing_bytes(config, prompt_tokens, new_tokens))
    return max(1, int(free * _SHARE) // each)


def even_batch(rows: int, most: int) -> int:
    """Return the size that deals ``rows`` into as few batches of at most ``most`` as possible, evenly."""
    return ceil(rows / ceil(rows / most))
