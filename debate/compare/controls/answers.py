"""What a model answered to the control questions, and whether it is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.generation.completion import complete_all
from chains.generation.contract import WordLimits
from debate.compare.controls.absence import opens_absent, says_absent
from debate.compare.controls.facts import has_fact, is_only
from debate.compare.controls.questions import CONTROLS, Control
from debate.compare.failures import told
from prompts import load_prompt

_LIMITS = WordLimits(0, 40)


@dataclass(frozen=True)
class ControlAnswer:
    """What a model answered to a control question.

    Attributes:
        right: it has the fact, or says that it does not know if there is none.
        exact: it is that and nothing else.
        abstained: it says that it does not know.
        error: why there is no answer; it is neither right nor wrong then.
    """

    model: str
    control_id: str
    text: str
    right: bool
    exact: bool
    abstained: bool
    error: str = ""

    @property
    def mark(self) -> str:
        """Return how good it is, in words."""
        if self.error:
            return "failed"
        return "exact" if self.exact else "right, and more" if self.right else "wrong"


def ask_control(
    llm: BaseLanguageModel[Any], model: str, control: Control, seed: int = 0, config: RunnableConfig | None = None
) -> ControlAnswer:
    """Let a model answer a control question; an error of the model is the answer's ``error``."""
    prompt = load_prompt("answer").render(question=control.asked, input=control.passage)
    try:
        (written,) = complete_all(llm, [prompt], [_LIMITS], seed, config, prose=False, may_be_empty=True)
    except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to this answer; the rest go on
        return failed_control(control, model, told(error))
    return judged(control, model, written.text)


def failed_control(control: Control, model: str, error: str) -> ControlAnswer:
    """Return the answer that a model did not give."""
    return ControlAnswer(model, control.id, "", right=False, exact=False, abstained=False, error=error)


def judged(control: Control, model: str, text: str) -> ControlAnswer:
    """Say whether an answer is right, and whether it is exact; a fact behind "I don't know" is not right."""
    abstained = says_absent(text, f"{control.asked} {control.passage}")
    if not control.accepted:
        return ControlAnswer(model, control.id, text, abstained, abstained, abstained)
    right = not abstained and not opens_absent(text) and any(has_fact(text, one) for one in control.accepted)
    return ControlAnswer(model, control.id, text, right, right and is_only(text, control.accepted), abstained)


def answerable(answers: Sequence[ControlAnswer]) -> list[ControlAnswer]:
    """Return the answers to questions that the passage answers; an abstention is wrong there."""
    known = {one.id for one in CONTROLS if one.accepted}
    return [one for one in answers if one.control_id in known]
