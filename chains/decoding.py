"""Greedy or sampled decoding for GPUs: the loop, and the reading of prompts a few at a time.

transformers' ``generate`` reads all prompts of a batch in one pass, whose activations take more memory than
the batch's keys and values do. Here prompts are read a few at a time. How a token goes through the model is the
business of a ``Forward``. Knows nothing of words or loops: those rules come as a logits processor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import torch

_LOOK_EVERY = 8  # steps between looks at whether every row has ended


class Forward(Protocol):
    """A batch inside a model: ``chains.growing_cache`` or ``chains.captured_step``."""

    def read(self) -> torch.Tensor:
        """Read the prompts; return the scores after them, (rows, vocabulary)."""

    def step(self, token: torch.Tensor) -> torch.Tensor:
        """Put a token behind each row, (rows,); return the scores of the next ones, (rows, vocabulary)."""


def decode(
    forward: Forward,
    ids: torch.Tensor,
    *,
    processor: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    sample: bool,
    max_new_tokens: int,
    end_id: int,
    pad_id: int,
) -> torch.Tensor:
    """Continue the left-padded prompts of a forward, (rows, length) -> (rows, length + at most ``max_new_tokens``).

    A row that ended is filled up with ``pad_id``.
    """
    rows, length = ids.shape
    output = torch.full((rows, length + max_new_tokens), pad_id, device=ids.device, dtype=ids.dtype)
    output[:, :length] = ids
    going = torch.ones(rows, device=ids.device, dtype=torch.bool)
    with torch.inference_mode():
        scores = forward.read()
        for step in range(max_new_tokens):
            scores = processor(output[:, : length + step], scores)
            token = torch.multinomial(scores.softmax(-1), 1)[:, 0] if sample else scores.argmax(-1)
            output[:, length + step] = token = torch.where(going, token, pad_id)
            going &= token != end_id
            if step + 1 == max_new_tokens or (step % _LOOK_EVERY == 0 and not going.any()):
                return output[:, : length + step + 1]
            scores = forward.step(token)
    raise ValueError(f"max_new_tokens={max_new_tokens}: at least one token is needed")


def read_in_groups(
    model: Any, ids: torch.Tensor, mask: torch.Tensor, rows_at_once: int
) -> Iterator[tuple[slice, torch.Tensor, Any]]:
    """Read prompts a group of rows at a time: which rows, the scores after them, and their keys and values."""
    positions = positions_of(mask)
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


def positions_of(mask: torch.Tensor) -> torch.Tensor:
    """Return the positions of left-padded prompts' tokens, (rows, length)."""
    return (mask.cumsum(1) - 1).clamp(min=0)


def base_of(model: Any) -> Any:
    """Return the model that an adapter (PEFT) is wrapped around, its weights included, or the model itself."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def free_memory(device: torch.device) -> int:
    """Return the bytes that this process may still allocate on a GPU, under its own cap as well."""
    free, total = torch.cuda.mem_get_info(device)
    reserved = torch.cuda.memory_reserved(device)
    capped = int(torch.cuda.get_per_process_memory_fraction(device) * total) - reserved
    return int(min(free, capped) + reserved - torch.cuda.memory_allocated(device))
