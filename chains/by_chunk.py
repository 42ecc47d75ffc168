"""An answer built passage by passage: a paragraph on each chunk, between an opening and a close that take a side.

One long prompt lets a small model write a generality about everything; a short prompt on one passage keeps it on
that passage. The opening and all paragraphs are asked for in one call, so that a local model writes them in one batch;
the close knows them. A paragraph that rests on nothing of its passage is written again, begun with the sentence of
the passage nearest to the question. A little more is asked for than wanted: what two sentences both say is said once,
and then the sentences that rest least on their passage go. Knows nothing of citations or abstention thresholds: that
is the opinion chain's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.abstention import is_abstention
from chains.completion import complete_all, fits_window
from chains.context import clean_passage
from chains.contracts import WordLimits
from chains.errors import GenerationError
from chains.grounding import ground
from chains.schemas import Chunk, Completion
from chains.sentences import ends_with_sentence, split_sentences, word_count
from prompts import RenderedPrompt, load_prompt

_MOST = 1.1  # of the answer's maximum, opening and paragraphs together: something to choose from
_FOR_MARKERS = 0.04  # of the answer's maximum: [1] counts as a word
_SPARE = 20  # words a close has more than the minimum needs, for what it may repeat
_SHORTEST_CLOSE = 40  # words: two sentences
_CLOSES = 3  # attempts at most: a small model may repeat itself each time
_MODEST = 25  # words: a narrower window cannot be met at a sentence's end
_SAME = 0.75  # of the smaller sentence's words; rewordings of one fact lie above, two facts on one topic below
_LEAST_POINT = 5  # words; below it is a heading
_WORD = re.compile(r"\w+")
_SOURCE = re.compile(r"(?:sources?|notes?|see)\b[^.]{0,20}:", re.IGNORECASE)  # says where a passage is from, not what
_LIST_MARK = re.compile(r"^(?:[-*•]\s+|\d{1,2}[.)]\s+|(?:A|Q|Answer|Question|Response):\s+)+")
_OF_THE_PROMPT = re.compile(
    r"\b(?:(?:this|the|your|that) (?:passage(?! of| through)|paragraph|context|text|essay|instruction)s?"
    r"|(?:answer to|answering) (?:this|the|your|that) question|the question (?:is|was|asks|below)"
    r"|two or three sentences|points (?:below|above|listed)|facts listed|as an ai)\b",
    re.IGNORECASE,
)
_CLOSERS = " \n.!?…。"  # what cannot go on with a sentence that was begun


@dataclass(frozen=True)
class Essay:
    """An answer as one completion, the chunks that were shown, and the ids of those too long to show."""

    completion: Completion
    chunks: tuple[Chunk, ...]
    dropped: tuple[str, ...]


def write_by_chunk(
    llm: BaseLanguageModel[Any],
    voice: str,
    question: str,
    chunks: Sequence[Chunk],
    limits: WordLimits,
    seed: int = 0,
    config: RunnableConfig | None = None,
) -> Essay:
    """Write an answer of ``limits`` words with a paragraph a chunk.

    A paragraph in which the model says that it does not know is left out, with a note; where all do, so does the
    answer.

    Raises:
        GenerationError: no chunk fits the model's window.
    """
    writer = _Writer(llm, voice, question, limits, _part_limits(limits, len(chunks) + 1), seed, config)
    shown = tuple(chunk for chunk in chunks if fits_window(llm, writer.paragraph(chunk), writer.part))
    dropped = tuple(chunk.id for chunk in chunks if chunk not in shown)
    if not shown:
        raise GenerationError("no passage fits the model's window; use a longer window or smaller chunks")

    points = [_full_sentences(chunk.text)[0] for chunk in shown]
    first, *paragraphs = writer.complete(
        [writer.frame("opening", writer.part, points), *map(writer.paragraph, shown)], writer.part
    )
    known = [n for n, written in enumerate(paragraphs) if not is_abstention(written.text)]
    if not known:
        return Essay(_merged([first, *paragraphs], paragraphs[0].text, ()), shown, dropped)

    drafts = {n: _sentences(n + 1, paragraphs[n].text, shown[n]) for n in known}
    led = _lead_the_baseless(writer, drafts, shown)
    told = _without_repetition([*_sentences(0, first.text), *(one for draft in drafts.values() for one in draft)])
    told, closes = _close(writer, told, len(shown) + 1)
    told, more = _go_on(writer, told, {n: shown[n] for n in known})
    text = _text(_trimmed(told, int(limits.maximum * (1 - _FOR_MARKERS))))

    notes = [f"no paragraph on [{n + 1}] {chunk.id}" for n, chunk in enumerate(shown) if n not in known]
    if led:
        notes.append(f"{len(led)} paragraphs begin with a sentence of their passage")
    if more:
        notes.append(f"{len(more)} paragraphs go on with another sentence of their passage")
    if (words := word_count(text)) < limits.minimum:
        notes.append(f"{words} words, {limits.minimum} asked for")
    return Essay(_merged([first, *paragraphs, *led, *closes, *more], text, notes), shown, dropped)


@dataclass(frozen=True)
class _Writer:
    """What all parts of one answer share: who writes on what, how long a part is, and how prompts are completed."""

    llm: BaseLanguageModel[Any]
    voice: str
    question: str
    limits: WordLimits
    part: WordLimits
    seed: int
    config: RunnableConfig | None

    def paragraph(self, chunk: Chunk, lead: str = "") -> RenderedPrompt:
        return self._prompt("paragraph", self.part, passage=clean_passage(chunk.text), lead=lead)

    def frame(self, name: str, limits: WordLimits, points: Sequence[str]) -> RenderedPrompt:
        return self._prompt(name, limits, points=points)

    def complete(self, prompts: Sequence[RenderedPrompt], limits: WordLimits) -> list[Completion]:
        """Complete all prompts together, and put the words before each that it had to begin with."""
        written = complete_all(self.llm, prompts, [limits] * len(prompts), self.seed, self.config)
        return [_begun(prompt.opening, one) for prompt, one in zip(prompts, written, strict=True)]

    def _prompt(self, name: str, limits: WordLimits, **values: Any) -> RenderedPrompt:
        return load_prompt(name).render(
            voice=self.voice, question=self.question, min_words=limits.minimum, max_words=limits.maximum, **values
        )


def _begun(opening: str, written: Completion) -> Completion:
    """Put the words back that a part had to begin with, unless the model said them again or closed them at once."""
    if not opening or written.text.startswith(opening):
        return written
    rest = written.text.lstrip(_CLOSERS)
    if not rest or rest != written.text:
        return replace(written, text=rest)
    return replace(written, text=f"{opening}{'' if rest[0] in ',;:' else ' '}{rest}")


def _lead_the_baseless(writer: _Writer, drafts: dict[int, list[_Told]], shown: Sequence[Chunk]) -> list[Completion]:
    """Write the paragraphs again that rest on nothing of their passage, begun with a sentence of it."""
    baseless = [n for n, draft in drafts.items() if not any(one.borne_out for one in draft)]
    leads = {n: _lead(shown[n].text, writer.question) for n in baseless}
    prompts = {n: writer.paragraph(shown[n], lead) for n, lead in leads.items()}
    fitting = [n for n in baseless if fits_window(writer.llm, prompts[n], writer.part)]
    led = writer.complete([prompts[n] for n in fitting], writer.part) if fitting else []
    for n, written in zip(fitting, led, strict=True):
        drafts[n] = _sentences(n + 1, written.text, shown[n])
    return led


def _close(writer: _Writer, told: list[_Told], part: int) -> tuple[list[_Told], list[Completion]]:
    """Add the close, and go on with it where what it repeated left the answer too short."""
    closes: list[Completion] = []
    for _ in range(_CLOSES):
        points = [next(one.text for one in told if one.part == n) for n in sorted({one.part for one in told})]
        rest = _closing_limits(writer.limits, sum(one.words for one in told))
        closes += writer.complete([writer.frame("closing", rest, points)], rest)
        told = _without_repetition([*told, *_sentences(part, closes[-1].text)])
        if told[-1].part == part and sum(one.words for one in told) >= writer.limits.minimum:
            break
    return told, closes


def _go_on(writer: _Writer, told: list[_Told], shown: Mapping[int, Chunk]) -> tuple[list[_Told], list[Completion]]:
    """While the answer is too short, let a paragraph go on with a sentence of its passage that was not said yet."""
    more: list[Completion] = []
    for n, chunk in shown.items():
        if sum(one.words for one in told) >= writer.limits.minimum:
            break
        lead = _lead(chunk.text, writer.question, [_words(one.text) for one in told])
        prompt = writer.paragraph(chunk, lead)
        if lead and fits_window(writer.llm, prompt, writer.part):
            more += writer.complete([prompt], writer.part)
            told = _without_repetition([*told, *_sentences(n + 1, more[-1].text, chunk)])
    return told, more


def _part_limits(limits: WordLimits, parts: int) -> WordLimits:
    minimum = limits.minimum // parts
    return WordLimits(minimum, max(minimum + _MODEST, int(limits.maximum * _MOST / parts)))


def _closing_limits(limits: WordLimits, used: int) -> WordLimits:
    needed = limits.minimum - used + _SPARE if limits.minimum else 0
    minimum = max(needed, min(_SHORTEST_CLOSE, limits.minimum // 10))
    return WordLimits(minimum, max(minimum + _MODEST, int(limits.maximum * (1 - _FOR_MARKERS)) - used))


def _lead(passage: str, question: str, said: Sequence[frozenset[str]] = ()) -> str:
    """The sentence of a passage, not said yet, that shares most words with the question; "" where all was said."""
    asked = _words(question)
    unsaid = [one for one in _full_sentences(passage) if not any(_say_the_same(_words(one), other) for other in said)]
    return max(unsaid, key=lambda sentence: len(_words(sentence) & asked), default="")


def _full_sentences(passage: str) -> list[str]:
    """The sentences of a passage that are no headings; all of it where there are none."""
    cleaned = clean_passage(passage)
    plain = [_plain(sentence.text) for sentence in split_sentences(cleaned)]
    full = [s for s in plain if ends_with_sentence(s) and word_count(s) >= _LEAST_POINT and not _SOURCE.match(s)]
    return full or [cleaned]


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.lower()) if len(word) > 3 or word.isdigit())


@dataclass(frozen=True)
class _Told:
    """A sentence: which part it stands in, how long it is, and how far its passage bears it out."""

    part: int
    text: str
    words: int
    borne_out: float


def _sentences(part: int, text: str, chunk: Chunk | None = None) -> list[_Told]:
    """The finished sentences of a part that speak of the matter; of a frame, without a chunk, none is ever spared."""
    whole = [s.text for s in split_sentences(text) if ends_with_sentence(s.text)]
    plain = [sentence for sentence in map(_plain, whole) if sentence]
    of_the_matter = [sentence for sentence in plain if not _OF_THE_PROMPT.search(sentence)]
    return [_Told(part, one, word_count(one), _borne_out(one, chunk)) for one in of_the_matter or plain]


def _plain(sentence: str) -> str:
    """A sentence without the heading before it and without a list's mark."""
    return _LIST_MARK.sub("", sentence.splitlines()[-1].strip())


