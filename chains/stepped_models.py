"""Which models' decoding steps can be captured, and through which forward of theirs. Captures nothing itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn

_HOST_ROPES = {"dynamic", "longrope"}  # their forward asks on the host how long the texts are
_FULL_LAYERS = {"full_attention", "sliding_attention"}


def why_not_stepped(model: Any) -> str:
    """Tell why a model's step cannot be captured, or "" where nothing speaks against it yet."""
    config = model.config
    if not type(model).__module__.startswith("transformers.models."):
        return f"{type(model).__name__} is not one of transformers' own classes"
    if getattr(config, "is_encoder_decoder", False) or getattr(config, "add_cross_attention", False):
        return "it attends to another model's states"
    if others := set(getattr(config, "layer_types", None) or ()) - _FULL_LAYERS:
        return f"it has layers of the kind {', '.join(sorted(others))}"
    if host := _rope_types(config) & _HOST_ROPES:
        return f"its positions are scaled on the host ({', '.join(sorted(host))})"
    if len(set((getattr(model, "hf_device_map", None) or {}).values())) > 1:
        return "it lies on several devices"
    rotary = _patched_rotary(model)
    if rotary is not None and _own_rotary(model) is None:
        return f"{type(rotary).__name__} of unsloth stands for a class of transformers that it does not name"
    return ""


def window_of(config: Any) -> int | None:
    """Return how many tokens back a model's (sliding) layers look, None where all do without limit."""
    return getattr(config, "sliding_window", None) or getattr(config, "attention_chunk_size", None)


def reading_attention(model: Any) -> str:
    """Return the attention by which a model's prompts are read: its own, or one that honours its cap on logits.

    transformers' ``sdpa`` leaves ``attn_logit_softcapping`` out without a word.
    """
    own = str(model.config._attn_implementation)
    capped = getattr(model.config, "attn_logit_softcapping", None) is not None
    return "eager" if capped and own == "sdpa" else own


def is_patched(model: Any) -> bool:
    """Tell whether a model's forward is not transformers' own, since unsloth loaded it or was imported before it."""
    return bool(vars(model).get("_unsloth_fast_path", False)) or _patched_rotary(model) is not None


@contextmanager
def transformers_forward(model: Any) -> Iterator[None]:
    """Let a model that unsloth loaded run through transformers' own forward, and give it back as it was.

    unsloth's step keeps its cache in lists and tells lengths to its kernels as numbers, so it cannot be replayed. In
    unsloth 2026.10 its methods look at ``_unsloth_fast_path`` on each module and call transformers' where that is not
    set; what has no such switch is put back here: the rotary embedding, which is another class, and the forward that an
    adapter's MLP carries on itself.
    """
    if not is_patched(model):
        yield
        return
    modules = [module for module in model.modules() if vars(module).get("_unsloth_fast_path", False)]
    forwards = [(module, vars(module)["forward"]) for module in modules if _is_unsloths(vars(module).get("forward"))]
    inner, rotary, own = model.base_model, _patched_rotary(model), _own_rotary(model)
    try:
        for module in modules:
            module._unsloth_fast_path = False
        for module, _ in forwards:
            del module.forward
        if rotary is not None and own is not None:
            inner.rotary_emb = own(config=model.config).to(model.device)
        yield
    finally:
        for module in modules:
            module._unsloth_fast_path = True
        for module, forward in forwards:
            module.forward = forward
        if rotary is not None:
            inner.rotary_emb = rotary


def _rope_types(config: Any) -> set[str]:
    """The ways of scaling positions that a configuration names, for all its layers or by their kind."""
    ropes = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    each = [ropes, *(part for part in ropes.values() if isinstance(part, dict))]
    return {str(one.get("rope_type", one.get("type", "default"))) for one in each}


def _patched_rotary(model: Any) -> nn.Module | None:
    """unsloth's rotary embedding, where it stands in for transformers'."""
    rotary: nn.Module | None = getattr(model.base_model, "rotary_emb", None)
    return rotary if rotary is not None and type(rotary).__module__.startswith("unsloth") else None


def _own_rotary(model: Any) -> Any:
    """transformers' class of rotary embedding for a model, from unsloth's record of what it replaced."""
    modeling = sys.modules[type(model).__module__]
    replaced = vars(modeling).get("_unsloth_pre_patch_originals", ({}, {}))[0]
    found = [kind for name, kind in replaced.items() if name.endswith("RotaryEmbedding")]
    return found[0] if len(found) == 1 else None


def _is_unsloths(forward: Any) -> bool:
    function = getattr(forward, "__func__", forward)
    function = getattr(function, "func", function)  # a partial's
    return str(getattr(function, "__module__", "")).startswith("unsloth")
