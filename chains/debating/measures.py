"""The measures of a turn, from its text: echo, drift, whether it answers, what is new, what supports it.

No model, and no figure that a model gave. ``assessed`` fills in a turn's typed fields; ``quality`` orders candidates.
"""

from collections.abc import Sequence
from dataclasses import replace

from chains.debating.claims import concedes, only_asks, only_judges, touched
from chains.debating.likeness import Likeness
from chains.debating.record import DebateRecord
from chains.debating.spoken import SAID_BEFORE, plain
from chains.generation.contract import WordLimits
from chains.schemas import Chunk, Claim, Defect, DefectKind, Turn, TurnFault
from chains.text.content import content_words, without_marks
from chains.text.defects import find_defects
from chains.text.echo import COPIED, echo_share
from chains.text.idle import names_nothing
from chains.text.support.contradiction import opposed
from chains.text.support.entities import unsupported_entities
from chains.text.support.grounding import Grounding, cite, cited_sentences, ground
from vectorstore.text.sentences import ends_with_sentence, split_sentences, word_count

ECHO = 0.30  # of a turn's 4-grams
_TOUCHED = 0.30  # of a claim's content words; with the cosine below it for what is answered in other words
_NEAR = 0.50
_SHOWING = content_words(
    "the fact and the evidence show, mean, suggest, indicate, prove, demonstrate, imply, matter, follow; gain, lose,"
    " cost, fall"
)
_SEVERAL = 60  # words that a turn may have, from which on one sentence is no turn; the prompt asks for three to five


def assessed(
    turn: Turn,
    record: DebateRecord,
    chunks: Sequence[Chunk],
    likeness: Likeness | None,
    *,
    limits: WordLimits,
    voice: str = "",
    instruction: str = "",
    cut: bool = False,
) -> Turn:
    """Measure a turn, cite the passages that support its sentences, and name its faults.

    Args:
        chunks: the passages that it read, in the order of their markers.
        voice, instruction: its speaker's description and its instruction, which it must not recite.
        cut: it continued as another speaker and was ended there.
    """
    text = plain(turn.text)  # a model's own markers are guesses
    grounding = ground(text, chunks, likeness.embed if likeness else None, question=record.question)
    cited = cite(text, grounding)
    used = tuple(chunks[n].id for n in sorted(grounding.coverage))
    measured = replace(
        turn,
        text=cited,
        words=word_count(cited),
        sentences=cited_sentences(grounding),
        supported=round(grounding.supported, 2) if grounding.sentences else None,
        used=used,
        new=tuple(one for one in used if one not in record.used()),
        echo=round(echo_share(text, _said_before(turn.persona_id, record)), 3),
        drift=drift(turn.persona_id, text, record, likeness),
        answered=round(touched(text, turn.answers.sentence), 2) if turn.answers else None,
        concedes=bool(turn.answers) and concedes(text),
    )
    defects = spoken_defects(
        cited, record, chunks, turn.persona_id, voice=voice, instruction=instruction, claim=turn.answers
    )
    kinds = {one.kind for one in defects}
    faults = {
        TurnFault.SHORT: _is_short(text, limits),
        TurnFault.ECHO: measured.echo > ECHO,
        TurnFault.OTHER_SPEAKER: cut or DefectKind.ANOTHER_SPEAKER in kinds,
        TurnFault.RECITAL: DefectKind.RECITAL in kinds,
        TurnFault.ABOUT_THE_TEXT: DefectKind.ABOUT_THE_TEXT in kinds,
        TurnFault.DRIFT: measured.drift is not None and measured.drift < 0,
        TurnFault.NO_ANSWER: not _answers(measured, likeness),
        TurnFault.NO_ARGUMENT: not _argues(grounding, chunks, record, turn.persona_id),
    }
    return replace(measured, defects=defects, faults=tuple(fault for fault, is_so in faults.items() if is_so))


