"""A batch that goes through a model's own forward, step by step, over keys and values that grow with it.

It serves any causal model, as unsloth or transformers loaded it; on a GPU ``chains.captured_step`` is faster where it
can be had.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import torch

from chains.decoding import base_of, positions_of, read_in_groups


@contextmanager
def growing(model: Any, ids: torch.Tensor, mask: torch.Tensor, rows_at_once: int) -> Iterator[GrowingCache]:
    """Put left-padded prompts, (rows, length), into a model; at the end their memory is free again."""
    batch = GrowingCache(base_of(model), ids, mask, rows_at_once)
    autocast = (
        torch.autocast("cuda", dtype=batch.model.dtype) if ids.is_cuda else nullcontext()
    )  # as unsloth's generate
    try:
        with autocast:
            yield batch
    finally:
        batch.cache = None
        release(batch.model)


class GrowingCache:
    """One batch and its keys and values; the prompts are read ``rows_at_once`` at a time."""

    def __init__(self, model: Any, ids: torch.Tensor, mask: torch.Tensor, rows_at_once: int) -> None:
        self.model = model
        self.cache: Any = None
        self._ids, self._seen, self._rows_at_once = ids, mask, rows_at_once
        self._positions = positions_of(mask)[:, -1:]

    def read(self) -> torch.Tensor:
        """Read the prompts into one cache; return the scores after them, (rows, vocabulary)."""
        scores: list[torch.Tensor] = []
        whole: list[tuple[torch.Tensor, torch.Tensor]] = []
        for group, last, read in read_in_groups(self.model, self._ids, self._seen, self._rows_at_once):
            scores.append(last)
            layers = _layers(read)
            if self.cache is None:
                rows = len(self._ids)
                whole = [(_for_all(keys, rows), _for_all(values, rows)) for keys, values in layers]
                self.cache = _cache_of(whole, read)
            for (all_keys, all_values), (keys, values) in zip(whole, layers, strict=True):
                all_keys[group], all_values[group] = keys, values
            del read, layers
        return torch.cat(scores)

    def step(self, token: torch.Tensor) -> torch.Tensor:
        """Put a token behind each row, (rows,); return the scores of the next ones, (rows, vocabulary)."""
        self._seen = torch.cat([self._seen, torch.ones_like(self._seen[:, :1])], 1)
        self._positions = self._positions + 1
        out = self.model(
            input_ids=token[:, None],
            attention_mask=self._seen,
            position_ids=self._positions,
            past_key_values=self.cache,
            use_cache=True,
            return_dict=True,
            logits_to_keep=1,
        )
        self.cache = out.past_key_values
        scores: torch.Tensor = out.logits[:, -1].float()
        return scores


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


def release(model: Any) -> None:
    """Let go of the key-value buffers that unsloth leaves on a model's layers after decoding."""
    for module in model.modules():
        for name in ("paged_attention", "paged_attention_K", "paged_attention_V"):
            module.__dict__.pop(name, None)


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
