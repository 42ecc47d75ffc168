"""Have models stop writing once a run is to stop, instead of ending the answer that they are at; so searches.

A LangChain callback, so it needs nothing of a model but that it tells its words as they come; one that does not stops
at its next call.
"""

from threading import Event
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler

from chains.errors import WritingStopped


class StopsWriting(BaseCallbackHandler):
    """Raises WritingStopped in every call of a model or retriever from when ``stop`` is set."""

    run_inline = True

    def __init__(self, stop: Event) -> None:
        self._stop = stop

    def on_llm_start(self, *_: Any, **__: Any) -> None:
        """Let no call begin."""
        self._look()

    def on_chat_model_start(self, *_: Any, **__: Any) -> None:
        """Let no call begin."""
        self._look()

    def on_llm_new_token(self, *_: Any, **__: Any) -> None:
        """Let no call go on."""
        self._look()

    def on_retriever_start(self, *_: Any, **__: Any) -> None:
        """Let no search begin."""
        self._look()

    def _look(self) -> None:
        if self._stop.is_set():
            raise WritingStopped
