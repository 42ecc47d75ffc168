"""Generation that keeps its contracts, for a whole batch at once: length, repetition, memory.

The rules are in ``chains.generation.logits_processors``; here batches are made that fit, rows that looped or stayed
short are tried again, and an answer is cut at a sentence. Knows nothing of prompts or chains.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from chains.errors import GenerationError
from chains.generation.contract import Sampling, WordLimits
from chains.generation.decoders import decoder_for
from chains.generation.logits_processors import ContractProcessor, Vocabulary
from chains.generation.memory import even_batch
from chains.schemas import Completion
from chains.text.refusal import is_abstention
from chains.text.repetition import detect_loop
from chains.text.sentences import cut_at_sentence, ends_with_sentence, word_count

_LOG = logging.getLogger(__name__)
_TOKENS_PER_WORD = 1.8  # English prose takes about 1.4; the rest is room for names and single digits


@dataclass(frozen=True)
class GenerationRequest:
    """One prompt, and the contract of its answer."""

    prompt: str
    limits: WordLimits
    seed: int = 0
    said: str = ""  # text that the answer must not repeat word for word


@dataclass(frozen=True)
class _Draft:
    text: str
    tokens: int
    loop: str = ""

    def short_of(self, limits: WordLimits) -> bool:
        return word_count(self.text) < limits.minimum and not is_abstention(self.text)


class GenerationEngine:
    """A model with its tokenizer, answering batches of requests.

    Args:
        model: a transformers causal model, or a drop-in such as OpenVINO's.
        tokenizer: its tokenizer; padded on the left here.
        window: tokens that prompt and answer may take together.
        ladder: how each attempt samples; a row that looped or stayed short climbs it.
        batch_size: rows generated together at the most; halved for good when memory runs out. On a GPU fewer are
            taken where the free memory is expected to hold fewer.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        window: int,
        ladder: Sequence[Sampling],
        batch_size: int,
    ) -> None:
        tokenizer.padding_side = "left"
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        self.model = model
        self.tokenizer = tokenizer
        self.window = window
        self.ladder = tuple(ladder)
        self.batch_size = batch_size
        self._vocabulary = Vocabulary.of(tokenizer)
        self.decoder = decoder_for(model, end_id=self._vocabulary.end_id, pad_id=tokenizer.pad_token_id)
        self._tokenizing = threading.Lock()  # a fast tokenizer is not thread-safe: "Already borrowed"

    def count_tokens(self, text: str) -> int:
        """Return the length of a text in tokens, special tokens included."""
        with self._tokenizing:
            ids = self.tokenizer(text, add_special_tokens=not _has_specials(self.tokenizer, text)).input_ids
        return len(ids)

    def _ids(self, text: str) -> list[int]:
        with self._tokenizing:
            return list(self.tokenizer(text, add_special_tokens=False).input_ids)

    def tokens_for(self, limits: WordLimits) -> int:
        """Return how many new tokens an answer within these limits may take."""
        return int(limits.maximum * _TOKENS_PER_WORD) + 16

    def generate(self, requests: Sequence[GenerationRequest]) -> list[Completion]:
        """Answer the requests, each by its contract.

        Raises:
            GenerationError: a prompt with its answer exceeds the model's window, or memory runs out with
                a single row.
        """
        lengths = [self.count_tokens(request.prompt) for request in requests]
        for request, length in zip(requests, lengths, strict=True):
            self._check_window(length, request.limits)
        drafts = self._climb(requests, lengths)
        return [
            _completion(tries, self.ladder, request.limits, length)
            for tries, request, length in zip(drafts, requests, lengths, strict=True)
        ]

    def _check_window(self, length: int, limits: WordLimits) -> None:
        needed = length + self.tokens_for(limits)
        if needed > self.window:
            raise GenerationError(
                f"a prompt of {length} tokens and an answer of up to {self.tokens_for(limits)} exceed the "
                f"model's window of {self.window}; give fewer or shorter passages, or a larger max_seq_length"
            )

    def _climb(self, requests: Sequence[GenerationRequest], lengths: Sequence[int]) -> list[list[_Draft]]:
        """Run the first attempt for every row, and the next for those that looped or stayed short."""
        tries: list[list[_Draft]] = [[] for _ in requests]
        left = sorted(range(len(requests)), key=lambda row: lengths[row])
        for step, sampling in enumerate(self.ladder):
            for row, draft in self._attempt(left, requests, sampling, step):
                tries[row].append(draft)
            left = [row for row in left if tries[row][-1].short_of(requests[row].limits)]
            if not left:
                break
        return tries

    def _attempt(
        self, rows: Sequence[int], requests: Sequence[GenerationRequest], sampling: Sampling, step: int
    ) -> list[tuple[int, _Draft]]:
        """Generate once for ``rows``, in batches that fit the memory; no row is lost when they do not."""
        drafts: list[tuple[int, _Draft]] = []
        position = 0
        while position < len(rows):
            batch = self._next_batch([requests[row] for row in rows[position:]])
            found = self._run_or_halve(batch, sampling, step)
            drafts += zip(rows[position:], found, strict=False)
            position += len(found)
        return drafts

    def _next_batch(self, left: Sequence[GenerationRequest]) -> Sequence[GenerationRequest]:
        """Take as many requests, shortest prompts first, as fit the memory and the batch size."""
        longest = self.count_tokens(left[-1].prompt)
        new = max(self.tokens_for(request.limits) for request in left)
        most = self.decoder.most_rows(longest, new) or self.batch_size
        return left[: even_batch(len(left), min(most, self.batch_size))]

    def _run_or_halve(self, batch: Sequence[GenerationRequest], sampling: Sampling, step: int) -> list[_Draft]:
        """Generate for a batch, or halve the batch size and return nothing where the memory ran out."""
        try:
            return self._run(batch, sampling, step)
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise GenerationError(
                    "not enough memory for a single prompt; use a smaller model or shorter passages"
                ) from error
        # Only here, with the error gone, is the failed batch's memory free.
        torch.cuda.empty_cache()
        self.batch_size = len(batch) // 2
        _LOG.warning("out of memory: going on with batches of %d", self.batch_size)
        return []

    def _run(self, batch: Sequence[GenerationRequest], sampling: Sampling, step: int) -> list[_Draft]:
        prompts = [request.prompt for request in batch]
        with_specials = not _has_specials(self.tokenizer, prompts[0])
        with self._tokenizing:
            encoded = self.tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=with_specials).to(
                self.model.device
            )
        prompt_length = encoded["input_ids"].shape[1]
        rules = ContractProcessor(self._vocabulary, prompt_length, [r.limits for r in batch], sampling)
        for row, request in enumerate(batch):
            if request.said:
                rules.forbid(row, self._ids(request.said))
        torch.manual_seed(batch[0].seed * 1009 + step)
        new_tokens = max(self.tokens_for(request.limits) for request in batch)
        output = self.decoder.decode(encoded["input_ids"], encoded["attention_mask"], rules, sampling, new_tokens)
        return [self._draft(row) for row in output[:, prompt_length:].tolist()]

    def _draft(self, ids: list[int]) -> _Draft:
        end = self._vocabulary.end_id
        ids = ids[: ids.index(end)] if end in ids else ids
        with self._tokenizing:
            text = self.tokenizer.decode(ids, skip_special_tokens=True).strip()
        loop = detect_loop(text)
        if loop is None:
            return _Draft(text, len(ids))
        kept = text[: loop.start].rstrip()
        what = f"loop cut after {word_count(kept)} words (period {loop.period}, {loop.repeats} times)"
        return _Draft(kept, len(ids), what)


