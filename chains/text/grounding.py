"""What an answer rests on: which chunk supports which sentence, and the citation markers that say so.

A chunk supports a sentence when their words and their embeddings are close enough *and* every number of the
sentence stands in the chunk. It does not know entailment: a sentence that turns a passage into its opposite
with the same words counts as supported.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from chains.schemas import Support
from chains.text.entities import FUNCTION_WORD, numbers, unsupported_entities
from chains.text.sentences import CITATION, UNSPACED, Sentence, split_sentences

__all__ = ["Grounding", "Support", "cite", "cited_sentences", "ground"]

Embed = Callable[[list[str]], NDArray[Any]]

# Chosen on 250 speech passages and 250 claims with the paragraph that a person gave as their evidence, bundled
# MiniLM. At these values 5-6% of sentences pass for the nearest *other* passage of the corpus, none for a random
# one; 66% of the claims pass for their paragraph, and all sentences that lost 40% of their words for their own.
# Any share of 0 to 0.6 does as well; half keeps synonyms in play without trusting the model alone.
_COSINE_SHARE = 0.5
_ENOUGH = 0.55
_ENOUGH_WORDS = 0.5  # without embeddings: the same 5% and 66%


class HasText(Protocol):
    """What is needed of a chunk: its id and its raw text."""

    @property
    def id(self) -> str:
        """The chunk's stable id."""

    @property
    def text(self) -> str:
        """The chunk, word for word."""


@dataclass(frozen=True)
class Grounding:
    """How an answer rests on its chunks.

    Attributes:
        answer: the text that was matched; the spans count in it.
        sentences: one for every sentence that says something, in order.
        unsupported: numbers, dates and capitalised names of the answer that occur in no chunk nor in the question,
            in the order of the answer, each once.
    """

    answer: str
    sentences: tuple[Support, ...]
    unsupported: tuple[str, ...] = ()

    @property
    def supported(self) -> float:
        """The share of sentences that some chunk supports, in [0, 1]; 0.0 for an answer without sentences."""
        return sum(s.chunk is not None for s in self.sentences) / max(1, len(self.sentences))

    @property
    def coverage(self) -> frozenset[int]:
        """The indices of the chunks that some sentence rests on."""
        return frozenset(s.chunk for s in self.sentences if s.chunk is not None)


def ground(answer: str, chunks: Sequence[HasText], embed: Embed | None, *, question: str = "") -> Grounding:
    """Match every sentence of an answer to the chunk that supports it best.

    The score is half the cosine to the chunk's nearest sentence and half the share of the sentence's content
    words that the chunk has; a chunk that lacks one of the sentence's numbers does not support it. Citation
    markers in the answer are neither read nor believed.

    Args:
        answer: the text of the answer, with or without markers.
        chunks: the passages in the order of their markers: [1] is `chunks[0]`.
        embed: texts to vectors, (texts,) -> (texts, dimensions), of any length; None matches by words alone.
        question: its numbers and names are known, too.

    Raises:
        ValueError: `embed` gave another number of vectors than texts.
    """
    sentences = [s for s in split_sentences(answer) if _content(s.text)]
    words = _overlap(sentences, chunks)  # (sentences, chunks)
    if embed is None:
        score, enough = words, _ENOUGH_WORDS
    else:
        score = _COSINE_SHARE * _cosine(sentences, chunks, embed) + (1 - _COSINE_SHARE) * words
        enough = _ENOUGH
    allowed = _numbers_agree(sentences, chunks)
    supports = tuple(_support(s, score[row], allowed[row], enough) for row, s in enumerate(sentences))
    return Grounding(answer, supports, unsupported_entities(answer, [question, *(chunk.text for chunk in chunks)]))


def cite(answer: str, grounding: Grounding) -> str:
    """The answer with [1], [2] … before the full stop of each supported sentence: "… text [1]."

    A sentence that has a marker already is left as it is, so citing twice changes nothing.

    Raises:
        ValueError: the grounding belongs to another answer.
    """
    cited, _ = _insert_markers(grounding)
    if answer not in (grounding.answer, cited):
        raise ValueError(f"the grounding is of another answer, which begins {grounding.answer[:60]!r}")
    return cited


def cited_sentences(grounding: Grounding) -> tuple[Support, ...]:
    """The sentences of a grounding where they stand in the answer that `cite` returns."""
    return _insert_markers(grounding)[1]


def _support(sentence: Sentence, score: NDArray[Any], allowed: NDArray[np.bool_], enough: float) -> Support:
    best = max((float(value) for value in score), default=0.0)
    found = [(float(score[i]), -i) for i in np.flatnonzero(allowed) if score[i] >= enough]
    if not found:
        return Support(sentence.start, sentence.end, None, round(best, 4))
    value, index = max(found)
    return Support(sentence.start, sentence.end, -int(index), round(value, 4))


