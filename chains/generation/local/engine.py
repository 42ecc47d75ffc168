"""One attempt for a list of prompts with a local model, in batches that fit the memory.

Requests are sorted, batched and decoded here; ``chains.generation.local.logits_processors`` has the rules of an answer,
and ``chains.generation.ladder`` decides about retries.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from chains.errors import GenerationError, WindowExceeded
from chains.generation.contract import RawText, Sampling
from chains.generation.local.chat_template import has_special_tokens
from chains.generation.local.decoders import decoder_for
from chains.generation.local.listening import GrowingText, Listening
from chains.generation.local.logits_processors import AnswerRules, RowRules, RowSampler
from chains.generation.local.memory import even_batch
from chains.generation.local.vocabulary import Vocabulary
from chains.schemas import Finish
from vectorstore.embedding.memory import is_full

_LOG = logging.getLogger(__name__)
_BATCHES_TO_HEAL = 8  # whole batches at a halved size before it is doubled again


@dataclass(frozen=True)
class GenerationRequest:
    """One text to be continued once.

    Attributes:
        prompt: what the model reads, its chat template filled in.
        max_words: see ``AttemptRequest``.
        new_tokens: the most that may be written.
        seed: with the prompt, it decides what is drawn where the sampling draws at all.
        do_not_repeat: text that somebody else said.
        told: called several times a second with the text written since the last call.
    """

    prompt: str
    sampling: Sampling
    max_words: int
    new_tokens: int
    seed: int = 0
    do_not_repeat: str = ""
    told: Callable[[str], None] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class _Read:
    """A request and the tokens of its prompt."""

    request: GenerationRequest
    ids: list[int]


class GenerationEngine:
    """A model with its tokenizer, continuing batches of prompts.

    Args:
        model: a transformers causal model, or a drop-in such as OpenVINO's.
        tokenizer: its tokenizer.
        window: tokens that prompt and answer may take together.
        batch_size: rows generated together at most. It is halved when memory runs out, and grows back later. On a
            GPU fewer are taken where the free memory is expected to hold fewer.
    """

    def __init__(self, model: Any, tokenizer: Any, window: int, batch_size: int) -> None:
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        self.model = model
        self.tokenizer = tokenizer
        self.window = window
        self.batch_size = batch_size
        self._full_size = batch_size
        self._whole_batches = 0
        self._vocabulary = Vocabulary.of(tokenizer, _own_end_ids(model))
        self.decoder = decoder_for(model, end_ids=self._vocabulary.end_ids, pad_id=tokenizer.pad_token_id)
        self._tokenizing = threading.Lock()  # a fast tokenizer is not thread-safe: "Already borrowed"

    def count_tokens(self, text: str) -> int:
        """Return the length of a text in tokens, special tokens included."""
        return len(self._read(text))

    def attempt(self, requests: Sequence[GenerationRequest]) -> list[RawText]:
        """Continue each prompt once.

        Which requests share a batch depends on the requests, not on their order.

        Raises:
            WindowExceeded: a prompt with its answer exceeds the model's window.
            GenerationError: memory runs out with a single row.
        """
        read = [_Read(request, self._read(request.prompt)) for request in requests]
        for one in read:
            self._check_window(len(one.ids), one.request.new_tokens)
        left = sorted(range(len(read)), key=lambda place: (len(read[place].ids), repr(requests[place])))
        texts: dict[int, RawText] = {}
        while left:
            batch = left[: self._next_size([read[place] for place in left])]
            found = self._run_or_halve([read[place] for place in batch])
            texts.update(zip(batch, found, strict=False))
            left = left[len(found) :]
        return [texts[place] for place in range(len(read))]

    def _read(self, text: str) -> list[int]:
        with self._tokenizing:
            written = has_special_tokens(self.tokenizer, text)
            return list(self.tokenizer(text, add_special_tokens=not written).input_ids)

    def _check_window(self, length: int, new_tokens: int) -> None:
        if length + new_tokens > self.window:
            raise WindowExceeded(
                f"a prompt of {length} tokens and an answer of up to {new_tokens} exceed the model's window of "
                f"{self.window}; give fewer or shorter passages, or a larger max_seq_length"
            )

    def _next_size(self, left: Sequence[_Read]) -> int:
        """How many of those that are left, shortest prompts first, go next: what fits memory and batch size."""
        most = self.decoder.most_rows(len(left[-1].ids), max(one.request.new_tokens for one in left))
        return even_batch(len(left), min(most or self.batch_size, self.batch_size))

    def _run_or_halve(self, batch: Sequence[_Read]) -> list[RawText]:
        """Generate for a batch, or halve the batch size and return nothing if the memory ran out."""
        try:
            texts = self._run(batch)
        except RuntimeError as error:
            if not is_full(error):
                raise
            if len(batch) == 1:
                raise GenerationError(
                    "not enough memory for a single prompt; use a smaller model or shorter passages"
                ) from error
        else:
            self._heal(len(batch))
            return texts
        # Only here, with the error gone, is the failed batch's memory free.
        torch.cuda.empty_cache()
        self.batch_size, self._whole_batches = len(batch) // 2, 0
        _LOG.warning("out of memory: going on with batches of %d, and with larger ones later", self.batch_size)
        return []

    def _heal(self, rows: int) -> None:
        """Let a halved batch size grow back: what else filled the memory may be gone."""
        self._whole_batches += rows == self.batch_size
        if self.batch_size < self._full_size and self._whole_batches >= _BATCHES_TO_HEAL:
            self.batch_size, self._whole_batches = min(self._full_size, 2 * self.batch_size), 0

    def _run(self, batch: Sequence[_Read]) -> list[RawText]:
        ids, mask = (one.to(self.model.device) for one in _padded([one.ids for one in batch], self.decoder.pad_id))
        rows = [self._rules(one.request) for one in batch]
        rules = AnswerRules(self._vocabulary, ids.shape[1], rows)
        new_tokens = max(one.request.new_tokens for one in batch)
        growing = [GrowingText(one.request.told, self._decode) for one in batch]
        listening = [Listening(ids.shape[1], growing)] if any(one.request.told for one in batch) else []
        output = self.decoder.decode(ids, mask, [rules, RowSampler(rows), *listening], new_tokens)
        texts = [
            self._text(written, len(batch[place].ids), rules.finishes.get(place))
            for place, written in enumerate(output[:, ids.shape[1] :].tolist())
        ]
        for one, raw in zip(growing, texts, strict=True):
            one.take(raw.text)
        return texts

    def _rules(self, request: GenerationRequest) -> RowRules:
        with self._tokenizing:
            said = self.tokenizer(request.do_not_repeat, add_special_tokens=False).input_ids
        return RowRules(request.sampling, request.max_words, said, f"{request.seed}\n{request.prompt}")

    def _text(self, ids: list[int], tokens_in: int, finish: Finish | None) -> RawText:
        end = next((place for place, token in enumerate(ids) if token in self._vocabulary.end_ids), None)
        tokens_out = len(ids) if end is None else end
        return RawText(
            self._decode(ids[:end]), tokens_in, tokens_out, finish or (Finish.LENGTH if end is None else Finish.STOP)
        )

    def _decode(self, ids: list[int]) -> str:
        with self._tokenizing:
            return str(self.tokenizer.decode(ids, skip_special_tokens=True))


def _padded(prompts: Sequence[list[int]], pad_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Prompts of unequal length, padded on the left: ids and mask, (rows, longest)."""
    longest = max(map(len, prompts))
    ids = [[pad_id] * (longest - len(one)) + one for one in prompts]
    mask = [[0] * (longest - len(one)) + [1] * len(one) for one in prompts]
    return torch.tensor(ids), torch.tensor(mask)


def _own_end_ids(model: Any) -> list[int]:
    """The tokens that a model's generation_config ends a text with; chat models often name two."""
    ids = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    if ids is None:
        return []
    return [int(one) for one in (ids if isinstance(ids, (list, tuple)) else [ids])]
