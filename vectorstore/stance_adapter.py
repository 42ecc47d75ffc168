"""The stance adapter: a copy of the bundled MiniLM that puts statements of one side near each other.

Low-rank weights (LoRA, Hu et al. 2021) that lie in `stance/` beside this file are added to the model's own:
W + scale·B·A. `stance/README.md` says what they were trained on and where they help. Knows no stores.
"""

import copy
import hashlib
from pathlib import Path
from typing import Any

from vectorstore.errors import EmbeddingsError

ADAPTER = Path(__file__).with_name("stance") / "adapter.safetensors"
ADAPTER_SHA256 = "7d04a34fbb8c0a93142fddb97c154d2f8477f42c80006fb12e6d7703d199aaa7"
SCALE = 2.0


def with_stance_adapter(model: Any) -> Any:
    """Return a copy of a loaded all-MiniLM-L6-v2 `SentenceTransformer` with the adapter merged in.

    Raises:
        EmbeddingsError: the adapter is missing or damaged, or the model is another one.
    """
    try:
        digest = hashlib.sha256(ADAPTER.read_bytes()).hexdigest()
    except OSError as error:
        raise EmbeddingsError(f"{ADAPTER} cannot be read: {error}. Reinstall pov-debate.") from error
    if digest != ADAPTER_SHA256:
        raise EmbeddingsError(f"{ADAPTER} has sha256 {digest}, not {ADAPTER_SHA256}. Reinstall pov-debate.")
    import torch
    from safetensors.torch import load_file

    factors = load_file(ADAPTER)
    adapted = copy.deepcopy(model)
    weights = dict(adapted[0].auto_model.named_parameters())
    with torch.no_grad():
        for name in sorted(key.removesuffix(".A") for key in factors if key.endswith(".A")):
            weight = weights.get(f"{name}.weight")
            change = SCALE * factors[f"{name}.B"].float() @ factors[f"{name}.A"].float()
            if weight is None or weight.shape != change.shape:
                raise EmbeddingsError(f"The stance adapter fits all-MiniLM-L6-v2 alone; {name} is not as there.")
            weight += change.to(weight)
    return adapted
