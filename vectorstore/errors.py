"""What can go wrong in this room; every message names the value, where it stands, and the remedy.

VectorStoreError
├── CorpusError       nothing to read: a missing or empty folder, an unknown column
├── EmbeddingsError   the embedding model is missing, damaged, or returned something unusable
├── POVError          a point of view that cannot be computed with
└── StoreError        a store that cannot be built, searched, saved or trusted
    └── StoreUnavailable  a database that does not answer: the same call may succeed later
"""


class VectorStoreError(Exception):
    """The root of this room's errors."""


class CorpusError(VectorStoreError):
    """No document could be read from the place that was named."""


class EmbeddingsError(VectorStoreError):
    """The embedding model is missing, damaged, or returned something unusable."""


class POVError(VectorStoreError, ValueError):
    """A point of view, or a weight, that cannot be computed with."""


class StoreError(VectorStoreError):
    """A store that cannot be built, searched, saved or trusted."""


class StoreUnavailable(StoreError):  # noqa: N818 - reads better where it is caught
    """The database of a store does not answer; the same call may succeed later."""
