"""Write an answer passage by passage: a paragraph on each chunk, between an opening and a close that take a side.

One long prompt lets a small model write a generality about everything; a short prompt on one passage keeps it on
that passage. The opening comes first, from the nearest passage, and takes a side. Every paragraph begins with the
sentence of its passage that is nearest to the question, and continues with what it means: begun freely, a small model
writes the side taken once more in every paragraph. A local model writes all paragraphs in one batch; the close says
what should be done. Of a passage's own sentences a paragraph keeps two at most. A sentence goes that names what no
passage has, denies the side taken, says again what was said, or points back to nothing. Knows nothing of citations or
abstention thresholds: that is the opinion chain's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.context import shown_passage, without_labels
from chains.errors import GenerationError
from chains.generation.completion import complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.schemas import Chunk, Completion, Defect, DefectKind
from chains.text.defects import find_defects
from chains.text.draft import (
    DraftSentence,
    bears_on,
    begun_again,
    fragments,
    joined,
    lead,
    sentences_of,
    trimmed,
    with_own_words,
    without_repetition,
    without_short_parts,
    without_strays,
)
from chains.text.recital import asks_again, is_yes_or_no, said_again
from chains.text.refusal import is_abstention
from chains.text.sentences import split_sentences, word_count
from chains.text.support.contradiction import contradicts, takes_both
from chains.text.support.entities import unsupported_entities
from prompts import RenderedPrompt, load_prompt

_MOST = 1.1  # of the answer's maximum, opening and paragraphs together: something to choose from
_FOR_MARKERS = 0.04  # of the answer's maximum: [1] counts as a word
_SPARE = 20  # words a close has more than the minimum needs, for what it may repeat
_SHORTEST_CLOSE = 40  # words: two sentences
_SURE = 2  # passages, the nearest ones, that bear on a question that was not abstained from
_LEAST_PART = 15  # words of a paragraph, where the answer is long enough for that
_MODEST = 25  # words: a narrower window cannot be met at a sentence's end


@dataclass(frozen=True)
class Draft:
    """An answer as one completion, the chunks that were shown, and the ids of those too long to show."""

    completion: Completion
    chunks: tuple[Chunk, ...]
    dropped: tuple[str, ...]
    notes: tuple[str, ...] = ()


def write_by_chunk(
    llm: BaseLanguageModel[Any],
    voice: str,
    question: str,
    chunks: Sequence[Chunk],
    limits: WordLimits,
    seed: int = 0,
    config: RunnableConfig | None = None,
) -> Draft:
    """Write an answer of ``limits`` words with a paragraph a chunk.

    A paragraph in which the model says that it does not know is left out, with a note; where all do, so does the
    answer.

    Raises:
        GenerationError: no chunk fits the model's window, or the model returned no text.
    """
    part = _part_limits(limits, len(chunks) + 1)
    writer = _Writer(llm, voice, question, limits, part, tuple(one.text for one in chunks), seed, config)
    shown = tuple(one for one in chunks if fits_window(llm, writer.paragraph(one, lead(one.text, question)), part))
    dropped = tuple(chunk.id for chunk in chunks if chunk not in shown)
    if not shown:
        raise GenerationError("no passage fits the model's window; use a longer window or smaller chunks")

    [first] = writer.complete([writer.frame("opening", writer.part, passage=shown_passage(shown[0]))], writer.part)
    writer = replace(writer, side=next((one.text for one in sentences_of(0, first.text)), ""))
    leads = {n: lead(chunk.text, question) for n, chunk in enumerate(shown)}
    asked = [n for n, chunk in enumerate(shown) if n < _SURE or bears_on(chunk.text, question)]
    paragraphs = writer.complete([writer.paragraph(shown[n], leads[n]) for n in asked], writer.part)
    texts = {n: begun_again(leads[n], one.text) for n, one in zip(asked, paragraphs, strict=True)}
    own = {n: text.removeprefix(leads[n]).strip() for n, text in texts.items()}
    known = [n for n, text in own.items() if text and not is_abstention(text)]
    if not known:
        return Draft(_merged([first, *paragraphs], _abstention([*own.values()], paragraphs)), shown, dropped)

    last = len(shown) + 1
    drafts = [writer.sentences(n + 1, texts[n], shown[n]) for n in known]
    parts = [writer.sentences(0, first.text), *(with_own_words(without_repetition(one)) for one in drafts)]
    told = without_strays(without_repetition([one for draft in parts for one in draft]))
    told, closes = _close(writer, told, last)
    told, more = _go_on(writer, told, {n: shown[n] for n in known})
    told = without_short_parts(without_strays(told), min(_LEAST_PART, part.minimum // 4), limits.minimum)
    text = joined(trimmed(told, int(limits.maximum * (1 - _FOR_MARKERS))))

    speaking = {one.part for one in told}
    notes = [f"no paragraph on [{n + 1}] {chunk.id}" for n, chunk in enumerate(shown) if n + 1 not in speaking]
    if more:
        notes.append(f"{len(more)} paragraphs continue with another sentence of their passage")
    if last not in speaking:
        notes.append("no close: the model only repeated what was said before")
    written = _merged([first, *paragraphs, *closes, *more], text, limits.minimum)
    return Draft(written, shown, dropped, tuple(notes))


def _abstention(said: Sequence[str], paragraphs: Sequence[Completion]) -> str:
    """What the model said where it has written on no passage.

    Raises:
        GenerationError: it said nothing at all.
    """
    if not any(said):
        failures = dict.fromkeys(one.failure for part in paragraphs for one in part.attempts if one.failure)
        reasons = "; ".join(failures) or "nothing that it wrote could be used"
        raise GenerationError(f"the model returned no text on any passage: {reasons}")
    return next(filter(None, said))


@dataclass(frozen=True)
class _Writer:
    """What all parts of one answer share: who writes on what, how long a part is, and how prompts are completed."""

    llm: BaseLanguageModel[Any]
    voice: str
    question: str
    limits: WordLimits
    part: WordLimits
    passages: tuple[str, ...]
    seed: int
    config: RunnableConfig | None
    side: str = ""

    def paragraph(self, chunk: Chunk, lead: str) -> RenderedPrompt:
        return self._prompt("paragraph", self.part, passage=shown_passage(chunk), lead=lead)

    def frame(self, name: str, limits: WordLimits, **values: Any) -> RenderedPrompt:
        return self._prompt(name, limits, **values)

    def complete(
        self, prompts: Sequence[RenderedPrompt], limits: WordLimits, said: Sequence[str] = ()
    ) -> list[Completion]:
        """Complete all prompts together. A part may be short, or have no text at all: the others make up for it.

        Args:
            said: what is in the answer already; what a part says of it again is struck out.
        """
        parts = [WordLimits(0, limits.maximum)] * len(prompts)
        check = partial(self.defects, said=said)
        return complete_all(self.llm, prompts, parts, self.seed, self.config, check=check, may_be_empty=True)

    def defects(self, text: str, said: Sequence[str] = ()) -> list[Defect]:
        """What a reader would strike out of a part; the question put as a statement says nothing, unless it may be."""
        told = "\n".join(
            self._prompt(name, self.part, passage="", lead="").user for name in ("opening", "paragraph", "closing")
        )
        known = (*self.passages, self.side)
        found = find_defects(text, prompt=told, question=self.question, voice=self.voice, passages=known)
        sentences = [one.text for one in split_sentences(text)]
        empty = [] if is_yes_or_no(self.question) else [one for one in sentences if asks_again(one, self.question)]
        empty += [one for one in sentences if takes_both(one, self.question)] + fragments(sentences)
        again = (
            [one for one, is_so in zip(sentences, said_again(sentences, said), strict=True) if is_so] if said else []
        )
        return [
            *found,
            *(Defect(DefectKind.RECITAL, one) for one in empty),
            *(Defect(DefectKind.REPETITION, one) for one in again),
        ]

    def sentences(self, part: int, text: str, chunk: Chunk | None = None) -> list[DraftSentence]:
        """The sentences of a part, without those that name what no passage has or deny the side that was taken."""
        told = sentences_of(part, without_labels(text, [chunk] if chunk else []), chunk)
        known = [self.question, self.voice, *self.passages]
        sound = [one for one in told if not unsupported_entities(one.text, known)]
        return [one for one in sound if not (self.side and part and contradicts([self.side], [one.text]))]

    def _prompt(self, name: str, limits: WordLimits, **values: Any) -> RenderedPrompt:
        return load_prompt(name).render(
            voice=self.voice,
            question=self.question,
            side=self.side,
            min_words=limits.minimum,
            max_words=limits.maximum,
            **values,
        )


def _close(writer: _Writer, told: list[DraftSentence], part: int) -> tuple[list[DraftSentence], list[Completion]]:
    """Add the close, without sentences that only repeat the answer."""
    rest = _closing_limits(writer.limits, sum(one.words for one in told))
    said = [one.text for one in told]
    closes = writer.complete([writer.frame("closing", rest)], rest, said)
    return without_repetition([*told, *writer.sentences(part, closes[0].text)]), closes


def _go_on(
    writer: _Writer, told: list[DraftSentence], shown: Mapping[int, Chunk]
) -> tuple[list[DraftSentence], list[Completion]]:
    """While the answer is too short, let a paragraph continue with a sentence of its passage that was not said yet."""
    more: list[Completion] = []
    for n, chunk in shown.items():
        if sum(one.words for one in told) >= writer.limits.minimum:
            break
        opening = lead(chunk.text, writer.question, told)
        prompt = writer.paragraph(chunk, opening)
        if opening and fits_window(writer.llm, prompt, writer.part):
            more += writer.complete([prompt], writer.part)
            said = writer.sentences(n + 1, begun_again(opening, more[-1].text), chunk)
            told = without_repetition([*told, *with_own_words(said)])
    return told, more


def _part_limits(limits: WordLimits, parts: int) -> WordLimits:
    minimum = limits.minimum // parts
    return WordLimits(minimum, max(minimum + _MODEST, int(limits.maximum * _MOST / parts)))


def _closing_limits(limits: WordLimits, used: int) -> WordLimits:
    needed = limits.minimum - used + _SPARE if limits.minimum else 0
    minimum = max(needed, min(_SHORTEST_CLOSE, limits.minimum // 10))
    return WordLimits(minimum, max(minimum + _MODEST, int(limits.maximum * (1 - _FOR_MARKERS)) - used))


def _merged(parts: Sequence[Completion], text: str, minimum: int = 0) -> Completion:
    """One completion out of all parts."""
    return Completion(
        text,
        tokens_in=sum(part.tokens_in for part in parts),
        tokens_out=sum(part.tokens_out for part in parts),
        attempts=tuple(attempt for part in parts for attempt in part.attempts),
        removed=tuple(removal for part in parts for removal in part.removed),
        short=word_count(text) < minimum,
    )
