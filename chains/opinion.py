"""The opinion chain: a persona answers a question from its passages, or says "I don't know".

The passages reach the prompt word for word but for Markdown marks. With no passage, or none that bears on the question
(see ``chains.abstention``), the answer is "I don't know" and no token is spent. Each sentence that a passage
supports carries its number, [1] to [5]. The opinion is written from one prompt with all passages, from one per
passage, or from a plan (see ``chains.writing``).
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import Runnable, RunnableConfig

from chains.abstention import AbstentionThreshold
from chains.errors import ChainError
from chains.generation.backends import LanguageModel
from chains.generation.contract import WordLimits
from chains.runnable import Chain, OpinionInput
from chains.schemas import Abstention, Chunk, Completion, Opinion, Question, as_chunks, as_question
from chains.text.defects import find_defects
from chains.text.echo import is_copied
from chains.text.ngrams import share_a_script
from chains.text.refusal import is_abstention
from chains.text.support.grounding import Grounding, cite, cited_sentences, ground
from chains.writing.draft import Draft
from chains.writing.styles import STYLES, Style, drafting, opinion_prompt
from prompts import Persona, as_persona
from vectorstore.runtime.arguments import checked
from vectorstore.text.sentences import cut_at_sentence, without_citations, word_count

ABSTENTION = "I don't know."
DEFAULT_LIMITS = WordLimits(400, 500)


@dataclass(frozen=True)
class OpinionRequest:
    """A question, and the passages that its answer is to cite."""

    question: Question | str
    chunks: Sequence[Chunk | Document] = ()


@checked(ChainError)
def opinion_chain(
    llm: LanguageModel,
    persona: Persona | str | None = None,
    *,
    limits: WordLimits = DEFAULT_LIMITS,
    embeddings: Embeddings | None = None,
    style: Style | Literal["auto"] = "auto",
    abstention: AbstentionThreshold | None = None,
    seed: int = 0,
    candidates: int = 1,
) -> Runnable[OpinionRequest | Mapping[str, Any], Opinion]:
    """Return a Runnable that writes an opinion which cites its passages, or says "I don't know".

    Input: an ``OpinionRequest``, or a mapping with ``question`` and ``context`` (chunks or documents).

    Args:
        llm: any LangChain language model.
        persona: who writes: a persona, or the id of a built-in one; default: the professor.
        limits: words of the opinion.
        embeddings: help to find the passage that supports a sentence; without them only shared words count.
        style: "single" puts all passages into one prompt; "by_chunk" writes a paragraph on each; "plan" writes a line
            on each, then the draft from these lines. "auto" takes "by_chunk" for local models below four billion
            parameters if the length has room for it, else "single".
        abstention: a threshold from ``chains.abstention.calibrate``: "I don't know" if no passage bears on the
            question. Without it, only a question without passages is answered so.
        seed: seed of retries.
        candidates: versions written of each paragraph in "by_chunk", in one batch, of which the best is used; default
            1. Three are nearly free on a GPU.

    Raises:
        ChainError: an argument of a wrong type, an unknown ``style``, or no candidates; when run, an input that holds
            no question or passages, a chunk that is not of the store that ``abstention`` was calibrated on, or
            embeddings that leave texts out.
        GenerationError: the prompt does not fit the model even with a single passage.
        PersonaError: there is no built-in persona with this id.
    """
    if style not in STYLES:
        raise ChainError(f"style {style!r} is unknown; there are: {', '.join(STYLES)}")
    if candidates < 1:
        raise ChainError(f"a paragraph is chosen from at least one candidate, {candidates} given")
    voice = as_persona(persona or "professor").voice
    draft = drafting(llm, voice, style, limits, seed, candidates)

    def write(asked: OpinionRequest | Mapping[str, Any], config: RunnableConfig) -> Opinion:
        request = _request(asked)
        question = as_question(request.question).text
        chunks = as_chunks(request.chunks)
        if not chunks:
            return _unanswered(chunks, Abstention.NO_PASSAGE, str(Abstention.NO_PASSAGE))
        if abstention and (reason := abstention.reason(question, chunks)):
            return _unanswered(chunks, *reason)
        drafted = draft(question, chunks, config)
        opinion = _grounded(drafted, question, voice, limits, embeddings)
        told = opinion_prompt(voice, question, [], limits).text
        return with_defects(opinion, told, question, voice, drafted.chunks)

    return Chain(write, "opinion", OpinionInput, "Write an opinion on a question that cites the passages given.")


def with_defects(opinion: Opinion, prompt: str, question: str, voice: str, chunks: Sequence[Chunk]) -> Opinion:
    """Name what a reader would strike out of an answer, and take these sentences from its supported share.

    A recital shares words with a passage as easily as an argument does, but does not support the answer.
    """
    if opinion.abstained or not opinion.answer:
        return opinion
    passages = [chunk.text for chunk in chunks]
    found = find_defects(opinion.answer, prompt=prompt, question=question, voice=voice, passages=passages)
    texts = [opinion.answer[one.start : one.end] for one in opinion.sentences]
    sound = [
        one.whole and not any(defect.sentence in text for defect in found)
        for one, text in zip(opinion.sentences, texts, strict=True)
    ]
    supported = round(sum(sound) / len(sound), 2) if sound and found else opinion.supported
    return replace(opinion, defects=found, supported=supported)


def _request(asked: OpinionRequest | Mapping[str, Any]) -> OpinionRequest:
    if isinstance(asked, OpinionRequest):
        return asked
    if not isinstance(asked, Mapping):
        raise ChainError(f"the opinion chain takes a mapping with question and context, not {type(asked).__name__}")
    try:
        return OpinionRequest(question=asked["question"], chunks=asked["context"])
    except KeyError as error:
        raise ChainError(f"the opinion chain needs {error.args[0]!r}; it takes question and context") from error


def _unanswered(chunks: Sequence[Chunk], why: Abstention, note: str) -> Opinion:
    ids = tuple(chunk.id for chunk in chunks)
    return Opinion(ABSTENTION, word_count(ABSTENTION), ids, abstained=True, abstained_because=why, notes=(note,))


def _grounded(
    drafted: Draft,
    question: str,
    voice: str,
    limits: WordLimits,
    embeddings: Embeddings | None,
) -> Opinion:
    """Find the passage under each sentence, mark it, and say which numbers and names are in none."""
    completion = drafted.completion
    text = unicodedata.normalize("NFC", without_citations(completion.text)).strip()  # a model's own markers are guesses
    abstained = is_abstention(text)
    chunk_ids = tuple(chunk.id for chunk in drafted.chunks)
    opinion = Opinion(
        answer=text,
        words=word_count(text),
        chunk_ids=chunk_ids,
        abstained=abstained,
        abstained_because=Abstention.MODEL if abstained else None,
        dropped=drafted.dropped,
        loop=completion.loop,
        notes=(*replace(completion, short=False).notes, *drafted.notes),
        prompt_tokens=completion.tokens_in,
        tokens=completion.tokens_out,
    )
    if abstained or not text:
        return opinion
    known = (voice, *(chunk.label for chunk in drafted.chunks))
    cited, grounding = _cited(
        text,
        limits.maximum,
        lambda cut: ground(cut, drafted.chunks, _embedder(embeddings), question=question, known=known),
    )
    unsupported = (f"in no passage: {', '.join(grounding.unsupported)}",) if grounding.unsupported else ()
    copied = _copied_share(grounding, [chunk.text for chunk in drafted.chunks])
    is_short = word_count(cited) < limits.minimum  # of the text that is shown
    short = (f"shorter than asked for: {drafted.why_short or _why_short(completion)}",) if is_short else ()
    opinion = replace(
        opinion,
        answer=cited,
        words=word_count(cited),
        citations=", ".join(f"[{index + 1}] {chunk_ids[index]}" for index in sorted(grounding.coverage)),
        supported=round(grounding.supported, 2),
        sentences=cited_sentences(grounding),
        unsupported=grounding.unsupported,
        copied=copied,
    )
    taken = (f"{copied:.0%} of the sentences are copied from passages",) if opinion.mostly_copied else ()
    strange = () if share_a_script(text, question) else ("written in another script than the question",)
    return replace(opinion, notes=(*short, *strange, *opinion.notes, *taken, *unsupported))


def _why_short(completion: Completion) -> str:
    if any(one.continues for one in completion.attempts):
        return "nothing new came when the model was asked to go on"
    return "the model ended there, and its window has no room for a request to go on"


def _copied_share(grounding: Grounding, passages: Sequence[str]) -> float:
    """The share of an answer's sentences that some passage has word for word."""
    said = [grounding.answer[one.start : one.end] for one in grounding.sentences]
    return round(sum(is_copied(one, passages) for one in said) / max(1, len(said)), 2)


def _cited(text: str, at_most: int, grounded: Callable[[str], Grounding]) -> tuple[str, Grounding]:
    """Cut a text so that it has at most so many words with its markers, and ground what is left.

    A marker counts as a word, and which sentences get one is known only afterwards: so the text is cut again.
    """
    room = at_most
    while True:
        text = cut_at_sentence(text, room)
        grounding = grounded(text)
        cited = cite(text, grounding)
        over = word_count(cited) - at_most
        if over <= 0 or room == 1:
            return cited, grounding
        room = max(1, room - over)


def _embedder(embeddings: Embeddings | None) -> Callable[[list[str]], Any] | None:
    if embeddings is None:
        return None
    return lambda texts: np.asarray(embeddings.embed_documents(texts), dtype=np.float32)
