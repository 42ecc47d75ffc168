"""Ask judges who argued better, and voters whose position they hold.

Many models prefer what comes first in a prompt (Zheng et al. 2023, "Judging LLM-as-a-Judge"). A judge therefore reads
every pair in both orders, and a win counts only if both agree; each voter gets the positions in another order.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from langchain_core.runnables import RunnableConfig

from chains.debating.judgement.names import named_at
from chains.debating.judgement.verdict import Decided, ask_who_won, named, plain_turns
from chains.debating.record import DebateRecord
from chains.debating.steps import DebateSteps, as_step
from chains.generation.contract import WordLimits
from chains.kinds import Decision
from chains.schemas import Ballot, Judgement
from debate.arena.votes import options_of
from prompts import Persona, RenderedPrompt, load_prompt

_NAMES = WordLimits(maximum=40)


def judged(steps: DebateSteps, record: DebateRecord, config: RunnableConfig | None = None) -> Decided:
    """Compare every two debaters in both orders, all in one batch; who wins the most pairs wins.

    Raises:
        GenerationError: the debate does not fit the model's window.
    """

    def judge(config: RunnableConfig) -> Decided:
        spoke = tuple(dict.fromkeys(turn.persona_id for turn in record.turns))
        orders = [pair for one, other in combinations(spoke, 2) for pair in ((one, other), (other, one))]
        return decided_by(ask_who_won(steps.speakers.llm, record, orders, steps.seed, config))

    return as_step("judge", judge, record, config)


def decided_by(judgements: Sequence[Judgement]) -> Decided:
    """Count judgements on pairs, each pair in both orders: a win is one that both orders agree on."""
    by_pair: dict[frozenset[str], list[str]] = {}
    for one in judgements:
        by_pair.setdefault(frozenset(one.shown), []).append(one.winner)
    wins = Counter(answers[0] for answers in by_pair.values() if len(set(answers)) == 1 and answers[0])
    (first, most), (_, second) = [*wins.most_common(2), ("", 0), ("", 0)][:2]
    if most == second:
        return Decided("judge", judgements=tuple(judgements))
    opponents = len({who for pair in by_pair for who in pair}) - 1
    return Decided("judge", first, round(most / opponents, 3), tuple(judgements))


def poll(
    steps: DebateSteps,
    record: DebateRecord,
    kind: Decision,
    given: Mapping[str, str] | None = None,
    config: RunnableConfig | None = None,
) -> tuple[Ballot, ...]:
    """Let every debater vote for the positions of all, in one batch.

    Args:
        kind: ``majority`` asks for one position, ``approval`` for all that can be accepted, ``ranked`` for an order.
        given: what a person answered in a persona's place, by the persona's id.
    """
    answers = dict(given or {})

    def ask(config: RunnableConfig) -> tuple[Ballot, ...]:
        asked = [(n, one) for n, one in enumerate(steps.personas) if one.id not in answers]
        prompts = [_ballot_prompt(record, one, kind, n) for n, one in asked]
        voters = [one.id for _, one in asked]
        written = steps.speakers.complete(voters, prompts, _NAMES, steps.seed, config)
        answers.update(zip(voters, (one.text for one in written), strict=True))
        return tuple(ballot(one.id, answers[one.id], record, kind) for one in steps.personas)

    return as_step("ballots", ask, record, config)


def ballot(persona_id: str, answer: str, record: DebateRecord, kind: Decision) -> Ballot:
    """Read a ballot: the positions that an answer names, in its order; those that agree count as one."""
    options, names = options_of(record), record.names()
    at = named_at(answer, names)
    chosen = [named(answer, names)] if kind == "majority" else sorted(at, key=lambda one: at[one])
    return Ballot(persona_id, tuple(dict.fromkeys(options[one] for one in chosen if one in options)))


def _ballot_prompt(record: DebateRecord, persona: Persona, kind: Decision, place: int) -> RenderedPrompt:
    start = place % max(1, len(record.positions))
    return load_prompt("ballot").render(
        voice=persona.voice,
        question=record.question,
        position=record.position_of(persona.id),
        kind=kind,
        options=[*record.positions[start:], *record.positions[:start]],
        turns=plain_turns(record),
    )
