"""The question-deepening chain: a seed question becomes questions that ask further, beside the seed itself.

With a store, each child begins with a fact of the passages near the seed: asked for premises, small models invent them,
or leave them out. Without one, or where no fact stands alone, the model lists questions with premises of its own.
A line counts only if it states a premise and asks about it (``chains.text.deep_question``). A child is refused if it
leaves the seed's topic, says nearly the same as the seed or an earlier child, is vaguer than the seed, or takes for
granted what no passage supports. Each refusal is kept with its reason. Knows nothing of runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import Runnable, RunnableConfig
from numpy.typing import NDArray

from chains.context import bearing_chunks
from chains.errors import ChainError
from chains.generation.backends import LanguageModel
from chains.generation.completion import complete_all
from chains.generation.contract import WordLimits
from chains.runnable import Chain, QuestionInput
from chains.schemas import Question, Refusal, RefusedQuestion, as_question, chunk_from_document
from chains.text.content import content_words
from chains.text.deep_question import is_hypothetical, parse_questions, premise_of
from chains.text.echo import echo_share
from chains.text.premises import as_premise, asked_behind, premises_in
from chains.text.support.entities import names
from chains.text.support.grounding import ground
from chains.text.support.numbers import claimed_numbers
from prompts import load_prompt
from vectorstore import PovVectorStore
from vectorstore.runtime.arguments import checked
from vectorstore.text.sentences import word_count

__all__ = ["deepening_chain", "parse_questions"]

_WORDS_PER_QUESTION = 45
_SPARE = 2  # questions asked for beyond those wanted, since some fail the checks
_OFF_TOPIC = 0.4  # cosine of all-MiniLM-L6-v2 to the seed; small models drift into the prompt's example
_FAR_FACT = 0.3  # the same where a passage near the seed has the premise
_NEAR_DUPLICATE = 0.92  # cosine of all-MiniLM-L6-v2; paraphrases lie above, a new angle on a topic below
_SAID_TWICE = 0.5  # of a premise's 4-grams, in what is asked behind it
_NEW_SHARE = 0.2  # of the words asked behind a premise; with fewer a question asks its seed again
_READ = 5  # passages a premise is held against
_FRAMES = ("how does this affect", "what does this cost", "who gains by this and who loses")  # in turns
_GIVEN = re.compile(r"^(?:given that|given|considering that|since|because|as|now that)\s+", re.IGNORECASE)

BearsOut = Callable[[str, Question], bool]


@checked(ChainError)
def deepening_chain(
    llm: LanguageModel,
    embeddings: Embeddings,
    *,
    store: PovVectorStore | None = None,
    count: int = 3,
    replace_seeds: bool = False,
    seed: int = 0,
) -> Runnable[Question | str | Mapping[str, Any], tuple[Question, ...]]:
    """Return a Runnable that asks up to ``count`` deeper questions about a seed question.

    Output: a tuple of ``Question``, the seed first. Deeper questions have their parent's id and text; their ids derive
    from the parent's, so a repeated run gives the same ids. Refused questions are in ``refused`` of the first one.

    Args:
        llm: any LangChain language model.
        embeddings: used to compare questions with the seed.
        store: gives the premises; without it the model does, and nothing checks them.
        count: the most deeper questions.
        replace_seeds: leave the seed out if it has deeper questions.
        seed: seed of retries.

    Raises:
        ChainError: an argument of a wrong type, or ``count`` below 0.
        GenerationError (when run): the prompt does not fit the context window, or the model returned no text.
    """
    if count < 0:
        raise ChainError(f"count = {count} is not a number of questions from 0 up")
    bears_out = None if store is None else _borne_out_by(store, embeddings)

    def deepen(asked: Question | str | Mapping[str, Any], config: RunnableConfig) -> tuple[Question, ...]:
        seed_question = as_question(asked)
        given = [] if store is None else _premises(store, seed_question)[: count + _SPARE]
        if given:
            texts = _asked_of_facts(llm, seed_question, _begun(given, count + _SPARE), seed, config)
        else:
            texts = _listed(llm, seed_question, count + _SPARE, seed, config)
        kept, refused = _sifted(seed_question, texts, given, embeddings, bears_out)
        return _with_children(seed_question, kept[:count], refused, count, replace_seeds)

    return Chain(deepen, "deepen", QuestionInput, "Ask deeper questions about a question; returns it and them.")


def _premises(store: PovVectorStore, seed: Question) -> list[str]:
    """What a question about the seed may take for granted: "Given that" and a fact of a passage near it."""
    found = store.pov_search([f"{seed.text} {seed.about}".strip()], [()], pov_weight=0, k=_READ)[0]
    chunks = bearing_chunks([chunk_from_document(document, rank) for rank, document in enumerate(found, 1)])
    passages = [chunk.text for chunk in chunks]
    return [f"Given that {as_premise(fact, passages)}" for fact in premises_in(passages, seed.text)]


def _begun(given: Sequence[str], count: int) -> list[tuple[str, str]]:
    """Premises and how each goes on; where there are few, each again with another beginning of what is asked."""
    ways = len(_FRAMES)
    begun = [(fact, _FRAMES[(n + turn) % ways]) for turn in range(ways) for n, fact in enumerate(given)]
    return begun[:count]


def _asked_of_facts(
    llm: LanguageModel, seed: Question, begun: Sequence[tuple[str, str]], number: int, config: RunnableConfig
) -> list[str]:
    """The questions that go on from these premises."""
    template = load_prompt("follow_up")
    prompts = [
        template.render(question=seed.text, about=seed.about, premise=premise, frame=frame) for premise, frame in begun
    ]
    limits = [WordLimits(0, word_count(premise) + _WORDS_PER_QUESTION) for premise, _ in begun]
    written = complete_all(llm, prompts, limits, number, config, prose=False, may_be_empty=True)
    asked = [text for begin, one in zip(begun, written, strict=True) for text in _questions_in(*begin, one.text)]
    return list(dict.fromkeys(asked))


def _questions_in(premise: str, frame: str, answer: str) -> list[str]:
    """The question on a premise, and what else a model asks that lists several."""
    first, _, more = _in_its_own_form(f"{premise}, {frame}", answer).partition("\n")
    question = asked_behind(premise, frame, first)
    return [*(parse_questions(question) or filter(None, [question])), *parse_questions(more)]


def _listed(llm: LanguageModel, seed: Question, count: int, number: int, config: RunnableConfig) -> list[str]:
    """The questions that a model lists, with premises of its own."""
    prompt = load_prompt("deepen").render(question=seed.text, about=seed.about, count=count)
    limits = WordLimits(maximum=_WORDS_PER_QUESTION * count)
    completion = complete_all(llm, [prompt], [limits], number, config, prose=False)[0]
    return parse_questions(_in_its_own_form(prompt.opening, completion.text))


def _in_its_own_form(opening: str, answer: str) -> str:
    """Take the given opening off an answer whose first line is a whole question without it."""
    rest = answer.removeprefix(opening).lstrip()
    return rest if rest != answer and parse_questions(rest.partition("\n")[0]) else answer


def _sifted(
    seed: Question, texts: Sequence[str], given: Sequence[str], embeddings: Embeddings, bears_out: BearsOut | None
) -> tuple[list[str], tuple[RefusedQuestion, ...]]:
    """The texts that ask further, in order, and the others with the reason against each."""
    if not texts:
        return [], ()
    vectors = np.asarray(embeddings.embed_documents([seed.text, *texts]), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kept, refused = [0], []
    for row, text in enumerate(texts, 1):
        premise = next(filter(text.startswith, given), "")
        reason = _reason_against(seed, text, premise, vectors[kept] @ vectors[row], bears_out)
        if reason is None:
            kept.append(row)
        else:
            refused.append(RefusedQuestion(text, reason))
    return [texts[row - 1] for row in kept[1:]], tuple(refused)


def _reason_against(
    seed: Question, text: str, premise: str, likeness: NDArray[Any], bears_out: BearsOut | None
) -> Refusal | None:
    """Judge a child by its cosines to the seed (first) and to the children kept so far, and by what it says."""
    if likeness[0] < (_FAR_FACT if premise else _OFF_TOPIC):
        return Refusal.OFF_TOPIC
    if likeness.max() >= _NEAR_DUPLICATE:
        return Refusal.SAID_ALREADY
    ask = text.removeprefix(premise or premise_of(text))
    if not parse_questions(text) or _asks_again(ask, seed.text) or _adds_nothing(ask, premise):
        return Refusal.NO_FURTHER
    if _is_vaguer(text, seed.text):
        return Refusal.VAGUER
    return Refusal.PREMISE if bears_out and not premise and not bears_out(text, seed) else None


def _asks_again(ask: str, seed: str) -> bool:
    """Whether what is asked behind the premise is the seed: hardly a word that says something is new."""
    said = content_words(ask)
    return len(said - content_words(seed)) < _NEW_SHARE * len(said)


def _adds_nothing(ask: str, premise: str) -> bool:
    """Whether what is asked behind a premise is the premise once more, or its given beginning and no more."""
    return ask.strip(" ,?") in _FRAMES or echo_share(premise, ask) > _SAID_TWICE


def _is_vaguer(text: str, seed: str) -> bool:
    """Whether a question has no name or number where its seed has one, or no more words that say something."""
    specific = bool(claimed_numbers(text) or names(text))
    was_specific = bool(claimed_numbers(seed) or names(seed))
    return (was_specific and not specific) or len(content_words(text) - content_words(seed)) < 2


def _borne_out_by(store: PovVectorStore, embeddings: Embeddings) -> BearsOut:
    def embed(texts: list[str]) -> NDArray[Any]:
        return np.asarray(embeddings.embed_documents(texts), dtype=np.float32)

    def bears_out(text: str, seed: Question) -> bool:
        """Whether a passage near the premise, or the text about the seed, supports it."""
        premise = _GIVEN.sub("", premise_of(text))
        if is_hypothetical(premise_of(text)) or not premise:
            return True
        found = store.pov_search([premise], [()], pov_weight=0, k=_READ)[0]
        chunks = [chunk_from_document(document, rank) for rank, document in enumerate(found, 1)]
        if seed.about and chunks:
            chunks.append(replace(chunks[0], id="about", text=seed.about))
        return bool(ground(premise, chunks, embed, question=seed.text).coverage)

    return bears_out


def _with_children(
    seed: Question, texts: Sequence[str], refused: tuple[RefusedQuestion, ...], count: int, replace_seeds: bool
) -> tuple[Question, ...]:
    """The seed with what was refused, and its children; without the seed where its children replace it."""
    short = "" if len(texts) >= count else f"{len(texts)} of {count} follow-up questions could be used"
    children = tuple(
        Question(f"{seed.id}.{n}", text, seed.about, parent_id=seed.id, parent_text=seed.text)
        for n, text in enumerate(texts, 1)
    )
    if replace_seeds and children:
        return (replace(children[0], note=short, refused=refused), *children[1:])
    return (replace(seed, note=short, refused=refused), *children)
