"""A model behind an OpenAI-compatible server: vLLM, Ollama, llama.cpp, ``transformers serve``.

Before the first question, the server is checked: whether it answers, has the model, and how long its window is. The
only importer of langchain_openai.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from langchain_core.language_models import BaseLanguageModel

from chains.errors import ModelError, OtherModel
from chains.models.servers.address import OPENAI, Address, parse_address
from chains.models.servers.client import ServerClient, stored_login
from chains.models.servers.secrets import without_key

TIMEOUT = 600.0  # seconds without a word; a large model on a CPU reads a prompt for minutes
_ANSWERS_WITHIN = 10.0  # seconds, for the list of models
_LOADS_WITHIN = 300.0  # seconds, for the first token: some servers load a model when it is first asked for
_PAUSES = (1.0, 3.0)  # seconds before a server that failed is asked again
_PASSING = (429, 500, 502, 503, 504)
_NAMES_SHOWN = 8
_LOG = logging.getLogger(__name__)
_NO_KEY = "none"  # the client wants some key; ServerClient takes it out
# vLLM, OpenRouter, Groq, Mistral and LM Studio: the same under different names.
_WINDOWS = ("max_model_len", "context_length", "context_window", "max_context_length")


@dataclass(frozen=True)
class ServerModel:
    """What a server says about its model.

    Attributes:
        window: in tokens; None if it does not say.
        facts: what differs between two models of one name, such as the repository that vLLM loaded it from.
        doubt: why it may be another model than the one asked for, or "".
    """

    window: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    doubt: str = ""


def load_server(name: str, timeout: float = TIMEOUT) -> BaseLanguageModel[Any]:
    """Return the chat model behind ``http://host:port/v1#model``. Its client makes one attempt a call.

    Args:
        timeout: seconds to wait for the server's next words.

    Raises:
        ModelError: no model is named, nobody answers, the key is refused, or the server does not have the model.
        MissingExtra: langchain-openai is not installed.
    """
    address = parse_address(name)
    told = check_server(address)
    if told.doubt:
        _LOG.warning(told.doubt)
    return chat_model(address, told, timeout)


def chat_model(address: Address, told: ServerModel, timeout: float) -> BaseLanguageModel[Any]:
    """Return the chat model of a server that was checked."""
    from langchain_openai import ChatOpenAI
    from langchain_openai.chat_models.base import BaseChatOpenAI

    # ChatOpenAI writes max_tokens as max_completion_tokens, which OpenAI alone is sure to understand.
    kind = ChatOpenAI if urlsplit(address.url).hostname == OPENAI else BaseChatOpenAI
    server: BaseLanguageModel[Any] = kind(
        base_url=address.url,
        model=address.model,
        api_key=address.key or _NO_KEY,
        temperature=0,
        max_retries=0,
        timeout=timeout,
        stream_usage=True,
        http_client=ServerClient(with_key=bool(address.key), timeout=timeout),
        profile={"max_input_tokens": told.window} if told.window else None,
    )
    return server


def check_server(address: Address) -> ServerModel:
    """Check that a server answers and has the model; if its list does not say so, request one token.

    Raises:
        ModelError: as ``load_server``.
    """
    url, model, key = address.url.rstrip("/"), address.model, address.key
    once = httpx.Limits(max_keepalive_connections=0)  # some servers hang up after an error, without saying so
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(
        headers=headers, auth=stored_login(with_key=bool(key)), timeout=_ANSWERS_WITHIN, limits=once
    ) as client:
        listed = _listed(_ask(client, "GET", f"{url}/models"))
        if found := listed.get(model) or listed.get(f"{model}:latest"):  # Ollama's own short form
            return ServerModel(_window(found), _facts(found))
        body = {"model": model, "max_tokens": 1, "messages": [{"role": "user", "content": "Hello"}]}
        answer = _ask_again(client, f"{url}/chat/completions", json=body, timeout=_LOADS_WITHIN)
    has = f"it has: {', '.join(list(listed)[:_NAMES_SHOWN])}" if listed else "it lists no models"
    if answer.is_error:
        raise ModelError(
            f"the server at {url} does not answer as {model!r} (HTTP {answer.status_code}: {_reason(answer)}); "
            f"{has}. The address usually ends with /v1, and the name behind # is the server's own"
        )
    return ServerModel(
        doubt=_doubt(answer, model, f"the server at {url} does not list {model!r}; {has}") if listed else ""
    )


def _doubt(answer: httpx.Response, model: str, problem: str) -> str:
    """Refuse a server that answers any name as another model; return a warning where it may have the one asked for.

    Some have models that they do not list: a folder that is loaded when it is asked for, or a variant (``name:free``).

    Raises:
        OtherModel: it answered under another name.
    """
    said = _fields(answer).get("model")
    if said and not (str(said).startswith(model) or model.startswith(str(said))):
        raise OtherModel(f"{problem}. It answered as {said!r}: write one of its names behind #")
    return f"{problem}. It answers all the same: check the name behind #"


def _ask(client: httpx.Client, method: str, url: str, **options: Any) -> httpx.Response:
    try:
        answer = without_key(client.request(method, url, **options))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = str(error) or type(error).__name__
        raise ModelError(
            f"no server answers at {url} ({why}); start it, or check host and port of --model http://host:port/v1#model"
        ) from error
    if answer.status_code in (401, 403):
        raise ModelError(
            f"the server at {url} refuses the key (HTTP {answer.status_code}); set DEBATE_API_KEY, or name the host in "
            f"DEBATE_API_KEY_HOSTS for OPENAI_API_KEY to be sent to it (only {OPENAI} gets that unless you do)"
        )
    return answer


def _ask_again(client: httpx.Client, url: str, **options: Any) -> httpx.Response:
    """Post a request, and again after a pause where the server fails or is busy: one error in passing ends no run."""
    answer = _ask(client, "POST", url, **options)
    for pause in _PAUSES:
        if answer.status_code not in _PASSING:
            break
        _LOG.info("the server at %s answers HTTP %d; it is asked again in %g s", url, answer.status_code, pause)
        time.sleep(pause)
        answer = _ask(client, "POST", url, **options)
    return answer


def _listed(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    """The models that a server lists, by name; none if it lists none or in another form."""
    entries = _fields(answer).get("data")
    named = [one for one in entries if isinstance(one, dict) and one.get("id")] if isinstance(entries, list) else []
    return {str(one["id"]): one for one in named}


def _fields(answer: httpx.Response) -> dict[str, Any]:
    """The fields of an answer's JSON object; none where it is an error or anything else."""
    if answer.is_error or "json" not in answer.headers.get("content-type", ""):
        return {}
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _window(entry: Mapping[str, Any]) -> int | None:
    lengths = [entry.get(name) for name in _WINDOWS]
    return next((one for one in lengths if isinstance(one, int) and one > 1), None)  # False and True are 0 and 1


def _facts(entry: Mapping[str, Any]) -> dict[str, str]:
    """What vLLM and llama.cpp say about a model's weights; a repository and its copy in a folder give the same."""
    meta = entry.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    told = {"root": str(entry.get("root") or "").rstrip("/").rpartition("/")[2]}
    told |= {name: str(meta.get(name) or "") for name in ("n_params", "n_vocab")}
    return {name: value for name, value in told.items() if value}


def _reason(answer: httpx.Response) -> str:
    return " ".join(answer.text.split())[:200] or answer.reason_phrase
