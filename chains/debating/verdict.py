"""The moderator's verdict: who argued better, by which claims, and what was conceded.

The decision is asked for twice, with the names in opposite order; where the two answers differ nobody has won, since a
model that judges prefers a place in its prompt (Zheng et al. 2023, "Judging LLM-as-a-Judge"). The claims that decided
are chosen by measure: of what the winner said, what rests on a passage and no opponent took up. Only the reasons are
the model's prose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.debating.claims import claims_of, touched
from chains.debating.measures import with_unsupported
from chains.debating.record import DebateRecord
from chains.debating.spoken import led, plain, to_the_end_of_a_sentence
from chains.errors import GenerationError
from chains.generation.completion import complete_all, completion_chain, fits_window
from chains.generation.contract import WordLimits
from chains.schemas import Claim, Turn, Verdict
from chains.text.sentences import word_count
from prompts import RenderedPrompt, load_prompt

MODERATOR = "moderator"
_NAME = WordLimits(maximum=12)
_TAKEN_UP = 0.5  # of a claim's content words, in a later turn of an opponent


def give_verdict(
    llm: BaseLanguageModel[Any], record: DebateRecord, limits: WordLimits, seed: int, config: RunnableConfig | None
) -> Verdict:
    """Judge the turns spoken so far.

    Raises:
        GenerationError: the debate does not fit the model's window.
    """
    names = {turn.persona_id: turn.speaker for turn in record.turns}
    turns = [replace(turn, text=plain(turn.text)) for turn in record.turns]
    winner = _winner(llm, record.question, names, turns, seed, config)
    decided = deciding_claims(record.turns, [winner] if winner else list(names))
    conceded = tuple(turn.answers for turn in record.turns if turn.concedes and turn.answers)
    lead = _lead(names.get(winner, ""), decided, conceded, names)
    prompt = load_prompt("verdict").render(question=record.question, turns=turns, lead=lead, max_words=limits.maximum)
    if not fits_window(llm, prompt, limits):
        raise GenerationError("the debate is longer than the model's window; use fewer rounds or shorter turns")
    written = completion_chain(llm, limits, seed).invoke(prompt, config)
    text = to_the_end_of_a_sentence(plain(led(lead, written.text)), limits.maximum + word_count(lead))
    verdict = Verdict(
        round=0,
        persona_id=MODERATOR,
        speaker="Moderator",
        text=text,
        words=word_count(text),
        loop=written.loop,
        notes=written.notes,
        tokens=written.tokens_out,
        winner=winner,
        decided_by=decided,
        conceded=conceded,
    )
    found = with_unsupported(verdict, record)
    return replace(verdict, unsupported=found.unsupported, notes=found.notes)


def named(answer: str, names: dict[str, str]) -> str:
    """Return the id of the one speaker that an answer names, by its name or a part of it; "" for none or several."""
    several = Counter(part for name in names.values() for part in set(name.split()))
    found = [
        persona_id
        for persona_id, name in names.items()
        if any(_stands_in(answer, part) for part in (name, *name.split()) if several[part] < 2 and len(part) > 2)
    ]
    return found[0] if len(found) == 1 else ""


def deciding_claims(turns: Sequence[Turn], persona_ids: Sequence[str]) -> tuple[Claim, ...]:
    """Return the best claim of each of these personas: supported by a passage, and left standing by the opponents."""
    best: list[Claim] = []
    for persona_id in persona_ids:
        claims = [
            claim for n, turn in enumerate(turns) if turn.persona_id == persona_id for claim in claims_of(turn, n)
        ]
        if claims:
            best.append(max(claims, key=lambda claim: _weight(claim, turns)))
    return tuple(best)


def _winner(
    llm: BaseLanguageModel[Any],
    question: str,
    names: dict[str, str],
    turns: Sequence[Turn],
    seed: int,
    config: RunnableConfig | None,
) -> str:
    orders = (list(names.values()), list(reversed(names.values())))
    prompts = [load_prompt("decision").render(question=question, turns=turns, names=order) for order in orders]
    fitting: list[RenderedPrompt] = [prompt for prompt in prompts if fits_window(llm, prompt, _NAME)]
    if len(fitting) < len(prompts):
        raise GenerationError("the debate is longer than the model's window; use fewer rounds or shorter turns")
    first, second = (
        named(one.text, names) for one in complete_all(llm, prompts, [_NAME] * 2, seed, config, may_be_empty=True)
    )
    return first if first == second else ""


def _stands_in(answer: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", answer, re.IGNORECASE) is not None


def _weight(claim: Claim, turns: Sequence[Turn]) -> tuple[bool, bool, int]:
    index = claim.turn or 0
    later = [turn for turn in turns[index + 1 :] if turn.persona_id != claim.persona_id]
    stands = not any(turn.answers == claim or touched(turn.text, claim.sentence) >= _TAKEN_UP for turn in later)
    turn = turns[index]
    told = {plain(turn.text[one.start : one.end]) for one in turn.sentences if one.chunk is not None}
    return (claim.sentence in told, stands, index)


def _lead(winner: str, decided: Sequence[Claim], conceded: Sequence[Claim], names: dict[str, str]) -> str:
    """Say in plain words what was decided: the part of the verdict that is made from typed facts."""
    quoted = [f"{names[claim.persona_id]}'s claim “{claim.sentence}”" for claim in decided]
    if winner:
        said = [f"{winner} argued better.", *(f"What decided is the claim “{one.sentence}”" for one in decided)]
    else:
        said = ["Nobody won this debate.", *([f"{' and '.join(quoted)} stand against each other."] if quoted else [])]
    given = [f"{names.get(one.persona_id, '')} was conceded: “{one.sentence}”" for one in conceded]
    return " ".join([*said, *given])
