"""How a batch is decoded, by where its model runs: on a GPU, by OpenVINO, or by transformers' ``generate``."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from transformers import LogitsProcessorList

from chains import decoding
from chains.captured_steps import CapturedSteps
from chains.contracts import Sampling
from chains.growing_cache import growing
from chains.memory import prefill_rows, rows_that_fit
from chains.openvino import is_openvino
from chains.openvino_decoding import PROMPT_TOKENS, decode_openvino
from chains.row_rules import TOP_K, TOP_P, RowRules, RulesAndWarpers, warpers


class Decoder(Protocol):
    """A model that continues batches of prompts."""

    def most_rows(self, prompt_tokens: int, new_tokens: int) -> int | None:
        """Return how many rows of this length it takes at once now, or None where any number goes."""

    def decode(
        self, ids: torch.Tensor, mask: torch.Tensor, rules: RowRules, sampling: Sampling, new_tokens: int
    ) -> torch.Tensor:
        """Continue left-padded prompts, (rows, length) -> (rows, length + at most ``new_tokens``)."""


def decoder_for(model: Any, *, end_id: int, pad_id: int, captured: bool = True) -> Decoder:
    """Choose how a model is decoded; ``captured`` False keeps a GPU's steps from being captured."""
    if model.device.type == "cuda":
        return GpuDecoder(model, end_id, pad_id, CapturedSteps(model) if captured else None)
    return OpenvinoDecoder(model, end_id, pad_id) if is_openvino(model) else StockDecoder(model, end_id, pad_id)


@dataclass(frozen=True)
class GpuDecoder:
    """Prompts read in groups, batches sized by the free memory, steps captured where they can be.

    Raises, when decoding, ``CaptureError`` once where that shows to be impossible; the same batch then goes through.
    """

    model: Any
    end_id: int
    pad_id: int
    steps: CapturedSteps | None

    def most_rows(self, prompt_tokens: int, new_tokens: int) -> int:
        """Return what the free memory holds."""
        return rows_that_fit(self.model.config, prompt_tokens, new_tokens, decoding.free_memory(self.model.device))

    def decode(
        self, ids: torch.Tensor, mask: torch.Tensor, rules: RowRules, sampling: Sampling, new_tokens: int
    ) -> torch.Tensor:
        """Continue a batch; all that it took on the GPU is free again at the end."""
        with self._forward(ids, mask, new_tokens) as forward:
            return decoding.decode(
                forward,
                ids,
                processor=LogitsProcessorList([rules, *warpers(sampling)]),
                sample=bool(sampling.temperature),
                max_new_tokens=new_tokens,
                end_id=self.end_id,
                pad_id=self.pad_id,
            )

    def _forward(
        self, ids: torch.Tensor, mask: torch.Tensor, new_tokens: int
    ) -> AbstractContextManager[decoding.Forward]:
        rows_at_once = prefill_rows(ids.shape[1])
        if self.steps is not None and self.steps.take(ids.shape[1] + new_tokens):
            return self.steps.batch(ids, mask, new_tokens, rows_at_once)
        return growing(self.model, ids, mask, rows_at_once)


@dataclass(frozen=True)
class OpenvinoDecoder:
    """Rows that have ended leave the batch."""

    model: Any
    end_id: int
    pad_id: int

    def most_rows(self, prompt_tokens: int, new_tokens: int) -> int:  # noqa: ARG002 - the prompts' reading binds
        """Return what decodes fastest."""
        return max(1, PROMPT_TOKENS // prompt_tokens)

    def decode(
        self, ids: torch.Tensor, mask: torch.Tensor, rules: RowRules, sampling: Sampling, new_tokens: int
    ) -> torch.Tensor:
        """Continue a batch."""
        return decode_openvino(
            self.model,
            ids,
            mask,
            processor=RulesAndWarpers(rules, warpers(sampling)),
            sample=bool(sampling.temperature),
            max_new_tokens=new_tokens,
            end_id=self.end_id,
            pad_id=self.pad_id,
        )


@dataclass(frozen=True)
class StockDecoder:
    """transformers' own ``generate``, on a CPU."""

    model: Any
    end_id: int
    pad_id: int

    def most_rows(self, prompt_tokens: int, new_tokens: int) -> None:
        """Return None: the batch size that was asked for."""

    def decode(
        self, ids: torch.Tensor, mask: torch.Tensor, rules: RowRules, sampling: Sampling, new_tokens: int
    ) -> torch.Tensor:
        """Continue a batch."""
        choice: dict[str, Any] = {"do_sample": False}
        if sampling.temperature:
            choice = {"do_sample": True, "temperature": sampling.temperature, "top_p": TOP_P, "top_k": TOP_K}
        with torch.inference_mode():
            output: torch.Tensor = self.model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=new_tokens,
                eos_token_id=self.end_id,
                pad_token_id=self.pad_id,
                logits_processor=LogitsProcessorList([rules]),
                **choice,
            )
        return output
