"""Decode a batch: with ``generate`` of transformers or unsloth, or with OpenVINO row by row.

Word limits, repetition and randomness come as logits processors; decoding then takes the best score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import LogitsProcessorList

from chains.generation.local.machine import free_memory
from chains.generation.local.memory import rows_that_fit
from chains.generation.local.openvino_decoding import PROMPT_TOKENS, RowProcessor, decode_openvino


@dataclass(frozen=True)
class GenerateDecoder:
    """The model's own ``generate``: transformers' or unsloth's, on a CPU or a GPU."""

    model: Any
    end_ids: tuple[int, ...]
    pad_id: int

    def most_rows(self, prompt_tokens: int, new_tokens: int) -> int | None:
        """Return how many rows of this length a GPU's free memory holds now; None, for any number, on a CPU."""
        if self.model.device.type != "cuda":
            return None
        free = free_memory(on_gpu=True, device=self.model.device)
        return rows_that_fit(self.model.config, prompt_tokens, new_tokens, free)

    def decode(
        self, ids: torch.Tensor, mask: torch.Tensor, processors: Sequence[RowProcessor], new_tokens: int
    ) -> torch.Tensor:
        """Continue left-padded prompts, (rows, length) -> (rows, length + at most ``new_tokens``).

        The penalties that a model's own generation_config asks for are off; ours are rules.
        """
        with torch.inference_mode():
            output: torch.Tensor = self.model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=new_tokens,
                eos_token_id=list(self.end_ids),
                pad_token_id=self.pad_id,
                do_sample=False,
                repetition_penalty=1.0,
                no_repeat_ngram_size=0,
                logits_processor=LogitsProcessorList(processors),
            )
        return output


@dataclass(frozen=True)
class OpenvinoDecoder:
    """Rows that have ended leave the batch."""

    model: Any
    end_ids: tuple[int, ...]
    pad_id: int

    def most_rows(self, prompt_tokens: int, new_tokens: int) -> int:  # noqa: ARG002 - reading the prompts decides
        """Return how many rows decode fastest together."""
        return max(1, PROMPT_TOKENS // prompt_tokens)

    def decode(
        self, ids: torch.Tensor, mask: torch.Tensor, processors: Sequence[RowProcessor], new_tokens: int
    ) -> torch.Tensor:
        """Continue left-padded prompts; shapes as in ``GenerateDecoder``."""
        return decode_openvino(
            self.model,
            ids,
            mask,
            processors=processors,
            max_new_tokens=new_tokens,
            end_ids=self.end_ids,
            pad_id=self.pad_id,
        )


Decoder = GenerateDecoder | OpenvinoDecoder


def decoder_for(model: Any, *, end_ids: Sequence[int], pad_id: int) -> Decoder:
    """Choose how a model is decoded."""
    kind = OpenvinoDecoder if is_openvino(model) else GenerateDecoder
    return kind(model, tuple(end_ids), pad_id)


def is_openvino(model: Any) -> bool:
    """Return whether a model came from ``chains.models.openvino.load_openvino``."""
    return bool(getattr(model, "stateful", False)) and hasattr(model, "request")
