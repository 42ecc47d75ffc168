"""Fakes for unit tests: they record what they are asked and reject what was not scripted."""

from __future__ import annotations

from typing import Any

from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models.llms import LLM
from pydantic import PrivateAttr

EMBEDDING = DeterministicFakeEmbedding(size=32)


class ScriptedLLM(LLM):
    """Answers a prompt by the first scripted marker that it contains; any other prompt is an error."""

    script: dict[str, str]
    _prompts: list[str] = PrivateAttr(default_factory=list)

    @property
    def prompts(self) -> list[str]:
        return self._prompts

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
