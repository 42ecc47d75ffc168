"""The moderator's verdict: who argued better, by which claims, and what was conceded.

Unless it was decided elsewhere, the moderator is asked twice, with the speakers and all that they said in opposite
order, as "Speaker A" and "Speaker B": a model that judges prefers a place in its prompt (Zheng et al. 2023, "Judging
LLM-as-a-Judge") or a name. Where the two answers differ nobody has won. The claims that decided are chosen by measure:
of what the winner said in its own words, what rests on a passage and no opponent took up. Only the reasons are the
model's prose. The moderator reads the passages that the turns rest on, word for word; whole ones are left out where its
window is short.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.debating.claims import claims_of, touched
from chains.debating.judgement.announcement import announcement
from chains.debating.judgement.evidence import complete_with_evidence, evidence_of
from chains.debating.judgement.names import named_at, with_labels, word
from chains.debating.judgement.reasons import give_reasons
from chains.debating.likeness import Likeness
from chains.debating.measures import drift, with_unsupported
from chains.debating.record import DebateRecord
from chains.debating.spoken import plain
from chains.generation.contract import WordLimits
from chains.kinds import Decision
from chains.schemas import Ballot, Claim, Judgement, Turn, Verdict
from prompts import RenderedPrompt, load_prompt
from vectorstore.text.sentences import joined_sentences, word_count

MODERATOR = "moderator"
_LETTERS = "ABCDEFGH"  # one for each debater; a number alone would be taken for an empty list item
NAME = WordLimits(maximum=12)
_TAKEN_UP = 0.5  # of a claim's content words, in a later turn of an opponent


@dataclass(frozen=True)
class Decided:
    """Who won and how that was decided: what a verdict then gives the reasons of. The fields are those of a Verdict."""

    decision: Decision = "moderator"
    winner: str = ""
    share: float | None = None
    judgements: tuple[Judgement, ...] = ()
    ballots: tuple[Ballot, ...] = ()


def give_verdict(
    llm: BaseLanguageModel[Any],
    record: DebateRecord,
    limits: WordLimits,
    seed: int,
    config: RunnableConfig | None,
    decided: Decided | None = None,
    likeness: Likeness | None = None,
) -> Verdict:
    """Give the reasons of what was decided on the turns spoken so far; unless given, decide it first.

    Whom the moderator names without a claim in words of its own has not won.

    Args:
        likeness: tells which claims are on the side of who made them; without it all are.

    Raises:
        GenerationError: the debate does not fit the model's window.
    """
    names = {turn.persona_id: turn.speaker for turn in record.turns}
    decision = decided or _moderated(llm, record, seed, config)
    claims = deciding_claims(record, sorted(names, key=lambda one: one != decision.winner), likeness)
    claimless = decision.winner if decision.winner not in ("", *(one.persona_id for one in claims)) else ""
    if claimless and decided is None:
        decision = replace(decision, winner="", share=None)
        claims = ()
    winner = decision.winner
    by_claims = tuple(one for one in claims if winner in ("", one.persona_id))
    conceded = tuple(turn.answers for turn in record.turns if turn.concedes and turn.answers)
    noted = (f"named as the winner, without a claim of its own: {names[claimless]}",) if claimless else ()
    announced = _announced(record.question, decision, by_claims, conceded, names)
    weighed = claims if by_claims else ()

    reasons = give_reasons(llm, record, names.get(winner, ""), weighed, limits, seed, config)
    text = joined_sentences([announced, reasons.text]).strip()
    verdict = Verdict(
        round=0,
        persona_id=MODERATOR,
        speaker="Moderator",
        text=text,
        words=word_count(text),
        loop=reasons.loop,
        notes=(*noted, *reasons.notes),
        tokens=reasons.tokens,
        chunk_ids=reasons.chunk_ids,
        dropped=reasons.dropped,
        winner=winner,
        decision=decision.decision,
        share=decision.share,
        judgements=decision.judgements,
        ballots=decision.ballots,
        decided_by=by_claims,
        conceded=conceded,
    )
    found = with_unsupported(verdict, record)
    return replace(verdict, unsupported=found.unsupported, notes=found.notes)


def named(answer: str, names: dict[str, str]) -> str:
    """Return the id of the one speaker that an answer names; "" for none or several."""
    found = list(named_at(answer, names))
    return found[0] if len(found) == 1 else ""


def lettered(answer: str, order: Sequence[str]) -> str:
    """Return the id of the one speaker whose letter an answer gives, counted in ``order``; "" for none or several."""
    given = [one for one, letter in zip(order, _LETTERS, strict=False) if word(letter, capitals=True).search(answer)]
    return given[0] if len(given) == 1 else ""


def deciding_claims(
    record: DebateRecord, persona_ids: Sequence[str], likeness: Likeness | None = None
) -> tuple[Claim, ...]:
    """Return the best claim of each of these personas, of what it said in its own words and for its own side.

    Supported by a passage first, then left standing by the opponents.
    """
    passages, turns = record.texts_read(), record.turns
    best: list[Claim] = []
    for persona_id in persona_ids:
        spoken = [(n, turn) for n, turn in enumerate(turns) if turn.persona_id == persona_id]
        claims = [claim for n, turn in spoken for claim in claims_of(turn, n, passages)]
        on_its_side = [one for one in claims if (drift(persona_id, one.sentence, record, likeness) or 0.0) >= 0.0]
        if on_its_side:
            best.append(max(on_its_side, key=lambda claim: _weight(claim, turns)))
    return tuple(best)


def plain_turns(record: DebateRecord) -> list[Turn]:
    """Return the turns as a judge reads them: without markers, which count each speaker's own passages."""
    return [replace(turn, text=plain(turn.text)) for turn in record.turns]


