"""Answer a question without passages, as a helpful assistant that may say it does not know."""

from collections.abc import Mapping
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import Runnable, RunnableLambda

from chains.generation.completion import completion_chain
from chains.generation.contract import WordLimits
from chains.inputs import QuestionInput
from chains.schemas import Completion, Question, as_question
from prompts import RenderedPrompt, load_prompt


def answer_chain(
    llm: BaseLanguageModel[Any], *, text: str = "", max_words: int = 200, seed: int = 0
) -> Runnable[Question | str | Mapping[str, Any], Completion]:
    """Return a Runnable that follows an instruction without passages.

    Args:
        llm: any LangChain language model.
        text: a text that the instruction refers to, if the question has no ``about``.
        max_words: the answer ends at a sentence before it.
        seed: seed of retries.

    Raises:
        ChainError: ``max_words`` below 1; when run, an input without an instruction.
        GenerationError (when run): the prompt does not fit the context window, or the model returned no text.
    """
    prompt = load_prompt("answer")

    def render(asked: Question | str | Mapping[str, Any]) -> RenderedPrompt:
        question = as_question(asked)
        return prompt.render(question=question.text, input=question.about or text)

    chain: Runnable[Any, Completion] = RunnableLambda(render) | completion_chain(
        llm, WordLimits(maximum=max_words), seed
    )
    chain.name = "answer"
    return chain.with_types(input_type=QuestionInput).with_config(run_name="answer")
