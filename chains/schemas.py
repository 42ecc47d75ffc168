"""What crosses rooms: frozen dataclasses, no dicts with remembered keys.

Knows nothing of models, stores or files. Every type holds only text, numbers and tuples, so that it
can be checkpointed and compared. The dataclasses are pydantic's because a checkpoint hands tuples back as lists,
and they make tuples of them again.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import chain
from pathlib import PurePath
from typing import Any, Literal

from langchain_core.documents import Document
from pydantic import ValidationError
from pydantic.dataclasses import dataclass

from chains.debating.kinds import Decision
from chains.errors import ChainError


class Refusal(StrEnum):
    """Why a deeper question is not asked."""

    OFF_TOPIC = "leaves the topic"
    SAID_ALREADY = "said already"
    VAGUER = "vaguer than its seed"
    PREMISE = "no passage bears out its premise"


@dataclass(frozen=True)
class RefusedQuestion:
    """A question that deepening gave and that is not asked, and why."""

    text: str
    reason: Refusal


@dataclass(frozen=True)
class Question:
    """One question of the list, or one that was deepened out of it.

    Attributes:
        id: unique in a run and shown to people; a deepened question's id is its parent's with a number added.
        text: the question itself.
        about: optional text about it.
        parent_id: the seed question it came from, or "".
        parent_text: that question's text, or "".
        note: what happened on the way, such as a deepening that failed.
        refused: what deepening gave besides and is not asked; on the seed, or on its first child where it replaces it.
        same_as: the id of an earlier question of the list with the very same text, whose answer this one shares.
    """

    id: str
    text: str
    about: str = ""
    parent_id: str = ""
    parent_text: str = ""
    note: str = ""
    same_as: str = ""
    refused: tuple[RefusedQuestion, ...] = ()

    @property
    def key(self) -> str:
        """Return what rows, checkpoints and traces know it by: its id and the first 12 hex digits of its text's sha256.

        Another text under the same id is another question.
        """
        return f"{self.id}:{hashlib.sha256(self.text.encode(errors='replace')).hexdigest()[:12]}"


@dataclass(frozen=True)
class Chunk:
    """A retrieved passage, word for word as it stands in its source.

    Attributes:
        score: the total; (1 - pov weight) * question_score + pov weight * weighted pov_scores.
        pov_scores: one for every point of view, in their order.
        rank: 1 for the best.
        title, speaker, date: of its document, as far as its metadata tells; the date may be a year.
    """

    id: str
    text: str
    source: str = ""
    score: float = 0.0
    question_score: float = 0.0
    pov_scores: tuple[float, ...] = ()
    rank: int = 0
    title: str = ""
    speaker: str = ""
    date: str = ""

    @property
    def label(self) -> str:
        """Say whose words these are, in one line: speaker, title, date; "" where nothing is known."""
        title = "" if self.title and self.title in self.text.partition("\n")[0] else self.title
        return ", ".join(part for part in (self.speaker, title, self.date) if part)

    @property
    def name(self) -> str:
        """Say where it is from, in one line: speaker, title and date where known, and the file; else its id."""
        title = "" if self.title == PurePath(self.source).stem else self.title
        known = ", ".join(part for part in (self.speaker, title, self.date) if part)
        return f"{known} ({self.source})" if known and self.source else known or self.source or self.id


@dataclass(frozen=True)
class Removal:
    """What cleaning took out of a model's output.

    Attributes:
        kind: what it was, such as ``reasoning``, ``label``, ``next speaker`` or ``talk about the task``.
        text: the words themselves.
    """

    kind: str
    text: str


class Finish(StrEnum):
    """Why a model stopped writing."""

    STOP = "stop"  # it ended its text
    LENGTH = "length"  # it reached the most that it was allowed
    LOOP = "loop"  # it repeated itself and was stopped
    FILTER = "content_filter"  # its provider stopped it


@dataclass(frozen=True)
class Attempt:
    """One call of the model on the way to a completion.

    Attributes:
        step: step of the ladder, from 1.
        continues: whether it went on with an answer that was too short.
        words: of its text, once cleaned and cut before a loop.
        tokens_in, tokens_out: 0 where the model does not say.
        loop_after: words before the loop that it fell into, or None.
        failure: why none of its text could be used, or "".
    """

    step: int = 1
    continues: bool = False
    finish: Finish = Finish.STOP
    words: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    loop_after: int | None = None
    failure: str = ""


class DefectKind(StrEnum):
    """What is wrong with a sentence, as rules can see it."""

    RECITAL = "recital"  # the persona's description, the instruction or the question said again
    ABOUT_THE_TEXT = "about the text"  # of its task, its passages or itself instead of the matter
    ANOTHER_SPEAKER = "another speaker"
    OPEN_ITEM = "open item"  # a list item that was begun and left empty
    REPETITION = "repetition"
    ALIKE_BEGINNINGS = "alike beginnings"  # five sentences that begin with the same words
    APOLOGY = "apology"  # or a refusal inside an answer
    MARKUP = "markup"  # fences, headings, lists, places to be filled in
    GARBLE = "garble"  # letters of another script than the text's, or one fragment after the other
    UNFINISHED_END = "unfinished end"
    BABBLE = "babble"  # text behind a finished close
    OTHER_PASSAGE = "other passage"  # a fact that stands in another passage than the one cited
    CONTRADICTION = "contradiction"  # the close takes another side than the opening, or one sentence takes both
    ECHO = "echo"  # a sentence that another one said before


@dataclass(frozen=True)
class Defect:
    """What a reader would strike out of a text, found by rules; see ``chains.text.defects``.

    Attributes:
        sentence: where it stands, word for word.
    """

    kind: DefectKind
    sentence: str


@dataclass(frozen=True)
class Completion:
    """What a model wrote for one prompt.

    Attributes:
        text: the answer, cut to its contract.
        tokens_in: length of the prompt in tokens; 0 where the model does not say.
        tokens_out: tokens generated, all attempts together.
        attempts: every call of the model, in order.
        removed: what was cleaned away from the text that was kept.
        short: whether the text is shorter than asked for: nothing new was left to say.
        loop: what was done about repetition, or "" where there was none.
        notes: anything else that a reader has to know, such as a contract that was not met.
    """

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    attempts: tuple[Attempt, ...] = ()
    removed: tuple[Removal, ...] = ()
    short: bool = False

    @property
    def loop(self) -> str:
        """Where loops were cut, for a reader; "" where there were none."""
        looped = {n: attempt.loop_after for n, attempt in enumerate(self.attempts, 1) if attempt.loop_after is not None}
        return "; ".join(f"attempt {n}: loop cut after {words} words" for n, words in looped.items())

    @property
    def notes(self) -> tuple[str, ...]:
        """What else a reader has to know, in words."""
        short = ("shorter than asked for",) if self.short else ()
        failures = Counter(one.failure for one in self.attempts if one.failure and not one.continues)
        failed = [f"{count} failed attempt{'s' if count > 1 else ''}: {why}" for why, count in failures.items()]
        continued = len(self.attempts) - len(self._begun())
        times = (f"asked {continued} more time{'s' if continued > 1 else ''} to go on",) if continued else ()
        kinds = dict.fromkeys(one.kind for one in self.removed)
        removed = (f"removed: {', '.join(kinds)}",) if kinds else ()
        return (*short, *failed, *times, *removed)

    def _begun(self) -> list[tuple[int, Attempt]]:
        return [(n, one) for n, one in enumerate(self.attempts, 1) if not one.continues]


class Conflict(StrEnum):
    """What in a sentence differs from a passage, as rules can see it."""

    NUMBER = "number"
    NAME = "name"
    NEGATION = "negation"


@dataclass(frozen=True)
class Support:
    """What one sentence of an answer rests on.

    Attributes:
        start, end: the sentence is ``answer[start:end]``.
        chunk: index of the chunk that supports it, or None.
        score: that chunk's score in [0, 1]; without one, the best score of any chunk.
    """

    start: int
    end: int
    chunk: int | None
    score: float


class Abstention(StrEnum):
    """Why an answer is "I don't know"."""

    NO_PASSAGE = "no passage was retrieved"
    OFF_TOPIC = "nothing retrieved bears on the question"
    MODEL = "the model found no answer in the passages"


@dataclass(frozen=True)
class Opinion:
    """An answer to a question, and what it rests on.

    Attributes:
        abstained: the answer is "I don't know"; ``abstained_because`` says why.
        words: as ``len(answer.split())`` counts, markers included.
        citations, supported, sentences, unsupported: computed from ``answer`` as it stands here.
        sentences: what each sentence of the answer rests on; none where it abstained.
        unsupported: numbers, dates and names of the answer that stand in no chunk nor in the question.
        dropped: ids of chunks that did not fit the model's window.
        defects: what a reader would strike out, found by rules.
        prompt_tokens, tokens: tokens read and written.
    """

    answer: str
    words: int
    chunk_ids: tuple[str, ...]
    abstained: bool = False
    citations: str = ""
    supported: float | None = None
    sentences: tuple[Support, ...] = ()
    unsupported: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()
    loop: str = ""
    notes: tuple[str, ...] = ()
    prompt_tokens: int = 0
    tokens: int = 0
    abstained_because: Abstention | None = None


@dataclass(frozen=True)
class Translation:
    """A text in another language.

    Attributes:
        language: its code, such as ``ja``.
        words: its length; in characters where the language is written without spaces.
        missing: markers, numbers and glossary terms that should stand in it and do not.
        prompt_tokens, tokens: tokens read and written.
    """

    text: str
    language: str
    words: int
    missing: tuple[str, ...] = ()
    loop: str = ""
    notes: tuple[str, ...] = ()
    prompt_tokens: int = 0
    tokens: int = 0


@dataclass(frozen=True)
class Hit:
    """How one reader's search scored a chunk; the fields are those of ``Chunk``."""

    chunk_id: str
    score: float = 0.0
    question_score: float = 0.0
    pov_scores: tuple[float, ...] = ()
    rank: int = 0


