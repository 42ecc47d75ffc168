"""The captured decoding steps of one model: whether they may be had, and whether the first one is right."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch

from chains.captured_step import CapturedStep, CaptureError
from chains.decoding import base_of, free_memory
from chains.growing_cache import growing
from chains.memory import room_beside
from chains.stepped_models import is_patched, transformers_forward, why_not_stepped, window_of
from chains.unpacked_weights import FEWEST_ROWS, packed_layers, unpacked, unpacked_bytes

_LOG = logging.getLogger(__name__)
# The norm of the scores' difference to that of the scores less their mean, the median of rows. SmolLM2 in bfloat16:
# rounding alone .02 (single rows up to .11), a position or a mask off by one .36 and more (docs/decisions.md).
_CLOSE_BY_ROUNDING, _CLOSE_IN_FLOAT32 = 0.25, 0.01
_BREAKS = (RuntimeError, TypeError, ValueError, AttributeError, KeyError, IndexError)


class CapturedSteps:
    """Opens batches whose steps are captured, for one model, until something shows that it cannot be done.

    Args:
        model: a causal model of transformers, loaded by transformers or unsloth, or an adapter around one.
        captured: False runs the same steps uncaptured, as on a CPU.
        unpack: unpack 4-bit weights for a batch of many rows where they fit beside it (``chains.unpacked_weights``).

    Attributes:
        refused: why its steps are not taken, or "".
        verified: whether a step was compared with the model's plain forward and found right.
        replays: steps launched as one graph so far.
        unpacked: batches so far whose weights were unpacked.
    """

    def __init__(self, model: Any, *, captured: bool = True, unpack: bool = True) -> None:
        self.model = base_of(model)
        self.unpacked = 0
        self.verified = False
        self.replays = 0
        self.refused = ""
        self._told_window = False
        self._unpack = unpack and self.model.device.type == "cuda"
        self._stream = _stream_of(self.model.device) if captured else None
        if reason := why_not_stepped(self.model):
            self._refuse(reason)

    def take(self, tokens: int) -> bool:
        """Tell whether a batch goes through here whose rows take ``tokens``, padding and answer included."""
        window = window_of(self.model.config)
        if self.refused or window is None or tokens <= window:
            return not self.refused
        if not self._told_window:
            self._told_window = True
            _LOG.warning(
                "texts of %d tokens exceed the model's sliding window of %d: such batches go kernel by kernel, "
                "which takes two to four times as long",
                tokens,
                window,
            )
        return False

    @contextmanager
    def batch(
        self, ids: torch.Tensor, mask: torch.Tensor, new_tokens: int, rows_at_once: int
    ) -> Iterator[_CheckedBatch]:
        """Put left-padded prompts, (rows, length), into the model; at the end their memory is free again.

        Raises:
            CaptureError: while reading or stepping, once for a model; it was logged, and the batch is to be done again
                with ``chains.growing_cache``.
            torch.OutOfMemoryError: also where capturing ran out of memory.
        """
        step = CapturedStep(self.model, ids, mask, new_tokens, rows_at_once, self._stream)
        wanted = None if self.verified or not is_patched(self.model) else self._as_loaded(ids, mask, rows_at_once)
        with unpacked(self._layers_to_unpack(len(ids), ids.shape[1], new_tokens)), transformers_forward(self.model):
            try:
                yield _CheckedBatch(self, step, wanted)
            finally:
                self.replays += step.replays
                step.clear()

    def _layers_to_unpack(self, rows: int, prompt_tokens: int, new_tokens: int) -> list[Any]:
        """Layers in 4 bits, where the batch has rows enough to gain by it and leaves the memory for it."""
        layers = packed_layers(self.model) if self._unpack and rows >= FEWEST_ROWS else []
        if not layers:
            return []
        free = free_memory(self.model.device)
        if unpacked_bytes(layers) > room_beside(self.model.config, rows, prompt_tokens, new_tokens, free):
            return []
        self.unpacked += 1
        return layers

    def _as_loaded(self, ids: torch.Tensor, mask: torch.Tensor, rows_at_once: int) -> torch.Tensor:
        """Scores after the first prompts by the forward that unsloth gave the model."""
        first = slice(0, rows_at_once)
        with torch.inference_mode(), growing(self.model, ids[first], mask[first], rows_at_once) as batch:
            return batch.read()

    def verify(self, step: CapturedStep, scores: torch.Tensor, as_loaded: torch.Tensor | None) -> None:
        """Compare the reading with the model's as it was loaded, and a first step with that of its plain forward."""
        allowed = _allowed(self.model)
        if as_loaded is not None:
            _compare("reading through transformers' forward", scores, as_loaded, allowed)
        found, expected = step.try_out(scores.argmax(-1))
        _compare("its step", found, expected, allowed)
        self.verified = True

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Make of whatever breaks a step a refusal that is logged once; memory that runs out stays what it is."""
        try:
            yield
        except CaptureError as refused:
            self._refuse(str(refused))
            raise
        except _BREAKS as error:
            if _ran_out_of_memory(error):
                raise torch.OutOfMemoryError(str(error)) from error
            first = _first(error)
            self._refuse(f"{type(first).__name__}: {str(first).partition(chr(10))[0]}")
            raise CaptureError(self.refused) from error

    def _refuse(self, reason: str) -> None:
        self.refused = reason
        _LOG.warning(
            "the decoding steps of this model are not captured: %s. They are launched kernel by kernel instead, which "
            "takes two to four times as long",
            reason,
        )


class _CheckedBatch:
    """A captured batch as ``decode`` takes it: checked on its model's first, refused where it breaks."""

    def __init__(self, steps: CapturedSteps, step: CapturedStep, as_loaded: torch.Tensor | None) -> None:
        self._steps, self._step, self._as_loaded = steps, step, as_loaded

    def read(self) -> torch.Tensor:
        with self._steps.refusing():
            scores = self._step.read()
            if not self._steps.verified:
                self._steps.verify(self._step, scores, self._as_loaded)
        return scores

    def step(self, token: torch.Tensor) -> torch.Tensor:
        with self._steps.refusing():
            return self._step.step(token)


