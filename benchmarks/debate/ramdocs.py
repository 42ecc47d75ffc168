"""RAMDocs (Wang et al. 2025, "Retrieval-Augmented Generation with Conflicting Evidence"): arms at about equal tokens.

A question has several right answers, documents that support them, and documents that are wrong or beside the point.
An answer is an exact match where it names every right answer and no wrong one.

    A  one pass over all documents             E  debate, each reader has documents of its own
    B  A, sampled often, majority per answer   F  the readers of E without talk, sampled often, vote
    C  A, corrected by itself again and again  G  E, but each hears what was said on another question
    D  debate, every reader has all documents

The tokens that E takes on a question, read and written, are the budget of B, C, D and F there. D to G are decided by
the readers' vote (the answers that most readers give, ties included) and, beside it, by a moderator who reads what was
said last. E - F is what talking adds, F - B what reading apart adds, E - G what the talk's content adds.
Every call goes through the contract's backend, so that any model or server serves; there are no retries.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chains.generation.backends import backend_for
from chains.generation.contract import AttemptRequest, RawText, Sampling
from prompts import RenderedPrompt, load_prompt
from vectorstore.text.sentences import word_count

READERS = 8
_WORDS = 60
_LONGEST = 8  # words of an answer; the longest right one of the set has 3
_BEGIN = "Answers:"
_MOST_SAMPLES = 16
_REASONS = re.compile(r"\bbecause\b", re.IGNORECASE)  # some models leave the colon out
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_TASK = (
    "Answer the question from the documents alone. Documents may be wrong, and things of the same name may have "
    'different right answers: give every right answer. Write one line that begins with "Answers:" and has the '
    'answers, short, with a semicolon between them, or unknown. Then write one line that begins with "Because:".'
    "\n\nQuestion: {question}"
)
_TALK = "\n\nOthers, who may have read other documents, answered:\n{others}\nKeep what your documents support, and take over what convinces you."
_AGAIN = "\n\nYou answered:\n{own}\nCheck this answer against the documents, and correct it where it is wrong."
_JUDGE = "\n\nReaders of different documents answered:\n{others}\nDecide which answers are right."


@dataclass(frozen=True)
class Row:
    """A question of RAMDocs."""

    id: str
    question: str
    documents: tuple[str, ...]
    gold: tuple[str, ...]
    wrong: tuple[str, ...]

    @classmethod
    def of(cls, row: dict[str, Any]) -> Row:
        """Read a line of the file."""
        texts = tuple(one["text"] for one in row["documents"])
        return cls(row["_id"], row["question"], texts, tuple(row["gold_answers"]), tuple(row["wrong_answers"]))


@dataclass
class Result:
    """What an arm gave on a question: its answers by each decision, and the tokens read and written.

    ``before`` and ``after`` are the answers of each reader before and after the talk, where there was one.
    """

    tokens: int = 0
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    before: tuple[tuple[str, ...], ...] = ()
    after: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Said:
    """One answer of the model."""

    text: str
    tokens: int

    @property
    def answers(self) -> tuple[str, ...]:
        """The answers that it names."""
        line = self.text.partition("Answers:")[2] or self.text
        line = _REASONS.split(line)[0]
        parts = (part.strip(" .\"'*-[]") for part in re.split(r"[;\n]", line))
        return tuple(dict.fromkeys(part for part in parts if _is_answer(part)))


def _is_answer(part: str) -> bool:
    """Whether a part is an answer, not a document copied: such a text would name right answers by the way."""
    return 0 < word_count(plain(part)) <= _LONGEST and plain(part) != "unknown"


def plain(text: str) -> str:
    """Return a text in lower case without punctuation and articles, as answers are compared."""
    spaced = text.lower().translate(str.maketrans(string.punctuation, " " * len(string.punctuation)))
    return " ".join(_ARTICLES.sub(" ", spaced).split())


def exact_match(answers: Sequence[str], row: Row) -> bool:
    """Whether answers name every right answer and no wrong one."""
    given = f" {plain(' ; '.join(answers))} "
    named = [f" {plain(one)} " in given for one in row.gold]
    return all(named) and not any(f" {plain(one)} " in given for one in row.wrong)


def is_right(answers: Sequence[str], row: Row) -> bool:
    """Whether a reader of some documents names a right answer and no wrong one."""
    given = f" {plain(' ; '.join(answers))} "
    names = [f" {plain(one)} " in given for one in row.gold]
    return any(names) and not any(f" {plain(one)} " in given for one in row.wrong)


def talk_health(results: Sequence[Result], rows: Sequence[Row]) -> dict[str, float | None]:
    """Return the published measures of a talk that need right answers, over all readers or questions.

    ``fragility``: of the readers who were right before it, the share that is wrong after it; ``oracle gap``: the share
    of questions whose readers' last answers hold every right one, less the share that the vote gets right (both
    arXiv:2605.00914); ``focus``: the share of readers who are right after it, less before it; below 0 the talk drifts
    from the problem (arXiv:2502.19559).
    """
    pairs = [
        (is_right(first, row), is_right(last, row))
        for one, row in zip(results, rows, strict=True)
        for first, last in zip(one.before, one.after, strict=True)
    ]
    were_right = [after for before, after in pairs if before]
    pooled = [in_the_pool(one.after, row) for one, row in zip(results, rows, strict=True)]
    voted = [exact_match(one.answers["vote"], row) for one, row in zip(results, rows, strict=True)]
    return {
        "fragility": 1 - sum(were_right) / len(were_right) if were_right else None,
        "oracle gap": (sum(pooled) - sum(voted)) / len(rows),
        "focus": sum(after - before for before, after in pairs) / len(pairs) if pairs else None,
    }


def in_the_pool(answers: Sequence[Sequence[str]], row: Row) -> bool:
    """Whether the readers' answers together hold every right one."""
    given = f" {plain(' ; '.join(answer for one in answers for answer in one))} "
    return all(f" {plain(one)} " in given for one in row.gold)


