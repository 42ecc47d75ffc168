"""Fakes for unit tests: they record what they are asked and reject what was not scripted."""

from __future__ import annotations

from typing import Any

from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.language_models.llms import LLM
from pydantic import PrivateAttr

EMBEDDING = DeterministicFakeEmbedding(size=32)


class TopicEmbedding(Embeddings):
    """Texts on one topic share a direction (cosine about 0.6); a text that contains "water" is off it."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[x + (0 if "water" in text else 1.2) for x in EMBEDDING.embed_query(text)] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class ScriptedLLM(LLM):
    """Answers a prompt by the first scripted marker that it contains; any other prompt is an error."""

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
        self._prompts.append(prompt)
        for marker, answer in self.script.items():
            if marker in prompt:
                if answer.startswith("raise "):
                    raise RuntimeError(answer.removeprefix("raise "))
                return answer
        raise AssertionError(f"nobody scripted this prompt: {prompt[:200]}")
