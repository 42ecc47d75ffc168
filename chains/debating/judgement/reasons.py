"""A verdict's reasons: the moderator's prose on the claims that decided, less the sentences that are none.

Once it has given its reasons, a small model continues: with a sentence of a turn or a passage told again, with
a question, with names that nobody read. Such sentences are left out, and the notes say which and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.debating.claims import only_asks, only_judges
from chains.debating.judgement.evidence import complete_with_evidence, evidence_of
from chains.debating.record import DebateRecord
from chains.debating.spoken import plain, to_the_end_of_a_sentence
from chains.generation.contract import WordLimits
from chains.schemas import Claim, Defect
from chains.text.defects import find_defects
from chains.text.echo import echo_share
from chains.text.idle import names_nothing
from chains.text.support.entities import unsupported_entities
from prompts import RenderedPrompt, load_prompt
from vectorstore.text.sentences import split_sentences

_NO_REASONS = "the moderator gave no reasons that can be used"
_NO_CLAIMS = "no reasons: nobody made a claim in words of its own and for its own side"
_RETOLD = 0.7  # of a sentence's 4-grams, outside quotation, that was said before


@dataclass(frozen=True)
class Reasons:
    """What stands behind a verdict's lead, "" if nothing can; how it was written, and from which passages."""

    text: str = ""
    notes: tuple[str, ...] = ()
    loop: str = ""
    tokens: int = 0
    chunk_ids: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def give_reasons(
    llm: BaseLanguageModel[Any],
    record: DebateRecord,
    winner: str,
    claims: Sequence[Claim],
    limits: WordLimits,
    seed: int,
    config: RunnableConfig | None,
) -> Reasons:
    """Let the moderator say why the winner's claim, the first one, outweighs the others, or what is open between all.

    It sees these claims and the evidence, not the debate: shown all turns, a small model retells them.

    Args:
        winner: the winner's name, "" for none.

    Raises:
        GenerationError: the claims do not fit the model's window.
    """
    if not claims:
        return Reasons(notes=(_NO_CLAIMS,))
    names = record.names()

    def render(passages: Sequence[str]) -> RenderedPrompt:
        return load_prompt("verdict").render(
            question=record.question,
            winner=winner,
            claims=[(names[one.persona_id], one.sentence) for one in claims],
            evidence=passages,
            max_words=limits.maximum,
        )

    def check(text: str) -> list[Defect]:
        return list(find_defects(text, prompt=render(()).user, question=record.question, speakers=list(names.values())))

    [(written, shown)] = complete_with_evidence(llm, [render], evidence_of(record), limits, seed, config, check=check)
    text = plain(written.text)
    text, left_out = sound_reasons(to_the_end_of_a_sentence(text, limits.maximum), record)
    told = () if text else (_NO_REASONS,)
    return Reasons(
        text,
        (*written.notes, *left_out, *told),
        written.loop,
        written.tokens_out,
        tuple(chunk.id for chunk in shown.chunks),
        shown.dropped,
    )


def sound_reasons(reasons: str, record: DebateRecord) -> tuple[str, tuple[str, ...]]:
    """Return reasons without the sentences that are none, and a note on each of these."""
    known = [record.question, *record.names().values(), *record.texts_read()]
    said = [*(plain(turn.text) for turn in record.turns), *record.texts_read()]
    positions = [record.question, *(one.text for one in record.positions)]
    kept: list[str] = []
    notes: list[str] = []
    for sentence in (one.text for one in split_sentences(reasons)):
        strange = unsupported_entities(sentence, known)
        again = echo_share(sentence, said) > _RETOLD
        asks = sentence.endswith("?") or only_asks(sentence, record.question)
        empty = only_judges(sentence, positions) or names_nothing(sentence, [*said, *positions])
        if strange or again or asks or empty:
            why = f"in no passage: {', '.join(strange)}" if strange else "said before" if again else "no reason"
            notes.append(f"left out of the reasons, {why}: {sentence}")
        else:
            kept.append(sentence)
    return " ".join(kept), tuple(notes)
