"""On a card without bfloat16, such as a T4, a model is loaded and trained in float16."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from debate.training.encoding import EncodedExample
from debate.training.loading import load_trainable
from debate.training.progress import FinetuneProgress
from debate.training.settings import FinetuneSettings

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def t4(monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch tells of a T4: it has bfloat16, by emulation. The libraries are imported before they are told."""
    import debate.training.trainer  # noqa: F401

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation)
    monkeypatch.setattr("debate.training.loading.has_unsloth", lambda: False)
    monkeypatch.setattr("debate.training.trainer.memory_in_use", lambda: 0)


def settings(folder: Path) -> FinetuneSettings:
    return FinetuneSettings(data=("answers.csv",), out=folder, model="org/model")


def test_its_weights_and_what_4_bits_are_unpacked_to(t4, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Regression: both were bfloat16."""
    given: dict = {}
    monkeypatch.setattr(
        "transformers.AutoModelForCausalLM.from_pretrained", lambda name, **options: given.update(options)
    )
    load_trainable(settings(tmp_path))
    assert (given["dtype"], given["quantization_config"].bnb_4bit_compute_dtype) == ("float16", torch.float16)


class TrainerOfTheTest:
    """Notes its configuration, holds an adapter as TRL makes it for a 4-bit model, and trains nothing."""

    def __init__(self, *_: object, args: dict, **__: object) -> None:
        self.args = SimpleNamespace(**args)
        self.model = torch.nn.Linear(2, 2, dtype=torch.bfloat16)

    def remove_callback(self, _: object) -> None: ...

    def train(self, **_: object) -> None:
        raise Reached(self)


class Reached(Exception):  # noqa: N818 - no error: the training was to begin
    pass


def test_its_training_has_an_adapter_whose_gradients_can_be_scaled(t4, monkeypatch, tmp_path: Path) -> None:
    """Regression: a T4 was taken for a card with bfloat16."""
    from debate.training.trainer import train_adapter

    monkeypatch.setattr("debate.training.trainer.SFTConfig", dict)
    monkeypatch.setattr("debate.training.trainer.SFTTrainer", TrainerOfTheTest)
    example = EncodedExample((1, 2), (0, 1), 0)
    with pytest.raises(Reached) as reached:
        train_adapter(None, None, object(), [example], [example], settings(tmp_path), FinetuneProgress())
    [begun] = reached.value.args
    assert (begun.args.bf16, begun.args.fp16) == (False, True)
    assert begun.model.weight.dtype is torch.float32
