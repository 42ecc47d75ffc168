"""Which tokens of a model begin a word, end a sentence, or are not text; computed once per model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from vectorstore.text.letters import UNSPACED
from vectorstore.text.sentences import ends_with_sentence

_UNSPACED = re.compile(f"[{UNSPACED}]")
_ON_DEVICE = ("begins_nothing", "comes_again", "begins_word", "joins", "digit", "digit_first", "point")
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")  # how a vocabulary of sentencepiece writes a byte
_LEADS_UNSPACED = range(0xE3, 0xEA)  # first bytes in UTF-8 of kana and ideographs; the other two bytes follow


@dataclass(frozen=True)
class Vocabulary:
    """What the rules have to know about tokens: vectors over the vocabulary.

    Attributes:
        words: how many words a token begins; characters in scripts without spaces.
        ends_sentence, special: whether it may end a sentence; whether it is no text.
        begins_nothing: whether no answer begins with it: the end of a sentence or clause, or an empty line.
        comes_again: whether no rule against repetition touches it: it is of a number, or continues with a word.
        begins_word, joins: whether it begins a word behind a space; whether it continues without one.
        digit, digit_first: whether it ends, or begins, with a digit.
        point: whether it is the point that may stand between two.
        end_ids: the tokens that end a text; chat models often have one for a turn and one for a text.
    """

    words: torch.Tensor
    ends_sentence: torch.Tensor
    special: torch.Tensor
    begins_nothing: torch.Tensor
    comes_again: torch.Tensor
    begins_word: torch.Tensor
    joins: torch.Tensor
    digit: torch.Tensor
    digit_first: torch.Tensor
    point: torch.Tensor
    end_ids: tuple[int, ...]

    @classmethod
    def of(cls, tokenizer: Any, end_ids: Sequence[int] = ()) -> Vocabulary:
        """Look at every token of a tokenizer; some tenths of a second. ``end_ids`` are a model's own, if it has any."""
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
            words=torch.tensor(list(map(words_begun, pieces, tokenizer.convert_ids_to_tokens(list(range(size)))))),
            ends_sentence=ends_sentence,
            special=special,
            begins_nothing=ends_sentence | torch.tensor(list(map(_begins_nothing, pieces))),
            comes_again=torch.tensor(list(map(_comes_again, pieces))),
            begins_word=torch.tensor([piece[:1].isspace() and piece.strip()[:1].isalpha() for piece in pieces]),
            joins=torch.tensor(list(map(_joins, pieces))),
            digit=torch.tensor([piece[-1:].isdigit() for piece in pieces]),
            digit_first=torch.tensor([piece[:1].isdigit() for piece in pieces]),
            point=torch.tensor([piece == "." for piece in pieces]),
            end_ids=tuple(dict.fromkeys([int(tokenizer.eos_token_id), *end_ids])),
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


def words_begun(piece: str, token: str) -> int:
    """Return how many words a token begins: one behind a space, and every character of a script without spaces.

    Such a character is often split over tokens of single bytes; the one with its first byte counts.
    """
    if "\ufffd" in piece:
        return sum(byte in _LEADS_UNSPACED for byte in _bytes(token))
    text = piece.strip()
    spaced = bool(text) and piece[:1].isspace() and not _UNSPACED.match(text)
    return len(_UNSPACED.findall(piece)) + spaced


def _begins_nothing(piece: str) -> bool:
    """Return whether a token is an empty line, or a comma: "What follows is that, and what should be done next."."""
    return piece.strip() in (",", ";", ":") or ("\n" in piece and not piece.strip())


def _comes_again(piece: str) -> bool:
    """Return whether a token is of a number, or continues with a word.

    Forbidding these produced other years and letters: "2022 to 2026" recurred as "2031 to
    2049", "Contingent" as "Continging".
    """
    text = piece.strip()
    if not text:
        return piece == " "  # some vocabularies put it before a number
    if "\ufffd" in piece or _UNSPACED.match(text):
        return False
    return text[0].isdigit() or _goes_on(piece)


def _goes_on(piece: str) -> bool:
    """Return whether a token is nothing but letters, of a script with spaces, and has no space before them."""
    return piece.isalpha() and not _UNSPACED.match(piece)


def _joins(piece: str) -> bool:
    """Return whether a token continues where a word ended, without a space: "than", "_"; stops and commas do not."""
    letters = any(letter.isalpha() or letter == "_" for letter in piece)
    return letters and not piece[:1].isspace() and not _UNSPACED.search(piece)


def _bytes(token: str) -> list[int]:
    """The bytes that a token of a byte-level vocabulary stands for; none if it is not one."""
    if written := _BYTE.fullmatch(token):
        return [int(written[1], 16)]
    return [_BYTE_OF[letter] for letter in token if letter in _BYTE_OF]


def _byte_letters() -> dict[str, int]:
    """The letters by which GPT-2's byte-level vocabularies write bytes (Radford et al. 2019, encoder.py)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + n): byte for n, byte in enumerate(others)}


_BYTE_OF = _byte_letters()
