"""Decoding with one captured CUDA graph a step: the candidate that benchmarks/decoding_gpu.py measures.

A decoding step is hundreds of small kernels, and launching them from Python takes longer than running them. Captured
in a graph they are launched as one. A graph replays the same addresses and shapes, so keys and values lie in buffers
of the batch's full length, written at a slot that is a tensor on the device; attention reads only up to the next
multiple of ``_STRIDE``, and the step is captured anew when that is reached. Without CUDA the same step runs uncaptured.

Prompts are read by transformers' own forward, so a model that unsloth patched cannot go through here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from chains import decoding

_STRIDE = 256  # tokens between two captures
Layers = list[tuple[torch.Tensor, torch.Tensor]]


class FixedCache:
    """A batch's keys and values, (rows, heads, room, width) a layer, written at ``slot`` and read up to ``upto``."""

    def __init__(self, layers: Layers, slot: torch.Tensor) -> None:
        """Take the buffers of all layers, and a tensor of one position."""
        self.layers_ = layers
        self.slot = slot
        self.upto = 0

    def update(self, keys: torch.Tensor, values: torch.Tensor, layer: int, *_: Any) -> tuple[Any, Any]:
        """Write one token's keys and values; return those that attention looks at."""
        all_keys, all_values = self.layers_[layer]
        all_keys.index_copy_(2, self.slot, keys)
        all_values.index_copy_(2, self.slot, values)
        return all_keys[:, :, : self.upto], all_values[:, :, : self.upto]


class Step:
    """One token of each row through the model: token (rows,) -> scores (rows, vocabulary)."""

    def __init__(self, model: Any, layers: Layers, mask: torch.Tensor, length: int, *, captured: bool) -> None:
        """Stand behind prompts of ``length`` padded tokens, ``mask`` (rows, length) telling which are real."""
        rows, room, device = len(mask), layers[0][0].shape[2], mask.device
        self.model = model
        self.length = length
        self.slot = torch.full((1,), length - 1, device=device)
        self.positions = mask.sum(1, keepdim=True) - 1
        self.token = torch.zeros((rows, 1), device=device, dtype=torch.long)
        self.bias = torch.full((rows, 1, 1, room), -torch.inf, device=device, dtype=model.dtype)
        self.bias[:, 0, 0, :length].masked_fill_(mask.bool(), 0.0)
        self.cache = FixedCache(layers, self.slot)
        self.captured = captured
        self.capture_seconds = 0.0
        self.graph: Any = None
        self.scores = torch.empty(0)

    def __call__(self, token: torch.Tensor) -> torch.Tensor:
        """Put the tokens behind their rows and return the scores of the next ones."""
        self.token.copy_(token[:, None])
        self.slot.add_(1)
        self.positions.add_(1)
        self.bias.index_fill_(3, self.slot, 0.0)
        self.length += 1
        if self.length > self.cache.upto:
            self.cache.upto = min(self.bias.shape[3], -(-self.length // _STRIDE) * _STRIDE)
            return self._capture() if self.captured else self._forward()
        if self.graph is None:
            return self._forward()
        self.graph.replay()
        return self.scores

    def _forward(self) -> torch.Tensor:
        out = self.model(
            input_ids=self.token,
            attention_mask=self.bias[..., : self.cache.upto],
            position_ids=self.positions,
            past_key_values=self.cache,
            use_cache=True,
            return_dict=True,
            logits_to_keep=1,
        )
        scores: torch.Tensor = out.logits[:, -1]
        return scores

    def _capture(self) -> torch.Tensor:
        """Run the step once, as a warm-up on a stream of its own, and capture it for those that follow."""
        began = time.perf_counter()
        self.graph, self.scores = None, torch.empty(0)
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            scores = self._forward().clone()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=stream):
            self.scores = self._forward()
        self.graph = graph
        torch.cuda.synchronize()
        self.capture_seconds += time.perf_counter() - began
        return scores


def prefill(
    model: Any, ids: torch.Tensor, mask: torch.Tensor, room: int, rows_at_once: int
) -> tuple[torch.Tensor, Layers]:
    """Read the prompts into buffers with room for ``room`` tokens: the scores after them, and the buffers."""
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    scores, buffers = [], []
    for group, last, read in decoding.read_in_groups(model, ids, mask, positions, rows_at_once):
        scores.append(last)
        layers = [(layer.keys, layer.values) for layer in read.layers]
        if not buffers:  # zeros: what attention masks out is still multiplied by 0
            buffers = [
                tuple(part.new_zeros((len(ids), part.shape[1], room, part.shape[3])) for part in x) for x in layers
            ]
        for buffer, layer in zip(buffers, layers, strict=True):
            for whole, part in zip(buffer, layer, strict=True):
                whole[group, :, : ids.shape[1]] = part
        del read, layers
    return torch.cat(scores), buffers


def decode(
    model: Any,
    ids: torch.Tensor,
    mask: torch.Tensor,
    *,
    processor: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    max_new_tokens: int,
    end_id: int,
    pad_id: int,
    rows_at_once: int,
    captured: bool,
) -> torch.Tensor:
    """Continue left-padded prompts greedily, as ``chains.decoding.decode`` does."""
    rows, length = ids.shape
    room = -(-(length + max_new_tokens) // 8) * 8
    output = torch.full((rows, length + max_new_tokens), pad_id, device=ids.device, dtype=ids.dtype)
    output[:, :length] = ids
    going = torch.ones(rows, device=ids.device, dtype=torch.bool)
    with torch.inference_mode():
        scores, layers = prefill(model, ids, mask, room, rows_at_once)
        step = Step(model, layers, mask, length, captured=captured)
        for turn in range(max_new_tokens):
            scores = processor(output[:, : length + turn], scores)
            output[:, length + turn] = token = torch.where(going, scores.argmax(-1), pad_id)
            going &= token != end_id
            if turn + 1 == max_new_tokens or (turn % 8 == 0 and not going.any()):
                break
            scores = step(token).float()
    return output[:, : length + turn + 1]


def _scaled_dot_product(query: Any, keys: Any, values: Any, bias: Any, scale: float) -> Any:
    return torch.nn.functional.scaled_dot_product_attention(query, keys, values, attn_mask=bias, scale=scale)


def _products(query: Any, keys: Any, values: Any, bias: Any, scale: float) -> Any:
    scores = torch.matmul(query * scale, keys.transpose(2, 3)) + bias
    return torch.matmul(scores.softmax(-1, dtype=torch.float32).to(values.dtype), values)


CORES = {"sdpa": _scaled_dot_product, "products": _products}


def use_grouped_attention(model: Any, core: str) -> None:
    """Let a step's attention read each group of query heads' keys and values once, not repeat them for every head."""

    def attention(
        module: Any, query: Any, key: Any, value: Any, attention_mask: Any, scaling: Any = None, **rest: Any
    ) -> tuple[Any, None]:
        rows, heads, length, width = query.shape
        if length > 1:
            return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **rest)
        groups = key.shape[1]
        query = query.reshape(rows, groups, heads // groups, width)  # the heads of a group stand as if in sequence
        out = CORES[core](query, key, value, attention_mask, scaling or width**-0.5)
        return out.reshape(rows, 1, heads, width), None

    name = f"grouped_{core}"
    AttentionInterface.register(name, attention)
    AttentionMaskInterface.register(name, sdpa_mask)
    model.set_attn_implementation(name)
