"""A model judges the answers of two models, in both orders; a preference counts only if both orders agree.

Judges prefer the first answer, or the second, far more often than chance (Zheng et al. 2023, "Judging LLM-as-a-judge
with MT-Bench and Chatbot Arena", position bias).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.generation.completion import complete_all, fits_window
from chains.generation.contract import WordLimits
from chains.schemas import Chunk, Question
from debate.compare.failures import told
from debate.compare.measures import Answer
from debate.compare.preference.verdict import Said, read_verdict
from debate.compare.statistics import Tally, tally
from prompts import RenderedPrompt, load_prompt

_LIMITS = WordLimits(0, 30)  # a number, or a sentence with its reason, which may take it back


@dataclass(frozen=True)
class Judged:
    """What a judge said about two models' answers to a question.

    Attributes:
        shown: the two models, in the order of ``in_order``.
        in_order, turned: what it said of them in that order, and in the other one: which *of those shown* it preferred.
        error: why it said nothing.
        replies: its words in both orders; "" if nobody noted them.
    """

    judge: str
    question_key: str
    shown: tuple[str, str]
    in_order: Said
    turned: Said
    error: str = ""
    replies: tuple[str, str] = ("", "")

    @property
    def pair(self) -> tuple[str, frozenset[str]]:
        """Return what was judged, whatever the order of the two."""
        return self.question_key, frozenset(self.shown)

    @property
    def is_verdict(self) -> bool:
        """Return whether both orders can be read."""
        return not self.error and "unreadable" not in (self.in_order, self.turned)

    @property
    def preferred(self) -> str:
        """Return the model that it preferred in both orders; "" if there is none."""
        if (self.in_order, self.turned) == ("first", "second"):
            return self.shown[0]
        return self.shown[1] if (self.in_order, self.turned) == ("second", "first") else ""

    @property
    def contradicts_itself(self) -> bool:
        """Return whether it preferred the same place in both orders."""
        return self.in_order == self.turned and self.in_order in ("first", "second")


def judge_pair(
    llm: BaseLanguageModel[Any],
    judge: str,
    question: Question,
    passages: Sequence[Chunk],
    answers: tuple[Answer, Answer],
    seed: int = 0,
    config: RunnableConfig | None = None,
) -> Judged:
    """Ask a judge about two answers, in both orders; an error of the judge is the judgement's ``error``."""
    texts = [one.opinion.answer if one.opinion else "" for one in answers]
    try:
        prompts = [_prompt(llm, question, passages, first, second) for first, second in (texts, texts[::-1])]
        said = complete_all(llm, prompts, [_LIMITS] * 2, seed, config, prose=False, may_be_empty=True)
    except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to this pair; the rest go on
        return failed_judgement(judge, question, answers, told(error))
    in_order, turned = (read_verdict(one.text) for one in said)
    replies = said[0].text, said[1].text
    return Judged(judge, question.key, (answers[0].model, answers[1].model), in_order, turned, replies=replies)


def failed_judgement(judge: str, question: Question, answers: tuple[Answer, Answer], error: str) -> Judged:
    """Return the judgement that a judge did not give."""
    return Judged(judge, question.key, (answers[0].model, answers[1].model), "unreadable", "unreadable", error)


def judge_tally(judged: Sequence[Judged], models: tuple[str, str]) -> Tally:
    """Count what a judge said between two models."""
    between = [found for found in judged if set(found.shown) == set(models)]
    return tally(
        models,
        [one.preferred for one in between if one.is_verdict],
        contradictions=sum(one.contradicts_itself for one in between),
        unread=sum(not one.is_verdict and not one.error for one in between),
        failed=sum(bool(one.error) for one in between),
    )


def _prompt(
    llm: BaseLanguageModel[Any], question: Question, passages: Sequence[Chunk], first: str, second: str
) -> RenderedPrompt:
    """Show as many passages as fit, the best first."""
    template = load_prompt("preference")
    texts = [chunk.text for chunk in passages]
    prompts = (
        template.render(question=question.text, passages=texts[:kept], first=first, second=second)
        for kept in range(len(texts), 0, -1)
    )
    bare = template.render(question=question.text, passages=[], first=first, second=second)
    return next((one for one in prompts if fits_window(llm, one, _LIMITS)), bare)
