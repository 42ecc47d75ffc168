"""Grounding: which chunk supports which sentence of an answer, and the citation markers.

A chunk supports a sentence if their words and embeddings are close enough, it has words of every clause
(``chains.text.support.clauses``), *and* rules see no conflict: a number or name that only the sentence has, or a
negation that only one of them has (``chains.text.support.agreement``). Rules know few antonyms and reasons.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chains.errors import ChainError
from chains.schemas import Chunk, Support
from chains.text.content import claims_nothing, content_words
from chains.text.support.agreement import Passage, called_by_name, conflicts, read_passage
from chains.text.support.clause_words import first_names
from chains.text.support.clauses import borne_out
from chains.text.support.entities import unsupported_entities
from chains.text.support.pronouns import Meant, is_of_another, spoken_of
from vectorstore.text.letters import UNSPACED
from vectorstore.text.sentences import CITATION, Sentence, split_sentences

__all__ = ["Grounding", "Support", "cite", "cited_sentences", "ground"]

Embed = Callable[[list[str]], NDArray[Any]]

# Chosen on 250 speech passages and 250 claims with the paragraph that a person gave as their evidence, bundled
# MiniLM. At these values 5-6% of sentences pass for the nearest *other* passage of the corpus, none for a random
# one; 66% of the claims passed for their paragraph (before there were rules on clauses), and all sentences that lost
# 40% of their words for their own.
# Any share of 0 to 0.6 does as well; half keeps synonyms in play without trusting the model alone.
_COSINE_SHARE = 0.5
_ENOUGH = 0.55
_ENOUGH_WORDS = 0.5  # without embeddings: the same 5% and 66%


@dataclass(frozen=True)
class Grounding:
    """The support of an answer by its chunks.

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
        """The share of sentences that some chunk supports whole, in [0, 1]; 0.0 for an answer without sentences."""
        return sum(s.whole for s in self.sentences) / max(1, len(self.sentences))

    @property
    def coverage(self) -> frozenset[int]:
        """The indices of the chunks that support a sentence or its beginning."""
        return frozenset(s.chunk for s in self.sentences if s.chunk is not None)


def ground(
    answer: str,
    chunks: Sequence[Chunk],
    embed: Embed | None,
    *,
    question: str = "",
    known: Sequence[str] = (),
) -> Grounding:
    """Match every sentence of an answer to the chunk that supports it best.

    The score is half the cosine to the chunk's nearest sentence and half the share of the sentence's content
    words that the chunk has. Headings, source lines and markers in the answer are neither read nor believed.

    Args:
        answer: the text of the answer, with or without markers.
        chunks: the passages in the order of their markers: [1] is `chunks[0]`.
        embed: texts to vectors, (texts,) -> (texts, dimensions), of any length; None matches by words alone.
        question: its numbers and names are known, too.
        known: more texts whose names and numbers are known, such as the titles and speakers of the passages.

    Raises:
        ChainError: `embed` gave another number of vectors than of texts.
    """
    sentences = [s for s in split_sentences(answer) if content_words(s.text) and not claims_nothing(s.text)]
    passages = [read_passage(chunk.text) for chunk in chunks]
    score, enough = _overlap(sentences, passages), _ENOUGH_WORDS  # (sentences, chunks)
    if embed is not None:
        score = _COSINE_SHARE * _cosine(sentences, passages, embed) + (1 - _COSINE_SHARE) * score
        enough = _ENOUGH
    also_known, called = (question, *known), called_by_name(passages)
    until = np.zeros(score.shape, dtype=np.intp)
    named = first_names(tuple(sentence for passage in passages for sentence in passage.sentences))
    meant = _meant(answer, sentences, question, named)
    for row, column in np.argwhere(score >= enough):
        bare = _bare(sentences[row])
        if not conflicts(bare, passages[column], also_known, called) and not is_of_another(
            bare, meant[row], passages[column].sentences, named
        ):
            until[row, column] = borne_out(sentences[row].text, passages[column], question)
    has = [[_bare(one) in passage.sentences for passage in passages] for one in sentences]
    supports = tuple(_support(s, score[row], until[row], has[row]) for row, s in enumerate(sentences))
    return Grounding(answer, supports, unsupported_entities(answer, [*also_known, *(chunk.text for chunk in chunks)]))


