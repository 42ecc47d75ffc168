"""``compare.html``: the tests of a comparison and the answers side by side, in one file that works offline.

Words that one answer has and the other lacks are marked. If two answers share almost nothing, the page says so instead
of marking everything.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from chains.schemas.wording import in_words
from debate.amounts import amount, length
from debate.compare.comparison import Compared
from debate.compare.measures import Answer
from debate.compare.runner import Comparison
from debate.compare.sheet import model_rows
from debate.compare.statistics import TOO_FEW, Tally
from debate.files.atomic import atomic_file
from debate.output.report import style
from debate.output.templates import templates_in
from vectorstore.text.letters import UNSPACED

_TEMPLATES = templates_in(__package__)
_ALIKE = 0.25  # below it the answers differ visibly without marks
_WIDE = f"{UNSPACED}\u3000-\u303f\uff00-\uffef"  # with the punctuation of these scripts
_WORD = re.compile(rf"(?P<character>[{_WIDE}])|[^\s{_WIDE}]+")
# Whether the documents hold the answer and whether the model abstained, where that deserves a word.
_JUDGED: dict[tuple[bool | None, bool], str] = {
    (True, True): "abstained wrongly",
    (False, True): "abstained rightly",
    (False, False): "answered what the documents do not hold",
}
_TELLING = 3  # characters that two texts share by more than chance


@dataclass(frozen=True)
class Piece:
    """A stretch of an answer; ``differs`` where the other answer does not have it."""

    text: str
    differs: bool


@dataclass(frozen=True)
class AnswerShown:
    """One model's answer to a question, in pieces.

    Attributes:
        note: what cannot be seen from the pieces.
        facts: what was measured of it.
    """

    model: str
    pieces: tuple[Piece, ...]
    note: str
    facts: str = ""


@dataclass(frozen=True)
class QuestionShown:
    """A question, its passages as they are numbered in answers, and the answers."""

    text: str
    passages: tuple[str, ...]
    answers: tuple[AnswerShown, ...]


@dataclass(frozen=True)
class Interval:
    """A 95% interval drawn on a line from -1 to 1, as shares of the largest end: places in percent."""

    left: float
    width: float
    middle: float


def write_comparison_page(comparison: Comparison) -> Path:
    """Write the page into the comparison's folder.

    Raises:
        RunFolderError: it cannot be written.
    """
    page = _TEMPLATES.get_template("comparison_page.html.j2").render(
        nonce=secrets.token_urlsafe(16),
        style=style(),
        own_style=comparison_style(),
        **_values(comparison, list(comparison.vote_tallies())),
    )
    path = comparison.folder / "compare.html"
    with atomic_file(path) as file:
        file.write_text(page, encoding="utf-8", errors="replace")
    return path


def comparison_body(comparison: Comparison) -> str:
    """Return a comparison as HTML, without the votes, which the live page counts itself; every text is escaped."""
    return _TEMPLATES.get_template("comparison_body.html.j2").render(**_values(comparison))


def comparison_style() -> str:
    """Return the style sheet of a comparison, which comes after the report's."""
    return files(__package__).joinpath("comparison.css").read_text("utf-8")


def _values(comparison: Comparison, votes: Sequence[Tally] = ()) -> dict[str, Any]:
    return {
        "votes": votes,
        "models": comparison.models,
        "warnings": comparison.warnings(),
        "pairs": list(_pairs(comparison)),
        "judges": list(comparison.judge_tallies()),
        "told": list(model_rows(comparison)) if comparison.efforts or any(comparison.controls) else [],
        "controls": list(comparison.control_answers()),
        "figure": _figure,
        "amount": amount,
        "too_few": TOO_FEW,
        "questions": list(_questions(comparison)),
    }


