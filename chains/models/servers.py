"""A model behind an OpenAI-compatible server: vLLM, Ollama, llama.cpp, ``transformers serve``.

The server is asked before the first question is: whether it answers, and whether it has the model. The only importer
of langchain_openai.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

import httpx
from langchain_core.language_models import BaseLanguageModel

from chains.errors import MissingExtra, ModelError

_ANSWERS_WITHIN = 10.0  # seconds, for the list of models
_LOADS_WITHIN = 300.0  # seconds, for the first token: some servers load a model when it is first asked for
_NAMES_SHOWN = 8


def load_server(name: str, seed: int = 0) -> BaseLanguageModel[Any]:
    """Return the chat model behind ``http://host:port/v1#model``; the key, where one is wanted, from OPENAI_API_KEY.

    Raises:
        ModelError: no model is named, nobody answers, the key is refused, or the server does not have the model.
        MissingExtra: langchain-openai is not installed.
    """
    url, _, model = name.partition("#")
    if not model:
        raise ModelError(f"{name} names no model; write it behind a #, as in http://localhost:8000/v1#my-model")
    if find_spec("langchain_openai") is None:
        raise MissingExtra("langchain-openai", "server", "a model behind a server")
    key = os.environ.get("OPENAI_API_KEY", "none")  # local servers want some key and check none
    check_server(url, model, key)
    from langchain_openai import ChatOpenAI

    server: BaseLanguageModel[Any] = ChatOpenAI(base_url=url, model=model, api_key=key, seed=seed, temperature=0)
    return server


def check_server(url: str, model: str, key: str) -> None:
    """Ask a server whether it is there and has the model; where its list does not say so, for one token of it.

    Raises:
        ModelError: as ``load_server``.
    """
    headers = {"Authorization": f"Bearer {key}"}
    url = url.rstrip("/")
    once = httpx.Limits(max_keepalive_connections=0)  # some servers hang up after an error, without saying so
    with httpx.Client(headers=headers, timeout=_ANSWERS_WITHIN, limits=once) as client:
        listed = _names(_ask(client, "GET", f"{url}/models"))
        if model in listed or f"{model}:latest" in listed:  # Ollama's own short form
            return
        body = {"model": model, "max_tokens": 1, "messages": [{"role": "user", "content": "Hello"}]}
        answer = _ask(client, "POST", f"{url}/chat/completions", json=body, timeout=_LOADS_WITHIN)
    if answer.is_error:
        has = f"it has: {', '.join(listed[:_NAMES_SHOWN])}" if listed else "it lists no models"
        raise ModelError(
            f"the server at {url} does not answer as {model!r} (HTTP {answer.status_code}: {_reason(answer)}); "
            f"{has}. The address usually ends with /v1, and the name behind # is the server's own"
        )


def _ask(client: httpx.Client, method: str, url: str, **options: Any) -> httpx.Response:
    try:
        answer = client.request(method, url, **options)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = str(error) or type(error).__name__
        raise ModelError(
            f"no server answers at {url} ({why}); start it, or check host and port of --model http://host:port/v1#model"
        ) from error
    if answer.status_code in (401, 403):
        raise ModelError(f"the server at {url} refuses the key (HTTP {answer.status_code}); set OPENAI_API_KEY")
    return answer


def _names(answer: httpx.Response) -> list[str]:
    """The models that a server lists; none where it lists none or in another form."""
    if answer.is_error or "json" not in answer.headers.get("content-type", ""):
        return []
    entries = answer.json().get("data") or []
    return [str(entry["id"]) for entry in entries if isinstance(entry, dict) and "id" in entry]


def _reason(answer: httpx.Response) -> str:
    return " ".join(answer.text.split())[:200] or answer.reason_phrase
