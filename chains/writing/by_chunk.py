"""Write an answer passage by passage: a paragraph on each chunk, between an opening and a close that take a side.

One long prompt lets a small model write a generality about everything; a short prompt on one passage keeps it on
that passage. The opening comes first, from the nearest passage, and takes a side. Every paragraph begins with the
sentence of its passage that is nearest to the question, and goes on with what it means: begun freely, a small model
writes the side taken once more in every paragraph. With more candidates, a passage has several paragraphs and the
answer several closes, all in one batch: the best is used, and the others fill an answer that is too short. Of a
passage's own sentences a paragraph keeps two at most, and of what no passage bears out an answer keeps one comment for
every five facts. A sentence goes that names what no passage has, denies the side taken, says again what was said, or
points back to nothing. Knows nothing of citations or abstention thresholds: that is the opinion chain's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.context import NEAR, bearing_chunks
from chains.errors import GenerationError
from chains.generation.contract import WordLimits
from chains.schemas import Chunk, Completion
from chains.text.drafting.draft import (
    DraftSentence,
    joined,
    lead,
    trimmed,
    with_lead,
    with_own_words,
    without_repetition,
    without_short_parts,
    without_strays,
)
from chains.text.drafting.versions import best_first, without_idle_comments
from chains.text.refusal import is_abstention
from chains.writing.closing import Closed, closed
from chains.writing.draft import Draft
from chains.writing.filling import filled, go_on
from chains.writing.parts import PartWriter
from vectorstore.text.sentences import word_count

_MOST = 1.1  # of the answer's maximum, opening and paragraphs together: something to choose from
_FOR_MARKERS = 0.04  # of the answer's maximum: [1] counts as a word
_CLOSE = 20  # words that a close has besides the fact that decides
_OPENINGS = 2  # passages on which a side is tried to be taken
_FEWEST_PARTS = 4  # that share the words: a longer paragraph outruns its passage
_LEAST_PART = 15  # words of a paragraph, where the answer is long enough for that
_MODEST = 25  # words: a narrower window cannot be met at a sentence's end
_NO_OPENING = "no opening: the model put the question again, took both sides, or said what no passage has, or nothing"
_LEFT_OUT_AS_FAR = (
    f"passages less than {NEAR:.0%} as near to the question as the best one are left out; "
    "--style single shows the model every passage"
)
_ALL_TOLD = "every fact of the passages that have a paragraph is told"
_LEFT_OUT = "what else the model wrote repeats the answer, or no passage bears it out"


def write_by_chunk(
    llm: BaseLanguageModel[Any],
    voice: str,
    question: str,
    chunks: Sequence[Chunk],
    limits: WordLimits,
    seed: int = 0,
    config: RunnableConfig | None = None,
    *,
    candidates: int = 1,
) -> Draft:
    """Write an answer of ``limits`` words with a paragraph a chunk, chosen from so many ``candidates``.

    A paragraph in which the model says that it does not know is left out, with a note; where all do, so does the
    answer.

    Raises:
        GenerationError: no chunk fits the model's window, or the model returned no text.
    """
    bearing = bearing_chunks(chunks)
    part = _part_limits(limits, max(_FEWEST_PARTS, len(bearing) + 1))
    writer = PartWriter(llm, voice, question, limits, part, tuple(one.text for one in chunks), seed, config, candidates)
    shown = tuple(one for one in chunks if writer.fits(writer.paragraph(one, lead(one.text, question))))
    dropped = tuple(chunk.id for chunk in chunks if chunk not in shown)
    if not shown:
        raise GenerationError("no passage fits the model's window; use a longer window or smaller chunks")

    asked = {n: chunk for n, chunk in enumerate(shown) if chunk in bearing} or {0: shown[0]}
    openings = _openings(writer, tuple(asked.values()))
    first = openings[-1].text
    writer = replace(writer, side=next((one.text for one in writer.sentences(0, first)), ""))
    paragraphs = _paragraphs(writer, asked)
    own = [text for one in paragraphs for text in one.own if text]
    known = [one for one in paragraphs if one.versions]
    if not known:
        return Draft(_merged([*openings, *_parts(paragraphs)], _abstention(own, _parts(paragraphs))), shown, dropped)

    last = len(shown) + 1
    told = [*writer.sentences(0, first), *(sentence for one in known for sentence in one.versions[0])]
    told = without_repetition(told)
    told = without_short_parts(without_idle_comments(without_strays(told)), 0, 0) or told
    told = filled(told, [one.versions[1:] for one in known], limits.minimum - _CLOSE)
    passages = {one.part - 1: shown[one.part - 1] for one in known}
    told, more = go_on(writer, told, passages, limits.minimum - _CLOSE)
    spoken_of = {one.part - 1: asked[one.part - 1] for one in paragraphs if not _is_silent(one)}
    close = closed(writer, told, last, spoken_of)
    told, _ = go_on(writer, close.told, passages, limits.minimum, asked=0)
    told = without_short_parts(without_strays(told), min(_LEAST_PART, part.minimum // 4), limits.minimum) or told
    text = joined(trimmed(told, int(limits.maximum * (1 - _FOR_MARKERS))))

    written = _merged([*openings, *_parts(paragraphs), *close.completions, *more], text, limits.minimum)
    notes = _notes({one.part for one in told}, shown, bearing, len(more), close)
    is_all = not any(lead(chunk.text, question, told) for chunk in passages.values())
    return Draft(written, shown, dropped, notes, _ALL_TOLD if is_all else _LEFT_OUT)


def _notes(
    speaking: set[int], shown: Sequence[Chunk], bearing: Sequence[Chunk], more: int, close: Closed
) -> tuple[str, ...]:
    """Whether there is an opening; which passages have no paragraph, and why; which go on; whether there is a close."""
    notes = [] if 0 in speaking else [_NO_OPENING]
    notes += [
        f"no paragraph on [{n}] {chunk.name}" + ("" if chunk in bearing else ": it does not bear on the question")
        for n, chunk in enumerate(shown, 1)
        if n not in speaking and n - 1 != close.place
    ]
    if any(chunk not in bearing and n not in speaking and n - 1 != close.place for n, chunk in enumerate(shown, 1)):
        notes.append(_LEFT_OUT_AS_FAR)
    if more:
        notes.append(f"paragraphs that continue with another sentence of their passage: {more}")
    return (*notes, close.note) if close.note else tuple(notes)


def _openings(writer: PartWriter, chunks: Sequence[Chunk]) -> list[Completion]:
    """Take a side on the nearest passage, or on the next one where nothing can be used that the model wrote on it."""
    written: list[Completion] = []
    for chunk in chunks[:_OPENINGS]:
        written += writer.complete([writer.opening(chunk)], writer.part)
        if writer.sentences(0, written[-1].text):
            break
    return written


@dataclass(frozen=True)
class _Paragraph:
    """What the model wrote on one passage.

    Attributes:
        own: what it wrote itself behind the passage's sentence, version by version.
        versions: the sentences of each version in which it says something, best first.
    """

    part: int
    completions: tuple[Completion, ...]
    own: tuple[str, ...]
    versions: tuple[list[DraftSentence], ...]


def _paragraphs(writer: PartWriter, shown: Mapping[int, Chunk]) -> list[_Paragraph]:
    """Write all versions of all paragraphs together."""
    asked = [(n, lead, prompt) for n, chunk in shown.items() for lead, prompt in writer.versions(chunk)]
    completed = writer.complete([prompt for *_, prompt in asked], writer.part)
    written = []
    for n, chunk in shown.items():
        mine = [(lead, one) for (place, lead, _), one in zip(asked, completed, strict=True) if place == n]
        texts = [with_lead(lead, one.text) for lead, one in mine]
        own = [text.removeprefix(lead).strip() for (lead, _), text in zip(mine, texts, strict=True)]
        drafts = [
            with_own_words(without_repetition(writer.sentences(n + 1, text, chunk)))
            for text, said in zip(texts, own, strict=True)
            if said and not is_abstention(said)
        ]
        written.append(_Paragraph(n + 1, tuple(one for _, one in mine), tuple(own), tuple(best_first(drafts))))
    return written


def _is_silent(paragraph: _Paragraph) -> bool:
    """Whether the model has nothing to say on a passage, or says that it does not know."""
    return all(is_abstention(text) for text in paragraph.own if text)


def _parts(paragraphs: Sequence[_Paragraph]) -> list[Completion]:
    return [completion for one in paragraphs for completion in one.completions]


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


def _part_limits(limits: WordLimits, parts: int) -> WordLimits:
    minimum = limits.minimum // parts
    return WordLimits(minimum, max(minimum + _MODEST, int(limits.maximum * _MOST / parts)))


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
