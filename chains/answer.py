"""A plain question and an answer, without passages: an excellent assistant, who may not know."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import Runnable, RunnableLambda

from chains.generation.completion import completion_chain
from chains.generation.contract import WordLimits
from chains.schemas import Completion
from prompts import RenderedPrompt, load_prompt


def answer_chain(
    llm: BaseLanguageModel[Any], *, text: str = "", max_words: int = 200, seed: int = 0
) -> Runnable[str, Completion]:
    """Return a Runnable from an instruction to an answer; ``text`` is what the instruction is about."""
    prompt = load_prompt("answer")

    def render(instruction: str) -> RenderedPrompt:
        return prompt.render(question=instruction, input=text)

    chain = RunnableLambda(render) | completion_chain(llm, WordLimits(maximum=max_words), seed)
    chain.name = "answer"
    return chain.with_types(input_type=str).with_config(run_name="answer")
