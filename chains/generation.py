"""Generation that keeps its contracts, for a whole batch at once: length, repetition, memory.

Every rule acts on the scores of single rows, so that each row of a batch keeps its own contract: a row that
has to end is forced to its end-of-text token, a row that may not end cannot choose it. The only importer
of torch beside ``chains.decoding``. Knows nothing of prompts or chains.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from chains import decoding
from chains.contracts import Sampling, WordLimits
from chains.errors import GenerationError
from chains.grounding import is_abstention
from chains.memory import even_batch, prefill_rows, rows_that_fit
from chains.repetition import detect_loop, loop_in_tokens
from chains.schemas import Completion
from chains.sentences import cut_at_sentence, ends_with_sentence, word_count

_LOG = logging.getLogger(__name__)
_LOOP_CHECK_EVERY = 16  # tokens; a check costs about as much as a hundredth of a decoding step
_LONGEST_ABSTENTION = 8  # tokens
_TOP_K, _TOP_P = 50, 0.95  # where a step of the ladder samples at all
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

    def __init__(self, model: Any, tokenizer: Any, window: int, ladder: Sequence[Sampling], batch_size: int) -> None:
        tokenizer.padding_side = "left"
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        self.model = model
        self.tokenizer = tokenizer
        self.window = window
        self.ladder = tuple(ladder)
        self.batch_size = batch_size
        self._vocabulary = _Vocabulary.of(tokenizer)
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
            _completion(tries, request.limits, length)
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
        most = self.batch_size
        if self._on_gpu:
            longest = self.count_tokens(left[-1].prompt)
            new = max(self.tokens_for(request.limits) for request in left)
            free = decoding.free_memory(self.model.device)
            most = min(most, rows_that_fit(self.model.config, longest, new, free))
        return left[: even_batch(len(left), most)]

    def _run_or_halve(self, batch: Sequence[GenerationRequest], sampling: Sampling, step: int) -> list[_Draft]:
        """Generate for a batch; where the memory runs out return nothing, with the batch size halved."""
        try:
            return self._run(batch, sampling, step)
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise GenerationError(
                    "not enough memory for a single prompt; use a smaller model or shorter passages"
                ) from error
        finally:
            if self._on_gpu:
                decoding.release(self.model)
        # Only here, with the error gone, is the failed batch's memory free.
        torch.cuda.empty_cache()
        self.batch_size = len(batch) // 2
        _LOG.warning("out of memory: going on with batches of %d", self.batch_size)
        return []

    @property
    def _on_gpu(self) -> bool:
        return bool(self.model.device.type == "cuda")

    def _run(self, batch: Sequence[GenerationRequest], sampling: Sampling, step: int) -> list[_Draft]:
        prompts = [request.prompt for request in batch]
        with_specials = not _has_specials(self.tokenizer, prompts[0])
        with self._tokenizing:
            encoded = self.tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=with_specials).to(
                self.model.device
            )
        prompt_length = encoded["input_ids"].shape[1]
        rules = _RowRules(self._vocabulary, prompt_length, [r.limits for r in batch], sampling)
        for row, request in enumerate(batch):
            if request.said:
                rules.forbid(row, self._ids(request.said))
        torch.manual_seed(batch[0].seed * 1009 + step)
        new_tokens = max(self.tokens_for(request.limits) for request in batch)
        output = self._decode(encoded["input_ids"], encoded["attention_mask"], rules, sampling, new_tokens)
        return [self._draft(row) for row in output[:, prompt_length:].tolist()]

    def _decode(
        self, ids: torch.Tensor, mask: torch.Tensor, rules: _RowRules, sampling: Sampling, new_tokens: int
    ) -> torch.Tensor:
        end_id, pad_id = self._vocabulary.end_id, self.tokenizer.pad_token_id
        if self._on_gpu:
            return decoding.decode(
                self.model,
                ids,
                mask,
                processor=LogitsProcessorList([rules, *_warpers(sampling)]),
                sample=bool(sampling.temperature),
                max_new_tokens=new_tokens,
                end_id=end_id,
                pad_id=pad_id,
                rows_at_once=prefill_rows(ids.shape[1]),
            )
        choice: dict[str, Any] = {"do_sample": False}
        if sampling.temperature:
            choice = {"do_sample": True, "temperature": sampling.temperature, "top_p": _TOP_P, "top_k": _TOP_K}
        with torch.inference_mode():
            output: torch.Tensor = self.model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=new_tokens,
                eos_token_id=end_id,
                pad_token_id=pad_id,
                logits_processor=LogitsProcessorList([rules]),
                **choice,
            )
        return output

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


def _warpers(sampling: Sampling) -> list[LogitsProcessor]:
    """What ``generate`` would do to the scores before it samples, in its order."""
    if not sampling.temperature:
        return []
    return [TemperatureLogitsWarper(sampling.temperature), TopKLogitsWarper(_TOP_K), TopPLogitsWarper(_TOP_P)]


def _completion(tries: Sequence[_Draft], limits: WordLimits, tokens_in: int) -> Completion:
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
        notes.append(f"{len(tries)} attempts")
    return Completion(text, tokens_in, sum(draft.tokens for draft in tries), "; ".join(loops), tuple(notes))


def _has_specials(tokenizer: Any, text: str) -> bool:
    """Tell whether a prompt went through a chat template, which writes the special tokens itself."""
    bos = tokenizer.bos_token
    return tokenizer.chat_template is not None and bos is not None and text.startswith(bos)


@dataclass(frozen=True)
class _Vocabulary:
    """What the rules have to know about tokens: boolean vectors over the vocabulary."""

    starts_word: torch.Tensor
    ends_sentence: torch.Tensor
    special: torch.Tensor
    end_id: int
    abstentions: frozenset[tuple[int, ...]]

    @classmethod
    def of(cls, tokenizer: Any) -> _Vocabulary:
        size = len(tokenizer)
        # A token alone loses its leading space in some tokenizers; after an anchor it keeps it.
        anchor = tokenizer.encode("a", add_special_tokens=False)
        width = len(tokenizer.decode(anchor))
        pieces = [text[width:] for text in tokenizer.batch_decode([[*anchor, token] for token in range(size)])]
        special = torch.zeros(size, dtype=torch.bool)
        special[tokenizer.all_special_ids] = True
        special |= torch.tensor(["###" in piece for piece in pieces])  # a prompt's section marks are not prose
        return cls(
            starts_word=torch.tensor([piece[:1].isspace() and bool(piece.strip()) for piece in pieces]),
            ends_sentence=torch.tensor([ends_with_sentence(f"One two{piece}") for piece in pieces]),
            special=special,
            end_id=int(tokenizer.eos_token_id),
            abstentions=frozenset(
                tuple(tokenizer.encode(lead + words, add_special_tokens=False))
                for lead in ("", " ")
                for words in ("I don't know.", "I don’t know.", "I do not know.")
            ),
        )

    def to(self, device: torch.device, size: int) -> _Vocabulary:
        """Pad to a model's (often larger) number of logits; what masks scores moves to their device."""
        if self.special.device == device and self.special.numel() == size:
            return self
        extra = size - self.special.numel()
        pad = torch.nn.functional.pad
        return replace(
            self,
            starts_word=pad(self.starts_word, (0, extra)),
            ends_sentence=pad(self.ends_sentence, (0, extra)),
            special=pad(self.special, (0, extra), value=True).to(device),
        )