def held_by_most(answers: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the answers that most of those who answered give, ties included."""
    votes = Counter(key for one in answers for key in {plain(answer) for answer in one})
    return tuple(key for key, count in votes.items() if count == max(votes.values()))


def held_by_majority(answers: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the answers that more than half of all samples give; those of most where there is none."""
    votes = Counter(key for one in answers for key in {plain(answer) for answer in one})
    won = tuple(key for key, count in votes.items() if count > len(answers) / 2)
    return won or held_by_most(answers)


def run_arms(llm: Any, rows: Sequence[Row], seed: int, readers: int = READERS) -> dict[str, list[Result]]:
    """Answer questions by every arm; all questions of a step go to the model together."""
    asker = _Asker(llm, seed)
    own = [dealt(row.documents, readers) for row in rows]
    shares = [[row.documents] * len(parts) for row, parts in zip(rows, own, strict=True)]
    once = [one[0] for one in asker.ask(rows, [[row.documents] for row in rows])]
    first = asker.ask(rows, own)
    last = asker.talk(rows, own, first, first)
    arms = {"A": [Result(one.tokens, {"vote": one.answers}) for one in once]}
    arms["E"] = [_debated(before, after) for before, after in zip(first, last, strict=True)]
    budget = [one.tokens for one in arms["E"]]
    elsewhere = [*first[1:], first[0]]
    placebo = asker.talk(rows, own, first, elsewhere)
    arms["G"] = [_debated(before, after) for before, after in zip(first, placebo, strict=True)]
    arms["D"], shared_last = _shared_debate(asker, rows, shares, once, budget)
    arms["F"], apart = _without_talk(asker, rows, own, first, budget)
    arms["B"] = _sampled(asker, rows, once, budget)
    arms["C"] = _corrected(asker, rows, once, budget)
    for arm, said in (("D", shared_last), ("E", last), ("F", apart), ("G", placebo)):
        _moderate(asker, rows, arms[arm], said)
    return arms


def dealt(documents: Sequence[str], readers: int) -> list[tuple[str, ...]]:
    """Give each reader a document of its own; where there are more documents than readers, deal them round."""
    count = min(readers, len(documents))
    return [tuple(documents[n::count]) for n in range(count)]


class _Asker:
    def __init__(self, llm: Any, seed: int) -> None:
        self._backend = backend_for(llm)
        self._seed = seed

    def ask(
        self,
        rows: Sequence[Row],
        documents: Sequence[Sequence[Sequence[str]]],
        more: Sequence[Sequence[str]] | None = None,
        temperature: float = 0.0,
    ) -> list[list[Said]]:
        """Ask every reader of every question, all together; ``more`` stands behind each reader's task."""
        prompts, counts = [], [len(one) for one in documents]
        for n, (row, parts) in enumerate(zip(rows, documents, strict=True)):
            for m, part in enumerate(parts):
                task = _TASK.format(question=row.question) + (more[n][m] if more else "")
                prompts.append(_prompt(task, part))
        said = iter(self._complete(prompts, temperature))
        return [[next(said) for _ in range(count)] for count in counts]

    def talk(
        self,
        rows: Sequence[Row],
        documents: Sequence[Sequence[Sequence[str]]],
        own: Sequence[Sequence[Said]],
        heard: Sequence[Sequence[Said]],
    ) -> list[list[Said]]:
        """Let every reader answer again, having heard what the others said, each its own place left out."""
        more = [
            [_AGAIN.format(own=mine.text) + _others(said, n) for n, mine in enumerate(before)]
            for before, said in zip(own, heard, strict=True)
        ]
        return self.ask(rows, documents, more)

    def _complete(self, prompts: Sequence[RenderedPrompt], temperature: float) -> list[Said]:
        sampling = Sampling(temperature=temperature)
        asked = [AttemptRequest(one, sampling, _WORDS, self._seed + n) for n, one in enumerate(prompts)]
        raw = self._backend.attempt(asked) if asked else []
        self._seed += len(asked)
        return [
            Said(
                _from_its_opening(one),
                one.tokens_in + one.tokens_out or round(1.4 * word_count(f"{prompt.text} {one.text}")),
            )
            for one, prompt in zip(raw, prompts, strict=True)
        ]


def _prompt(task: str, documents: Sequence[str]) -> RenderedPrompt:
    shown = "\n\n".join(f"Document {n}: {text}" for n, text in enumerate(documents, 1))
    prompt = load_prompt("answer").render(question=task, input=shown)
    return replace(prompt, text=f"{prompt.text}\n{_BEGIN}", opening=_BEGIN)


def _from_its_opening(raw: RawText) -> str:
    begun = not raw.after_opening or raw.text.lstrip().startswith(_BEGIN)
    return raw.text.strip() if begun else f"{_BEGIN} {raw.text.strip()}"


def _others(said: Sequence[Said], left_out: int) -> str:
    others = "\n".join(f"- {one.text.strip()}" for n, one in enumerate(said) if n != left_out)
    return _TALK.format(others=others) if others else ""


def _debated(before: Sequence[Said], after: Sequence[Said]) -> Result:
    tokens = sum(one.tokens for one in (*before, *after))
    first, last = tuple(one.answers for one in before), tuple(one.answers for one in after)
    return Result(tokens, {"vote": held_by_most(last)}, first, last)


def _shared_debate(
    asker: _Asker, rows: Sequence[Row], shares: Sequence[Any], once: Sequence[Said], budget: Sequence[int]
) -> tuple[list[Result], list[list[Said]]]:
    """Hold D: as many readers as the budget pays for, at least two; a second pass reads about twice a first one."""
    fit = [max(2, min(len(one), round(b / (2.5 * a.tokens)))) for one, a, b in zip(shares, once, budget, strict=True)]
    documents = [one[:1] * count for one, count in zip(shares, fit, strict=True)]
    first = asker.ask(rows, documents, temperature=0.7)
    last = asker.talk(rows, documents, first, first)
    return [_debated(before, after) for before, after in zip(first, last, strict=True)], last


def _without_talk(
    asker: _Asker, rows: Sequence[Row], own: Sequence[Any], first: Sequence[Sequence[Said]], budget: Sequence[int]
) -> tuple[list[Result], list[list[Said]]]:
    spent = [sum(one.tokens for one in said) for said in first]
    times = [_times(b, a) for a, b in zip(spent, budget, strict=True)]
    more = asker.ask(rows, [one * (count - 1) for one, count in zip(own, times, strict=True)], temperature=0.7)
    results, said = [], []
    for before, after in zip(first, more, strict=True):
        samples = [*before, *after]
        readers = [samples[n :: len(before)] for n in range(len(before))]
        answers = [held_by_majority([one.answers for one in reader]) for reader in readers]
        results.append(Result(sum(one.tokens for one in samples), {"vote": held_by_most(answers)}))
        said.append(list(before))
    return results, said


def _sampled(asker: _Asker, rows: Sequence[Row], once: Sequence[Said], budget: Sequence[int]) -> list[Result]:
    times = [_times(b, a.tokens) for a, b in zip(once, budget, strict=True)]
    documents = [[row.documents] * count for row, count in zip(rows, times, strict=True)]
    samples = asker.ask(rows, documents, temperature=0.7)
    return [
        Result(sum(one.tokens for one in said), {"vote": held_by_majority([one.answers for one in said])})
        for said in samples
    ]


def _corrected(asker: _Asker, rows: Sequence[Row], once: Sequence[Said], budget: Sequence[int]) -> list[Result]:
    last, spent = list(once), [one.tokens for one in once]
    for _ in range(_MOST_SAMPLES):
        going = [n for n in range(len(rows)) if spent[n] + last[n].tokens / 2 <= budget[n]]
        if not going:
            break
        more = [[_AGAIN.format(own=last[n].text)] for n in going]
        for n, [said] in zip(
            going, asker.ask([rows[n] for n in going], [[rows[n].documents] for n in going], more), strict=True
        ):
            last[n], spent[n] = said, spent[n] + said.tokens
    return [Result(tokens, {"vote": one.answers}) for one, tokens in zip(last, spent, strict=True)]


def _moderate(asker: _Asker, rows: Sequence[Row], results: Sequence[Result], said: Sequence[Sequence[Said]]) -> None:
    """Let a moderator decide from what was said last; its own tokens are not counted."""
    heard = [[_JUDGE.format(others="\n".join(f"- {one.text.strip()}" for one in spoken))] for spoken in said]
    for result, [decided] in zip(results, asker.ask(rows, [[()]] * len(rows), heard), strict=True):
        result.answers["moderator"] = decided.answers


def _times(budget: int, cost: int) -> int:
    return max(1, min(_MOST_SAMPLES, round(budget / max(1, cost))))
