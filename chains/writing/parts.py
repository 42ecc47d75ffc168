"""The parts of an answer by chunk: their prompts, their completions, and which of their sentences may stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import dropwhile
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.context import shown_passage
from chains.generation.completion import complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.schemas import Chunk, Completion, Defect, DefectKind
from chains.text.defects import find_defects
from chains.text.drafting.draft import DraftSentence, fragments, lead, sentences_of, stands_alone
from chains.text.fact_question import asks_for_a_fact
from chains.text.idle import is_idle
from chains.text.recital import asks_again, is_yes_or_no, said_again
from chains.text.refusal import is_abstention
from chains.text.support.contradiction import changes_side, contradicts, takes_both
from chains.text.support.entities import unsupported_entities
from prompts import RenderedPrompt, load_prompt
from vectorstore.text.sentences import split_sentences, word_count

# With which a close goes on from the fact that decides; the first that says anything stays.
CLOSES = ("This decides the matter because", "The cost falls on")
_SIDE = 40  # words of the side, which stands in every paragraph's prompt


@dataclass(frozen=True)
class PartWriter:
    """What all parts of one answer share: who writes on what, how long a part is, and how prompts are completed."""

    llm: BaseLanguageModel[Any]
    voice: str
    question: str
    limits: WordLimits
    part: WordLimits
    passages: tuple[str, ...]
    seed: int
    config: RunnableConfig | None
    candidates: int
    side: str = ""

    def versions(self, chunk: Chunk) -> list[tuple[str, RenderedPrompt]]:
        """The prompts of a paragraph with the words each begins with: the passage's sentences, nearest first.

        Those that fit the model's window.
        """
        first = lead(chunk.text, self.question)
        second = lead(chunk.text, self.question, sentences_of(0, first))
        prompts = [(first, self.paragraph(chunk, first))]
        if second:
            prompts.append((second, self.paragraph(chunk, second)))
            prompts.append(("", self.retelling(chunk, second)))
        return [one for one in prompts[: self.candidates] if self.fits(one[1])]

    def retelling(self, chunk: Chunk, fact: str) -> RenderedPrompt:
        """The prompt that tells one fact of a passage in the writer's own words."""
        return self._prompt("retell", self.part, passage=shown_passage(chunk), fact=fact)

    def closes(self, limits: WordLimits, chunk: Chunk, fact: str) -> list[RenderedPrompt]:
        """The prompts of the close, each of which goes on from that fact of a passage with other words.

        They do not have the side taken, which models would say again. None, where they do not fit the model's window.
        """
        shown = {"passage": shown_passage(chunk), "lead": fact}
        prompts = [self._prompt("closing", limits, frame=frame, **shown) for frame in CLOSES[: self.candidates]]
        return prompts if all(map(self.fits, prompts)) else []

    def paragraph(self, chunk: Chunk, lead: str) -> RenderedPrompt:
        """The prompt of a paragraph that begins with that sentence of its passage."""
        return self._prompt("paragraph", self.part, passage=shown_passage(chunk), lead=lead)

    def opening(self, chunk: Chunk) -> RenderedPrompt:
        """The prompt of the opening, which takes a side on that passage."""
        return self._prompt("opening", self.part, passage=shown_passage(chunk), fact=asks_for_a_fact(self.question))

    def complete(
        self, prompts: Sequence[RenderedPrompt], limits: WordLimits, said: Sequence[str] = ()
    ) -> list[Completion]:
        """Complete all prompts together. A part may be short, or have no text at all: the others make up for it.

        Args:
            said: what is in the answer already; what a part says of it again is struck out.
        """
        parts = [_with_room(one, limits) for one in prompts]
        check = partial(self.defects, said=said)
        return complete_all(self.llm, prompts, parts, self.seed, self.config, check=check, may_be_empty=True)

    def fits(self, prompt: RenderedPrompt) -> bool:
        """Whether a prompt leaves room for its part in the model's window, and for the side where none is taken yet."""
        room = _with_room(prompt, self.part).maximum
        return fits_window(self.llm, prompt, WordLimits(0, room if self.side else room + _SIDE))

    def defects(self, text: str, said: Sequence[str] = ()) -> list[Defect]:
        """What a reader would strike out of a part; the question put as a statement says nothing, unless it may be."""
        blank = {"passage": "", "lead": "", "frame": "", "fact": False}
        told = "\n".join(self._prompt(name, self.part, **blank).user for name in ("opening", "paragraph", "closing"))
        known = (*self.passages, self.side)
        found = find_defects(text, prompt=told, question=self.question, voice=self.voice, passages=known)
        sentences = [one.text for one in split_sentences(text)]
        empty = [] if is_yes_or_no(self.question) else [one for one in sentences if asks_again(one, self.question)]
        empty += [one for one in sentences if takes_both(one, self.question)] + fragments(sentences)
        again = (
            [one for one, is_so in zip(sentences, said_again(sentences, said), strict=True) if is_so] if said else []
        )
        idle = [one for one in sentences if self._is_idle(one)] if said else []
        return [
            *found,
            *(Defect(DefectKind.IDLE, one) for one in idle),
            *(Defect(DefectKind.RECITAL, one) for one in empty),
            *(Defect(DefectKind.REPETITION, one) for one in again),
        ]

    def sentences(self, part: int, text: str, chunk: Chunk | None = None) -> list[DraftSentence]:
        """The sentences of a part, without those that name what no passage has, deny the side taken, or say nothing."""
        told = sentences_of(part, text, chunk, self.question, self.passages)
        known = [self.question, self.voice, *self.passages]
        sound = [one for one in told if not unsupported_entities(one.text, known) and not is_abstention(one.text)]
        if not part:  # the opening takes the side, however it hedges
            is_fact = asks_for_a_fact(self.question)
            return sound if is_fact else list(dropwhile(lambda one: not stands_alone(one.text), sound))
        agreed = [one for one in sound if not (self.side and self._leaves_the_side(one.text))]
        return [one for one in agreed if (one.borne_out > 0 and chunk) or not self._is_idle(one.text)]

    def _is_idle(self, sentence: str) -> bool:
        return is_idle(sentence, self.question, (*self.passages, self.side))

    def _leaves_the_side(self, sentence: str) -> bool:
        return bool(contradicts([self.side], [sentence])) or changes_side(sentence, self.side, self.question)

    def _prompt(self, name: str, limits: WordLimits, **values: Any) -> RenderedPrompt:
        return load_prompt(name).render(
            voice=self.voice,
            question=self.question,
            side=self.side,
            min_words=limits.minimum,
            max_words=limits.maximum,
            **values,
        )


def _with_room(prompt: RenderedPrompt, limits: WordLimits) -> WordLimits:
    """As much room for what a fact means as for the fact: letters are counted where a script has no spaces."""
    return WordLimits(0, max(limits.maximum, 2 * word_count(prompt.opening)))