class _RowRules(LogitsProcessor):  # type: ignore[misc]
    """Length, end of sentence and repetition, row by row, as rules on the next token's scores.

    Called once a step with the whole sequences. Only the newest tokens leave the GPU, in one copy a step; the
    rules that need words or n-grams work on lists.
    """

    def __init__(
        self, vocabulary: _Vocabulary, prompt_length: int, limits: Sequence[WordLimits], sampling: Sampling
    ) -> None:
        self._vocabulary = vocabulary
        self._prompt_length = prompt_length
        self._minimum = torch.tensor([limit.minimum for limit in limits])
        self._enough = torch.tensor([limit.enough for limit in limits])
        self._maximum = torch.tensor([limit.maximum for limit in limits])
        self._sampling = sampling
        self._answers: list[list[int]] = [[] for _ in limits]
        self._words = torch.zeros(len(limits), dtype=torch.long)
        self._looping = torch.zeros(len(limits), dtype=torch.bool)
        self._seen: list[dict[tuple[int, ...], set[int]]] = [{} for _ in limits]

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        vocabulary = self._vocabulary = self._vocabulary.to(scores.device, scores.shape[-1])
        answer = input_ids[:, self._prompt_length :]
        at_boundary = self._read(answer)
        raw_end = scores[:, vocabulary.end_id].clone()
        scores = self._discourage_repetition(answer, scores.clone())
        may_end = (self._words >= self._minimum) & (at_boundary | (self._minimum == 0))
        if answer.shape[1] <= _LONGEST_ABSTENTION:  # "I don't know." is an answer of its own length
            may_end |= torch.tensor([tuple(row) in vocabulary.abstentions for row in self._answers])
        must_end = self._looping | (self._words >= self._maximum) | (at_boundary & (self._words >= self._enough))
        must, may = torch.stack([must_end, may_end]).to(scores.device)
        scores.masked_fill_(vocabulary.special | must[:, None], -torch.inf)
        raw_end.masked_fill_(~may, -torch.inf)
        scores[:, vocabulary.end_id] = raw_end.masked_fill_(must, 0.0)
        return scores

    def forbid(self, row: int, ids: list[int]) -> None:
        """Keep a row from repeating n-grams of a text that somebody else said."""
        for end in range(self._sampling.no_repeat_ngram, len(ids) + 1):
            self._remember(row, ids[end - self._sampling.no_repeat_ngram : end])

    def _remember(self, row: int, ngram: list[int]) -> None:
        if ngram:
            self._seen[row].setdefault(tuple(ngram[:-1]), set()).add(ngram[-1])

    def _read(self, answer: torch.Tensor) -> torch.Tensor:
        """Take in the newest tokens, count words, look for loops; tell which rows stand at a sentence's end."""
        length = answer.shape[1]
        if length == 0:
            return torch.zeros_like(self._looping)
        last = answer[:, -1].cpu()
        for ids, token in zip(self._answers, last.tolist(), strict=True):
            ids.append(token)
        self._words += self._vocabulary.starts_word[last] if length > 1 else torch.ones_like(self._words)
        if length % _LOOP_CHECK_EVERY == 0:
            self._looping |= torch.tensor([loop_in_tokens(ids) is not None for ids in self._answers])
        return self._vocabulary.ends_sentence[last]

    def _discourage_repetition(self, answer: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        if answer.shape[1] == 0:
            return scores
        if (penalty := self._sampling.repetition_penalty) != 1.0:
            used = scores.gather(1, answer)
            scores.scatter_(1, answer, torch.where(used < 0, used * penalty, used / penalty))
        if size := self._sampling.no_repeat_ngram:
            banned = [(row, token) for row in range(len(scores)) for token in self._banned(row, size)]
            if banned:  # in one go: each write of its own would wait for the GPU
                rows, tokens = torch.tensor(banned).T.to(scores.device)
                scores[rows, tokens] = -torch.inf
        return scores

    def _banned(self, row: int, size: int) -> set[int]:
        """Take in a row's newest n-gram; return the tokens that would repeat an earlier one."""
        ids = self._answers[row]
        if len(ids) < size:
            return set()
        self._remember(row, ids[-size:])
        return self._seen[row].get(tuple(ids[1 - size :]), set())
