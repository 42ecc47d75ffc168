import json
from pathlib import Path

import pytest

from chains import ModelError
from chains.generation.local.memory import weight_bytes
from chains.models.catalogue import KNOWN, is_converted, own_model
from chains.models.fitting import Machine, fits, recommended

GIB = 2**30
NO_GPU = Machine("", None, 16 * GIB)


def card(gib: float) -> Machine:
    return Machine("a card", int(gib * GIB), 64 * GIB)


def named(machine: Machine, part: str):
    return next(fit for fit in fits(machine) if part in fit.model.name)


def test_the_weights_of_nemo_in_4_bits_are_what_was_measured() -> None:
    nemo = next(known for known in KNOWN if "Nemo" in known.name)
    assert weight_bytes(nemo.shape, in_4_bits=True) / GIB == pytest.approx(7.77, abs=0.1)  # benchmarks/results


def test_without_a_gpu_models_stored_in_4_bits_for_one_do_not_run_and_the_gpu_is_what_is_missing() -> None:
    found = fits(NO_GPU)
    assert [fit.model.name for fit in found if not fit.rows] == [one.name for one in KNOWN if "bnb-4bit" in one.name]
    assert {fit.lacks for fit in found if not fit.rows} == {"an NVIDIA GPU"}


@pytest.mark.parametrize(
    ("free", "name"),
    [
        (2.5, "OpenVINO/Qwen2.5-1.5B-Instruct-int4-ov"),
        (5, "OpenVINO/Phi-4-mini-instruct-int4-ov"),
        (14, "Qwen/Qwen3-4B-Instruct-2507"),
    ],
)
def test_without_a_gpu_the_best_model_that_writes_within_the_free_memory_is_recommended(free: float, name: str) -> None:
    best = recommended(fits(Machine("", None, int(free * GIB))))
    assert best is not None
    assert best.model.name == name


@pytest.mark.parametrize(("gib", "part"), [(7, "Qwen3-4B"), (15, "Mistral-Nemo"), (22, "gemma-3-27b")])
def test_on_a_card_the_best_model_that_fits_it_is_recommended(gib: int, part: str) -> None:
    best = recommended(fits(card(gib)))
    assert best is not None
    assert part in best.model.name
    assert best.model.needs_gpu


def test_a_machine_that_no_model_fits_gets_no_recommendation() -> None:
    assert recommended(fits(Machine("", None, GIB // 2))) is None


def test_weights_converted_to_4_bits_are_what_was_published() -> None:
    phi = named(NO_GPU, "Phi-4-mini-instruct-int4-ov")
    assert phi.weights / GIB == pytest.approx(2.2, abs=0.1)


def test_a_folder_with_an_openvino_model_is_known_as_converted(tmp_path: Path) -> None:
    assert not is_converted(str(tmp_path))
    (tmp_path / "openvino_model.xml").touch()
    assert is_converted(str(tmp_path))


def test_a_larger_card_holds_more_answers_at_once_and_a_small_one_none() -> None:
    rows = [named(card(gib), "Nemo").rows for gib in (4, 12, 24, 80)]
    assert rows == sorted(rows)
    assert (rows[0], rows[3] > 16) == (0, True)


def test_the_default_on_a_gpu_fits_a_16_gb_card_and_the_27b_a_24_gb_one() -> None:
    assert named(card(15), "Nemo").rows > 0
    assert named(card(22), "gemma-2-27b").rows > 0


def test_what_the_gpu_extra_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chains.models.fitting.find_spec", lambda library: None)
    assert named(card(24), "Nemo").lacks == "extra gpu (unsloth, bitsandbytes)"


def test_a_folder_of_ones_own_is_read_for_its_shape(tmp_path: Path) -> None:
    shape = dict.fromkeys(("num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads"), 8)
    (tmp_path / "config.json").write_text(json.dumps(shape | {"vocab_size": 100}))
    own = own_model(str(tmp_path))
    assert own is not None
    fit = fits(NO_GPU, [own])[0]
    assert fit.weights == 4 * (8 * (2 * 8 * 16 + 3 * 64) + 2 * 100 * 8)
    assert fit.on_disk


def test_a_model_that_reads_images_too_is_read_for_the_part_that_writes(tmp_path: Path) -> None:
    shape = dict.fromkeys(("num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads"), 8)
    (tmp_path / "config.json").write_text(json.dumps({"text_config": shape | {"vocab_size": 100}}))
    own = own_model(str(tmp_path))
    assert own is not None
    assert own.shape.num_hidden_layers == 8


def test_a_folder_whose_shape_cannot_be_told_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="does not give the model's shape"):
        own_model(str(tmp_path))


def test_a_repository_that_is_not_on_this_machine_has_no_shape_here() -> None:
    assert own_model("org/not-here") is None