@dataclass(frozen=True)
class Reading:
    """The passages that one debater reads, best first. Their texts are stored once a question."""

    persona_id: str
    hits: tuple[Hit, ...] = ()

    @classmethod
    def of(cls, persona_id: str, chunks: Sequence[Chunk]) -> Reading:
        """Keep the ids and scores of chunks that were retrieved for a persona."""
        hits = (Hit(one.id, one.score, one.question_score, one.pov_scores, one.rank) for one in chunks)
        return cls(persona_id, tuple(hits))

    def chunks(self, table: Mapping[str, Chunk]) -> tuple[Chunk, ...]:
        """Return the passages with this reader's scores.

        Args:
            table: the question's chunks by id (see ``chunk_table``).
        """
        return tuple(
            replace(
                table[hit.chunk_id],
                score=hit.score,
                question_score=hit.question_score,
                pov_scores=hit.pov_scores,
                rank=hit.rank,
            )
            for hit in self.hits
            if hit.chunk_id in table
        )


@dataclass(frozen=True)
class Position:
    """What a persona stands for in a debate on one question, taken before the first turn.

    Attributes:
        text: one sentence; "" where the persona has neither a usable answer nor a view.
        source: who put it into words: the model, or one of the persona's own views where the model gave no sentence.
        agrees_with: ids of the personas before it that hold the same, also after it was asked for its difference.
    """

    persona_id: str
    speaker: str
    text: str
    source: Literal["model", "view", "none"] = "model"
    agrees_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A sentence that a debater said, word for word but for citation markers.

    Attributes:
        turn: index of the turn that holds it, from 0; None for the debater's position.
    """

    persona_id: str
    sentence: str
    turn: int | None = None


class TurnFault(StrEnum):
    """What is wrong with a turn."""

    SHORT = "is shorter than asked for"
    ECHO = "says again what was said before"
    OTHER_SPEAKER = "begins to speak as somebody else"
    RECITAL = "recites its instructions"
    ABOUT_THE_TEXT = "speaks of the text instead of the matter"
    DRIFT = "is nearer to an opponent's position than to its own"
    NO_ANSWER = "does not answer the claim"


class DebateOutcome(StrEnum):
    """How a debate ended."""

    WON = "won"
    NO_WINNER = "no winner"
    NO_CONSENSUS = "no consensus"  # of the debaters' votes
    NO_DISAGREEMENT = "no disagreement"
    ABSTAINED = "not held: the answer was an abstention"


@dataclass(frozen=True)
class Turn:
    """One contribution to a debate.

    Attributes:
        chunk_ids: the passages that stood in its prompt, best first; a marker [n] in the text means the n-th of them.
        dropped: ids of passages that did not fit the model's window.
        unsupported: numbers, dates and names in it that are neither in a passage read so far, by any debater, nor in
            the question. What another debater merely said counts for nothing.
        defects: what a reader would strike out, found by rules.
        answers: the claim that it was to answer; None where there was none yet.
        answered: the share of the claim's content words that it takes up, in [0, 1].
        concedes: it says that its opponent is right in something.
        used: ids of the passages that its sentences rest on; ``new`` are those that no turn before it used.
        echo: the share of its 4-grams that a turn before it or an opponent's position has, outside quotations.
        drift: cosine to its own position less the largest to an opponent's; below 0 it argues for the other side.
            None without embeddings or positions.
        faults: what is still wrong with it after ``tries`` prompts.
        sentences, supported: what each sentence rests on, and the share that rests on a passage.
    """

    round: int
    persona_id: str
    speaker: str
    text: str
    words: int
    chunk_ids: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    loop: str = ""
    notes: tuple[str, ...] = ()
    tokens: int = 0
    unsupported: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()
    answers: Claim | None = None
    answered: float | None = None
    concedes: bool = False
    used: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    echo: float = 0.0
    drift: float | None = None
    faults: tuple[TurnFault, ...] = ()
    tries: int = 1
    sentences: tuple[Support, ...] = ()
    supported: float | None = None


class StopReason(StrEnum):
    """Why a debate went on no longer."""

    ROUNDS = "all rounds held"
    AGREEMENT = "all debaters hold the same position"
    NOTHING_NEW = "nothing new was said in a round"
    BUDGET = "the token budget is spent"


@dataclass(frozen=True)
class Judgement:
    """One answer of a judge: who argued better, of these in the order in which they were shown; "" for nobody."""

    shown: tuple[str, ...]
    winner: str = ""


@dataclass(frozen=True)
class Ballot:
    """The vote of one debater.

    Attributes:
        choices: ids of the personas whose position it chose, best first; none where it named nobody.
    """

    persona_id: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Poll:
    """Whose position each debater holds after a round."""

    round: int
    ballots: tuple[Ballot, ...]


@dataclass(frozen=True)
class RoundQuestion:
    """What a moderator asks at the beginning of a round.

    Attributes:
        chunk_id: the passage that raised it, which every debater then reads.
        source: who put it into words: the model, or the passage where the model asked nothing usable.
    """

    round: int
    text: str
    chunk_id: str
    source: Literal["model", "passage"] = "model"


@dataclass(frozen=True)
class Verdict(Turn):
    """What was decided and why: a turn in round 0, spoken by the moderator.

    Attributes:
        winner: id of the persona that argued better, or whose position was voted for; "" where there is none.
        decision: how that was decided.
        share: of the judgements or votes that there were, the share for the winner, in [0, 1]; None without a winner.
            Where the question has a checkable answer, this is the probability that the debate gives it.
        judgements: what a moderator or judge answered, each time it was asked.
        ballots: how the debaters voted.
        decided_by: claims that decided, as they were said.
        conceded: claims that an opponent conceded.
    """

    winner: str = ""
    decision: Decision = "moderator"
    share: float | None = None
    judgements: tuple[Judgement, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    decided_by: tuple[Claim, ...] = ()
    conceded: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Debate:
    """A debate as it was held, or why there was none.

    Attributes:
        turns: in the order they were spoken; none where the personas do not disagree.
        verdict: None where there are no turns.
        chunks: every passage that a debater read, once.
        readings: which of them each debater read, with its scores.
    """

    turns: tuple[Turn, ...]
    verdict: Verdict | None = None
    outcome: DebateOutcome = DebateOutcome.NO_WINNER
    positions: tuple[Position, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    readings: tuple[Reading, ...] = ()


def chunk_table(*several: Sequence[Chunk]) -> dict[str, Chunk]:
    """Return chunks by id, in their order; of equal ids the first one counts."""
    table: dict[str, Chunk] = {}
    for chunk in chain.from_iterable(several):
        table.setdefault(chunk.id, chunk)
    return table


def as_question(asked: Question | str | Mapping[str, Any]) -> Question:
    """Accept a text or a mapping with a question's fields wherever a question is asked for.

    Raises:
        ChainError: it is none of these, holds an unknown field, or has no text.
    """
    try:
        if isinstance(asked, str):
            question = Question(id="q", text=asked)
        elif isinstance(asked, Mapping):
            question = Question(**{"id": "q", **_known(asked)})
        elif isinstance(asked, Question):
            question = asked
        else:
            raise ChainError(f"a question is a text, a mapping or a Question, not {type(asked).__name__}")
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise ChainError(f"not a question: {what}; give a text, or a mapping with text and id") from error
    if not question.text.strip():
        raise ChainError("the question is empty; give its text")
    return question


def _known(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    names = [field.name for field in dataclasses.fields(Question)]
    unknown = next((name for name in asked if name not in names), None)
    if unknown is not None:
        raise ChainError(f"a question has no field {unknown!r}; there are: {', '.join(names)}")
    return asked


def chunk_from_document(document: Document, rank: int = 0) -> Chunk:
    """Read a retrieved LangChain document as a chunk."""
    metadata: dict[str, Any] = document.metadata
    return Chunk(
        id=document.id or f"passage-{rank}",
        text=document.page_content,
        source=str(metadata.get("source", "")),
        score=float(metadata.get("score", 0.0)),
        question_score=float(metadata.get("question_score", 0.0)),
        pov_scores=tuple(float(score) for score in metadata.get("pov_scores", ())),
        rank=int(metadata.get("rank", rank)),
        title=_first(metadata, "title"),
        speaker=_first(metadata, "speaker", "author"),
        date=_first(metadata, "date", "year"),
    )


def _first(metadata: Mapping[str, Any], *names: str) -> str:
    """The first value that is there, on one line."""
    found = (" ".join(str(metadata[name]).split()) for name in names if metadata.get(name) not in (None, ""))
    return next(found, "")


def as_chunks(passages: Sequence[Chunk | Document]) -> tuple[Chunk, ...]:
    """Accept LangChain documents wherever chunks are asked for."""
    return tuple(
        passage if isinstance(passage, Chunk) else chunk_from_document(passage, rank)
        for rank, passage in enumerate(passages, 1)
    )
