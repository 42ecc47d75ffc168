"""The text that a local model gets, also where its template takes no system message."""

from typing import Any

import pytest
from jinja2 import TemplateError

from chains.generation.local.chat_template import chat_text


class Tokenizer:
    """Fills in a template that knows the roles given, and raises or leaves out as its model's does."""

    chat_template = "a template"
    all_special_tokens = ("<end>",)

    def __init__(self, system: str) -> None:
        self._system = system

    def apply_chat_template(self, messages: list[dict[str, str]], **_: Any) -> str:
        if messages[0]["role"] == "system" and self._system == "raises":
            raise TemplateError("System role not supported")
        told = [one for one in messages if one["role"] != "system" or self._system == "takes it"]
        return "".join(f"<{one['role']}>{one['content']}" for one in told)


def test_a_system_message_stands_alone_where_the_template_takes_one() -> None:
    assert chat_text(Tokenizer("takes it"), "You judge.", "Can it?") == "<system>You judge.<user>Can it?"


@pytest.mark.parametrize("system", ["raises", "leaves it out"])
def test_it_goes_before_the_users_where_the_template_takes_none(system: str) -> None:
    assert chat_text(Tokenizer(system), "You judge.", "Can it?") == "<user>You judge.\n\nCan it?"
