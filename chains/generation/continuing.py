"""Continue an answer that ended too early.

Each request is a new, short prompt with the question, the answer so far, and one thing that is missing: a passage that
the answer does not use yet, then a consequence, then a counter-argument. The result becomes a paragraph, without what
the answer already says. It stops at the minimum length or when the model has nothing new; answers are never padded.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from langchain_core.runnables import RunnableConfig

from chains.generation.contract import Backend, WordLimits
from chains.generation.ladder import Asked, Draft, read
from chains.schemas import Attempt, Removal
from chains.text.echo import echo_share
from chains.text.ngrams import ngrams
from chains.text.recital import of_instruction, recites
from chains.text.refusal import is_abstention
from prompts import load_prompt
from vectorstore.text.sentences import ends_with_sentence, joined_sentences, split_sentences, word_count

_PARAGRAPH = WordLimits(40, 90)  # words of one continuation, where so many are wanted
_LEAST_NEW = 8  # words; less is a rest of what was said
_SAID = 0.4  # of a sentence's 4-grams; from here on it repeats an earlier one
_USED = 0.1  # of a passage's word pairs that an answer shares, once it speaks of the passage
_BARREN = 2  # continuations in a row that brought nothing new: the model has no more to say
_CLOSE = re.compile(
    r"(?:in (?:conclusion|summary|short|sum|the end)|to (?:conclude|sum up|summari[sz]e)|ultimately|overall|"
    r"my verdict|what follows|all in all|finally|for (?:all )?these reasons)\b",
    re.IGNORECASE,
)


@dataclass
class Growing:
    """An answer while it is continued."""

    asked: Asked
    text: str
    attempts: list[Attempt] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    barren: int = 0
    missing: Iterator[tuple[str, str]] = field(default_factory=lambda: iter(()))

    def __post_init__(self) -> None:
        self.missing = self._what_is_missing()

    @property
    def short(self) -> bool:
        """Whether the answer is below its minimum, and no "I don't know"."""
        return word_count(self.text) < self.asked.limits.minimum and not is_abstention(self.text)

    @property
    def room(self) -> int:
        """Words up to the maximum."""
        return self.asked.limits.maximum - word_count(self.text)

    def next_request(self) -> Asked | None:
        """Return what is asked for next, or None if the answer is long enough or nothing is left to ask for."""
        begun = bool(self.text) and self.asked.can_go_on
        if not (begun and self.short) or self.barren >= _BARREN or self.room < _LEAST_NEW:
            return None
        passage, aspect = next(self.missing, ("", ""))
        if not aspect:
            return None
        prompt = self.asked.prompt
        limits = WordLimits(min(_PARAGRAPH.minimum, self.room // 2), min(_PARAGRAPH.maximum, self.room))
        rendered = load_prompt("continue").render(
            system=prompt.system,
            question=prompt.question,
            passage=passage,
            aspect=aspect,
            written=self.text,
            min_words=limits.minimum,
            max_words=limits.maximum,
        )
        return replace(self.asked, prompt=rendered, limits=replace(limits, minimum=0))

    def add(self, draft: Draft, asked: Asked) -> None:
        """Join a continuation's new sentences as a paragraph: before the close if there is one, else at the end."""
        self.attempts.append(draft.attempt)
        self.removed += draft.removed
        answer, recited = _without_recital(draft.text, asked.prompt.user, [*self.asked.prompt.passages, self.text])
        self.removed += recited
        new = "" if is_abstention(answer) else _new_sentences(answer, self.text, self.room)
        if word_count(new) < _LEAST_NEW:
            self.barren += 1
            return
        self.barren = 0
        *body, last = re.split(r"\n+", self.text)
        if body and _CLOSE.match(last):
            self.text = "\n\n".join([self.text.removesuffix(last).rstrip(), new, last])
        else:
            self.text = f"{self.text}\n\n{new}"

    def _what_is_missing(self) -> Iterator[tuple[str, str]]:
        for passage in self.asked.prompt.passages:
            if not _speaks_of(self.text, passage):
                yield passage, "passage"
        yield "", "consequence"
        yield "", "objection"


def grow(backend: Backend, growing: Sequence[Growing], config: RunnableConfig | None) -> None:
    """Continue all answers that are too short, a request each at a time, together."""
    while requests := [(one, wanted) for one in growing if (wanted := one.next_request()) is not None]:
        fitting = [(one, wanted) for one, wanted in requests if backend.fits(wanted.prompt, wanted.limits.maximum)]
        if not fitting:
            continue  # the next passage may be shorter
        asked = [wanted.request(backend.ladder[0], len(backend.ladder) + len(one.attempts)) for one, wanted in fitting]
        for (one, wanted), raw in zip(fitting, backend.attempt(asked, config), strict=True):
            one.add(read(raw, wanted, 1, continues=True), wanted)


def _without_recital(text: str, prompt: str, known: Sequence[str]) -> tuple[str, list[Removal]]:
    """Leave out sentences that repeat the request to continue, as a tuned model may at the end."""
    instruction = of_instruction(prompt, tuple(known))
    sentences = [one.text for one in split_sentences(text)]
    recited = [one for one in sentences if recites(one, instruction)]
    kept = joined_sentences(one for one in sentences if one not in recited)
    return (kept if recited else text), [Removal("prompt", one) for one in recited]


def _new_sentences(text: str, said: str, room: int) -> str:
    """The complete sentences of a text that repeat nothing, as many as there is room for."""
    kept: list[str] = []
    for sentence in (one.text for one in split_sentences(text) if ends_with_sentence(one.text)):
        if word_count(" ".join([*kept, sentence])) > room:
            break
        if sentence not in said and echo_share(sentence, [said, *kept]) < _SAID:
            kept.append(sentence)
    return joined_sentences(kept)


def _speaks_of(text: str, passage: str) -> bool:
    pairs, said = set(ngrams(passage, 2)), set(ngrams(text, 2))
    return len(pairs & said) > _USED * len(pairs)
