"""Retry a prompt along the ladder until its text is usable.

Cleaning, loops and empty answers are judged by the text alone, in the same way for every model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.runnables import RunnableConfig

from chains.errors import GenerationError
from chains.generation.contract import AttemptRequest, Backend, RawText, Sampling, WordLimits
from chains.schemas import Attempt, Defect, Finish, Removal
from chains.schemas.wording import in_words
from chains.text.cleaning.answer import clean_answer
from chains.text.cleaning.striking import strike
from chains.text.refusal import is_abstention
from chains.text.repetition import detect_loop
from prompts import RenderedPrompt
from vectorstore.runtime.turnstile import one_at_a_time
from vectorstore.text.letters import is_seen
from vectorstore.text.sentences import word_count
from vectorstore.text.words import FUNCTION_WORDS

_SEEDS_A_ROW = 1009  # prime: the attempts of neighbouring seeds share no seed
_THINKING = 2048  # extra tokens for a model that used up its own before the first word of the answer
_LATE = 4  # a loop that begins after this part of the longest answer leaves one worth keeping
_SOUND = 0.75  # of a text's words; if less is left after removing defects, another attempt is worth its price
_CLOSERS = " \n.!?…。"  # what cannot continue a sentence


Check = Callable[[str], Sequence[Defect]]


def unchecked(_: str) -> Sequence[Defect]:
    """A check that finds no defects."""
    return ()


@dataclass(frozen=True)
class Asked:
    """A prompt with its limits, and how to read the answer.

    Attributes:
        prose: whether headings and list marks are taken out.
        check: finds the defects of a text, which is retried if it has many; sentences with defects are removed.
    """

    prompt: RenderedPrompt
    limits: WordLimits
    seed: int = 0
    prose: bool = True
    check: Check = unchecked

    @property
    def can_go_on(self) -> bool:
        """Whether a short answer can be continued: there is a minimum, and a question on several passages."""
        return bool(self.limits.minimum and self.prompt.question and self.prompt.passages)

    def request(self, sampling: Sampling, attempt: int, spare_tokens: int = 0) -> AttemptRequest:
        """Return the request of an attempt, the first of which is 0."""
        seed = self.seed * _SEEDS_A_ROW + attempt
        return AttemptRequest(self.prompt, sampling, self.limits.maximum, seed, self.prompt.do_not_repeat, spare_tokens)


@dataclass(frozen=True)
class Draft:
    """The usable text of one attempt, and what was removed from it.

    Attributes:
        sound: the share of its words left after removing sentences with defects.
    """

    text: str
    attempt: Attempt
    removed: tuple[Removal, ...] = ()
    sound: float = 1.0

    @property
    def words(self) -> int:
        """How long the text is."""
        return word_count(self.text)


def climb(backend: Backend, asked: Sequence[Asked], config: RunnableConfig | None) -> list[list[Draft]]:
    """Make the first attempt for every prompt, and the next along the ladder for those that it failed.

    An attempt failed if it gave no text, looped early, has many defects, or is too short for the text that it
    translates. A short answer to a question is continued later instead.
    """
    drafts: list[list[Draft]] = [[] for _ in asked]
    left = list(range(len(asked)))
    for step, sampling in enumerate(backend.ladder, 1):
        requests = [asked[row].request(sampling, step - 1, _spare(drafts[row])) for row in left]
        for row, raw in zip(left, backend.attempt(requests, config), strict=True):
            drafts[row].append(read(raw, asked[row], step))
        left = [row for row in left if not _will_do(drafts[row][-1], asked[row])]
        if not left:
            break
    return drafts


@one_at_a_time
def read(raw: RawText, asked: Asked, step: int, *, continues: bool = False) -> Draft:
    """Clean what a model wrote, cut it before a loop, remove defects, and give the reason if nothing is left."""
    opening = asked.prompt.opening if raw.after_opening else ""
    cleaned = clean_answer(_begun(opening, raw.text), prompt=asked.prompt.user, prose=asked.prose)
    loop = detect_loop(cleaned.text)
    whole = cleaned.text[: loop.start].rstrip() if loop else cleaned.text
    text, struck = strike(whole, asked.check(whole))
    removed = (*cleaned.removed, *struck)
    failure = "" if is_seen(text.removeprefix(opening).strip(_CLOSERS)) else _reason(raw, removed)
    text = "" if failure else text
    attempt = Attempt(
        step=step,
        continues=continues,
        finish=Finish.LOOP if loop else raw.finish,
        words=word_count(text),
        tokens_in=raw.tokens_in,
        tokens_out=raw.tokens_out,
        loop_after=word_count(text) if loop or raw.finish is Finish.LOOP else None,
        failure=failure,
    )
    return Draft(text, attempt, removed, word_count(text) / max(1, word_count(whole)))


def best_of(drafts: Sequence[Draft], maximum: int) -> Draft:
    """Return the draft with the longest text that can be used.

    Raises:
        GenerationError: no attempt left any text.
    """
    best = max(drafts, key=lambda draft: min(draft.words, maximum))
    if best.text:
        return best
    reasons = [draft.attempt.failure for draft in drafts]
    if len(set(reasons)) > 1:
        tried = "; ".join(f"attempt {n}: {reason}" for n, reason in enumerate(reasons, 1))
        raise GenerationError(f"the model returned no text that can be used ({tried})")
    raise GenerationError(f"{reasons[0]}, in {len(reasons)} attempts")


def _begun(opening: str, text: str) -> str:
    """Prepend the given opening words, unless the model repeated them or ended the sentence at once."""
    if not opening:
        return text
    if text.lstrip().startswith(opening):
        return opening + _gone_on(opening, text.lstrip().removeprefix(opening))
    rest = text.lstrip(_CLOSERS)
    if not rest or text.lstrip()[0] in _CLOSERS:
        return rest
    return opening + _gone_on(opening, f"{'' if rest[0] in ',;:' else ' '}{rest}")


def _gone_on(opening: str, rest: str) -> str:
    """A sentence behind "that" goes on with a small letter where no name can begin: "I hold that The bank"."""
    word = next(iter(rest.split(maxsplit=1)), "")
    if opening.endswith(" that") and word.istitle() and word != "I" and word.lower() in FUNCTION_WORDS:
        return rest.replace(word, word.lower(), 1)
    return rest


def _will_do(draft: Draft, asked: Asked) -> bool:
    if draft.attempt.failure or draft.sound < _SOUND:
        return False
    enough = draft.words >= asked.limits.minimum
    if draft.attempt.loop_after is not None:
        return enough and draft.words >= asked.limits.maximum // _LATE
    return enough or bool(asked.prompt.question) or is_abstention(draft.text)


def _spare(drafts: Sequence[Draft]) -> int:
    thought_only = any(draft.attempt.failure and draft.attempt.finish is Finish.LENGTH for draft in drafts)
    return _THINKING if thought_only else 0


def _reason(raw: RawText, removed: Sequence[Removal]) -> str:
    if raw.refusal:
        return f"the model refused: {raw.refusal}"
    kinds = in_words(removal.kind for removal in removed)
    only = f"; it wrote only: {', '.join(kinds)}" if kinds else ""
    return f"the model returned no text (finish_reason={raw.finish}{only})"
