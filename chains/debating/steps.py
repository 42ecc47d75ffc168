"""The steps of a debate between personas: positions, look-ups, turns, and the verdict."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict, TypeVar

from langchain_core.embeddings import Embeddings
from langchain_core.runnables import RunnableConfig, RunnableLambda

from chains.debating.judgement.verdict import Decided, give_verdict
from chains.debating.likeness import Likeness
from chains.debating.positions import all_agree, take_positions
from chains.debating.record import DebateRecord
from chains.debating.speakers import Speakers
from chains.debating.tool_use.agent import AgentTools, LookedUp
from chains.debating.turns import Speaker
from chains.errors import ChainError
from chains.generation.backends import LanguageModel
from chains.generation.contract import WordLimits
from chains.kinds import FEWEST, MOST, VOTES
from chains.schemas import DebateOutcome, Position, Turn, Verdict
from prompts import Persona

Made = TypeVar("Made")

DEFAULT_TURN_LIMITS = WordLimits(30, 120)
VERDICT_LIMITS = WordLimits(30, 100)
DEFAULT_CANDIDATES = 3


class DebateOptions(TypedDict, total=False):
    """Keywords that ``DebateSteps``, ``debate_chain`` and ``build_debate_graph`` share.

    Attributes:
        limits: words of a turn; default 30 to 120.
        candidates: versions written of each turn in one batch, of which the best by its measures is used; default 3. If
            the best has faults, as many again are written.
        embeddings: measure which positions agree, whether a turn keeps to its speaker's position, and which passages
            its sentences rest on; without them only shared words count.
        llms: models of personas that have their own, by persona id.
        seed: seed of retries and candidates; default 0.
    """

    limits: WordLimits
    candidates: int
    embeddings: Embeddings | None
    llms: Mapping[str, LanguageModel] | None
    seed: int


def check_number(personas: Sequence[Persona]) -> None:
    """Raise ChainError where too few or too many personas are to debate."""
    if not FEWEST <= len(personas) <= MOST:
        raise ChainError(
            f"a debate takes {FEWEST} to {MOST} personas, {len(personas)} given; add one or change debaters"
        )


class DebateSteps:
    """The steps of a debate between personas. Each takes the record so far and returns what it adds.

    Args:
        llm: any LangChain language model.
        personas: 2 to 8 debaters.
        rounds: at least 2; every persona speaks once in each.
        limits, candidates, embeddings, llms, seed: see ``DebateOptions``.

    Raises:
        ChainError: fewer than two personas or two rounds, more than eight personas, a model for somebody else, or no
            candidates.
    """

    def __init__(
        self,
        llm: LanguageModel,
        personas: Sequence[Persona],
        *,
        rounds: int = 2,
        limits: WordLimits = DEFAULT_TURN_LIMITS,
        candidates: int = DEFAULT_CANDIDATES,
        embeddings: Embeddings | None = None,
        llms: Mapping[str, LanguageModel] | None = None,
        seed: int = 0,
    ) -> None:
        check_number(personas)
        if repeated := [one for one, times in Counter(persona.id for persona in personas).items() if times > 1]:
            raise ChainError(f"persona {repeated[0]!r} is given twice; a debate takes each persona once")
        if stranger := next((one for one in llms or () if one not in {persona.id for persona in personas}), ""):
            known = ", ".join(persona.id for persona in personas)
            raise ChainError(f"no debater {stranger!r} who could have a model of its own; there are: {known}")
        if rounds < 2:
            raise ChainError(f"a debate needs at least two rounds, {rounds} given; in one round nobody answers anybody")
        if candidates < 1:
            raise ChainError(f"a turn is chosen from at least one candidate, {candidates} given")
        self.personas = tuple(personas)
        self.rounds = rounds
        self.speakers = Speakers(llm, llms or {})
        self.seed = seed
        self._limits = limits
        self._candidates = candidates
        self.likeness = Likeness(embeddings) if embeddings is not None else None

    def take_positions(
        self, record: DebateRecord, config: RunnableConfig | None = None, *, given: Mapping[str, str] | None = None
    ) -> tuple[Position, ...]:
        """Let every persona say what it stands for; ``given`` positions, by persona id, are taken as they are."""

        def take(config: RunnableConfig) -> tuple[Position, ...]:
            asked = record.question
            return take_positions(self.speakers, self.personas, asked, self.likeness, self.seed, config, given)

        return as_step("positions", take, record, config)

    def outcome(self, record: DebateRecord, verdict: Verdict | None = None) -> DebateOutcome | None:
        """Say how the debate ended; None while it continues."""
        if verdict is not None:
            return outcome_of(verdict)
        return DebateOutcome.NO_DISAGREEMENT if all_agree(record.positions) else None

    def is_over(self, record: DebateRecord) -> bool:
        """Whether every persona has spoken in every round."""
        return len(record.turns) >= self.rounds * len(self.personas)

    def next_speaker(self, record: DebateRecord) -> tuple[Persona, int]:
        """Return who speaks next, and in which round, from 1."""
        number, place = divmod(len(record.turns), len(self.personas))
        return self.personas[place], number + 1

    def look_up(self, record: DebateRecord, tools: AgentTools, config: RunnableConfig | None = None) -> LookedUp:
        """Let the next persona use tools of its own before it speaks.

        Raises:
            ModelUnavailable: the server of its model is busy or lost.
        """
        persona, number = self.next_speaker(record)
        look_up = self._speaker(persona).look_up
        return as_step(f"look up:{persona.id}", lambda config: look_up(record, number, tools, config), record, config)

    def speak(
        self, record: DebateRecord, config: RunnableConfig | None = None, *, looked_up: LookedUp | None = None
    ) -> Turn:
        """Let the next persona speak.

        Args:
            looked_up: what it found itself; ``record`` lets it read that.

        Raises:
            GenerationError: the debate so far leaves no room for a single passage.
        """
        persona, number = self.next_speaker(record)
        speak = self._speaker(persona).speak
        return as_step(f"turn:{persona.id}", lambda config: speak(record, number, config, looked_up), record, config)

    def said(self, record: DebateRecord, text: str) -> Turn:
        """Return what somebody else said in the next persona's place as its turn, measured as every turn is."""
        persona, number = self.next_speaker(record)
        return self._speaker(persona).said(record, number, text)

    def _speaker(self, persona: Persona) -> Speaker:
        llm = self.speakers.llm_of(persona.id)
        return Speaker(llm, persona, self._limits, self.rounds, self._candidates, self.likeness, self.seed)

    def give_verdict(
        self, record: DebateRecord, config: RunnableConfig | None = None, *, decided: Decided | None = None
    ) -> Verdict:
        """Let the moderator give the reasons of what was decided; unless given, the moderator decides it, too.

        Raises:
            GenerationError: the debate does not fit the model's window.
        """

        def judge(config: RunnableConfig) -> Verdict:
            return give_verdict(self.speakers.llm, record, VERDICT_LIMITS, self.seed, config, decided, self.likeness)

        return as_step("verdict", judge, record, config)


def as_step(
    name: str, work: Callable[[RunnableConfig], Made], record: DebateRecord, config: RunnableConfig | None = None
) -> Made:
    """Do a part of a debate as a LangChain step of its own, which traces show under this name with its record."""

    def step(_: DebateRecord, config: RunnableConfig) -> Made:
        return work(config)

    return RunnableLambda(step).with_config(run_name=name).invoke(record, config)


def outcome_of(verdict: Verdict) -> DebateOutcome:
    """Say how a debate ended by its verdict."""
    if verdict.winner:
        return DebateOutcome.WON
    return DebateOutcome.NO_CONSENSUS if verdict.decision in VOTES else DebateOutcome.NO_WINNER
