"""Answer a question without passages, as a helpful assistant that may say it does not know."""

from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from chains.errors import ChainError
from chains.generation.backends import LanguageModel
from chains.generation.completion import completion_chain
from chains.generation.contract import WordLimits
from chains.runnable import Chain, QuestionInput
from chains.schemas import Completion, Question, as_question
from prompts import load_prompt
from vectorstore.runtime.arguments import checked


@checked(ChainError)
def answer_chain(
    llm: LanguageModel, *, text: str = "", max_words: int = 200, seed: int = 0
) -> Runnable[Question | str | Mapping[str, Any], Completion]:
    """Return a Runnable that follows an instruction without passages.

    Args:
        llm: any LangChain language model.
        text: a text that the instruction refers to, if the question has no ``about``.
        max_words: the answer ends at a sentence before it.
        seed: seed of retries.

    Raises:
        ChainError: an argument of a wrong type, or ``max_words`` below 1; when run, an input without an instruction.
        GenerationError (when run): the prompt does not fit the context window, or the model returned no text.
    """
    prompt = load_prompt("answer")

    complete = completion_chain(llm, WordLimits(maximum=max_words), seed)

    def answer(asked: Question | str | Mapping[str, Any], config: RunnableConfig) -> Completion:
        question = as_question(asked)
        return complete.invoke(prompt.render(question=question.text, input=question.about or text), config)

    return Chain(answer, "answer", QuestionInput, "Answer a question, or follow an instruction, without passages.")
