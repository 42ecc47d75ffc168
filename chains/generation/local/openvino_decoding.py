"""Decode with an OpenVINO model in batches whose rows end at different times.

The exported graph selects rows of the cache by ``beam_idx``, so a finished row costs nothing more: the rest continue as
a smaller batch.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch

PROMPT_TOKENS = 16_384  # of all rows of a batch; with twice as many, decoding slowed down again


class RowProcessor(Protocol):
    """Rules on the next token's scores that can drop rows."""

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return the scores (rows, vocabulary) of the rows that are left, given their tokens (rows, length)."""

    def keep(self, rows: torch.Tensor) -> None:
        """Forget all rows but these, which are indices into those that were left."""


def decode_openvino(
    model: Any,
    ids: torch.Tensor,
    mask: torch.Tensor,
    *,
    processors: Sequence[RowProcessor],
    max_new_tokens: int,
    end_ids: Sequence[int],
    pad_id: int,
) -> torch.Tensor:
    """Continue left-padded prompts, (rows, length) -> (rows, length + at most ``max_new_tokens``), by the best scores.

    A row that ended is filled up with ``pad_id`` and leaves the batch.
    """
    model.compile()
    request = model.request.get_compiled_model().create_infer_request()  # half a millisecond
    rows, length = ids.shape
    output = torch.full((rows, length + max_new_tokens), pad_id, dtype=ids.dtype)
    output[:, :length] = ids
    seen = np.ones(output.shape, dtype=np.int64)
    seen[:, :length] = mask.numpy()
    positions = np.where(seen[:, :length] == 0, 1, seen[:, :length].cumsum(1) - 1)
    last_positions = positions[:, -1:]
    ends = torch.tensor(end_ids)
    left = torch.arange(rows)  # the rows that still write
    scores = _forward(request, ids.numpy(), seen[:, :length], positions, np.arange(rows))
    for step in range(max_new_tokens):
        for processor in processors:
            scores = processor(output[left, : length + step], scores)
        token = scores.argmax(-1)
        output[left, length + step] = token
        going = (~torch.isin(token, ends)).nonzero()[:, 0]
        if len(going) < len(left):
            left = left[going]
            for processor in processors:
                processor.keep(going)
        if not len(left) or step + 1 == max_new_tokens:
            return output[:, : length + step + 1]
        written = seen[left.numpy(), : length + step + 1]
        place = last_positions[left.numpy()] + step + 1
        scores = _forward(request, token[going, None].numpy(), written, place, going.numpy())
    raise ValueError(f"max_new_tokens={max_new_tokens}: at least one token is needed")


def _forward(request: Any, ids: Any, mask: Any, positions: Any, rows: Any) -> torch.Tensor:
    """Read tokens, (rows, n) -> scores of the next one, (rows, vocabulary); ``rows`` of the cache continue."""
    inputs = {"input_ids": ids, "attention_mask": mask, "position_ids": positions, "beam_idx": rows.astype(np.int32)}
    request.infer({name: np.ascontiguousarray(value) for name, value in inputs.items()}, share_inputs=True)
    return torch.from_numpy(request.get_tensor("logits").data)[:, -1].float()
