"""Trained weights that ship with the code: check, read, and merge them into a copy of the bundled MiniLM.

Low-rank changes (LoRA, Hu et al. 2021) are added to the model's weights, W + scale·B·A; other entries replace the
parameter of the same name.
"""

import copy
from pathlib import Path
from typing import Any

from vectorstore.errors import EmbeddingsError
from vectorstore.runtime.files import file_checksum


def read_weights(path: Path, sha256: str) -> dict[str, Any]:
    """Return the tensors of a safetensors file, in float32.

    Raises:
        EmbeddingsError: it is missing or is not the file that was shipped.
    """
    try:
        digest = file_checksum(path)
    except OSError as error:
        raise EmbeddingsError(f"{path} cannot be read: {error}. Reinstall pov-debate.") from error
    if digest != sha256:
        raise EmbeddingsError(f"{path} has sha256 {digest}, not {sha256}. Reinstall pov-debate.")
    from safetensors.torch import load_file

    return {name: tensor.float() for name, tensor in load_file(path).items()}


def merged(model: Any, weights: dict[str, Any], scale: float = 1.0) -> Any:
    """Return a copy of a loaded all-MiniLM-L6-v2 `SentenceTransformer` with these weights in it.

    Raises:
        EmbeddingsError: the model is another one.
    """
    import torch

    adapted = copy.deepcopy(model)
    parameters = dict(adapted[0].auto_model.named_parameters())
    with torch.no_grad():
        for name in sorted(key.removesuffix(".A") for key in weights if key.endswith(".A")):
            change = scale * weights[f"{name}.B"] @ weights[f"{name}.A"]
            _place(parameters, f"{name}.weight", change.shape).add_(change.to(model.device))
        for name in sorted(key for key in weights if not key.endswith((".A", ".B"))):
            _place(parameters, name, weights[name].shape).copy_(weights[name])
    return adapted


def _place(parameters: dict[str, Any], name: str, shape: Any) -> Any:
    parameter = parameters.get(name)
    if parameter is None or parameter.shape != shape:
        raise EmbeddingsError(f"These weights fit all-MiniLM-L6-v2 alone; {name} is not as there.")
    return parameter
