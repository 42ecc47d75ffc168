"""An answer, its support and defects, and its translation."""

from enum import StrEnum

from pydantic.dataclasses import dataclass


class DefectKind(StrEnum):
    """What is wrong with a sentence, as rules can see it."""

    RECITAL = "recital"  # repeats the persona's description, the instruction or the question
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
    OTHER_PASSAGE = "other passage"  # a fact that is in another passage than the one cited
    CONTRADICTION = "contradiction"  # the close takes another side than the opening, or one sentence takes both
    ECHO = "echo"  # a sentence that another one said before
    IDLE = "idle"  # advice that any text could end with: no name or number in it beyond the question's
    DENIAL = "denial"  # of what a passage says in the same words, or of the speaker's own position


@dataclass(frozen=True)
class Defect:
    """A sentence that a reader would strike out, found by rules; see ``chains.text.defects``.

    Attributes:
        sentence: the sentence, word for word.
    """

    kind: DefectKind
    sentence: str


class Conflict(StrEnum):
    """How a sentence differs from a passage, as far as rules can see."""

    NUMBER = "number"
    NAME = "name"
    NEGATION = "negation"
    EXCHANGE = "exchange"


@dataclass(frozen=True)
class Support:
    """Which chunk supports a sentence of an answer.

    Attributes:
        start, end: the sentence is ``answer[start:end]``.
        chunk: index of the chunk that supports it, or None.
        score: that chunk's score in [0, 1]; without one, the best score of any chunk.
        until: where the beginning ends that the chunk supports, if it does not support a conclusion behind it.
    """

    start: int
    end: int
    chunk: int | None
    score: float
    until: int | None = None

    @property
    def whole(self) -> bool:
        """Whether the chunk supports all of the sentence."""
        return self.chunk is not None and self.until is None


_MOSTLY = 0.5  # of an answer's sentences


class Abstention(StrEnum):
    """Why an answer is "I don't know"."""

    NO_PASSAGE = "no passage was retrieved"
    UNREAD = "the embedding model cannot read the question's script"
    OFF_TOPIC = "nothing retrieved bears on the question"
    MODEL = "the model found no answer in the passages"


@dataclass(frozen=True)
class Opinion:
    """An answer to a question, and its support.

    Attributes:
        abstained: the answer is "I don't know"; ``abstained_because`` says why.
        words: the answer's length with its markers, as ``vectorstore.text.sentences.word_count`` counts it.
        citations, supported, sentences, unsupported: computed from the final ``answer``.
        sentences: the support of each sentence; empty if it abstained.
        unsupported: numbers, dates and names of the answer that are in no chunk and not in the question.
        dropped: ids of chunks that did not fit the context window.
        defects: sentences that an editor would strike out, found by rules.
        copied: share of the sentences that a passage has word for word: they are supported, and no writing.
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
    copied: float | None = None

    @property
    def mostly_copied(self) -> bool:
        """Whether more than half of the sentences are their passages' own."""
        return self.copied is not None and self.copied > _MOSTLY


class TranslationFault(StrEnum):
    """Why a translation is none, as far as rules can see."""

    EMPTY = "no text"
    LANGUAGE = "not in its language"  # or a sentence of it
    UNCHANGED = "mostly the text itself"
    SHORT = "much too short"
    REPETITION = "repeats itself"


@dataclass(frozen=True)
class Translation:
    """A text in another language.

    Attributes:
        language: its code, such as ``ja``.
        words: its length; in characters where the language is written without spaces.
        missing: markers, numbers and glossary terms that it should contain and does not.
        added: markers that its text does not have, or has less often.
        faults: why it, or a paragraph of it, is no translation.
        prompt_tokens, tokens: tokens read and written.
        tries: how often its worst paragraph was translated, because something was missing from it.
    """

    text: str
    language: str
    words: int
    missing: tuple[str, ...] = ()
    loop: str = ""
    notes: tuple[str, ...] = ()
    prompt_tokens: int = 0
    tokens: int = 0
    tries: int = 1
    added: tuple[str, ...] = ()
    faults: tuple[TranslationFault, ...] = ()

    @property
    def in_doubt(self) -> bool:
        """Whether something is missing from it, added to it, or wrong with it."""
        return bool(self.missing or self.added or self.faults)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Each of these in words."""
        missing = (f"does not have {', '.join(self.missing)}",) if self.missing else ()
        added = (f"has {', '.join(self.added)}, which the text has not",) if self.added else ()
        return (*missing, *added, *self.faults)