@cache
def _stream_of(device: torch.device) -> Any:
    """One stream for all captures on a device: each stream that cuBLAS sees gets a workspace that stays."""
    return torch.cuda.Stream(device)


def _allowed(model: Any) -> float:
    """How far scores may be apart: quantized weights are computed in half precision whatever the model's dtype is."""
    exact = model.dtype == torch.float32 and getattr(model.config, "quantization_config", None) is None
    return _CLOSE_IN_FLOAT32 if exact else _CLOSE_BY_ROUNDING


def _compare(what: str, found: torch.Tensor, expected: torch.Tensor, allowed: float) -> None:
    """Raise where scores are not finite or not close; ``expected`` may be of the first rows only."""
    if not bool(found.isfinite().all()):
        raise CaptureError(f"{what} gives scores that are not finite")
    spread = (expected - expected.mean(-1, keepdim=True)).norm(dim=-1)
    difference = float(((found[: len(expected)] - expected).norm(dim=-1) / spread).median())
    _LOG.info("%s differs from the plain forward by %.3g", what, difference)
    if not difference <= allowed:  # also where it is no number
        raise CaptureError(f"{what} gives other scores than the plain forward (by {difference:.2g}, {allowed} allowed)")


def _first(error: BaseException) -> BaseException:
    """The error that began it: the end of a broken capture raises another."""
    while error.__context__ is not None:
        error = error.__context__
    return error


def _ran_out_of_memory(error: BaseException | None) -> bool:
    while error is not None:
        text = str(error)
        if isinstance(error, torch.OutOfMemoryError) or "out of memory" in text or "ALLOC_FAILED" in text:
            return True
        error = error.__context__
    return False
