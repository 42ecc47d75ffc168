"""Positions: before the first turn, each persona states its position on the question in one sentence.

All positions are asked for in one batch, and again if nobody gives a usable one. A persona that says the same as one
before it, or nothing usable, is asked once more, for the side that is left. Whether two positions agree is told by
embeddings and rules, with care: cosines see the topic better than the side, so that two positions agree only where both
cosines are high, neither denies what the other says, and they take no different alternatives of the question. A model
that gives no usable sentence leaves the persona one of its own views, and the position says so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from langchain_core.runnables import RunnableConfig

from chains.debating.claims import contradicts, overlap
from chains.debating.likeness import Likeness
from chains.debating.speakers import Speakers
from chains.generation.contract import WordLimits
from chains.schemas import Position
from chains.text.echo import echo_share
from chains.text.recital import is_yes_or_no
from chains.text.support.contradiction import alternatives, denies, side_taken, takes_both
from prompts import Persona, RenderedPrompt, load_prompt
from vectorstore.text.sentences import ends_with_sentence, split_sentences, word_count

_ASKED = 35  # words; models go over it, and a sentence cut at the limit would be no position at all
_LIMITS = WordLimits(maximum=2 * _ASKED)
_SHORTEST = 6  # words; "I disagree." is not a position
_RECITED = 0.3  # of a position's 4-grams, out of the persona's own description
# On 200 claims of Perspectrum (dev) with a perspective of each stance, the bundled stance space puts the one of
# the same stance nearer in 76%, the plain model in 54%; both reach .65 on near-paraphrases alone.
_SAME_SIDE, _SAME_MEANING = 0.65, 0.65
_SAME_TEXT = 0.80  # of the meaning, where the embeddings know no sides
# Of a view's cosine to the question, to stand for an answer to it: of the example's, those from here on answer one,
# those up to .34 speak of another matter ("Patient aid ..." of the World Bank).
_ON_TOPIC = 0.40
_SAME_WORDS = 0.75  # without embeddings: of the shorter one's content words
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
        texts |= ask(asked, {}, seed=seed + 2)
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


def agreeing(positions: Sequence[Position], n: int, question: str, likeness: Likeness | None) -> list[int]:
    """Return the indices of the positions before the n-th that hold the same."""
    texts = [one.text for one in positions[: n + 1]]
    if not texts[n]:
        return []
    others = [other for other, text in enumerate(texts[:n]) if text and not _differ(text, texts[n], question)]
    if likeness is None:
        return [other for other in others if overlap(texts[other], texts[n]) >= _SAME_WORDS]
    meanings = likeness.meaning(texts[n], texts)
    if not likeness.knows_sides:
        return [other for other in others if meanings[other] >= _SAME_TEXT]
    sides = likeness.positions(question, texts)[n]
    return [other for other in others if sides[other] >= _SAME_SIDE and meanings[other] >= _SAME_MEANING]


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


def _differ(one: str, other: str, question: str) -> bool:
    """Whether rules see that two positions differ: one denies the other, or they take different alternatives."""
    sides = {side_taken(one, question), side_taken(other, question)} - {None}
    return contradicts(one, other) or len(sides) > 1


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
) -> dict[int, str]:
    """Ask personas, by their numbers, for a position, each knowing what those that are ``held`` against it said."""
    prompts = [_prompt(personas[n], question, held.get(n, ())) for n in numbers]
    written = speakers.complete([personas[n].id for n in numbers], prompts, _LIMITS, seed, config)
    return {
        n: position_sentence(one.text, personas[n].voice, question) for n, one in zip(numbers, written, strict=True)
    }


def _prompt(persona: Persona, question: str, others: Sequence[Position]) -> RenderedPrompt:
    return load_prompt("position").render(
        voice=persona.voice,
        views=[pov.text for pov in persona.povs if pov.weight > 0],
        question=question,
        others=others,
        side=other_side(question, [one.text for one in others]) if others else "",
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
    same = agreeing(positions, n, question, likeness)
    return replace(positions[n], agrees_with=tuple(positions[other].persona_id for other in same))
