"""Positions: before the first turn, each persona states its position on the question in one sentence.

All positions are asked for in one batch. If nobody gives a usable one, each is asked again, now for a side of the
question. A persona that says the same as one
before it (see ``agreement``), or nothing usable, is asked once more, for the side that is left. A model that gives no
usable sentence leaves the persona one of its own views, and the position says so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from langchain_core.runnables import RunnableConfig

from chains.debating.agreement import agreeing, gives_other_reasons
from chains.debating.likeness import Likeness
from chains.debating.speakers import Speakers
from chains.generation.contract import WordLimits
from chains.schemas import Position
from chains.text.echo import echo_share
from chains.text.recital import is_yes_or_no, of_instruction, recites
from chains.text.support.contradiction import alternatives, denies, side_taken, takes_both
from prompts import Persona, RenderedPrompt, load_prompt
from vectorstore.text.sentences import ends_with_sentence, split_sentences, word_count

_ASKED = 35  # words; models go over it, and a sentence cut at the limit would be no position at all
_LIMITS = WordLimits(maximum=2 * _ASKED)
_SHORTEST = 6  # words; "I disagree." is not a position
_RECITED = 0.3  # of a position's 4-grams, out of the persona's own description
# Of a view's cosine to the question, to stand for an answer to it: of the example's, those from here on answer one,
# those up to .34 speak of another matter ("Patient aid ..." of the World Bank).
_ON_TOPIC = 0.40
_OPENER = re.compile(
    r"^(?:\W*(?:my|our) (?:position|side|stance|view|answer)(?: (?:is|on \w+ is))?(?: that)?\s*[:,]?\s*"
    r"|\W*i (?:hold|believe|argue|think)(?: that)?\s+|[\"“]\s*)",
    re.IGNORECASE,
)


def take_positions(
    speakers: Speakers,
    personas: Sequence[Persona],
    question: str,
    likeness: Likeness | None,
    seed: int,
    config: RunnableConfig | None,
    given: Mapping[str, str] | None = None,
) -> tuple[Position, ...]:
    """Ask every persona for its position, and those that agree for their difference.

    Args:
        given: positions to use unchanged, by persona id, such as those of a person in a persona's seat.
    """
    fixed = given or {}
    asked = [n for n, one in enumerate(personas) if one.id not in fixed]
    ask = partial(_ask, speakers, personas, question=question, config=config)
    texts = {n: fixed.get(one.id, "") for n, one in enumerate(personas)} | ask(asked, {}, seed=seed)
    if not any(texts.values()):
        texts |= ask(asked, {}, sides=_shared_out(personas, question, likeness), seed=seed + 2)
    positions = [_position(one, texts[n], question, likeness) for n, one in enumerate(personas)]
    same = {n: agreeing(positions, n, question, likeness) for n in asked}
    held = {n: [positions[o] for o in others or _usable(texts, n)] for n, others in same.items()}
    again = [n for n in asked if held[n] and (same[n] or not texts[n])]
    for n, text in ask(again, held, seed=seed + 1).items():
        positions[n] = _differing(personas[n], text, positions, n, question, likeness)
    return tuple(positions)


def other_side(question: str, others: Sequence[str]) -> str:
    """Return what is left to answer where others have answered so, as a prompt says it; "" for an open question.

    A small model repeats others' words if it sees them, so it sees only its own side.
    """
    taken = {side_taken(one, question) for one in others}
    if sides := alternatives(question):
        left = [side for n, side in enumerate(sides) if n not in taken]
        return f"{left[0]}? Yes." if len(left) == 1 else ""
    if not is_yes_or_no(question):
        return ""
    answers = {denies(one) for one in others}
    return "" if len(answers) > 1 else "Yes." if True in answers else "No."


def all_agree(positions: Sequence[Position]) -> bool:
    """Whether there is nothing to debate: every persona holds the same as the first."""
    first = positions[0].persona_id if positions else ""
    return len(positions) > 1 and all(first in one.agrees_with for one in positions[1:])


def position_sentence(written: str, voice: str, question: str = "") -> str:
    """Return the first sentence of a model's answer that is usable as a position, or "".

    One that only puts the question as a statement, both its alternatives together, takes no side.
    """
    text = _OPENER.sub("", written.strip())
    sentences = split_sentences(text)
    if not sentences:
        return ""
    sentence = sentences[0].text.strip('"“” ')
    sentence = sentence[:1].upper() + sentence[1:]
    usable = ends_with_sentence(sentence) and not sentence.endswith("?") and word_count(sentence) >= _SHORTEST
    takes_a_side = not takes_both(sentence, question)
    return sentence if usable and takes_a_side and echo_share(sentence, [voice]) < _RECITED else ""


def _shared_out(personas: Sequence[Persona], question: str, likeness: Likeness | None) -> dict[int, str]:
    """A side of the question for each persona, by its number: to the first the one nearer its views, then in turn.

    None for an open question.
    """
    either_or = alternatives(question)
    sides = [f"{one}? Yes." for one in either_or] or (["Yes.", "No."] if is_yes_or_no(question) else [])
    views = [pov.text for pov in personas[0].povs if pov.weight > 0]
    if likeness and either_or and views:
        near = likeness.positions(question, [*views, *either_or])[: len(views), len(views) :].mean(axis=0)
        sides = sides if near[0] >= near[1] else sides[::-1]
    return {n: sides[n % len(sides)] for n in range(len(personas)) if sides}


def _usable(texts: Mapping[int, str], n: int) -> list[int]:
    """The first persona besides the n-th that took a position."""
    return [other for other, text in texts.items() if text and other != n][:1]


def _ask(
    speakers: Speakers,
    personas: Sequence[Persona],
    numbers: Sequence[int],
    held: Mapping[int, Sequence[Position]],
    *,
    question: str,
    seed: int,
    config: RunnableConfig | None,
    sides: Mapping[int, str] = MappingProxyType({}),
) -> dict[int, str]:
    """Ask personas, by their numbers, for a position.

    Args:
        held: positions of others that one knows and must differ from.
        sides: the side of the question that one is to take.
    """
    prompts = [_prompt(personas[n], question, held.get(n, ()), sides.get(n, "")) for n in numbers]
    written = speakers.complete([personas[n].id for n in numbers], prompts, _LIMITS, seed, config)
    said = [position_sentence(one.text, personas[n].voice, question) for n, one in zip(numbers, written, strict=True)]
    found = zip(numbers, said, prompts, strict=True)
    return {n: "" if _of_the_prompt(sentence, prompt) else sentence for n, sentence, prompt in found}


def _of_the_prompt(sentence: str, prompt: RenderedPrompt) -> bool:
    """Whether a sentence is taken from the instruction: "You take part in a debate." is no position."""
    return recites(sentence, of_instruction(prompt.user, (prompt.question,)))


def _prompt(persona: Persona, question: str, others: Sequence[Position], side: str) -> RenderedPrompt:
    return load_prompt("position").render(
        voice=persona.voice,
        views=[pov.text for pov in persona.povs if pov.weight > 0],
        question=question,
        others=others,
        side=side or (other_side(question, [one.text for one in others]) if others else ""),
        max_words=_ASKED,
    )


def _position(persona: Persona, text: str, question: str, likeness: Likeness | None) -> Position:
    """What a persona said, or its view that answers the question best; "" if it has none on the matter."""
    if text:
        return Position(persona.id, persona.name, text)
    views = [pov.text for pov in persona.povs if pov.weight > 0]
    near = likeness.meaning(question, views).tolist() if likeness and views else [_ON_TOPIC] * len(views)
    nearest, view = max(zip(near, views, strict=True), key=lambda pair: pair[0], default=(0.0, ""))
    return Position(persona.id, persona.name, *((view, "view") if nearest >= _ON_TOPIC else ("", "none")))


def _differing(
    persona: Persona,
    text: str,
    positions: Sequence[Position],
    n: int,
    question: str,
    likeness: Likeness | None,
) -> Position:
    """Take the second answer where it differs, else a view on the question, else what it said, as an agreement."""
    for candidate in (text, ""):
        new = _position(persona, candidate, question, likeness)
        if new.text and not agreeing([*positions[:n], new], n, question, likeness):
            return new
    own = positions[n].text
    same = [positions[other] for other in agreeing(positions, n, question, likeness)]
    return replace(
        positions[n],
        agrees_with=tuple(one.persona_id for one in same),
        other_reasons=any(gives_other_reasons(own, one.text, question) for one in same),
    )
