"""Assemble a streamed answer: text, token counts, and when to stop."""

import re
from typing import Any

from chains.generation.contract import RawText
from chains.schemas import Finish
from chains.text.repetition import detect_loop
from vectorstore.text.sentences import word_count

_LOOK_EVERY = 200  # characters; a look at 500 words takes some milliseconds
_FINISHES = {
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
    "MAX_TOKENS": Finish.LENGTH,
    "content_filter": Finish.FILTER,
    "refusal": Finish.FILTER,
    "SAFETY": Finish.FILTER,
}
_WITHIN_NUMBER = re.compile(r"(?<=\d)[.,]\Z")  # where the limit fell into a number: "117." of 117.5 ends no sentence
_REASONS = ("finish_reason", "stop_reason", "done_reason")  # OpenAI and Google, Anthropic, Ollama
_THOUGHT = "</think>"
_FAR = 2  # times the words asked for: a server that heeds no limit of tokens; thoughts without a tag may be as long


class Stopped(Exception):  # noqa: N818 - it is no error of the model's
    """The model was stopped by the contract."""


class StreamReader:
    """Takes the chunks of one answer: messages of a chat model, or strings.

    Args:
        max_words: what is longer is cut later; far beyond it the model is stopped.
    """

    def __init__(self, max_words: int) -> None:
        self._max_words = max_words
        self._merged: Any = None
        self._chunks = 0
        self._looked_at = 0
        self._finish: Finish | None = None

    def take(self, chunk: Any) -> str:
        """Add a chunk; return why the model has to be stopped now, or ""."""
        self._merged = chunk if self._merged is None else self._merged + chunk
        self._chunks += 1
        text = self._text()
        if len(text) < self._looked_at + _LOOK_EVERY:
            return ""
        self._looked_at = len(text)
        answer = text.rpartition(_THOUGHT)[2]
        if detect_loop(answer):
            self._finish = Finish.LOOP
            return "stopped: it repeats itself"
        if "<think>" not in answer and word_count(answer) > _FAR * self._max_words:
            self._finish = Finish.LENGTH
            return "stopped: it is long enough"
        return ""

    def raw_text(self) -> RawText:
        """Return what has arrived."""
        message = None if self._merged is None or isinstance(self._merged, str) else self._merged
        usage = getattr(message, "usage_metadata", None) or {}
        about = getattr(message, "response_metadata", None) or {}
        reason = next((str(about[name]) for name in _REASONS if about.get(name)), "")
        finish = self._finish or _FINISHES.get(reason, Finish.STOP)
        text = self._text().encode(errors="replace").decode()  # half a surrogate pair is not text
        streamed = self._chunks if self._chunks > 1 else 0  # a stopped model reports no count: a token per chunk
        return RawText(
            text=_WITHIN_NUMBER.sub("", text) if finish is Finish.LENGTH else text,
            tokens_in=int(usage.get("input_tokens", 0)),
            tokens_out=int(usage.get("output_tokens", 0)) or streamed,
            finish=finish,
            after_opening=message is None,
            refusal=str(getattr(message, "additional_kwargs", {}).get("refusal") or ""),
        )

    def _text(self) -> str:
        if self._merged is None:
            return ""
        return self._merged if isinstance(self._merged, str) else str(self._merged.text)
