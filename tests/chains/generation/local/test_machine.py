"""In which number format a machine trains: a T4 only emulates bfloat16, and unsloth refuses to train in it there."""

import pytest
import torch

from chains.generation.local.machine import training_dtype


@pytest.mark.parametrize(
    ("has_gpu", "has_bfloat16", "dtype"),
    [(False, False, "float32"), (True, False, "float16"), (True, True, "bfloat16")],
    ids=["CPU", "T4", "L4"],
)
def test_a_machine_trains_in_the_16_bits_that_its_gpu_has(
    monkeypatch: pytest.MonkeyPatch, has_gpu: bool, has_bfloat16: bool, dtype: str
) -> None:
    def supported(including_emulation: bool = True) -> bool:
        return has_bfloat16 or including_emulation

    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_gpu)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)

    assert training_dtype() == dtype
