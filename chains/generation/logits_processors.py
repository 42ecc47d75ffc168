"""The contract of an answer as rules on the scores of its next token, row by row.

Each row of a batch keeps its own contract: a row that has to end is forced to its end-of-text token, a row that may
not end cannot choose it. Words are counted on tokens: a token that begins a word counts as one, and in scripts
written without spaces each character does. Knows nothing of models.
"""

from __future__ import annotations

import re
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

from chains.generation.contract import Sampling, WordLimits
from chains.text.repetition import loop_in_tokens
from chains.text.sentences import UNSPACED, ends_with_sentence

TOP_K, TOP_P = 50, 0.95  # where a step of the ladder samples at all
_LOOP_CHECK_EVERY = 16  # tokens; a check costs about as much as a hundredth of a decoding step
_LONGEST_ABSTENTION = 8  # tokens
_UNSPACED = re.compile(f"[{UNSPACED}]")
_ON_DEVICE = ("begins_nothing", "comes_again", "digit", "point")
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")  # how a vocabulary of sentencepiece writes a byte
_LEADS_UNSPACED = range(0xE3, 0xEA)  # first bytes in UTF-8 of kana and ideographs; the other two bytes follow


def warpers(sampling: Sampling) -> list[LogitsProcessor]:
    """What ``generate`` would do to the scores before it samples, in its order."""
    if not sampling.temperature:
        return []
    return [TemperatureLogitsWarper(sampling.temperature), TopKLogitsWarper(TOP_K), TopPLogitsWarper(TOP_P)]


@dataclass(frozen=True)
class Vocabulary:
    """What the rules have to know about tokens: vectors over the vocabulary.

    Attributes:
        words: how many words a token begins; characters in scripts without spaces.
        ends_sentence, special: whether it may end a sentence; whether it is no text.
        begins_nothing: whether no answer begins with it: the end of a sentence, or an empty line.
        comes_again: whether no rule against repetition touches it: it is of a number, or goes on with a word.
        digit, point: whether it ends with a digit; whether it is the point that may follow one.
    """

    words: torch.Tensor
    ends_sentence: torch.Tensor
    special: torch.Tensor
    begins_nothing: torch.Tensor
    comes_again: torch.Tensor
    digit: torch.Tensor
    point: torch.Tensor
    end_id: int
    abstentions: frozenset[tuple[int, ...]]

    @classmethod
    def of(cls, tokenizer: Any) -> Vocabulary:
        """Look at every token of a tokenizer; some tenths of a second."""
        size = len(tokenizer)
        # A token alone loses its leading space in some tokenizers; after an anchor it keeps it.
        anchor = tokenizer.encode("a", add_special_tokens=False)
        width = len(tokenizer.decode(anchor))
        pieces = [text[width:] for text in tokenizer.batch_decode([[*anchor, token] for token in range(size)])]
        special = torch.zeros(size, dtype=torch.bool)
        special[tokenizer.all_special_ids] = True
        special |= torch.tensor(["###" in piece for piece in pieces])  # a prompt's section marks are not prose
        ends_sentence = torch.tensor([ends_with_sentence(f"One two{piece}") for piece in pieces])
        return cls(
            words=torch.tensor(list(map(_words_begun, pieces, tokenizer.convert_ids_to_tokens(list(range(size)))))),
            ends_sentence=ends_sentence,
            special=special,
            begins_nothing=ends_sentence | torch.tensor(["\n" in piece and not piece.strip() for piece in pieces]),
            comes_again=torch.tensor(list(map(_comes_again, pieces))),
            digit=torch.tensor([piece[-1:].isdigit() for piece in pieces]),
            point=torch.tensor([piece == "." for piece in pieces]),
            end_id=int(tokenizer.eos_token_id),
            abstentions=frozenset(
                tuple(tokenizer.encode(lead + words, add_special_tokens=False))
                for lead in ("", " ")
                for words in ("I don't know.", "I don’t know.", "I do not know.")
            ),
        )

    def to(self, device: torch.device, size: int) -> Vocabulary:
        """Pad to a model's (often larger) number of logits; what masks scores moves to their device."""
        if self.special.device == device and self.special.numel() == size:
            return self
        extra = size - self.special.numel()
        pad = torch.nn.functional.pad
        return replace(
            self,
            words=pad(self.words, (0, extra)),
            ends_sentence=pad(self.ends_sentence, (0, extra)),
            special=pad(self.special, (0, extra), value=True).to(device),
            **{name: pad(getattr(self, name), (0, extra)).to(device) for name in _ON_DEVICE},
        )


