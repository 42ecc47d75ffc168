import json
from pathlib import Path

import pytest

from chains import ModelError
from chains.generation.local.memory import weight_bytes
from chains.models.catalogue import KNOWN, Machine, fits, own_model

GIB = 2**30
NO_GPU = Machine("", None, 16 * GIB)


def card(gib: float) -> Machine:
    return Machine("a card", int(gib * GIB), 64 * GIB)


def named(machine: Machine, part: str):
    return next(fit for fit in fits(machine) if part in fit.model.name)


def test_the_weights_of_nemo_in_4_bits_are_what_was_measured() -> None:
    nemo = next(known for known in KNOWN if "Nemo" in known.name)
    assert weight_bytes(nemo.shape, in_4_bits=True) / GIB == pytest.approx(7.77, abs=0.1)  # benchmarks/results


def test_without_a_gpu_only_the_bundled_model_runs_and_the_gpu_is_what_is_missing() -> None:
    found = fits(NO_GPU)
    assert [fit.model.name for fit in found if fit.rows] == ["smollm2"]
    assert {fit.lacks for fit in found if not fit.rows} == {"an NVIDIA GPU"}


def test_a_larger_card_holds_more_answers_at_once_and_a_small_one_none() -> None:
    rows = [named(card(gib), "Nemo").rows for gib in (4, 12, 24, 80)]
    assert rows == sorted(rows)
    assert (rows[0], rows[3] > 16) == (0, True)


def test_the_default_on_a_gpu_fits_a_16_gb_card_and_the_27b_a_24_gb_one() -> None:
    assert named(card(15), "Nemo").rows > 0
    assert named(card(22), "gemma-2-27b").rows > 0


def test_what_the_gpu_extra_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chains.models.catalogue.find_spec", lambda library: None)
    assert named(card(24), "Nemo").lacks == "extra gpu (unsloth, bitsandbytes)"


def test_a_folder_of_ones_own_is_read_for_its_shape(tmp_path: Path) -> None:
    shape = dict.fromkeys(("num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads"), 8)
    (tmp_path / "config.json").write_text(json.dumps(shape | {"vocab_size": 100}))
    fit = fits(NO_GPU, [own_model(str(tmp_path))])[0]
    assert fit.weights == 4 * (8 * (2 * 8 * 16 + 3 * 64) + 2 * 100 * 8)
    assert fit.on_disk


def test_a_folder_whose_shape_cannot_be_told_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="does not tell the model's shape"):
        own_model(str(tmp_path))


def test_a_repository_that_is_not_here_is_an_error() -> None:
    with pytest.raises(ModelError, match="neither a folder nor a repository on this machine"):
        own_model("org/not-here")
