"""Prefill in groups and greedy or sampled decoding, for GPUs.

transformers' ``generate`` reads all prompts of a batch in one pass, whose activations take more memory than
the batch's keys and values do. Here prompts are read a few at a time into one cache. Knows nothing of words
or loops: those rules come as a logits processor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import torch

_LOOK_EVERY = 8  # steps between looks at whether every row has ended


class _Handover(list[Any]):
    """A cache's layers, each let go of once the next one is asked for.

    unsloth's first decoding step copies the cache, layer by layer, into buffers of its own; held until the
    end of that step, the prompts' keys and values would be in memory twice.
    """

    def __getitem__(self, index: Any) -> Any:
        layer = super().__getitem__(index)
        if index:
            self[index - 1] = None
        return layer


def decode(
    model: Any,
    ids: torch.Tensor,
    mask: torch.Tensor,
    *,
    processor: Any,
    sample: bool,
    max_new_tokens: int,
    end_id: int,
    pad_id: int,
    rows_at_once: int,
) -> torch.Tensor:
    """Continue left-padded prompts, (rows, length) -> (rows, length + at most ``max_new_tokens``).

    A row that ended is filled up with ``pad_id``. The prompts are read ``rows_at_once`` at a time.
    """
    model = model.get_base_model() if hasattr(model, "get_base_model") else model
    rows, length = ids.shape
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    output = torch.full((rows, length + max_new_tokens), pad_id, device=ids.device, dtype=ids.dtype)
    output[:, :length] = ids
    seen = torch.ones_like(output)
    seen[:, :length] = mask
    going = torch.ones(rows, device=ids.device, dtype=torch.bool)
    autocast = torch.autocast("cuda", dtype=model.dtype) if ids.is_cuda else nullcontext()  # as unsloth's generate
    with torch.inference_mode(), autocast:
        scores, cache = _prefill(model, ids, mask, positions, rows_at_once)
        for step in range(max_new_tokens):
            scores = processor(output[:, : length + step], scores)
            token = torch.multinomial(scores.softmax(-1), 1)[:, 0] if sample else scores.argmax(-1)
            output[:, length + step] = token = torch.where(going, token, pad_id)
            going &= token != end_id
            if step + 1 == max_new_tokens or (step % _LOOK_EVERY == 0 and not going.any()):
                return output[:, : length + step + 1]
            out = model(
                input_ids=token[:, None],
                attention_mask=seen[:, : length + step + 1],
                position_ids=positions[:, -1:] + step + 1,
                past_key_values=cache,
                use_cache=True,
                return_dict=True,
                logits_to_keep=1,
            )
            scores, cache = out.logits[:, -1].float(), out.past_key_values
    raise ValueError(f"max_new_tokens={max_new_tokens}: at least one token is needed")


def release(model: Any) -> None:
    """Let go of the key-value buffers that unsloth leaves on a model's layers after decoding."""
    for module in model.modules():
        for name in ("paged_attention", "paged_attention_K", "paged_attention_V"):
            module.__dict__.pop(name, None)


def free_memory(device: torch.device) -> int:
    """Return the bytes that this process may still allocate on a GPU, under its own cap as well."""
    free, total = torch.cuda.mem_get_info(device)
    reserved = torch.cuda.memory_reserved(device)
    capped = int(torch.cuda.get_per_process_memory_fraction(device) * total) - reserved
    return int(min(free, capped) + reserved - torch.cuda.memory_allocated(device))


def read_in_groups(
    model: Any, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor, rows_at_once: int
) -> Iterator[tuple[slice, torch.Tensor, Any]]:
    """Read prompts a group of rows at a time: which rows, the scores after them, and their keys and values."""
    for start in range(0, len(ids), rows_at_once):
        group = slice(start, start + rows_at_once)
        out = model(
            input_ids=ids[group],
            attention_mask=mask[group],
            position_ids=positions[group],
            use_cache=True,
            return_dict=True,
            logits_to_keep=1,
        )
        yield group, out.logits[:, -1].float(), out.past_key_values
        del out


def _prefill(
    model: Any, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor, rows_at_once: int
) -> tuple[torch.Tensor, Any]:
    """Read the prompts into one cache: the scores after them, (rows, vocabulary), and the cache."""
    scores: list[torch.Tensor] = []
    cache: Any = None
    whole: list[tuple[torch.Tensor, torch.Tensor]] = []
    for group, last, read in read_in_groups(model, ids, mask, positions, rows_at_once):
        scores.append(last)
        layers = _layers(read)
        if cache is None:
            whole = [(_for_all(keys, len(ids)), _for_all(values, len(ids))) for keys, values in layers]
            cache = _cache_of(whole, read)
        for (all_keys, all_values), (keys, values) in zip(whole, layers, strict=True):
            all_keys[group], all_values[group] = keys, values
        del read, layers
    return torch.cat(scores), cache


def _layers(cache: Any) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return keys and values of each layer, from transformers' cache or from unsloth's tuples."""
    layers = getattr(cache, "layers", None)
    return [(layer[0], layer[1]) for layer in cache] if layers is None else [(x.keys, x.values) for x in layers]


def _for_all(part: torch.Tensor, rows: int) -> torch.Tensor:
    return part.new_empty((rows, *part.shape[1:]))


def _cache_of(whole: list[tuple[torch.Tensor, torch.Tensor]], first: Any) -> Any:
    """Put the whole batch's tensors where the first group's were."""
    if not hasattr(first, "layers"):
        return _Handover(whole)
    for layer, (keys, values) in zip(first.layers, whole, strict=True):
        layer.keys, layer.values = keys, values
    return first