def cite(answer: str, grounding: Grounding) -> str:
    """The answer with [1], [2] … before the full stop of each supported sentence: "… text [1]."

    Where a passage bears out the beginning alone, the marker is behind it: "… text [1], which shows that …"
    A sentence that already has a marker stays unchanged, so citing twice changes nothing.

    Raises:
        ChainError: the grounding belongs to another answer.
    """
    cited, _ = _insert_markers(grounding)
    if answer not in (grounding.answer, cited):
        raise ChainError(f"the grounding is of another answer, which begins {grounding.answer[:60]!r}")
    return cited


def cited_sentences(grounding: Grounding) -> tuple[Support, ...]:
    """The sentences of a grounding where they are in the answer that `cite` returns."""
    return _insert_markers(grounding)[1]


def _support(sentence: Sentence, score: NDArray[Any], until: NDArray[np.intp], has: Sequence[bool]) -> Support:
    """The chunk that supports most of a sentence: one that has it word for word, else by its score."""
    length = len(sentence.text)
    found = [(bool(until[i] == length), has[i], float(score[i]), -i) for i in map(int, np.flatnonzero(until))]
    if not found:
        return Support(sentence.start, sentence.end, None, round(max(map(float, score), default=0.0), 4))
    whole, _, value, index = max(found)
    ends = None if whole else sentence.start + int(until[-index])
    return Support(sentence.start, sentence.end, -index, round(value, 4), ends)


def _meant(answer: str, sentences: Sequence[Sentence], question: str, called: frozenset[str]) -> list[Meant]:
    """The names for one of which the pronoun that begins each sentence may stand."""
    ends = [0, *(one.end for one in sentences)]
    begins = [
        not at or "\n" in answer[end : one.start] for at, (end, one) in enumerate(zip(ends, sentences, strict=False))
    ]
    return spoken_of([_bare(one) for one in sentences], begins, question, called)


def _bare(sentence: Sentence) -> str:
    return CITATION.sub("", sentence.text)


def _cosine(sentences: Sequence[Sentence], passages: Sequence[Passage], embed: Embed) -> NDArray[np.float64]:
    """Cosine of each sentence to the nearest sentence of each passage, clipped to [0, 1]; (sentences, passages)."""
    if not sentences or not passages:
        return np.zeros((len(sentences), len(passages)))
    pieces = [passage.sentences for passage in passages]
    # Two batches: the passages are the same for every version of an answer.
    said = _unit_vectors([*map(_bare, sentences)], embed)
    cosine = said @ _unit_vectors([text for piece in pieces for text in piece], embed).T
    starts = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
    nearest: NDArray[np.float64] = np.maximum.reduceat(cosine, starts, axis=1)
    return np.clip(nearest, 0.0, 1.0)


def _unit_vectors(texts: list[str], embed: Embed) -> NDArray[np.float64]:
    vectors: NDArray[np.float64] = np.array(embed(texts), dtype=np.float64)
    if len(vectors) != len(texts):
        raise ChainError(f"embed gave {len(vectors)} vectors for {len(texts)} texts")
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return vectors


def _overlap(sentences: Sequence[Sentence], passages: Sequence[Passage]) -> NDArray[np.float64]:
    """The share of each sentence's content words that each passage has; (sentences, passages)."""
    wanted = [content_words(s.text) for s in sentences]
    shares = [[len(words & passage.content) / max(1, len(words)) for passage in passages] for words in wanted]
    return np.array(shares, dtype=np.float64).reshape(len(sentences), len(passages))


_FULL_STOP = re.compile(r"\s*[.!?…。！？｡؟۔।]+[\"'”’»)\]」』）】]*$")
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
            at = support.until or support.start + _marker_place(sentence)
            space = "" if re.match(f"[{UNSPACED}」』）]", grounding.answer[at - 1]) else " "
            marker = f"{space}[{support.chunk + 1}]"
            pieces += [grounding.answer[written:at], marker]
            written, added = at, added + len(marker)
        until = support.until and support.until + added
        moved.append(replace(support, start=start, end=support.end + added, until=until))
    return "".join([*pieces, grounding.answer[written:]]), tuple(moved)


def _marker_place(sentence: str) -> int:
    """Where a sentence's marker goes: before its full stop."""
    stop = None if _ACRONYM.search(sentence) else _FULL_STOP.search(sentence)
    return stop.start() if stop else len(sentence)