def _cosine(sentences: Sequence[Sentence], chunks: Sequence[HasText], embed: Embed) -> NDArray[np.float64]:
    """Cosine of each sentence to the nearest sentence of each chunk, clipped to [0, 1]; (sentences, chunks)."""
    pieces = [[s.text for s in split_sentences(chunk.text)] or [chunk.text] for chunk in chunks]
    texts = [CITATION.sub("", s.text) for s in sentences] + [text for piece in pieces for text in piece]
    if not sentences or not chunks:
        return np.zeros((len(sentences), len(chunks)))
    vectors = np.asarray(embed(texts), dtype=np.float64)
    if len(vectors) != len(texts):
        raise ValueError(f"embed gave {len(vectors)} vectors for {len(texts)} texts")
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    cosine = vectors[: len(sentences)] @ vectors[len(sentences) :].T
    starts = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
    nearest: NDArray[np.float64] = np.maximum.reduceat(cosine, starts, axis=1)
    return np.clip(nearest, 0.0, 1.0)


def _overlap(sentences: Sequence[Sentence], chunks: Sequence[HasText]) -> NDArray[np.float64]:
    """The share of each sentence's content words that each chunk has; (sentences, chunks)."""
    has = [_content(chunk.text) for chunk in chunks]
    wanted = [_content(s.text) for s in sentences]
    shares = [[len(words & theirs) / max(1, len(words)) for theirs in has] for words in wanted]
    return np.array(shares, dtype=np.float64).reshape(len(sentences), len(chunks))


def _numbers_agree(sentences: Sequence[Sentence], chunks: Sequence[HasText]) -> NDArray[np.bool_]:
    """Whether every number of each sentence stands in each chunk; (sentences, chunks)."""
    has = [numbers(chunk.text) for chunk in chunks]
    wanted = [numbers(s.text) for s in sentences]
    agree = [[own <= theirs for theirs in has] for own in wanted]
    return np.array(agree, dtype=bool).reshape(len(sentences), len(chunks))


_TOKEN = re.compile(rf"[{UNSPACED}]{{2}}|[^\W\d_{UNSPACED}]+(?:['’-][^\W\d_{UNSPACED}]+)*")
_ENDING = re.compile(r"(?:['’]s|ies|ied|ing|ed|es|s|ly|y|e)$")


def _content(text: str) -> frozenset[str]:
    """The content words of a text, stemmed roughly; pairs of characters where the script has no spaces."""
    text = CITATION.sub("", text)
    runs = re.finditer(f"[{UNSPACED}]{{2,}}", text)
    pairs = {run.group()[i : i + 2] for run in runs for i in range(len(run.group()) - 1)}
    words = (match.group().lower() for match in _TOKEN.finditer(text) if not re.match(f"[{UNSPACED}]", match.group()))
    return frozenset(_stem(word) for word in words if not FUNCTION_WORD.fullmatch(word)) | pairs


def _stem(word: str) -> str:
    """A word without its ending where four letters stay: states, state -> stat; sanctioned -> sanction."""
    short = _ENDING.sub("", word)
    return short if len(short) >= 4 else word.removesuffix("s") if len(word) > 3 else word


_FULL_STOP = re.compile(r"\s*[.!?…。！？｡]+[\"'”’»)\]」』）】]*$")
_ACRONYM = re.compile(r"\b(?:[A-Za-z]\.){2,}$")


def _insert_markers(grounding: Grounding) -> tuple[str, tuple[Support, ...]]:
    """The answer with its markers, and its sentences with the places they have moved to."""
    pieces: list[str] = []
    moved: list[Support] = []
    written = added = 0
    for support in grounding.sentences:
        sentence = grounding.answer[support.start : support.end]
        start = support.start + added
        if support.chunk is not None and not CITATION.search(sentence):
            at = support.start + _marker_place(sentence)
            space = "" if re.match(f"[{UNSPACED}」』）]", grounding.answer[at - 1]) else " "
            marker = f"{space}[{support.chunk + 1}]"
            pieces += [grounding.answer[written:at], marker]
            written, added = at, added + len(marker)
        moved.append(replace(support, start=start, end=support.end + added))
    return "".join([*pieces, grounding.answer[written:]]), tuple(moved)


def _marker_place(sentence: str) -> int:
    """Where a sentence's marker goes: before its full stop."""
    stop = None if _ACRONYM.search(sentence) else _FULL_STOP.search(sentence)
    return stop.start() if stop else len(sentence)
