"""Which backend a language model has: its own where it is one, and ``RemoteBackend`` for every other model."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from chains.generation.contract import Backend


class _ByIdentity:
    """A model as a key: most LangChain models cannot be hashed."""

    def __init__(self, llm: Any) -> None:
        self.llm = llm

    def __hash__(self) -> int:
        return id(self.llm)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.llm is self.llm


def backend_for(llm: Any) -> Backend:
    """Return what the contract asks for attempts; the same object for the same model, with all that it has learned."""
    own: Backend | None = getattr(llm, "contract_backend", None)
    return own if own is not None else _remote(_ByIdentity(llm))


@lru_cache(maxsize=64)
def _remote(key: _ByIdentity) -> Backend:
    from chains.generation.remote import RemoteBackend

    return RemoteBackend(key.llm)