def ask_who_won(
    llm: BaseLanguageModel[Any],
    record: DebateRecord,
    orders: Sequence[Sequence[str]],
    seed: int,
    config: RunnableConfig | None,
) -> tuple[Judgement, ...]:
    """Ask in one batch who argued better, once an order; speakers have letters, since a judge may like a name.

    Args:
        orders: the ids of the personas whose turns are shown, in the order in which they are shown.

    Raises:
        GenerationError: the debate does not fit the model's window.
    """
    names, turns = record.names(), plain_turns(record)

    def render(order: Sequence[str], passages: Sequence[str]) -> RenderedPrompt:
        labels = {names[one]: f"Speaker {letter}" for letter, one in zip(_LETTERS, order, strict=False)}
        said = [[with_labels(turn.text, labels) for turn in turns if turn.persona_id == one] for one in order]
        speeches = list(zip(_LETTERS, said, strict=False))
        return load_prompt("decision").render(question=record.question, evidence=passages, speeches=speeches)

    asked = [partial(render, order) for order in orders]
    written = complete_with_evidence(llm, asked, evidence_of(record), NAME, seed, config)
    answers = zip(orders, written, strict=True)
    return tuple(Judgement(tuple(order), lettered(one.text, order)) for order, (one, _) in answers)


def _moderated(llm: BaseLanguageModel[Any], record: DebateRecord, seed: int, config: RunnableConfig | None) -> Decided:
    spoke = tuple(dict.fromkeys(turn.persona_id for turn in record.turns))
    judgements = ask_who_won(llm, record, (spoke, spoke[::-1]), seed, config)
    first, second = (one.winner for one in judgements)
    winner = first if first == second else ""
    return Decided("moderator", winner, 1.0 if winner else None, judgements)


def _weight(claim: Claim, turns: Sequence[Turn]) -> tuple[bool, bool, int]:
    index = claim.turn or 0
    later = [turn for turn in turns[index + 1 :] if turn.persona_id != claim.persona_id]
    stands = not any(turn.answers == claim or touched(turn.text, claim.sentence) >= _TAKEN_UP for turn in later)
    turn = turns[index]
    told = {plain(turn.text[one.start : one.end]) for one in turn.sentences if one.chunk is not None}
    return (claim.sentence in told, stands, index)


def _announced(
    question: str, decision: Decided, decided: Sequence[Claim], conceded: Sequence[Claim], names: Mapping[str, str]
) -> str:
    return announcement(
        question,
        names.get(decision.winner, ""),
        decision.share,
        [(names[one.persona_id], one) for one in decided],
        [(names.get(one.persona_id, ""), one) for one in conceded],
        voted=bool(decision.ballots),
    )
