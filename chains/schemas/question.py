"""Questions of a list, deepened ones, and deeper questions that were refused."""

import dataclasses
import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import ValidationError
from pydantic.dataclasses import dataclass

from chains.errors import ChainError
from chains.schemas.text import ValidText
from vectorstore.text.letters import is_seen


class Refusal(StrEnum):
    """Why a deeper question is not asked."""

    OFF_TOPIC = "leaves the topic"
    SAID_ALREADY = "said already"
    NO_FURTHER = "asks no further than its seed"
    VAGUER = "vaguer than its seed"
    PREMISE = "no passage bears out its premise"


@dataclass(frozen=True)
class RefusedQuestion:
    """A question that deepening gave and that is not asked, and why."""

    text: str
    reason: Refusal


@dataclass(frozen=True)
class Question:
    """One question of the list, or a deeper question.

    Attributes:
        id: unique in a run and shown to people; a deeper question's id is its parent's with a number added.
        text: the question.
        about: optional background.
        parent_id: id of its seed question, or "".
        parent_text: text of its seed question, or "".
        note: what happened, such as a failed deepening.
        refused: deeper questions that are not asked; on the seed, or on its first deeper question if that replaces it.
        same_as: id of an earlier question with the same text and background, whose answer it shares.
        answerable: whether the documents hold its answer, as its list says; None if it does not say.
    """

    id: str
    text: ValidText
    about: ValidText = ""
    parent_id: str = ""
    parent_text: str = ""
    note: str = ""
    same_as: str = ""
    refused: tuple[RefusedQuestion, ...] = ()
    answerable: bool | None = None

    @property
    def key(self) -> str:
        """Return what rows, checkpoints and traces know it by: its id and the first 12 hex digits of a sha256.

        That is of its text, and of its background where it has one: another of these under one id is another question.
        """
        asked = "\0".join(self.asked if self.about else (self.text,))
        return f"{self.id}:{hashlib.sha256(asked.encode(errors='replace')).hexdigest()[:12]}"

    @property
    def asked(self) -> tuple[str, str]:
        """Return its text and background; questions that have both in common share their answer."""
        return self.text, self.about


_FIELDS = [field.name for field in dataclasses.fields(Question)]


def as_question(asked: Question | str | Mapping[str, Any]) -> Question:
    """Return a ``Question`` from a text, a mapping with its fields, or a mapping with any of these under ``question``.

    Such a mapping may be the state of a graph: its other keys are not read.

    Raises:
        ChainError: another type, an unknown field, or no text.
    """
    if isinstance(asked, Mapping) and "question" in asked:
        if beside := next((name for name in _FIELDS if name in asked), None):
            raise ChainError(f"{beside!r} stands beside 'question'; write the question as text: {{'text': …, 'id': …}}")
        return as_question(asked["question"])
    try:
        if isinstance(asked, str):
            question = Question(id="q", text=asked)
        elif isinstance(asked, Mapping):
            question = Question(**{"id": "q", **_known(asked)})
        elif isinstance(asked, Question):
            question = asked
        else:
            raise ChainError(f"a question is a text, a mapping or a Question, not {type(asked).__name__}")
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise ChainError(f"not a question: {what}; give a text, or a mapping with text and id") from error
    if not is_seen(question.text):
        raise ChainError("the question is empty; give its text")
    return question


def _known(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = next((name for name in asked if name not in _FIELDS), None)
    if unknown is not None:
        raise ChainError(f"a question has no field {unknown!r}; there are: {', '.join(_FIELDS)}")
    return asked
