"""Clean every model's output in the same way: what remains is the answer, or "".

It removes reasoning, chat tokens, a JSON object or code fence around the text, the repeated prompt, labels and openers
("Assistant: Sure! Here is my opinion:"), whatever an invented next speaker says, Markdown, apologies, and sentences
that speak of the task ("condensed to fit the word limit"). It never changes the words of the answer itself, except for
the capital behind a clause it took away. It does not judge the answer: see ``chains.text.defects``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from chains.schemas import Removal
from chains.text.cleaning.markup import Cleaned, without_emphasis, without_headings, without_list_marks
from chains.text.cleaning.wrappers import (
    without_chat_tokens,
    without_fences,
    without_json,
    without_labels,
    without_prompt,
    without_reasoning,
)
from chains.text.phrases import (
    ANNOUNCEMENT,
    APOLOGY,
    AS_GIVEN,
    INTERJECTION,
    NOTE,
    OF_ANOTHER,
    OF_THE_ANSWER,
    OF_THE_TASK,
    OF_THE_TEXT,
)
from chains.text.refusal import is_abstention
from vectorstore.text.sentences import split_sentences, word_count

__all__ = ["CleanedText", "Removal", "clean_answer"]

_LONGEST = 100_000  # characters, ten times the longest answer asked for: a server may send anything
_PASSES = 6  # what one step uncovers is for the next pass: a label before JSON in a fence takes three
_KEPT_OF_A_REMOVAL = 1_000  # characters: reasoning of thousands of words would fill the journal
_DECORATED = r"[ \t>]{0,4}[*_#\"“]{0,3}[ \t]?"
_COLON = r"[ \t]{0,2}[*_]{0,3}[ \t]{0,2}[:：][*_]{0,3}[ \t]*"
_NAMES_IN_VAIN = frozenset({"professor", "president", "minister", "doctor", "the", "and", "dr", "mr", "mrs", "ms"})


@dataclass(frozen=True)
class CleanedText:
    """The answer, and what was removed around it, in the order of the steps."""

    text: str
    removed: tuple[Removal, ...] = ()


def clean_answer(text: str, *, prompt: str = "", speakers: Sequence[str] = (), prose: bool = True) -> CleanedText:
    """Return the answer that is in a model's output. Pure, and linear in the length of the text.

    Args:
        text: what the model wrote, opening words included; beyond 100,000 characters it is cut.
        prompt: the prompt or its user message, to find where the model only repeats it.
        speakers: names of those who take part in the debate: a name and a colon before the text goes, further on it
            ends the text. Leave it empty for a text about them, such as a verdict.
        prose: False keeps headings, lists and emphasis, for answers that were asked for as a list.
    """
    removed: list[Removal] = []
    if len(text) > _LONGEST:
        removed.append(Removal("too long", text[_LONGEST:]))
        text = text[:_LONGEST]
    steps = _steps(prompt, tuple(speakers), prose=prose)
    for _ in range(_PASSES):
        before = text
        for step in steps:
            text, taken = step(text)
            removed += taken
        if text == before:
            break
    shown = tuple(Removal(one.kind, _short(one.text.strip())) for one in removed if one.text.strip())
    return CleanedText(re.sub(r"\n{3,}", "\n\n", text).strip() if shown else text.strip(), shown)


def _steps(prompt: str, speakers: tuple[str, ...], *, prose: bool) -> list[Callable[[str], Cleaned]]:
    opens, others = label_patterns(speakers)
    around: list[Callable[[str], Cleaned]] = [
        without_reasoning,
        without_chat_tokens,
        partial(without_prompt, prompt=prompt),
        partial(without_labels, prompt=prompt),
        partial(_without_opener, label=opens),
        partial(_without_next_speaker, label=others),
        without_fences,
        without_json,
    ]
    marks: list[Callable[[str], Cleaned]] = [without_headings, without_list_marks, without_emphasis] if prose else []
    return [*around, _without_notes, _without_talk, *marks]


@lru_cache(64)
def label_patterns(speakers: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What may stand before an answer, and what ends it: a known role or a debater's name, with a colon."""
    names = list(speakers)
    for name in speakers:
        names += [part for part in name.split() if len(part) > 2 and part.lower() not in _NAMES_IN_VAIN]
    by_name = "|".join(map(re.escape, sorted(set(names), key=len, reverse=True))) or r"(?!)"
    roles, others = ("|".join(map(re.escape, labels)) for labels in (OF_THE_ANSWER, OF_ANOTHER))
    own = rf"\s*{_DECORATED}(?:{roles}|{by_name})(?:[ \t]?\(\w{{1,20}}\))?{_COLON}"
    line = rf"\n{_DECORATED}(?:{others}|assistant|ai|moderator|{by_name})(?:[ \t]?\(\w{{1,20}}\))?{_COLON}"
    inline = rf"(?<=[.!?”\"])[ \t]{{1,3}}\*\*(?:{by_name}|user|human|assistant){_COLON}"
    return re.compile(own, re.IGNORECASE), re.compile(rf"{line}|{inline}", re.IGNORECASE)


def _without_opener(text: str, label: re.Pattern[str]) -> Cleaned:
    for kind, pattern in (("label", label), ("opener", INTERJECTION), ("opener", ANNOUNCEMENT)):
        if found := pattern.match(text):
            return text[found.end() :], [Removal(kind, found.group())]
    return text, []


def _without_next_speaker(text: str, label: re.Pattern[str]) -> Cleaned:
    start = len(text) - len(text.lstrip())
    found = label.search("\n" + text[start:])
    if found is None:
        return text, []
    at = start + max(0, found.start() - 1)
    if text[start:at].strip():
        return text[:at].rstrip(), [Removal("next speaker", text[at:])]
    end = text.find("\n", start)  # the text begins with what the other one asked
    return (text[end:], [Removal("next speaker", text[:end])]) if end >= 0 else ("", [Removal("next speaker", text)])


def _without_notes(text: str) -> Cleaned:
    lines = text.split("\n")
    notes = [(found := NOTE.match(line)) is not None and bool(OF_THE_TEXT.search(line, found.end())) for line in lines]
    removed = [Removal("talk about the task", line) for line, is_note in zip(lines, notes, strict=True) if is_note]
    return "\n".join(line for line, is_note in zip(lines, notes, strict=True) if not is_note), removed


def _without_talk(text: str) -> Cleaned:
    """Remove sentences about the task and apologies; "I don't know" is an answer and stays."""
    if is_abstention(text):
        return text, []
    removed: list[Removal] = []
    lines = [_line_without_talk(line, removed) for line in text.split("\n")]
    return "\n".join(lines), removed


def _line_without_talk(line: str, removed: list[Removal]) -> str:
    kept: list[str] = []
    at = 0
    for sentence in split_sentences(line):
        kind = "apology" if APOLOGY.match(sentence.text) else "talk about the task"
        if kind == "apology" or OF_THE_TASK.search(sentence.text):
            removed.append(Removal(kind, sentence.text))
            at = sentence.end
            continue
        clause = AS_GIVEN.match(sentence.text)
        begins = sentence.start + (clause.end() if clause else 0)
        if clause:
            removed.append(Removal("talk about the task", clause.group()))
        gap = line[at : sentence.start] if kept else ""
        first = line[begins].upper() if clause else line[begins]
        kept.append(gap + first + line[begins + 1 : sentence.end])
        at = sentence.end
    return "".join(kept) if kept or word_count(line) else line


def _short(text: str) -> str:
    return text if len(text) <= _KEPT_OF_A_REMOVAL else text[: _KEPT_OF_A_REMOVAL - 1] + "…"
