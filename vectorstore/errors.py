"""Errors of ``vectorstore``. Each message gives the value, the place and the remedy.

VectorStoreError
├── CorpusError       nothing to read: a missing or empty folder, an unknown column
├── EmbeddingsError   the embedding model is missing, damaged, or returned something unusable
├── POVError          a point of view that cannot be computed with
└── StoreError        a store that cannot be built, searched, saved or trusted
    └── StoreUnavailable  a database that does not answer: the same call may succeed later
"""


class VectorStoreError(Exception):
    """Base of every error raised by ``vectorstore``."""


class CorpusError(VectorStoreError):
    """A folder or file is missing, or no document in it could be read."""


class EmbeddingsError(VectorStoreError):
    """The embedding model is missing, damaged, or returned something unusable."""


class POVError(VectorStoreError, ValueError):
    """A point of view or a weight cannot be used: empty, not finite, out of range."""


class StoreError(VectorStoreError):
    """A store cannot be built, searched, saved or read; or it belongs to another embedding model."""


class StoreUnavailable(StoreError):  # noqa: N818 - reads better where it is caught
    """The database of a store does not answer; the same call may succeed later."""
