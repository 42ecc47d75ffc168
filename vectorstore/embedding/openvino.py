"""A sentence-transformers model on OpenVINO: more than twice as fast on a CPU as with torch.

The graph is exported once into the user's cache, named by the checksum of the weights. Passages are computed in
bfloat16 if the processor has it, else in float32; questions and views always in float32, so that a batch does not
change them. The vectors match the original model's (cosines of .9999 and more), so stores of both kinds are
interchangeable. 8-bit graphs are a little faster but change the vectors.
"""

import hashlib
import logging
import tempfile
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vectorstore.embedding.quiet import silence_openvino
from vectorstore.errors import EmbeddingsError
from vectorstore.runtime.cache import cached_folder

# Part of the cached folder's name: raise it when the export changes.
_RECIPE = 1
_FLOAT32 = {"INFERENCE_PRECISION_HINT": "f32"}


class OpenVinoModel:
    """One model twice: for passages, and for questions and views; encodes as a `SentenceTransformer` does."""

    def __init__(self, passages: Any, queries: Any) -> None:
        """Hold two `SentenceTransformer`s of the same weights."""
        self.encode_document = passages.encode_document
        self.encode_query = queries.encode_query


def openvino_available() -> bool:
    """Return whether the `cpu` extra is installed."""
    return find_spec("openvino") is not None and find_spec("optimum") is not None


def through_openvino(model: Any, name: str, tell: Callable[[str], None]) -> OpenVinoModel:
    """Return a model that computes as `model` does, in OpenVINO on the CPU.

    Args:
        model: a loaded torch `SentenceTransformer`.
        name: what it is called in messages.
        tell: called if the model must be converted first, which happens once.

    Raises:
        EmbeddingsError: OpenVINO cannot export this architecture.
    """

    def export(target: Path) -> None:
        tell(f"converting {name} to OpenVINO, once (10-20 seconds for the bundled model)")
        _export(model, name, target)

    folder = cached_folder(f"{Path(name).name}-openvino-{_fingerprint(model)[:16]}", export)
    return OpenVinoModel(_load(folder, {}), _load(folder, _FLOAT32))


def _export(model: Any, name: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as weights:
        model.save_pretrained(weights, create_model_card=False)
        try:
            with warnings.catch_warnings():
                # The tracer warns about every constant that it meets; tests compare the vectors instead.
                warnings.simplefilter("ignore")
                _load(Path(weights), {}).save_pretrained(str(target), create_model_card=False)
        except (ValueError, RuntimeError, NotImplementedError) as error:
            raise EmbeddingsError(f"OpenVINO cannot export {name}: {error}. Use backend='torch'.") from error


def _load(folder: Path, precision: dict[str, str]) -> Any:
    silence_openvino()
    from sentence_transformers import SentenceTransformer

    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    return SentenceTransformer(
        str(folder),
        device="cpu",
        backend="openvino",
        trust_remote_code=False,
        local_files_only=True,
        model_kwargs={"ov_config": {"PERFORMANCE_HINT": "LATENCY", **precision}},  # a batch at a time, on every core
    )


def _fingerprint(model: Any) -> str:
    """Return a checksum of what decides a model's vectors: its weights, its modules, its prompts."""
    settings = f"{_RECIPE} {model!r} {model.max_seq_length} {model.prompts!r}"
    digest = hashlib.sha256(settings.encode())
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
