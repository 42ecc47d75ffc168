"""One turn of a debate: several candidates in one batch, the best by their own measures, tried again where it fails.

Candidates follow plans (``plans``): some are asked for at once, some in two parts, the reply to a claim and the case
from a fact, which are joined.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.context import FittedPrompt, fit_chunks, word_for_word
from chains.debating.claims import claims_to_answer, touched
from chains.debating.likeness import Likeness
from chains.debating.measures import assessed, quality, spoken_defects, with_unsupported
from chains.debating.plans import Part, Plan, plans_of
from chains.debating.record import DebateRecord
from chains.debating.spoken import in_own_name, said_once, to_the_end_of_a_sentence, without_position, without_strays
from chains.debating.tool_use.agent import AgentTools, LookedUp, look_up
from chains.errors import GenerationError, WindowExceeded
from chains.generation.completion import as_completion, complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.generation.metering import tokens_of
from chains.schemas import Chunk, Claim, Completion, Turn
from chains.schemas.wording import in_words
from chains.text.cleaning.striking import strike
from chains.text.drafting.draft import with_lead
from prompts import Persona, RenderedPrompt, load_prompt

_ATTEMPTS = 2  # batches of candidates
_LEAST_IN_PARTS = 100  # words of a turn; a shorter one has no room for two parts
_ASKED = 0.75  # of the words that a part may have: models go over what is asked, and a part cut short breaks off


@dataclass(frozen=True)
class Speaker:
    """Who speaks, and how: everything of a turn but the debate so far."""

    llm: BaseLanguageModel[Any]
    persona: Persona
    limits: WordLimits
    rounds: int
    candidates: int
    likeness: Likeness | None
    seed: int

    def look_up(self, record: DebateRecord, number: int, tools: AgentTools, config: RunnableConfig) -> LookedUp:
        """Let the model use its tools before it speaks.

        Raises:
            ModelUnavailable: as ``look_up``.
        """
        plan = replace(next(self._plans(record)), in_parts=False, calls=tools.calls)
        fitted = self._fitted(record, number, plan, "whole")
        return look_up(self.llm, fitted.prompt, len(fitted.chunks), tools, self.limits, self.seed, config)

    def speak(
        self, record: DebateRecord, number: int, config: RunnableConfig | None, looked_up: LookedUp | None = None
    ) -> Turn:
        """Speak once, in round ``number``: the best candidate, and the best of more where that one fails.

        Args:
            looked_up: what it found itself, which ``record`` lets it read; its draft is the first candidate.

        Raises:
            GenerationError: the debate so far leaves no room for a single passage, or no candidate has any text.
        """
        plans = self._plans(record)
        found = looked_up or LookedUp()
        tried = self._drafted(record, number, found)
        for attempt in range(_ATTEMPTS):
            if tried and not max(tried, key=quality).faults:
                break
            asked = [replace(one, anew=attempt > 0) for one in islice(plans, self.candidates)]
            tried += self._candidates(record, number, asked, self.seed + attempt, config)
        if not tried:
            raise GenerationError(
                f"the model returned no text for a turn of {self.persona.name}, whatever it was asked"
            )
        best = max(tried, key=quality)
        best = replace(
            best,
            tries=len(tried),
            tokens=found.tokens + sum(one.tokens for one in tried),
            lookups=found.lookups,
            notes=(*best.notes, *((found.note,) if found.note else ())),
        )
        return with_unsupported(best, record, self.persona.voice)

    def said(self, record: DebateRecord, number: int, text: str) -> Turn:
        """Return what somebody else said in this persona's place, measured as every turn is."""
        claims = claims_to_answer(record, self.persona.id)
        chunks = record.passages_of(self.persona.id)
        turn = Turn(
            round=number,
            persona_id=self.persona.id,
            speaker=self.persona.name,
            text=" ".join(text.split()),
            words=0,
            chunk_ids=tuple(chunk.id for chunk in chunks),
            answers=max(claims, key=lambda claim: touched(text, claim.sentence), default=None),
            tries=0,
        )
        measured = assessed(turn, record, chunks, self.likeness, limits=self.limits, voice=self.persona.voice)
        return with_unsupported(measured, record, self.persona.voice)

    def _plans(self, record: DebateRecord) -> Iterator[Plan]:
        return plans_of(record, self.persona.id, self.limits.maximum, self.likeness)

    def _drafted(self, record: DebateRecord, number: int, found: LookedUp) -> list[Turn]:
        """Return the draft of an agent as a candidate, held to the contract; none if it has no usable text."""
        if not found.draft:
            return []
        plan = replace(next(self._plans(record)), fact="", in_parts=False)
        fitted = self._fitted(record, number, plan, "whole")
        written = as_completion(found.draft, fitted.prompt, self.limits)
        if not written.text:
            return []
        turn = self._turn(record, number, plan, [(fitted, written)])
        return [replace(turn, tokens=0)] if found.tokens else [turn]  # what the agent's model reported holds the draft

    def _candidates(
        self, record: DebateRecord, number: int, plans: Sequence[Plan], seed: int, config: RunnableConfig | None
    ) -> list[Turn]:
        if self.limits.maximum < _LEAST_IN_PARTS:
            plans = [replace(plan, reply="") for plan in plans]
        asked = [(plan, part) for plan in plans for part in plan.parts]
        fitted = [self._fitted(record, number, plan, part) for plan, part in asked]
        said = "\n".join(turn.text for _, turn in record.heard_turns())
        prompts = [replace(one.prompt, do_not_repeat=said) for one in fitted]
        limits = [self._limits_of(part, plan) for plan, part in asked]
        try:
            written = complete_all(self.llm, prompts, limits, seed, config, may_be_empty=True)
        except WindowExceeded:  # only the server knew; now its window is known better, so that fewer passages fit
            if all(len(one.chunks) < 2 for one in fitted):
                raise
            return self._candidates(record, number, plans, seed, config)
        parts = zip(fitted, written, strict=True)
        turns = [(plan, list(islice(parts, len(plan.parts)))) for plan in plans]
        return [self._turn(record, number, plan, own) for plan, own in turns if any(one.text for _, one in own)]

    def _limits_of(self, part: Part, plan: Plan) -> WordLimits:
        """A third of the words for a reply, the others for what begins with the fact."""
        most = self.limits.maximum // 3
        if part == "reply":
            return WordLimits(0, most)
        return (
            self.limits if part == "whole" or "reply" not in plan.parts else WordLimits(0, self.limits.maximum - most)
        )

    def _fitted(self, record: DebateRecord, number: int, plan: Plan, part: Part) -> FittedPrompt:
        """Render a plan's prompt with as many passages as fit; those that nobody used yet are the last to go."""
        passages = record.unused_first(self.persona.id)

        def render(texts: Sequence[str]) -> RenderedPrompt:
            shown = record.in_reading_order(self.persona.id, passages[: len(texts)])
            numbers = {chunk.id: n for n, chunk in enumerate(shown, 1)}
            pairs = [(numbers[chunk.id], text) for chunk, text in zip(passages, texts, strict=False)]
            return self._prompt(record, number, plan, part, pairs)

        return fit_chunks(render, passages, lambda prompt: fits_window(self.llm, prompt, self.limits), word_for_word)

    def _prompt(
        self, record: DebateRecord, number: int, plan: Plan, part: Part, passages: Sequence[tuple[int, str]]
    ) -> RenderedPrompt:
        opponent = record.names().get(plan.claim.persona_id, "") if plan.claim else ""
        limits = self._limits_of(part, plan)
        return load_prompt("statement").render(
            voice=self.persona.voice,
            views=[pov.text for pov in self.persona.povs if pov.weight > 0],
            position=record.position_of(self.persona.id),
            question=record.question,
            asked=record.asked,
            passages=passages,
            opinion=record.opinion,
            part=part,
            claim=plan.claim.sentence if plan.claim and (part != "case" or "reply" not in plan.parts) else "",
            opponent=opponent,
            reply=f"{opponent} {plan.reply}",
            fact=plan.fact if part != "reply" else "",
            frame=plan.frame,
            calls=plan.calls,
            anew=plan.anew,
            round=number,
            rounds=self.rounds,
            min_words=limits.minimum,
            max_words=limits.maximum if part == "whole" else int(_ASKED * limits.maximum),
        )

    def _turn(
        self, record: DebateRecord, number: int, plan: Plan, parts: Sequence[tuple[FittedPrompt, Completion]]
    ) -> Turn:
        """Make a turn of its parts as they were written, and measure it."""
        fitted = max((prompt for prompt, _ in parts), key=lambda prompt: len(prompt.chunks))
        leads = [plan.fact if part == "case" else "" for part in plan.parts]
        written = [
            with_lead(lead, completion.text, plan.frame) for lead, (_, completion) in zip(leads, parts, strict=True)
        ]
        speakers = [self.persona.name, *record.names().values()]
        spoken = [in_own_name(one, speakers) for one in written]
        cut = any(one.cut for one in spoken)
        chunks = record.in_reading_order(self.persona.id, fitted.chunks)
        told = self._prompt(DebateRecord(""), number, Plan(None, "", in_parts=False), "whole", ()).user
        text, struck = self._struck(said_once([one.text for one in spoken]), record, chunks, told, plan.claim)
        notes = [note for _, completion in parts for note in completion.notes]
        notes += [f"struck out: {', '.join(struck)}"] if struck else []
        notes += ["ended where it began to speak as somebody else"] if cut else []
        turn = Turn(
            round=number,
            persona_id=self.persona.id,
            speaker=self.persona.name,
            text="",
            words=0,
            chunk_ids=tuple(chunk.id for chunk in chunks),
            dropped=fitted.dropped,
            loop=next((completion.loop for _, completion in parts if completion.loop), ""),
            notes=tuple(notes),
            tokens=sum(one.tokens_out or tokens_of(fit.prompt.text, one).written for fit, one in parts),
            answers=plan.claim,
        )
        versions = [
            assessed(
                replace(turn, text=to_the_end_of_a_sentence(one, self.limits.maximum)),
                record,
                chunks,
                self.likeness,
                limits=self.limits,
                voice=self.persona.voice,
                instruction=told,
                cut=cut,
            )
            for one in dict.fromkeys((without_position(text, record.position_of(self.persona.id)), text))
        ]
        return max(versions, key=quality)

    def _struck(
        self, text: str, record: DebateRecord, chunks: Sequence[Chunk], told: str, claim: Claim | None
    ) -> tuple[str, list[str]]:
        """Return a turn without what a listener would strike out, and of which kinds that was.

        Where nothing else is left, it stays as it is, with its faults.
        """
        found = spoken_defects(
            text, record, chunks, self.persona.id, voice=self.persona.voice, instruction=told, claim=claim
        )
        left, struck = strike(text, found)
        left = without_strays(text, left)
        return (left, in_words(one.kind for one in struck)) if left else (text, [])
