"""Control questions with known answers, to test whether a model follows instructions.

Each has a passage that contains the answer, or not: then "I don't know" is right. An answer is right if it contains the
fact, and exact if it contains nothing else.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import RunnableConfig

from chains.generation.completion import complete_all
from chains.generation.contract import WordLimits
from chains.text.refusal import is_abstention
from debate.compare.failures import told
from prompts import load_prompt

_LIMITS = WordLimits(0, 40)
_IN_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_AROUND = " \t\n.。،,:;!?\"'“”‘’「」『』()*`"


@dataclass(frozen=True)
class Control:
    """A question about a passage; ``accepted`` are the exact answers, none if the passage does not hold it."""

    id: str
    asked: str
    passage: str
    accepted: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """Return what is expected, for a reader."""
        return " or ".join(self.accepted) or "I don't know"


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


_FUJI = "Mount Fuji (富士山) on the island of Honshu is 3,776 metres high and last erupted in 1707."
_LAUSANNE = "The Treaty of Lausanne was signed on 24 July 1923 by Turkey and, among others, Britain, France and Italy."
_BANK = (
    "Five states founded the bank in 2014. By the end of 2023 it had approved 96 projects worth 32.8 billion dollars."
)
CONTROLS = (
    Control("script", "What is the mountain called in Japanese script? Write only the name.", _FUJI, ("富士山",)),
    Control("only-the-year", "In which year was the treaty signed? Write only the year.", _LAUSANNE, ("1923",)),
    Control("only-the-year-ja", "条約が調印されたのは何年か。年だけを書け。", _LAUSANNE, ("1923", "1923年")),
    Control("only-the-number", "How many projects had the bank approved? Write only the number.", _BANK, ("96",)),
    Control("only-yes-or-no", "Did Turkey sign the treaty? Write only yes or no.", _LAUSANNE, ("yes",)),
    Control("only-no", "Was the bank founded by seven states? Write only yes or no.", _BANK, ("no",)),
    Control("height-ja", "この山の高さは何メートルか。数字だけを書け。", _FUJI, ("3776", "3,776")),
    Control("not-there", "How many soldiers did the treaty allow Turkey?", _LAUSANNE),
    Control("not-there-name", "Who was the bank's first president?", _BANK),
    Control("not-there-ja", "この山に最初に登ったのは誰か。", _FUJI),
)


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
    """Say whether an answer is right, and whether it is exact."""
    abstained = is_abstention(text)
    if not control.accepted:
        return ControlAnswer(model, control.id, text, abstained, abstained, abstained)
    plain, accepted = _plain(text), tuple(map(_plain, control.accepted))
    right = not abstained and any(_has(plain, one) for one in accepted)
    return ControlAnswer(model, control.id, text, right, plain in accepted, abstained)


def answerable(answers: Sequence[ControlAnswer]) -> list[ControlAnswer]:
    """Return the answers to questions that the passage answers; an abstention is wrong there."""
    known = {one.id for one in CONTROLS if one.accepted}
    return [one for one in answers if one.control_id in known]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(_AROUND).casefold()


def _has(text: str, wanted: str) -> bool:
    """Return whether a text has a word; a script without spaces has it anywhere."""
    if not wanted.isascii():
        return wanted in text
    return wanted.replace(",", "") in _WORD.findall(_IN_THOUSANDS.sub("", text))
