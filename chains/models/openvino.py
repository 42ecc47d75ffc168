"""Run a small model on a CPU with OpenVINO and 8-bit weights.

Exports a model folder once into the user's cache; a model already converted, to 8 or 4 bits, is used unchanged. The
only importer of optimum and openvino.

Optimum's export computes logits for every position of the prompt, of which generation reads the last one
only. With a vocabulary of 49,152 that is most of a small model's prefill, so the exported graph is cut to
the last position before the final product: prefill then runs at about twice the speed.
"""

import hashlib
import logging
import sys
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from chains.errors import ModelError
from chains.models.catalogue import is_converted
from chains.models.preflight import LOAD_ERRORS, not_loaded
from vectorstore.embedding.quiet import silence_openvino
from vectorstore.runtime.cache import cached_folder

_LATEST = 2**31 - 1
_ONE_STREAM = {"PERFORMANCE_HINT": "LATENCY"}  # several rows share it: more streams would only split the two cores


def load_openvino(name: str) -> Any:
    """Load a model, first exporting it with 8-bit weights if needed.

    Args:
        name: a folder, or a repository on the hub; one that holds an OpenVINO model is not converted again.

    Returns:
        An ``OVModelForCausalLM``, a drop-in for a transformers model in a text-generation pipeline.

    Raises:
        ModelError: OpenVINO cannot export this architecture.
    """
    silence_openvino()
    from optimum.intel import OVModelForCausalLM

    if is_converted(name):
        return _load_converted(name)
    folder = Path(name)
    key = hashlib.sha256((_state_of(folder) if folder.is_dir() else name).encode()).hexdigest()[:12]
    exported = cached_folder(f"{folder.name}-openvino-int8-{key}", lambda target: _export(name, target))
    return OVModelForCausalLM.from_pretrained(exported, ov_config=_ONE_STREAM)


def _load_converted(name: str) -> Any:
    from optimum.intel import OVModelForCausalLM

    try:
        model = OVModelForCausalLM.from_pretrained(name, export=False, compile=False, ov_config=_ONE_STREAM)
    except LOAD_ERRORS as error:
        raise not_loaded(name, error) from error
    _keep_last_position(model.model)
    model.compile()
    return model


def _state_of(folder: Path) -> str:
    """Identifies the model in a folder: path, file sizes and times."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".safetensors", ".json"))
    return "\n".join(
        [str(folder.resolve()), *(f"{one.name} {one.stat().st_size} {one.stat().st_mtime_ns}" for one in files)]
    )


def _export(name: str, target: Path) -> None:
    from optimum.intel import OVModelForCausalLM, OVWeightQuantizationConfig

    logging.getLogger("nncf").setLevel(logging.WARNING)
    try:
        # NNCF draws its bar on stdout, which belongs to what a program prints.
        with redirect_stdout(sys.stderr), warnings.catch_warnings():
            # The tracer warns about every constant it meets; the end-to-end test reads what the export writes.
            warnings.simplefilter("ignore")
            weights = OVWeightQuantizationConfig(bits=8)
            model = OVModelForCausalLM.from_pretrained(name, export=True, compile=False, quantization_config=weights)
    except LOAD_ERRORS as error:
        raise ModelError(f"OpenVINO cannot export {name}: {error}; use --backend transformers") from error
    _keep_last_position(model.model)
    model.save_pretrained(target)


def _keep_last_position(graph: Any) -> None:
    """Cut the hidden states to the last position before the product that makes the logits, unless they are cut."""
    from openvino import opset13 as ops

    for result in graph.get_results():
        if "logits" not in result.input_value(0).get_names():
            continue
        node = result.input_value(0).get_node()
        while node.get_type_name() != "MatMul":
            node = node.input_value(0).get_node()
        if node.input_value(0).get_node().get_type_name() == "Slice":
            continue
        start, stop, step, axis = (ops.constant([value]) for value in (-1, _LATEST, 1, 1))
        last = ops.slice(node.input_value(0), start, stop, step, axis)
        node.input(0).replace_source_output(last.output(0))
    graph.validate_nodes_and_infer_types()