def marked(text: str, other: str) -> tuple[tuple[Piece, ...], float]:
    """Return a text in pieces, marking those that the other lacks, and the similarity of the two (0 to 1).

    What is compared are words, and the characters of scripts without spaces; of these, few together are in any text.
    """
    words, others = list(_WORD.finditer(text)), [one.group() for one in _WORD.finditer(other)]
    blocks = SequenceMatcher(None, [one.group() for one in words], others, autojunk=False).get_matching_blocks()
    shared = {
        n
        for block in blocks
        if _is_telling(words[block.a :][: block.size])
        for n in range(block.a, block.a + block.size)
    }
    pieces, end = [], 0
    for is_shared, stretch in groupby(range(len(words)), shared.__contains__):
        places = list(stretch)
        if not is_shared:
            start, before, end = words[places[0]].start(), end, words[places[-1]].end()
            pieces += [Piece(text[before:start], False), Piece(text[start:end], True)]
    pieces.append(Piece(text[end:], False))
    alike = 2 * len(shared) / (len(words) + len(others)) if words or others else 1.0
    return tuple(one for one in pieces if one.text), alike


def _is_telling(words: Sequence[re.Match[str]]) -> bool:
    return len(words) >= _TELLING or not all(one["character"] for one in words)


def _pairs(comparison: Comparison) -> Iterator[tuple[str, str, list[tuple[Compared, Interval | None]]]]:
    """The tests, two models at a time."""
    for pair, tests in groupby(comparison.compared, key=lambda one: (one.first, one.second)):
        yield *pair, [(one, _interval(one)) for one in tests]


def _figure(value: float, sign: str = "") -> str:
    """Write a number with its significant decimals."""
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:{sign}.{decimals}f}"
    return f"{0:.{decimals}f}" if float(text) == 0 else text.replace("-", "−")


def _questions(comparison: Comparison) -> Iterator[QuestionShown]:
    for n, question in enumerate(comparison.questions):
        answers = [of_model[n] for of_model in comparison.answers]
        shown = [_shown(answer, answers[0 if at else 1]) for at, answer in enumerate(answers)]
        facts = [_facts(answer, question.answerable) for answer in answers]
        with_facts = [replace(one, facts=told) for one, told in zip(shown, facts, strict=True)]
        yield QuestionShown(question.text, tuple(one.text for one in comparison.passages[n]), tuple(with_facts))


def _facts(answer: Answer, answerable: bool | None) -> str:
    one = answer.opinion
    if one is None:
        return ""
    told = [length(one.words, one.answer)]
    if one.supported is not None and not one.abstained:
        told.append(f"{one.supported:.0%} supported")
    told += [_JUDGED[said]] if (said := (answerable, one.abstained)) in _JUDGED else []
    for what, found in (
        ("in no passage", one.unsupported),
        ("defects", in_words(defect.kind for defect in one.defects)),
    ):
        told += [f"{what}: {', '.join(dict.fromkeys(found))}"] if found else []
    return "; ".join(told)


def _shown(answer: Answer, other: Answer) -> AnswerShown:
    if answer.opinion is None:
        return AnswerShown(answer.model, (), f"failed: {answer.error}")
    text = answer.opinion.answer
    if other.opinion is None:
        return AnswerShown(answer.model, (Piece(text, False),), "")
    if text == other.opinion.answer:
        return AnswerShown(answer.model, (Piece(text, False),), f"the same as {other.model}'s")
    pieces, alike = marked(text, other.opinion.answer)
    if alike < _ALIKE:
        return AnswerShown(answer.model, (Piece(text, False),), f"hardly a phrase in common with {other.model}'s")
    return AnswerShown(answer.model, pieces, f"marked: not in {other.model}'s")


def _interval(one: Compared) -> Interval | None:
    """Place an interval on its own line, with no difference in the middle."""
    if one.paired is None or one.paired.interval is None:
        return None
    ends = one.paired.interval
    largest = max(map(abs, ends)) or 1.0
    low, high, middle = (50 + 45 * place / largest for place in (*ends, one.paired.difference))
    return Interval(low, max(high - low, 0.5), middle)