def spoken_defects(
    text: str,
    record: DebateRecord,
    chunks: Sequence[Chunk],
    persona_id: str,
    *,
    voice: str = "",
    instruction: str = "",
    claim: Claim | None = None,
) -> tuple[Defect, ...]:
    """Return what a listener would strike out of a turn; the arguments are those of ``assessed``.

    Args:
        persona_id: whose position no sentence may deny.
        claim: the claim to answer; a sentence that only calls it wrong counts as repeating it.
    """
    said = [record.question, *(one.text for one in record.positions), *([claim.sentence] if claim else [])]
    own = plain(record.position_of(persona_id))
    sentences = [one.text for one in split_sentences(text)]
    judging = [one for one in sentences if only_judges(plain(one), said) or only_asks(plain(one), record.question)]
    heard = _said_before(persona_id, replace(record, turns=tuple(turn for _, turn in record.heard_turns())))
    said_again = [one for one in sentences if echo_share(plain(one), heard) >= SAID_BEFORE]
    against_itself = [one for one in sentences if opposed(own, plain(one))]
    found = find_defects(
        text,
        prompt=instruction,
        question=record.question,
        voice=voice,
        passages=[chunk.text for chunk in chunks],
        speakers=list(record.names().values()),
        position=own,
    )
    return (
        *found,
        *(Defect(DefectKind.RECITAL, sentence) for sentence in dict.fromkeys([*judging, *said_again])),
        *(Defect(DefectKind.DENIAL, sentence) for sentence in against_itself),
    )


def with_unsupported(turn: Turn, record: DebateRecord, voice: str = "") -> Turn:
    """Say which names and numbers of a turn are in no passage that was read until then."""
    spoken = replace(record, turns=(*record.turns, turn))
    known = [record.question, voice, *spoken.names().values(), *spoken.texts_read()]
    found = unsupported_entities(turn.text, known)
    notes = (f"in no passage: {', '.join(found)}",) if found else ()
    return replace(turn, unsupported=found, notes=(*turn.notes, *notes))


def quality(turn: Turn) -> tuple[float, ...]:
    """The sort key of candidates: fewer faults first, then little echo, new passages, and keeping to its side."""
    drift = turn.drift if turn.drift is not None else 0.0
    worth = bool(turn.new) + (turn.answered or 0.0) + drift + (turn.supported or 0.0) - 3 * turn.echo
    silent = TurnFault.NO_ARGUMENT in turn.faults  # better than a recital, and worse than an argument
    return (silent - len(turn.faults), worth - silent)


def _said_before(persona_id: str, record: DebateRecord) -> list[str]:
    """What was said: every turn, and the positions of the others."""
    others = [one.text for one in record.positions if one.persona_id != persona_id]
    return [*others, *(plain(one.text) for one in record.turns)]


def drift(persona_id: str, text: str, record: DebateRecord, likeness: Likeness | None) -> float | None:
    """Return how much nearer a text is to its speaker's position than to any other's; None if that is not known."""
    own = record.position_of(persona_id)
    others = [one.text for one in record.positions if one.text and one.persona_id != persona_id]
    if not (likeness and own and others and text):
        return None
    near = likeness.side(record.question, text, [own, *others])
    return round(float(near[0] - near[1:].max()), 3)


def _is_short(text: str, limits: WordLimits) -> bool:
    """Whether a turn has too few words, or is one sentence where there was room for several, or breaks off."""
    alone = limits.maximum >= _SEVERAL and len(split_sentences(text)) == 1
    return alone or word_count(text) < limits.minimum or not ends_with_sentence(text)


def _argues(grounding: Grounding, chunks: Sequence[Chunk], record: DebateRecord, persona_id: str) -> bool:
    """Whether a sentence is the speaker's own: no passage says it, and it adds something to position and question."""
    position = record.position_of(persona_id)
    passages = [without_marks(chunk.text) for chunk in chunks]
    stated = content_words(f"{position} {record.question}") | _SHOWING if position else frozenset[str]()
    own = [grounding.answer[one.start : one.end] for one in grounding.sentences if not one.whole]
    return any(
        echo_share(sentence, [*passages, position]) < COPIED
        and not names_nothing(sentence, [record.question, position, *passages])
        and not content_words(sentence) <= stated
        for sentence in own
    )


def _answers(turn: Turn, likeness: Likeness | None) -> bool:
    if turn.answers is None or (turn.answered or 0.0) >= _TOUCHED:
        return True
    return bool(likeness and turn.text and likeness.meaning(turn.text, [turn.answers.sentence])[0] >= _NEAR)
