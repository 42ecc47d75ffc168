"""Render prompts from Jinja2 templates in a sandbox: a system message, a user message, and both as plain text.

Values are inserted, never evaluated: template syntax in a passage stays text.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prompts.errors import TemplateError
from prompts.languages import in_english, unit_of

_FOLDER = "templates"


@dataclass(frozen=True)
class RenderedPrompt:
    """A prompt ready to be sent.

    Attributes:
        system: who speaks; the system message of a chat model.
        user: the task; the user message of a chat model.
        text: the whole template, for models that only continue text.
        do_not_repeat: what others said, which the answer must not repeat word for word, or "".
        opening: the words that the answer must begin with, or "". ``text`` already ends with them.
        question, passages: what it was rendered with, where it asks a question on several passages.
    """

    system: str
    user: str
    text: str
    opening: str = ""
    do_not_repeat: str = ""
    question: str = ""
    passages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prompt:
    """A named template with the blocks ``system``, ``user`` and, where it has one, ``opening``."""

    name: str
    template: jinja2.Template

    def render(self, **values: Any) -> RenderedPrompt:
        """Fill the template in.

        ``english`` says whether the question is, so that no answer has to begin in English; ``unit`` what is counted.

        Raises:
            TemplateError: naming the variable that was not given.
        """
        question = str(values.get("question", ""))
        values = {"english": in_english(question), "unit": unit_of(question), **values}
        try:
            return RenderedPrompt(
                system=self._block("system", values),
                user=self._block("user", values),
                text=_valid(self.template.render(values).strip()),
                opening=self._block("opening", values),
                do_not_repeat=self._block("do_not_repeat", values),
                question=str(values.get("question", "")),
                passages=tuple(one for one in values.get("passages", ()) if isinstance(one, str)),
            )
        except jinja2.UndefinedError as error:
            message = f"template {self.name!r}: {error.message}; pass it to render()"
            raise TemplateError(message) from error

    def _block(self, name: str, values: dict[str, Any]) -> str:
        block = self.template.blocks.get(name)
        if block is None:
            return ""
        return _valid("".join(block(self.template.new_context(values))).strip())


def _valid(text: str) -> str:
    """Return a text with a question mark for each half of a surrogate pair, which no tokenizer or server takes."""
    return text.encode(errors="replace").decode()


def _environment() -> jinja2.Environment:
    return ImmutableSandboxedEnvironment(
        loader=jinja2.FunctionLoader(_source),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def _source(name: str) -> str | None:
    path = files("prompts").joinpath(_FOLDER, f"{name}.j2")
    return path.read_text(encoding="utf-8") if path.is_file() else None


@cache
def load_prompt(name: str) -> Prompt:
    """Return the template called ``name`` (see ``list_prompts``).

    Raises:
        TemplateError: there is no such template.
    """
    try:
        return Prompt(name, _environment().get_template(name))
    except jinja2.TemplateNotFound as error:
        message = f"no prompt called {name!r}; there are: {', '.join(list_prompts())}"
        raise TemplateError(message) from error


def list_prompts() -> list[str]:
    """Return the names of all templates, sorted."""
    folder = files("prompts").joinpath(_FOLDER)
    return sorted(item.name.removesuffix(".j2") for item in folder.iterdir() if item.name.endswith(".j2"))
