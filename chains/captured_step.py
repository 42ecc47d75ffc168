"""A batch whose every decoding step is one captured CUDA graph, over buffers of the batch's full length.

A decoding step is hundreds of small kernels, and launching them from Python takes longer than running them. Captured
in a graph they are launched as one. A graph replays the same addresses and shapes, so keys and values lie in buffers
with room for prompt and answer, written at a slot that is a tensor on the device; attention reads only up to the next
multiple of ``_STRIDE``, and the step is captured anew when that is reached. Whether a model may be stepped like this,
and whether its first step is right, is the business of ``chains.captured_steps``. Without CUDA the same step runs
uncaptured, which is how tests compare it.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import DynamicCache

from chains.decoding import positions_of, read_in_groups
from chains.grouped_attention import GROUPED
from chains.memory import room_for
from chains.stepped_models import reading_attention

_STRIDE = 256  # tokens between two captures
_GROWING_LAYERS = {"DynamicLayer", "DynamicSlidingWindowLayer"}  # whose keys and values are plain tensors


class CaptureError(Exception):
    """A model's steps cannot be captured, or give other scores than its plain forward; the message says why."""


class FixedCache:
    """A batch's keys and values, (rows, heads, room, width) a layer, written at ``slot`` and read up to ``upto``."""

    def __init__(self, slot: torch.Tensor) -> None:
        self.buffers: list[tuple[torch.Tensor, torch.Tensor]] = []
        self.slot = slot
        self.upto = 0

    def update(self, keys: torch.Tensor, values: torch.Tensor, layer: int, *_: Any, **__: Any) -> tuple[Any, Any]:
        """Write one token's keys and values; return those that attention looks at (transformers' interface)."""
        all_keys, all_values = self.buffers[layer]
        all_keys.index_copy_(2, self.slot, keys)
        all_values.index_copy_(2, self.slot, values)
        return all_keys[:, :, : self.upto], all_values[:, :, : self.upto]


