"""Errors of ``chains``.

ChainError               base: a chain or the model behind it cannot do what was asked
├── ModelError           a model that cannot be found, loaded or run on this machine
│   ├── OtherModel       a server that answers, and has another model
│   └── MissingExtra     a library that comes with an extra is not installed
└── GenerationError      the model gave no usable answer
    ├── WindowExceeded   a prompt that is longer than the model's window
    └── ModelUnavailable a busy or lost server: the same request may succeed later

WritingStopped is no error: a callback raises it to have models stop. What catches errors lets it through.
"""


class WritingStopped(BaseException):
    """Nobody wants what a model is writing; a callback raises it, and the model stops at the next word."""

    def __str__(self) -> str:
        return "stopped"


class ChainError(Exception):
    """Base of every error raised by ``chains``."""


class ModelError(ChainError):
    """A model cannot be found, loaded or run on this machine."""


class OtherModel(ModelError):  # noqa: N818 - reads better where it is caught
    """A server answers as another model than the one that is asked for."""


class MissingExtra(ModelError):  # noqa: N818 - reads better where it is caught
    """A library is not installed; the message names the extra that brings it."""

    def __init__(self, library: str, extra: str, purpose: str) -> None:
        super().__init__(f'{purpose} needs {library}; in the checkout: python -m pip install -e ".[{extra}]"')


class GenerationError(ChainError):
    """The model gave no usable answer: no text at all, or the prompt did not fit."""


class WindowExceeded(GenerationError):  # noqa: N818 - reads better where it is caught
    """A prompt with its answer is longer than the model's window; a shorter prompt may fit."""


class ModelUnavailable(GenerationError):  # noqa: N818 - reads better where it is caught
    """The model's server is busy or lost; the same request may succeed later.

    Attributes:
        retry_after: seconds after which the server wants to be asked again, or 0.
    """

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after
