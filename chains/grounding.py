"""What an answer rests on: which chunk supports which sentence, citation markers, and "I don't know".

A chunk supports a sentence when their words and their embeddings are close enough *and* every number of the
sentence stands in the chunk. It does not know entailment: a sentence that turns a passage into its opposite
with the same words counts as supported. Names are told by capital letters, so `unknown` sees none in scripts
without them; numbers are digits, so "five" is not checked.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from chains.schemas import Support
from chains.sentences import CITATION, UNSPACED, Sentence, split_sentences, word_count

__all__ = ["Grounding", "Support", "cite", "cited_sentences", "ground", "is_abstention"]

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
        unknown: numbers, dates and capitalised names of the answer that occur in no chunk nor in the question,
            in the order of the answer, each once.
    """

    answer: str
    sentences: tuple[Support, ...]
    unknown: tuple[str, ...] = ()

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
    return Grounding(answer, supports, _unknown(answer, [question, *(chunk.text for chunk in chunks)]))


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


_REFUSAL = re.compile(
    r"""^\W*
    (?:(?:i['’]m|i\s+am)?\s*(?:sorry|afraid)[,.]?\s*(?:but\s+|that\s+)?|unfortunately,?\s+|honestly,?\s+
      |(?:based|going)\s+(?:only\s+|solely\s+)?(?:on|by)\s+[^,.]{0,60},\s*)*
    (?:i\s+(?:really\s+|simply\s+|honestly\s+)?(?:do\s+not|don['’]?t)\s+know\b
        (?!\s+(?:of|who|which|where|whether|if|when|how|why|anyone|any|a|many|that|what\s+(?:you|they|he|she)))
      |i\s+have\s+no\s+(?:idea|answer)\b
      |i\s+(?:can\s*not|can['’]?t|am\s+unable\s+to|am\s+not\s+able\s+to)\s+(?:answer|say)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_REFUSAL_JA = re.compile(r"^[^。]{0,30}(?:わか|分か|判|解)りません|^[^。]{0,30}(?:知りません|わからない|分からない)")
_GOES_ON = re.compile(r"[,;.:—–-]\s*(?:but|however|nevertheless|still|that said|yet)\b", re.IGNORECASE)
_TAIL_WORDS = 40  # "I don't know" and why: two sentences; more than that is an answer after all


def is_abstention(text: str) -> bool:
    """Whether an answer says "I don't know" and little else.

    True for "I don't know", "I do not know" (straight or curly apostrophe), "I cannot answer", "I have no answer",
    「わかりません」, with an apology before and at most 40 words in all. False where the words come later in an
    answer, where they are about something else ("I don't know of any state that …") or an answer follows
    ("I don't know, but …").
    """
    text = text.strip()
    limit = 2 * _TAIL_WORDS if re.search(f"[{UNSPACED}]", text) else _TAIL_WORDS
    refusal = _REFUSAL.match(text) or _REFUSAL_JA.match(text)
    return bool(refusal and word_count(text) <= limit and not _GOES_ON.search(text, refusal.end()))


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
    has = [_numbers(chunk.text) for chunk in chunks]
    wanted = [_numbers(s.text) for s in sentences]
    agree = [[numbers <= theirs for theirs in has] for numbers in wanted]
    return np.array(agree, dtype=bool).reshape(len(sentences), len(chunks))


# Function words, which every passage has.
_STOP = re.compile(
    r"a|about|after|all|also|although|among|an|and|any|are|as|at|be|because|been|being|between|both|but|by|can|could|"
    r"did|do|does|each|even|for|from|had|has|have|he|her|his|how|however|i|if|in|into|is|it|its|may|might|more|most|"
    r"must|no|nor|not|of|on|only|or|other|our|over|own|same|she|should|since|so|some|such|than|that|the|their|them|"
    r"then|there|these|they|this|those|through|to|too|under|until|up|upon|very|was|we|were|what|when|where|whether|"
    r"which|while|who|whose|why|will|with|within|would|yes|yet|you|your"
)
_TOKEN = re.compile(rf"[{UNSPACED}]{{2}}|[^\W\d_{UNSPACED}]+(?:['’-][^\W\d_{UNSPACED}]+)*")
_ENDING = re.compile(r"(?:['’]s|ies|ied|ing|ed|es|s|ly|y|e)$")


def _content(text: str) -> frozenset[str]:
    """The content words of a text, stemmed roughly; pairs of characters where the script has no spaces."""
    text = CITATION.sub("", text)
    runs = re.finditer(f"[{UNSPACED}]{{2,}}", text)
    pairs = {run.group()[i : i + 2] for run in runs for i in range(len(run.group()) - 1)}
    words = (match.group().lower() for match in _TOKEN.finditer(text) if not re.match(f"[{UNSPACED}]", match.group()))
    return frozenset(_stem(word) for word in words if not _STOP.fullmatch(word)) | pairs


def _stem(word: str) -> str:
    """A word without its ending where four letters stay: states, state -> stat; sanctioned -> sanction."""
    short = _ENDING.sub("", word)
    return short if len(short) >= 4 else word.removesuffix("s") if len(word) > 3 else word


_LIST_NUMBER = re.compile(r"(?m)^[ \t]*\d{1,2}[.)]\s")  # "1. " counts items and claims nothing
_NUMBER = r"\d+(?:[.,]\d+)*"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DATE = rf"\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}(?:,?\s+\d{{4}})?|{_MONTH}\s+\d{{1,4}}(?:,\s+\d{{4}})?"
_NAME_WORD = r"[A-ZÀ-ÖØ-Þ][^\W_]*(?:['’-][^\W_]+)*"
_NAME = rf"{_NAME_WORD}(?:[ \t]+(?:(?:of|de|del|al|bin|von|van)[ \t]+(?:the[ \t]+)?)?{_NAME_WORD})*"
# In this order, so that the number in a date is not counted again.
_CLAIM = re.compile(rf"\b(?:(?P<date>{_DATE})|(?P<name>{_NAME})|(?P<figure>{_NUMBER}(?:\s?%)?))")
_NAME_PART = re.compile(_NAME_WORD)
_TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof"})
_POSSESSIVE = re.compile(r"['’]s?$")
_DEMONYM = re.compile(r"(?:ese|ian|an|ish|i|s|n)$")  # Iran, Iranian; China, Chinese
_BEGINS = re.compile(r"(?:^|[:;“\"«]\s*|\n)\W*$")  # where a capital says nothing


def _numbers(text: str) -> frozenset[str]:
    """The numbers of a text and the months of its dates, in one spelling: 1,200 is 1200, 5.0 is 5, March is mar."""
    text = _LIST_NUMBER.sub("", CITATION.sub("", text))
    months = (month for date in re.finditer(_DATE, text) for month in re.findall(_MONTH, date.group()))
    return frozenset(map(_plain, re.findall(_NUMBER, text))) | {month[:3].lower() for month in months}


def _plain(number: str) -> str:
    number = re.sub(r",(?=\d{3}(?!\d))", "", number)
    return (number.rstrip("0").rstrip(".") if "." in number else number).lstrip("0") or "0"


def _unknown(answer: str, sources: Sequence[str]) -> tuple[str, ...]:
    """The numbers, dates and names of an answer that stand in no source, in the order of the answer."""
    numbers = _numbers("\n\n".join(sources))
    words = _known_words(sources)
    found: dict[str, None] = {}
    for sentence in split_sentences(answer):
        text = _LIST_NUMBER.sub("", CITATION.sub("", sentence.text))
        for claim in _CLAIM.finditer(text):
            if claim["name"]:
                begins = bool(_BEGINS.search(text, 0, claim.start()))
                known = _name_is_known(claim["name"], words, begins=begins)
            else:
                known = _numbers(claim.group()) <= numbers
            if not known:
                found[_bare(claim.group())] = None
    return tuple(found)


def _bare(claim: str) -> str:
    """A name without its article and possessive, so that "The Union" and "Union's" are told once."""
    first, _, rest = claim.partition(" ")
    return _POSSESSIVE.sub("", rest.strip() if rest and _STOP.fullmatch(first.lower()) else claim)


def _known_words(sources: Sequence[str]) -> frozenset[str]:
    """Every word of the sources in small letters, and the initials of the names in them: un, nato."""
    words = {_POSSESSIVE.sub("", word.lower()) for text in sources for word in re.findall(r"[^\W_]+(?:['’]s)?", text)}
    names = (name for text in sources for name in re.findall(_NAME, text))
    return frozenset(words | {_initials(name) for name in names})


def _initials(name: str) -> str:
    parts = [part.lower() for part in _NAME_PART.findall(name)]
    return "".join(part[0] for part in parts if not _STOP.fullmatch(part))  # the New Development Bank: ndb


def _name_is_known(name: str, known: frozenset[str], *, begins: bool) -> bool:
    """Whether every word of a name is in the sources, as itself, its demonym, or all of it as an acronym.

    The word that begins a sentence has a capital anyway: it counts only when all of it is in capitals.
    """
    parts = [piece for part in _NAME_PART.findall(name) for piece in re.split(r"[-'’]", _POSSESSIVE.sub("", part))]
    if begins and not (len(parts[0]) > 1 and parts[0].isupper()):
        parts = parts[1:]
    initials = _initials(name)
    if len(initials) > 1 and initials in known:
        return True
    # One letter is an initial or "I".
    return all(len(part) < 2 or _STOP.fullmatch(part.lower()) or _word_is_known(part.lower(), known) for part in parts)


def _word_is_known(word: str, known: frozenset[str]) -> bool:
    if word in known or word in _TITLES or (len(stem := _DEMONYM.sub("", word)) > 2 and stem in known):
        return True
    return any(_is_demonym(word, other) or _is_demonym(other, word) for other in known)


def _is_demonym(form: str, place: str) -> bool:
    """Chinese of China: the same four letters or more, and two more at the most."""
    stem = _DEMONYM.sub("", form)
    return len(stem) >= 4 and place.startswith(stem) and len(place) <= len(stem) + 2


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