class CapturedStep:
    """One batch of left-padded prompts, (rows, length), and the step that goes on with them.

    Attributes:
        replays: steps that were launched as one graph.
    """

    def __init__(
        self, model: Any, ids: torch.Tensor, mask: torch.Tensor, new_tokens: int, rows_at_once: int, stream: Any
    ) -> None:
        """Take a batch; ``stream`` is the CUDA stream to capture on, or None to run uncaptured."""
        rows, self.length = ids.shape
        self.model = model
        self.replays = 0
        self._ids, self._mask, self._rows_at_once, self._stream = ids, mask, rows_at_once, stream
        self._attention, self._reading = model.config._attn_implementation, reading_attention(model)
        self._room = room_for(self.length + new_tokens)
        self._slot = torch.full((1,), self.length - 1, device=ids.device)
        self._positions = positions_of(mask)[:, -1:].clone()
        self._token = torch.zeros((rows, 1), device=ids.device, dtype=torch.long)
        self._cache = FixedCache(self._slot)
        self._bias = self._scores = torch.empty(0)
        self._graph: Any = None

    def read(self) -> torch.Tensor:
        """Read the prompts into the buffers; return the scores after them, (rows, vocabulary)."""
        scores = []
        self.model.set_attn_implementation(self._reading)
        for group, last, read in read_in_groups(self.model, self._ids, self._mask, self._rows_at_once):
            scores.append(last)
            self._keep(group, read)
            del read
        keys = self._cache.buffers[0][0]
        self._bias = keys.new_full((len(self._ids), 1, 1, self._room), -torch.inf)
        self._bias[:, 0, 0, : self.length].masked_fill_(self._mask.bool(), 0.0)
        self.model.set_attn_implementation(GROUPED)
        return torch.cat(scores)

    def step(self, token: torch.Tensor) -> torch.Tensor:
        """Put a token behind each row, (rows,); return the scores of the next ones, (rows, vocabulary)."""
        self._token.copy_(token[:, None])
        self._move(1)
        self._bias.index_fill_(3, self._slot, 0.0)
        if self.length > self._cache.upto:
            self._cache.upto = min(self._room, -(-self.length // _STRIDE) * _STRIDE)
            if self._stream is not None:
                self._capture(self._stream)
        if self._graph is None:
            return self._forward().float()
        self._graph.replay()
        self.replays += 1
        return self._scores.float()

    def try_out(self, token: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Step with a token and take it back: the step's scores, and those of the model's plain forward.

        The second are of the first rows only, as many as are read at once, and come from keys and values of their own.
        """
        found = self.step(token).clone()
        self._move(-1)
        rows = slice(0, self._rows_at_once)
        cache = DynamicCache()
        for layer, (keys, values) in enumerate(self._cache.buffers):
            cache.update(keys[rows, :, : self.length], values[rows, :, : self.length], layer)
        self.model.set_attn_implementation(self._reading)
        mask = self._mask[rows]
        out = self.model(
            input_ids=token[rows, None],
            attention_mask=torch.cat([mask, torch.ones_like(mask[:, :1])], 1),
            position_ids=self._positions[rows] + 1,
            past_key_values=cache,
            use_cache=True,
            return_dict=True,
            logits_to_keep=1,
        )
        self.model.set_attn_implementation(GROUPED)
        return found, out.logits[:, -1].float()

    def clear(self) -> None:
        """Let go of the graph, its pool and the buffers, even where a traceback still holds this object.

        The model has its own attention again.
        """
        self._drop_graph()
        self._cache.buffers = []
        self._bias = self._token = torch.empty(0)
        self.model.set_attn_implementation(self._attention)

    def _move(self, by: int) -> None:
        self._slot.add_(by)
        self._positions.add_(by)
        self.length += by

    def _keep(self, group: slice, read: Any) -> None:
        """Copy a group's keys and values into the buffers, which the first group brings about."""
        kinds = {type(layer).__name__ for layer in getattr(read, "layers", ())}
        if not kinds or not kinds <= _GROWING_LAYERS:
            raise CaptureError(f"its cache is a {type(read).__name__} of {', '.join(sorted(kinds)) or 'no layers'}")
        parts = [(layer.keys, layer.values) for layer in read.layers]
        if not self._cache.buffers:
            self._cache.buffers = [(self._buffer(keys), self._buffer(values)) for keys, values in parts]
        for buffers, part in zip(self._cache.buffers, parts, strict=True):
            for buffer, new in zip(buffers, part, strict=True):
                buffer[group, :, : self.length] = new

    def _buffer(self, part: torch.Tensor) -> torch.Tensor:
        """Zeros, since what attention masks out is still multiplied by 0."""
        return part.new_zeros((len(self._ids), part.shape[1], self._room, part.shape[3]))

    def _forward(self) -> torch.Tensor:
        out = self.model(
            input_ids=self._token,
            attention_mask=self._bias[..., : self._cache.upto],
            position_ids=self._positions,
            past_key_values=self._cache,
            use_cache=True,
            return_dict=True,
            logits_to_keep=1,
        )
        scores: torch.Tensor = out.logits[:, -1]
        return scores

    def _capture(self, stream: Any) -> None:
        """Run the step once, to warm up on the stream, and capture it for now and for those that follow."""
        self._drop_graph()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):  # also left where the end of a broken capture raises
            self._forward()
            graph = torch.cuda.CUDAGraph()
            # Other threads may allocate meanwhile, such as those that embed and search on the same card.
            with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
                self._scores = self._forward()
        torch.cuda.current_stream().wait_stream(stream)
        self._graph = graph

    def _drop_graph(self) -> None:
        """Free a graph's memory pool; two graphs alive would hold two."""
        if self._graph is not None:
            torch.cuda.synchronize()  # its last replay may still run
        self._graph, self._scores = None, torch.empty(0)
