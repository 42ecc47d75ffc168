"""Apply the settings of one attempt to a LangChain model through its fields.

A copy of the model gets them, not the call's keywords: every integration has its own fields, and few accept keywords.
Fields that the model lacks or its server refused are left out.
"""

from collections.abc import Collection
from typing import Any

_LIMITS = ("max_tokens", "max_output_tokens", "max_new_tokens", "num_predict")  # OpenAI, Google, Hugging Face, Ollama
_FORMS = ("max_tokens", "max_completion_tokens")  # of OpenAI's servers; newer models take the second alone


def tuned(
    llm: Any, seed: int, temperature: float, new_tokens: int, unknown: Collection[str] = ()
) -> tuple[Any, list[str]]:
    """Return a copy of the model with these settings, and the names that are sent.

    The user's own limit stays as it was set, and so does a temperature unless a higher one is asked for.
    """
    fields = getattr(type(llm), "model_fields", {})
    if "bound" in fields:  # a model with arguments bound to it
        inner, sent = tuned(llm.bound, seed, temperature, new_tokens, unknown)
        return llm.model_copy(update={"bound": inner}), sent
    settings: dict[str, Any] = {}
    if "seed" in fields:
        settings["seed"] = None if "seed" in unknown else seed
    if "temperature" in fields and ("temperature" in unknown or temperature > (llm.temperature or 0)):
        settings["temperature"] = None if "temperature" in unknown else temperature
    if "stream_usage" in fields and "stream_options" in unknown:
        settings["stream_usage"] = False
    if (limit := next((name for name in _LIMITS if name in fields), None)) and limit not in llm.model_fields_set:
        settings |= _limit(llm, limit, new_tokens, unknown)
    names = ("seed", "temperature", "stream_options", *_FORMS)
    return llm.model_copy(update=settings) if settings else llm, [name for name in names if name not in unknown]


def _limit(llm: Any, field: str, new_tokens: int, unknown: Collection[str]) -> dict[str, Any]:
    """The most new tokens: in the model's own field, or in the other of OpenAI's two forms where that was refused."""
    if not set(_FORMS) & set(unknown):
        return {field: new_tokens}
    form = next((form for form in _FORMS if form not in unknown), None)
    if form is None or not hasattr(llm, "extra_body"):
        return {field: None}
    return {field: None, "extra_body": {**(llm.extra_body or {}), form: new_tokens}}