def _completion(tries: Sequence[_Draft], ladder: Sequence[Sampling], limits: WordLimits, tokens_in: int) -> Completion:
    """Take the longest try, cut it at a sentence within its limits, and say what happened on the way."""
    best = max(tries, key=lambda draft: min(word_count(draft.text), limits.maximum))
    text = cut_at_sentence(best.text, limits.maximum)
    notes = []
    if (words := word_count(text)) < limits.minimum and not is_abstention(text):
        notes.append(f"{words} words, {limits.minimum} asked for")
    if text and not ends_with_sentence(text):
        notes.append("ends within a sentence")
    loops = [f"attempt {n}: {draft.loop}" for n, draft in enumerate(tries, 1) if draft.loop]
    if len(tries) > 1:
        steps = "; ".join(
            f"{n}: {step}, {word_count(draft.text)} words" for n, (draft, step) in _numbered(tries, ladder)
        )
        notes.append(f"{len(tries)} attempts ({steps})")
    return Completion(text, tokens_in, sum(draft.tokens for draft in tries), "; ".join(loops), tuple(notes))


def _numbered(tries: Sequence[_Draft], ladder: Sequence[Sampling]) -> Iterable[tuple[int, tuple[_Draft, Sampling]]]:
    """The attempts from 1, each with the step of the ladder that it was made on."""
    return enumerate(zip(tries, ladder, strict=False), 1)


def _has_specials(tokenizer: Any, text: str) -> bool:
    """Tell whether a prompt went through a chat template, which writes the special tokens itself."""
    bos = tokenizer.bos_token
    return tokenizer.chat_template is not None and bos is not None and text.startswith(bos)