class ContractProcessor(LogitsProcessor):  # type: ignore[misc]
    """Length, end of sentence and repetition, row by row, as rules on the next token's scores.

    Called once a step with the whole sequences. Only the newest tokens leave the GPU, in one copy a step; the
    rules that need words or n-grams work on lists.
    """

    def __init__(
        self, vocabulary: Vocabulary, prompt_length: int, limits: Sequence[WordLimits], sampling: Sampling
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
        self._said: list[dict[tuple[int, ...], set[int]]] = [{} for _ in limits]

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        """Return the next token's scores (rows, vocabulary) with what the contract rules out at -inf."""
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
        if answer.shape[1] == 0:  # behind words that are given, such as "I hold that", a full stop would say nothing
            scores.masked_fill_(vocabulary.begins_nothing, -torch.inf)
        raw_end.masked_fill_(~may, -torch.inf)
        scores[:, vocabulary.end_id] = raw_end.masked_fill_(must, 0.0)
        return scores

    def forbid(self, row: int, ids: list[int]) -> None:
        """Keep a row from repeating n-grams of a text that somebody else said."""
        size = self._sampling.no_repeat_said
        for end in range(size, len(ids) + 1):
            self._said[row].setdefault(tuple(ids[end - size : end - 1]), set()).add(ids[end - 1])

    def keep(self, rows: torch.Tensor) -> None:
        """Go on with these rows only."""
        for name in ("_minimum", "_enough", "_maximum", "_words", "_looping"):
            setattr(self, name, getattr(self, name)[rows])
        self._answers = [self._answers[row] for row in rows.tolist()]
        self._seen = [self._seen[row] for row in rows.tolist()]
        self._said = [self._said[row] for row in rows.tolist()]

    def _read(self, answer: torch.Tensor) -> torch.Tensor:
        """Take in the newest tokens, count words, look for loops; tell which rows stand at a sentence's end."""
        length = answer.shape[1]
        if length == 0:
            return torch.zeros_like(self._looping)
        last = answer[:, -1].cpu()
        for ids, token in zip(self._answers, last.tolist(), strict=True):
            ids.append(token)
        begun = self._vocabulary.words[last]
        self._words += begun if length > 1 else begun.clamp(min=1)
        if length % _LOOP_CHECK_EVERY == 0:
            self._looping |= torch.tensor([loop_in_tokens(ids) is not None for ids in self._answers])
        return self._vocabulary.ends_sentence[last]

    def _discourage_repetition(self, answer: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Lower what was used, forbid n-grams; not within numbers and words, which would come out wrong."""
        if answer.shape[1] == 0:
            return scores
        known = self._vocabulary
        free = known.comes_again | (known.point & known.digit[answer[:, -1:]])
        if (penalty := self._sampling.repetition_penalty) != 1.0:
            used = scores.gather(1, answer)
            lowered = torch.where(used < 0, used * penalty, used / penalty)
            scores.scatter_(1, answer, torch.where(free.gather(1, answer), used, lowered))
        banned = [(row, token) for row in range(len(scores)) for token in self._banned(row)]
        if banned:  # in one go: each write of its own would wait for the GPU
            rows, tokens = torch.tensor(banned).T.to(scores.device)
            scores[rows, tokens] = scores[rows, tokens].masked_fill(~free[rows, tokens], -torch.inf)
        return scores

    def _banned(self, row: int) -> set[int]:
        """Take in a row's newest n-gram; return the tokens that would repeat an earlier one, or another's words."""
        ids, size = self._answers[row], self._sampling.no_repeat_ngram
        banned = set(self._said[row].get(tuple(ids[1 - self._sampling.no_repeat_said :]), ()))
        if size and len(ids) >= size:
            self._seen[row].setdefault(tuple(ids[-size:-1]), set()).add(ids[-1])
            banned |= self._seen[row].get(tuple(ids[1 - size :]), set())
        return banned


@dataclass(frozen=True)
class ContractAndWarpers:
    """The rules of a batch that loses rows, and what is done to the scores before they are sampled."""

    rules: ContractProcessor
    warpers: list[LogitsProcessor]

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Apply the rules first, as ``generate`` does."""
        return LogitsProcessorList([self.rules, *self.warpers])(ids, scores)

    def keep(self, rows: torch.Tensor) -> None:
        """Go on with these rows only."""
        self.rules.keep(rows)


def _words_begun(piece: str, token: str) -> int:
    """How many words a token begins: one behind a space, and every character of a script without spaces.

    Such a character is often split over tokens of single bytes; the one with its first byte counts.
    """
    if "\ufffd" in piece:
        return sum(byte in _LEADS_UNSPACED for byte in _bytes(token))
    text = piece.strip()
    spaced = bool(text) and piece[:1].isspace() and not _UNSPACED.match(text)
    return len(_UNSPACED.findall(piece)) + spaced


def _comes_again(piece: str) -> bool:
    """Tell whether a token is of a number, or goes on with a word.

    Forbidden there, a repetition went on with another year or another letter: "2022 to 2026" came again as "2031 to
    2049", "Contingent" as "Continging".
    """
    text = piece.strip()
    if not text:
        return piece == " "  # some vocabularies put it before a number
    if "\ufffd" in piece or _UNSPACED.match(text):
        return False
    return text[0].isdigit() or (piece[0].isalpha() and text.isalpha())


def _bytes(token: str) -> list[int]:
    """The bytes that a token of a byte-level vocabulary stands for; none where it is not one."""
    if written := _BYTE.fullmatch(token):
        return [int(written[1], 16)]
    return [_BYTE_OF[letter] for letter in token if letter in _BYTE_OF]


def _byte_letters() -> dict[str, int]:
    """The letters by which GPT-2's byte-level vocabularies write bytes (Radford et al. 2019, encoder.py)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + n): byte for n, byte in enumerate(others)}


_BYTE_OF = _byte_letters()
