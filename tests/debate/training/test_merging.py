"""A trained model written as one file, and what is left where that fails."""

from pathlib import Path

import pytest

from debate.errors import TrainingError
from debate.training.merging import write_gguf
from debate.training.settings import FinetuneSettings


class ConvertsUntil:
    """A model as unsloth's: it writes its weights in 16 bits, then what it could convert, and fails."""

    def __init__(self, *converted: str) -> None:
        self._converted = converted

    def save_pretrained_gguf(self, folder: str, tokenizer: object, quantization_method: str) -> None:
        Path(folder).mkdir()
        for name in ("model.safetensors", *self._converted):
            (Path(folder) / name).write_text("weights", encoding="utf-8")
        raise RuntimeError(f"llama.cpp\nknows no {quantization_method}")


@pytest.fixture
def settings(tmp_path: Path) -> FinetuneSettings:
    return FinetuneSettings(data=("rows.jsonl",), out=tmp_path, gguf="q9")


def test_a_gguf_that_fails_is_one_line_and_leaves_no_copy_of_the_weights(settings: FinetuneSettings) -> None:
    with pytest.raises(TrainingError, match=r"cannot write a GGUF 'q9' to \S+gguf: llama.cpp knows no q9; unsloth"):
        write_gguf(ConvertsUntil(), None, settings)
    assert not (settings.out / "gguf").exists()


def test_a_gguf_that_fails_late_leaves_what_was_converted(settings: FinetuneSettings) -> None:
    with pytest.raises(TrainingError):
        write_gguf(ConvertsUntil("model.Q8_0.gguf"), None, settings)
    assert (settings.out / "gguf" / "model.Q8_0.gguf").is_file()
