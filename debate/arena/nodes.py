"""The steps of a debate's graph: positions, opening a round, turns, polls, and the verdict.

Each step reads the state and returns its update; ``next_stage`` chooses the next step. Every turn is a step, so a
checkpointer makes each turn durable under every protocol.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from langchain_core.tools import BaseTool

from chains.debating.claims import claims_to_answer
from chains.debating.judgement.verdict import Decided
from chains.debating.record import DebateRecord
from chains.debating.steps import DebateSteps
from chains.debating.tool_use.agent import AgentTools, LookedUp
from chains.errors import ChainError
from chains.generation.metering import metered
from chains.kinds import VOTES
from chains.schemas import Chunk, Poll, Reading, StopReason, Tokens
from debate.arena.baseline import answer_alone
from debate.arena.judging import judged, poll
from debate.arena.moderator import ask_round, put_before_all
from debate.arena.protocols import agreed, heard, reason_to_stop, round_of, wants_poll
from debate.arena.rules import Rules, check_rules
from debate.arena.seat import ask_person
from debate.arena.state import DebateState, record_of
from debate.arena.votes import counted, options_of
from debate.stages import Stage
from prompts import Persona

# What each debater asks, by its id, how many passages, and the ids of those that it does not want: what each finds.
ReadAgain = Callable[[Mapping[str, str], int, Collection[str]], Mapping[str, tuple[Chunk, ...]]]
_FOUND = 3  # passages by a search of a debater's own: it reads them all at once, and may search again


class DebateNodes:
    """The steps of a debate under given rules.

    Args:
        read_again: finds more passages for the debaters; without it ``rules.fresh_k`` and ``lookups`` must be 0.
        tools: which other tools a debater may call, by its id.

    Raises:
        ChainError: a seat or tools for a persona that does not debate, tools that no rule lets anybody call, or fresh
            passages or look-ups without a search.
    """

    def __init__(
        self,
        steps: DebateSteps,
        rules: Rules,
        read_again: ReadAgain | None = None,
        tools: Mapping[str, Sequence[BaseTool]] | None = None,
    ) -> None:
        check_rules(rules, steps.personas, tools or {})
        if rules.fresh_k and read_again is None:
            raise ChainError("fresh_k finds passages in later rounds; give a search for them, or leave it at 0")
        if rules.lookups and read_again is None:
            raise ChainError("lookups lets debaters search; give a search for them, or leave it at 0")
        self._steps = steps
        self._tools = tools or {}
        self._rules = rules
        self._read_again = read_again
        self._debaters = len(steps.personas)

    def take_positions(self, state: DebateState) -> DebateState:
        """Let every debater state its position."""
        record = record_of(state)
        given = {one.id: ask_person("position", one, record) for one in self._seated()}
        positions = self._steps.take_positions(record, given=given)
        return {"positions": positions, "outcome": self._steps.outcome(replace(record, positions=positions))}

    def open_round(self, state: DebateState) -> DebateState:
        """Find fresh passages, and let the moderator ask its question, as the rules say."""
        number = round_of(state.get("turns", ()), self._debaters)
        opened: DebateState = {"opened": number}
        if self._rules.fresh_k and number > 1:
            opened |= self._fresh_passages(state)
        if self._rules.protocol == "round_table":
            asked, record = tuple(state.get("round_questions", ())), record_of({**state, **opened})
            if question := ask_round(self._steps, record, asked, number):
                readings = opened.get("readings", tuple(state.get("readings", ())))
                opened |= {"round_questions": (*asked, question), "readings": put_before_all(readings, question)}
        return opened

    def speak(self, state: DebateState) -> DebateState:
        """Let the next debater speak, or the person in its place."""
        record = self._as_heard(state)
        speaker, number = self._steps.next_speaker(record)
        read: DebateState = {}
        if speaker.id == self._rules.seat:
            turn = self._steps.said(record, ask_person("turn", speaker, record, number))
        elif self._rules.lookups:
            found = self._looked_up(record, speaker)
            read = _read_too(state, record, {speaker.id: found.chunks})
            turn = self._steps.speak(self._as_heard({**state, **read}), looked_up=found)
        else:
            turn = self._steps.speak(record)
        turns = (*record.turns, turn)
        return {**read, "turns": turns, "stopped": reason_to_stop(self._rules, turns, self._debaters)}

    def poll(self, state: DebateState) -> DebateState:
        """Ask every debater whose position it holds now; the debate ends where all hold the same."""
        record, polls = record_of(state), tuple(state.get("polls", ()))
        number = len(record.turns) // self._debaters
        given = {one.id: ask_person("ballot", one, record, number) for one in self._seated()}
        taken = Poll(number, poll(self._steps, record, "majority", given))
        return {"polls": (*polls, taken), "stopped": StopReason.AGREEMENT if agreed(taken) else None}

    def judge(self, state: DebateState) -> DebateState:
        """Decide as the rules say, and let the moderator give the reasons."""
        record = record_of(state)
        verdict = self._steps.give_verdict(record, decided=self._decide(record))
        return {"verdict": verdict, "outcome": self._steps.outcome(record, verdict)}

    def answer_alone(self, state: DebateState) -> DebateState:
        """Let a single agent answer for what the debate cost."""
        return {"baselines": answer_alone(self._steps, record_of(state), state.get("tokens") or Tokens())}

    def wants_baseline(self, state: DebateState) -> bool:
        """Whether a single agent is to answer beside the debate and has not yet."""
        return self._rules.baseline and not state.get("baselines")

    def next_stage(self, state: DebateState) -> Stage | None:
        """Return which step comes next; None at the end."""
        turns = state.get("turns", ())
        if state.get("outcome"):
            return None
        if state.get("stopped"):
            return Stage.VERDICT
        if wants_poll(self._rules, turns, self._debaters, state.get("polls", ())):
            return Stage.POLL
        number = round_of(turns, self._debaters)
        to_open = self._rules.protocol == "round_table" or (self._rules.fresh_k and number > 1)
        return Stage.ROUND if to_open and number > state.get("opened", 0) else Stage.DEBATE

    def _seated(self) -> list[Persona]:
        return [one for one in self._steps.personas if one.id == self._rules.seat]

    def _as_heard(self, state: DebateState) -> DebateRecord:
        """Return the debate as the next speaker has heard it."""
        record = record_of(state)
        speaker, number = self._steps.next_speaker(record)
        asked = next((one.text for one in state.get("round_questions", ()) if one.round == number), "")
        return replace(record, heard=heard(self._rules.protocol, record.turns, self._debaters, speaker.id), asked=asked)

    def _fresh_passages(self, state: DebateState) -> DebateState:
        """Search once for all debaters, each by the claim against it, beside the passages on the table."""
        record = record_of(state)
        queries = {one.id: _query(record, one.id) for one in self._steps.personas}
        return _read_too(state, record, self._found(queries, self._rules.fresh_k, record.table.keys()))

    def _looked_up(self, record: DebateRecord, speaker: Persona) -> LookedUp:
        """Let the next speaker search and use its other tools; it finds what it has not read."""
        known = {chunk.id for chunk in record.passages_of(speaker.id)}

        def find(query: str) -> tuple[Chunk, ...]:
            new = self._found({speaker.id: query}, _FOUND, known).get(speaker.id, ())
            known.update(chunk.id for chunk in new)
            return new

        tools = AgentTools(find, self._rules.lookups, self._tools.get(speaker.id, ()))
        return self._steps.look_up(record, tools)

    def _found(self, queries: Mapping[str, str], k: int, without: Collection[str]) -> Mapping[str, tuple[Chunk, ...]]:
        return self._read_again(queries, k, without) if self._read_again else {}

    def _decide(self, record: DebateRecord) -> Decided | None:
        """Return who won, or None if the moderator decides it with the verdict."""
        decision = self._rules.decision
        if decision == "judge":
            return judged(self._steps, record)
        if decision not in VOTES:
            return None
        given = {one.id: ask_person("ballot", one, record) for one in self._seated()}
        ballots = poll(self._steps, record, decision, given)
        return counted(decision, ballots, list(dict.fromkeys(options_of(record).values())))


def adding_tokens(step: Callable[[DebateState], DebateState]) -> Callable[[DebateState], DebateState]:
    """Have a step add what it cost to the tokens of its debate."""

    def with_its_cost(state: DebateState) -> DebateState:
        with metered() as meter:
            added = step(state)
        return {**added, "tokens": (state.get("tokens") or Tokens()) + meter.total}

    return with_its_cost


def _read_too(state: DebateState, record: DebateRecord, found: Mapping[str, Sequence[Chunk]]) -> DebateState:
    """Let debaters read what was found for them, too; a text that is on the table is kept once."""
    new = {chunk.id: chunk for chunks in found.values() for chunk in chunks if chunk.id not in record.table}
    readings = tuple(
        Reading(one.persona_id, (*one.hits, *Reading.of(one.persona_id, found.get(one.persona_id, ())).hits))
        for one in state.get("readings", ())
    )
    return {"debate_chunks": (*state.get("debate_chunks", ()), *new.values()), "readings": readings}


def _query(record: DebateRecord, persona_id: str) -> str:
    """What a debater searches by: the question, and the claim of an opponent that it has to answer."""
    claims = claims_to_answer(record, persona_id)
    return f"{record.question} {claims[0].sentence}" if claims else record.question
