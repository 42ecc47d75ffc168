"""Fakes for unit tests: they record what they are asked and reject what was not scripted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.language_models.llms import LLM
from numpy.typing import NDArray
from pydantic import PrivateAttr

from chains.generation.contract import AttemptRequest, RawText, Sampling
from prompts import RenderedPrompt

EMBEDDING = DeterministicFakeEmbedding(size=32)


class TopicEmbedding(Embeddings):
    """Texts on one topic share a direction (cosine about 0.6); a text that contains "water" is off it."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[x + (0 if "water" in text else 1.2) for x in EMBEDDING.embed_query(text)] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


TOPICS = ("salt", "iron", "the canal", "the bank", "the port", "the mine", "the rails", "the wood")
TAXED = ["The tariff of the north rose in 1911.", "BRICS admitted Iran."]
_PREMISE = "Given that the tariff of the north rose in 1911"  # of the first passage, so that deeper questions stay


class TopicLLM(LLM):
    """Answers "Why was TOPIC taxed?" and its deeper questions by the topic alone."""

    @property
    def _llm_type(self) -> str:
        return "topic"

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        topic = max(TOPICS, key=prompt.rfind)
        if "goes deeper than" in prompt:
            return f"who gained from {topic}?" if "how does this" in prompt else f"why did the union sell {topic}?"
        if "new question" in prompt:
            asked = ("why did the union sell", "who gained from")
            return "\n2. ".join(f"{_PREMISE}, {rest} {topic}?" for rest in asked)
        return f"They taxed {topic}." if "Answer the question below" in prompt else f"I say {topic}."


class ByWord(Embeddings):
    """Texts point where their words are: a dimension for each of these words, and one for all others."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[*(float(word in text.lower()) for word in self._words), 0.5] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class ByLength:
    """A model whose vectors tell how long a text is."""

    def encode_document(self, texts: list[str], **_: Any) -> NDArray[np.float32]:
        return np.array([[1.0, len(text) / 100] for text in texts], dtype=np.float32)

    encode_query = encode_document


CONTINUE = "The answer below is not finished"


class ScriptedLLM(LLM):
    """Answers a prompt by the first scripted marker that it contains; any other prompt is an error.

    Asked to go on with an answer that is too short, it has nothing to add unless that is scripted.
    """

    script: dict[str, str]
    _prompts: list[str] = PrivateAttr(default_factory=list)

    @property
    def prompts(self) -> list[str]:
        return self._prompts

    def prompts_with(self, marker: str) -> int:
        """Return how many prompts contained a text."""
        return sum(marker in prompt for prompt in self._prompts)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        if CONTINUE in prompt and CONTINUE not in self.script:
            return ""
        self._prompts.append(prompt)
        for marker, answer in self.script.items():
            if marker in prompt:
                if answer.startswith("raise "):
                    raise RuntimeError(answer.removeprefix("raise "))
                return answer
        raise AssertionError(f"nobody scripted this prompt: {prompt[:200]}")


class SeededLLM(ScriptedLLM):
    """Takes a seed, as models behind servers do, and remembers that of each call."""

    seed: int | None = None
    _seeds: list[int | None] = PrivateAttr(default_factory=list)

    @property
    def seeds(self) -> list[int | None]:
        return self._seeds

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        self._seeds.append(self.seed)
        return super()._call(prompt, stop, run_manager, **kwargs)


class ScriptedBackend:
    """Answers each attempt with the next of its texts, whichever prompt it is for; one too many is an error."""

    ladder = (Sampling(), Sampling(temperature=0.5), Sampling(temperature=0.8))
    parameters = None
    adapted = False

    def __init__(self, *texts: str | RawText, window: int = 10_000) -> None:
        self._texts = [RawText(text, 40, 7) if isinstance(text, str) else text for text in texts]
        self._window = window
        self.requests: list[AttemptRequest] = []

    def attempt(self, requests: Sequence[AttemptRequest], config: Any = None) -> list[RawText]:
        self.requests += requests
        if len(requests) > len(self._texts):
            raise AssertionError(f"nobody scripted this attempt: {requests[-1].prompt.text[:200]}")
        given, self._texts = self._texts[: len(requests)], self._texts[len(requests) :]
        return given

    def fits(self, prompt: RenderedPrompt, max_words: int) -> bool:
        return len(prompt.text.split()) + max_words <= self._window

    def caller(self) -> AbstractContextManager[None]:
        return nullcontext()
