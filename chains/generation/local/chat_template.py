"""Format a prompt for a local model: its chat template, or plain text.

The only place that applies chat templates, so fine-tuning and inference see the same format.
"""

from collections.abc import Iterable
from typing import Any

from jinja2 import TemplateError

from prompts import RenderedPrompt


def prompt_text(tokenizer: Any, prompt: RenderedPrompt) -> str:
    """Return the text that a local model continues; the prompt's opening is its last words."""
    chat = chat_text(tokenizer, prompt.system, prompt.user)
    return prompt.text if chat is None else chat + prompt.opening


def chat_text(tokenizer: Any, system: str, user: str) -> str | None:
    """Fill in the chat template, or return None if the tokenizer has none.

    Special tokens inside the messages are taken apart, so that a passage cannot end its own message. Where a template
    refuses a system message (Gemma 2's raises), or leaves it out, its text goes before the user's.
    """
    if tokenizer.chat_template is None:
        return None
    system, user = (_without_special_tokens(text, tokenizer.all_special_tokens) for text in (system, user))
    if system and (text := _with_system(tokenizer, system, user)) is not None:
        return text
    return _filled_in(tokenizer, [{"role": "user", "content": f"{system}\n\n{user}".strip()}])


def _with_system(tokenizer: Any, system: str, user: str) -> str | None:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    try:
        text = _filled_in(tokenizer, messages)
    except TemplateError:  # what a template raises is all that it says about the roles it knows
        return None
    return text if system.strip() in text else None


def _filled_in(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


def has_special_tokens(tokenizer: Any, text: str) -> bool:
    """Return whether a text went through a chat template, which writes the special tokens itself."""
    bos = tokenizer.bos_token
    return tokenizer.chat_template is not None and bos is not None and text.startswith(bos)


def _without_special_tokens(text: str, special: Iterable[str]) -> str:
    for token in special:
        if len(token) > 1:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text
