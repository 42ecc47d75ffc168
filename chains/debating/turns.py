"""One turn of a debate: several candidates in one batch, the best by their own measures, tried again where it fails.

Candidates differ by what they are asked, not by chance: another claim to answer, another passage to bring, begun freely
or with a sentence of that passage. So they differ with every model, greedy or not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.context import FittedPrompt, fit_chunks, word_for_word
from chains.debating.claims import claims_to_answer, touched
from chains.debating.likeness import Likeness
from chains.debating.measures import assessed, quality, spoken_defects, with_unsupported
from chains.debating.record import DebateRecord
from chains.debating.spoken import in_own_name, plain, to_the_end_of_a_sentence
from chains.debating.tool_use.agent import AgentTools, LookedUp, look_up
from chains.errors import GenerationError, WindowExceeded
from chains.generation.completion import as_completion, complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.schemas import Chunk, Claim, Completion, Turn
from chains.text.cleaning.striking import strike
from chains.text.draft import COPIED, full_sentences, stands_alone, with_lead
from chains.text.echo import echo_share
from prompts import Persona, RenderedPrompt, load_prompt

_ATTEMPTS = 2  # batches of candidates
_CLAIMS = 3  # the newest and most specific ones


@dataclass(frozen=True)
class Plan:
    """What one candidate is asked: a claim to answer, a fact to bring, and whether it begins with it.

    Attributes:
        calls: tools that it may call before.
    """

    claim: Claim | None
    fact: str
    leads: bool
    calls: int = 0


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
        fitted = self._fitted(record, number, replace(next(plans_of(record, self.persona.id)), calls=tools.calls))
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
        plans = plans_of(record, self.persona.id)
        found = looked_up or LookedUp()
        tried = self._drafted(record, number, found)
        for attempt in range(_ATTEMPTS):
            if tried and not max(tried, key=quality).faults:
                break
            asked = list(islice(plans, self.candidates))
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

    def _drafted(self, record: DebateRecord, number: int, found: LookedUp) -> list[Turn]:
        """Return the draft of an agent as a candidate, held to the contract; none if it has no usable text."""
        if not found.draft:
            return []
        plan = replace(next(plans_of(record, self.persona.id)), fact="", leads=False)
        fitted = self._fitted(record, number, plan)
        written = as_completion(found.draft, fitted.prompt, self.limits)
        return [self._turn(record, number, plan, fitted, "", written)] if written.text else []

    def _candidates(
        self, record: DebateRecord, number: int, plans: Sequence[Plan], seed: int, config: RunnableConfig | None
    ) -> list[Turn]:
        fitted = [self._fitted(record, number, plan) for plan in plans]
        prompts = [replace(one.prompt, said="\n".join(turn.text for _, turn in record.heard_turns())) for one in fitted]
        limits = [self.limits] * len(prompts)
        try:
            written = complete_all(self.llm, prompts, limits, seed, config, may_be_empty=True)
        except WindowExceeded:  # only the server knew; now its window is known better, so that fewer passages fit
            if all(len(one.chunks) < 2 for one in fitted):
                raise
            return self._candidates(record, number, plans, seed, config)
        return [
            self._turn(record, number, plan, one, plan.fact if plan.leads else "", completion)
            for plan, one, completion in zip(plans, fitted, written, strict=True)
            if completion.text
        ]

    def _fitted(self, record: DebateRecord, number: int, plan: Plan) -> FittedPrompt:
        """Render a plan's prompt with as many passages as fit; those that nobody used yet are the last to go."""
        passages = self._by_use(record)

        def render(texts: Sequence[str]) -> RenderedPrompt:
            shown = self._in_order(record, passages[: len(texts)])
            numbers = {chunk.id: n for n, chunk in enumerate(shown, 1)}
            pairs = [(numbers[chunk.id], text) for chunk, text in zip(passages, texts, strict=False)]
            return self._prompt(record, number, plan, pairs)

        return fit_chunks(render, passages, lambda prompt: fits_window(self.llm, prompt, self.limits), word_for_word)

    def _prompt(
        self, record: DebateRecord, number: int, plan: Plan, passages: Sequence[tuple[int, str]]
    ) -> RenderedPrompt:
        names = record.names()
        return load_prompt("statement").render(
            voice=self.persona.voice,
            views=[pov.text for pov in self.persona.povs if pov.weight > 0],
            position=record.position_of(self.persona.id),
            question=record.question,
            asked=record.asked,
            passages=passages,
            opinion=record.opinion,
            claim=plan.claim.sentence if plan.claim else "",
            opponent=names.get(plan.claim.persona_id, "") if plan.claim else "",
            fact=plan.fact,
            lead=plan.fact if plan.leads else "",
            calls=plan.calls,
            round=number,
            rounds=self.rounds,
            min_words=self.limits.minimum,
            max_words=self.limits.maximum,
        )

    def _turn(
        self, record: DebateRecord, number: int, plan: Plan, fitted: FittedPrompt, lead: str, written: Completion
    ) -> Turn:
        whole = with_lead(lead, written.text)
        spoken = in_own_name(whole, [self.persona.name, *record.names().values()])
        chunks = self._in_order(record, fitted.chunks)
        told = self._prompt(DebateRecord(""), number, Plan(None, "", leads=False), ()).user
        text = to_the_end_of_a_sentence(spoken.text, self.limits.maximum)
        found = spoken_defects(
            text, record, chunks, self.persona.id, voice=self.persona.voice, instruction=told, claim=plan.claim
        )
        left, struck = strike(text, found)
        if not left:  # nothing but what should go: it stays as it is, with its faults
            left, struck = text, ()
        kinds = dict.fromkeys(one.kind for one in struck)
        notes = [*written.notes, *([f"struck out: {', '.join(kinds)}"] if kinds else [])]
        notes += ["ended where it began to speak as somebody else"] if spoken.cut else []
        turn = Turn(
            round=number,
            persona_id=self.persona.id,
            speaker=self.persona.name,
            text=left,
            words=0,
            chunk_ids=tuple(chunk.id for chunk in chunks),
            dropped=fitted.dropped,
            loop=written.loop,
            notes=tuple(notes),
            tokens=written.tokens_out,
            answers=plan.claim,
        )
        return assessed(
            turn,
            record,
            chunks,
            self.likeness,
            limits=self.limits,
            voice=self.persona.voice,
            instruction=told,
            cut=spoken.cut,
        )

    def _by_use(self, record: DebateRecord) -> list[Chunk]:
        """Return the persona's passages, those that nobody used yet first."""
        used = record.used()
        return sorted(record.passages_of(self.persona.id), key=lambda chunk: chunk.id in used)

    def _in_order(self, record: DebateRecord, chunks: Sequence[Chunk]) -> list[Chunk]:
        shown = {chunk.id for chunk in chunks}
        return [chunk for chunk in record.passages_of(self.persona.id) if chunk.id in shown]


