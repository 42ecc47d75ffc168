"""A verdict's reasons: the moderator's prose, less the sentences that are none.

Once it has given its reasons, a small model goes on: with a sentence of a turn or a passage told again, with
a question, with names that nobody read. Such sentences are left out, and the notes say which and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.context import FittedPrompt
from chains.debating.claims import only_judges
from chains.debating.evidence import complete_with_evidence, evidence_of
from chains.debating.record import DebateRecord
from chains.debating.spoken import led, plain, to_the_end_of_a_sentence
from chains.generation.contract import WordLimits
from chains.schemas import Completion, Defect, Turn
from chains.text.defects import find_defects
from chains.text.echo import echo_share
from chains.text.sentences import split_sentences
from chains.text.support.entities import unsupported_entities
from prompts import RenderedPrompt, load_prompt

_NO_REASONS = "the moderator gave no reasons that can be used"
_RETOLD = 0.6  # of a sentence's 4-grams, outside quotation, that was said before


@dataclass(frozen=True)
class Reasons:
    """What stands behind a verdict's lead, "" where nothing can; what was written, and from which passages."""

    text: str
    notes: tuple[str, ...]
    written: Completion
    shown: FittedPrompt


def give_reasons(
    llm: BaseLanguageModel[Any],
    record: DebateRecord,
    turns: Sequence[Turn],
    lead: str,
    limits: WordLimits,
    seed: int,
    config: RunnableConfig | None,
) -> Reasons:
    """Let the moderator give the reasons of what ``lead`` says.

    Raises:
        GenerationError: the debate does not fit the model's window.
    """
    speakers = list(record.names().values())

    def render(passages: Sequence[str]) -> RenderedPrompt:
        return load_prompt("verdict").render(
            question=record.question, turns=turns, evidence=passages, lead=lead, max_words=limits.maximum
        )

    def check(text: str) -> list[Defect]:
        told = render(()).user.replace(lead, "")
        found = find_defects(text, prompt=told, question=record.question, speakers=speakers)
        return [one for one in found if one.sentence not in lead]

    [(written, shown)] = complete_with_evidence(
        llm, [render], evidence_of(record), limits, seed, config, check=check, may_be_empty=True
    )
    behind = plain(led(lead, written.text).removeprefix(lead))
    text, left_out = sound_reasons(to_the_end_of_a_sentence(behind, limits.maximum), record, lead)
    told = () if text else (_NO_REASONS,)
    return Reasons(text, (*written.notes, *left_out, *told), written, shown)


def sound_reasons(reasons: str, record: DebateRecord, lead: str = "") -> tuple[str, tuple[str, ...]]:
    """Return reasons without the sentences that are none, and a note on each of these."""
    known = [record.question, *record.names().values(), *record.texts_read()]
    said = [lead, *(plain(turn.text) for turn in record.turns), *record.texts_read()]
    positions = [record.question, *(one.text for one in record.positions), lead]
    kept: list[str] = []
    notes: list[str] = []
    for sentence in (one.text for one in split_sentences(reasons)):
        strange = unsupported_entities(sentence, known)
        again = echo_share(sentence, said) > _RETOLD
        empty = sentence.endswith("?") or only_judges(sentence, positions)
        if strange or again or empty:
            why = f"in no passage: {', '.join(strange)}" if strange else "said before" if again else "no reason"
            notes.append(f"left out of the reasons, {why}: {sentence}")
        else:
            kept.append(sentence)
    return " ".join(kept), tuple(notes)