def _borne_out(sentence: str, chunk: Chunk | None) -> float:
    if chunk is None:
        return math.inf
    supports = ground(sentence, [chunk], None).sentences
    return supports[0].score if supports and supports[0].chunk is not None else 0.0


def _without_repetition(sentences: Sequence[_Told]) -> list[_Told]:
    """The sentences, without those that say what an earlier one said."""
    told: list[_Told] = []
    seen: list[frozenset[str]] = []
    for one in sentences:
        words = _words(one.text)
        if not any(_say_the_same(words, other) for other in seen):
            told.append(one)
            seen.append(words)
    return told


def _say_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences share most of their words; two that differ in a number do not."""
    if {word for word in one if word.isdigit()} != {word for word in other if word.isdigit()}:
        return False
    return bool(one & other) and len(one & other) >= _SAME * min(len(one), len(other))


def _trimmed(told: Sequence[_Told], at_most: int) -> list[_Told]:
    """At most so many words: the sentences least borne out go, but no part loses its last one."""
    kept = list(told)
    while sum(one.words for one in kept) > at_most:
        spare = [one for one in kept if sum(other.part == one.part for other in kept) > 1]
        if not spare:
            break
        kept.remove(min(reversed(spare), key=lambda one: one.borne_out))
    return kept


def _text(told: Sequence[_Told]) -> str:
    parts = sorted({one.part for one in told})
    return "\n\n".join(" ".join(one.text for one in told if one.part == part) for part in parts)


def _merged(parts: Sequence[Completion], text: str, notes: Sequence[str]) -> Completion:
    """One completion out of all parts: tokens added up, loops told by part, second attempts counted."""
    loops = "; ".join(f"part {n}: {part.loop}" for n, part in enumerate(parts, 1) if part.loop)
    retried = sum(any("attempts" in note for note in part.notes) for part in parts)
    again = (f"{retried} of {len(parts)} parts written again",) if retried else ()
    return Completion(
        text,
        tokens_in=sum(part.tokens_in for part in parts),
        tokens_out=sum(part.tokens_out for part in parts),
        loop=loops,
        notes=(*again, *notes),
    )
