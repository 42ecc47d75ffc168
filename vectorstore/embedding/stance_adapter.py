"""The stance adapter: a copy of the bundled MiniLM that embeds statements of one side close together.

`stance/README.md` has the training data and results.
"""

from pathlib import Path
from typing import Any

from vectorstore.embedding.weights import merged, read_weights

ADAPTER = Path(__file__).with_name("stance") / "adapter.safetensors"
ADAPTER_SHA256 = "7d04a34fbb8c0a93142fddb97c154d2f8477f42c80006fb12e6d7703d199aaa7"
SCALE = 2.0


def with_stance_adapter(model: Any) -> Any:
    """Return a copy of a loaded all-MiniLM-L6-v2 `SentenceTransformer` with the adapter merged in.

    Raises:
        EmbeddingsError: the adapter is missing or damaged, or the model is another one.
    """
    return merged(model, read_weights(ADAPTER, ADAPTER_SHA256), SCALE)
