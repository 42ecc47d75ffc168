"""What errors of other libraries mean: prompt too long, unknown parameter, busy server.

LangChain has classes for some of these errors, but servers and integrations differ, so messages are read as well.
"""

import re
from collections.abc import Iterable, Iterator

import httpx
from langchain_core.exceptions import ContextOverflowError, ModelError

from chains.errors import ModelUnavailable

_BAD_REQUEST = {400, 413, 422}  # HTTP
_MAY_PASS = {408, 409, 425, 429}  # too slow, conflict, too early, too many; and all from 500
_LOST = (ConnectionError, TimeoutError, httpx.TransportError)
_LONGEST_WAIT = 120.0  # seconds; a server that wants more is as good as down
_TOO_LONG = re.compile(
    r"context.{0,10}(?:length|window|size)|context_length_exceeded|prompt is too long|too many tokens|"
    r"exceeds? .{0,40}(?:context|token limit)|maximum .{0,20}tokens|input .{0,20}too long|max_model_len",
    re.IGNORECASE,
)
_NOT_KNOWN = re.compile(
    r"unsupported|not supported|unrecogni[sz]ed|unexpected|unknown|not permitted|extra (?:inputs|fields)|not allowed|"
    r"does not support|invalid param",
    re.IGNORECASE,
)

_NO_TOOLS = re.compile(r"\btools?\b|tool_(?:choice|calls?)|function call", re.IGNORECASE)
_NO_SYSTEM_ROLE = re.compile(r"system (?:role|messages?|instructions?).{0,20}not (?:be )?supported", re.IGNORECASE)


def is_too_long(error: Exception) -> bool:
    """Return whether a server refused a prompt because it is longer than the model's window."""
    if isinstance(error, ContextOverflowError):
        return True
    return _status(error) in _BAD_REQUEST and bool(_TOO_LONG.search(str(error)))


def is_empty_stream(error: ValueError) -> bool:
    """Return whether LangChain got nothing from a stream: the server wrote nothing, or does not stream."""
    return "No generation chunks" in str(error)


def refuses_system_role(error: Exception) -> bool:
    """Return whether a model takes no system message (Gemma 2: "System role not supported")."""
    return _status(error) is not None and bool(_NO_SYSTEM_ROLE.search(str(error)))


def refuses_tools(error: Exception) -> bool:
    """Return whether a server takes no tools for its model: Ollama, vLLM and llama.cpp say so with 400, 500 or 501."""
    return _status(error) is not None and bool(_NO_TOOLS.search(str(error)))


def refused_parameter(error: Exception, sent: Iterable[str]) -> str:
    """Return which of the parameters sent a server says it does not know, or ""; it may name another to use instead."""
    message = str(error)
    if _status(error) not in _BAD_REQUEST or not _NOT_KNOWN.search(message):
        return ""
    found = {name: match.start() for name in sent if (match := re.search(rf"\b{name}\b", message))}
    return min(found, key=lambda name: found[name], default="")


def status_may_pass(status: int) -> bool:
    """Return whether another attempt may bring another HTTP status."""
    return status in _MAY_PASS or status >= 500


def asked_to_wait(error: BaseException | None) -> float:
    """Return the seconds after which a busy server wants to be asked again."""
    return error.retry_after if isinstance(error, ModelUnavailable) else 0.0


def unavailable(error: Exception) -> ModelUnavailable | None:
    """Return the error to raise if a server is busy or lost, which is worth retrying; None for other errors."""
    status = _status(error)
    lost = next((one for one in _causes(error) if isinstance(one, _LOST)), None)
    retryable = isinstance(error, ModelError) and error.is_retryable
    if not (lost or retryable or (status is not None and status_may_pass(status))):
        return None
    told = lost or error  # a client's own error says no more than "Connection error."
    name = type(told).__name__
    return ModelUnavailable(f"{name}: {told}" if str(told) else f"{name} from the model's server", _retry_after(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _retry_after(error: Exception) -> float:
    """Seconds that a server asked for in its header, as a number; a date is not read."""
    told = getattr(getattr(error, "response", None), "headers", {}).get("retry-after", "")
    return min(float(told), _LONGEST_WAIT) if re.fullmatch(r"\d{1,6}(?:\.\d+)?", told) else 0.0


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None
