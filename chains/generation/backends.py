"""Find the backend of a language model: the model itself if it is one and answers alone, else ``RemoteBackend``."""

from functools import lru_cache
from typing import Annotated, Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import Runnable
from pydantic import PlainValidator

from chains.errors import ChainError
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
    """Return what the contract asks for attempts; the same object for the same model, with all that it has learned.

    Raises:
        ChainError: not a LangChain language model, or arguments are bound to a local model, which gets its
            own from the chain.
    """
    own: Backend | None = getattr(checked_model(llm), "contract_backend", None)
    if own is None or getattr(llm, "fallbacks", None):  # with fallbacks the model is not the only one that answers
        return _remote(_ByIdentity(llm))
    if bound := getattr(llm, "kwargs", None):
        raise ChainError(
            f"{', '.join(bound)} cannot be bound to a local model that a chain uses; give the chain its limits and "
            "seed instead: limits=WordLimits(minimum, maximum)"
        )
    return own


def library_of(llm: Any) -> str:
    """Return which library computes a local model, as ``--backend`` names it; "" for any other model."""
    model = getattr(getattr(llm, "pipeline", None), "model", None)
    library = type(model).__module__.partition(".")[0] if model is not None else ""
    return {"optimum": "openvino", "peft": "transformers"}.get(library, library)


def checked_model(llm: Any) -> Any:
    """Return a language model as it is.

    Raises:
        ChainError: it is none.
    """
    if not isinstance(llm, Runnable) and not hasattr(llm, "contract_backend"):
        raise ChainError(f"{str(llm)[:60]!r} is not a LangChain language model; load_llm() returns one")
    return llm


# What a chain takes as its model; models with fallbacks, retries or bound arguments are only Runnables.
LanguageModel = Annotated[BaseLanguageModel[Any], PlainValidator(checked_model)]


@lru_cache(maxsize=64)
def _remote(key: _ByIdentity) -> Backend:
    from chains.generation.remote.backend import RemoteBackend

    return RemoteBackend(key.llm)
