"""When to say "I don't know", decided before a token is spent.

It is said where nothing retrieved bears on the question. The score of a question is its highest cosine to a retrieved
chunk, whatever the points of view added. Cosines mean nothing across embedding models, so the threshold is measured on
the corpus with its own model, between two levels:

- *off topic*: everyday questions (``CALIBRATION_QUESTIONS``) asked of the corpus; how near do they come by chance?
- *in domain*: sentences of the corpus asked of its other chunks; how near does something that belongs come?

The threshold is half way from the off-topic median to the in-domain lower quartile, but not within three spreads
(median absolute deviations, Rousseeuw and Croux 1993) of the off-topic median, and never above the in-domain quartile:
a question need not be nearer than the corpus is to itself. Medians, because a corpus may hold the answer to a few
calibration questions. It does not know whether a chunk *answers*: a question on a topic of the corpus passes even
where the corpus is silent on it. A question in a script that the embedding model has not learnt is not answered at all:
what was retrieved for it is chance. The calibration questions are English; pass your own for other languages.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from chains.errors import ChainError
from chains.schemas import Abstention, Chunk
from chains.text.refusal import is_abstention
from vectorstore import PovVectorStore, SentenceTransformerEmbeddings
from vectorstore.embedding.scripts import MULTILINGUAL
from vectorstore.text.sentences import split_sentences, word_count

__all__ = ["CALIBRATION_QUESTIONS", "AbstentionThreshold", "calibrate", "is_abstention"]

# Fields as far apart as possible, so that no corpus holds the answers to more than a few.
CALIBRATION_QUESTIONS = (
    "How do I descale an electric kettle?",
    "What is the difference between a crocodile and an alligator?",
    "How many strings does a cello have?",
    "Which vitamin is found in carrots?",
    "How do I sharpen a kitchen knife?",
    "What is a googly in cricket?",
    "How long do hamsters live?",
    "Who painted the ceiling of the Sistine Chapel?",
    "How is cheese aged in a cellar?",
    "What is the derivative of the sine function?",
    "How do I stop a tap from dripping?",
    "Why do cats purr?",
    "What is the best tyre pressure for a touring bicycle?",
    "How do you fold an origami crane?",
    "Which planet has the most moons?",
    "What causes hiccups, and how can they be stopped?",
    "How do I write a for loop in JavaScript?",
    "What is the plot of Pride and Prejudice?",
    "How should leather boots be cleaned after rain?",
    "What is the ideal temperature for brewing green tea?",
    "How do magnets lose their strength?",
    "What are the rules of sudden death in badminton?",
    "How do I get a toddler to sleep through the night?",
    "Why do leaves turn red in autumn?",
    "How does a sewing machine form a stitch?",
    "What is the chemical formula of table salt?",
    "How do I train for my first half marathon?",
    "Which chords make up a twelve-bar blues?",
    "How do I repot an orchid?",
    "What does a carburettor do in an engine?",
    "How do whales sleep without drowning?",
    "What is the proper grip for table tennis?",
    "How do contact lenses correct short sight?",
    "What makes popcorn pop?",
    "How do I remove scratches from a wooden floor?",
    "What is the difference between a sonnet and a haiku?",
    "How is glass blown into a vase?",
    "Why does the sea taste of salt?",
    "How many cards are dealt in a game of bridge?",
    "What should I feed a baby hedgehog?",
    "How do you calculate the area of an ellipse?",
    "Which dances belong to the ballroom repertoire?",
    "How do I set up a tent in strong wind?",
    "What is the life cycle of a butterfly?",
    "How do noise-cancelling headphones work?",
    "What is the right way to brush one's teeth?",
    "How do I bake a chocolate cake without eggs?",
    "Why do stars twinkle at night?",
)
_SPREADS = 3.0
_SPREAD_OF_NORMAL = 1.4826  # makes the median absolute deviation of a normal distribution its standard deviation
_SAMPLE = 200  # sentences; the quartile of 200 moves by about .01 between samples
_SHORTEST_SENTENCE = 6  # words; "It did so again." asks nothing


@dataclass(frozen=True)
class AbstentionThreshold:
    """Below which cosine a question and its retrieved chunks have nothing to do with each other.

    Attributes:
        cosine: the threshold, in [-1, 1].
        off_topic: the median score of an everyday question.
        in_domain: the lower quartile of what the corpus's own sentences score; None if there is one chunk only.
        store: where the chunks' vectors are.
    """

    cosine: float
    off_topic: float
    in_domain: float | None
    store: PovVectorStore = field(repr=False, compare=False)

    def score(self, question: str, chunks: Sequence[Chunk]) -> float:
        """Return the highest cosine between a question and its chunks; the same in every retrieval mode.

        Raises:
            ChainError: a chunk is not of the store that the threshold was calibrated on.
        """
        vectors = self.store.vectors([chunk.id for chunk in chunks])
        if len(vectors) < len(chunks):
            known = {document.id for document in self.store.get_by_ids([chunk.id for chunk in chunks])}
            missing = next(chunk.id for chunk in chunks if chunk.id not in known)
            raise ChainError(
                f"chunk {missing!r} is not in the store that the abstention threshold was calibrated on; "
                "calibrate it on the store that is searched"
            )
        asked = np.asarray(self.store.embeddings.embed_query(question), dtype=np.float64)
        return float(np.max(vectors @ asked) / np.linalg.norm(asked))

    def reason(self, question: str, chunks: Sequence[Chunk]) -> tuple[Abstention, str] | None:
        """Say why the question is not answered, with what to do or with score and threshold; None if it should be."""
        if told := unread(self.store, question):
            return Abstention.UNREAD, told
        score = self.score(question, chunks)
        if score >= self.cosine:
            return None
        return Abstention.OFF_TOPIC, f"{Abstention.OFF_TOPIC}: best cosine {score:.3f}, threshold {self.cosine:.3f}"


def unread(store: PovVectorStore, question: str, views: Iterable[str] = ()) -> str:
    """Say that what a search finds is chance, and what to do; "" if the model has learnt the script of all texts."""
    embeddings = store.embeddings
    if not isinstance(embeddings, SentenceTransformerEmbeddings):
        return ""
    if not embeddings.reads(question):
        return f"{Abstention.UNREAD}: {embeddings.name}; {MULTILINGUAL}"
    if view := next((one for one in views if not embeddings.reads(one)), ""):
        return f"the embedding model cannot read the view's script ({view[:40]}): {embeddings.name}; {MULTILINGUAL}"
    return ""


def calibrate(store: PovVectorStore, *, questions: Sequence[str] = CALIBRATION_QUESTIONS) -> AbstentionThreshold:
    """Measure a corpus's threshold with its own embedding model; some seconds on a CPU, whatever its size.

    Raises:
        ChainError: the store is empty, or there are no questions.
    """
    if not len(store) or not questions:
        raise ChainError("an abstention threshold needs a store with chunks and at least one calibration question")
    off_topic = np.array(list(_nearest(store, questions, [""] * len(questions))))
    middle = float(np.median(off_topic))
    spread = _SPREAD_OF_NORMAL * float(np.median(np.abs(off_topic - middle)))
    sentences, owners = _sentences(store)
    in_domain_scores = list(_nearest(store, sentences, owners))
    in_domain = float(np.percentile(in_domain_scores, 25)) if in_domain_scores else None
    cosine = middle + _SPREADS * spread
    if in_domain is not None:
        cosine = min(max(cosine, (middle + in_domain) / 2), in_domain)
    return AbstentionThreshold(cosine, middle, in_domain, store)


def _nearest(store: PovVectorStore, texts: Sequence[str], owners: Sequence[str]) -> Iterator[float]:
    """The cosine of each text to its nearest chunk other than its owner."""
    found = store.pov_search(texts, [()] * len(texts), pov_weight=0, k=2) if texts else []
    for documents, owner in zip(found, owners, strict=True):
        others = [float(document.metadata["question_score"]) for document in documents if document.id != owner]
        if others:
            yield others[0]


def _sentences(store: PovVectorStore) -> tuple[list[str], list[str]]:
    """One sentence of each of up to 200 chunks, and the chunks' ids."""
    chance = random.Random(0)  # noqa: S311 - a sample, no secret
    ids = store.ids
    chunks = store.get_by_ids(chance.sample(ids, min(_SAMPLE, len(ids))))
    told = [
        [s.text for s in split_sentences(c.page_content) if word_count(s.text) >= _SHORTEST_SENTENCE] for c in chunks
    ]
    pairs = [(chance.choice(texts), str(chunk.id)) for texts, chunk in zip(told, chunks, strict=True) if texts]
    return [text for text, _ in pairs], [owner for _, owner in pairs]