def plans_of(record: DebateRecord, persona_id: str) -> Iterator[Plan]:
    """Yield plans without end: the best claim and the best unused passage first, then others.

    A turn that begins with its fact, "… This", continues with what the fact shows; begun freely, a small model says its
    position once more.
    """
    claims: list[Claim | None] = [*claims_to_answer(record, persona_id)[:_CLAIMS]] or [None]
    facts = facts_of(record, persona_id) or [""]
    for n in count():
        half, free = divmod(n, 2)
        yield Plan(claims[half % len(claims)], facts[(half + free) % len(facts)], not free)


def facts_of(record: DebateRecord, persona_id: str) -> list[str]:
    """Return a sentence of each passage that nobody used yet, nearest to the question; of all where none is left.

    Sentences that a turn has said already are taken only where no passage has another. A sentence that begins with a
    pronoun is understood behind others alone, and is taken only if there is no other.
    """
    passages = record.passages_of(persona_id)
    unused = [chunk for chunk in passages if chunk.id not in record.used()]
    said = [plain(turn.text) for _, turn in record.heard_turns()]
    facts = [_fact(chunk.text, record.question, said) for chunk in unused or passages]
    return [fact for fact in facts if fact] or [_fact(chunk.text, record.question, ()) for chunk in unused or passages]


def _fact(passage: str, question: str, said: Sequence[str]) -> str:
    new = [one for one in full_sentences(passage) if echo_share(one, said) < COPIED]
    alone = [one for one in new if stands_alone(one)] or new
    return max(alone, key=lambda sentence: touched(sentence, question), default="")
