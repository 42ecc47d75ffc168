"""A training's memory is forecast from a configuration alone; what does not fit is refused with what would."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from chains.models.catalogue import BUNDLED, KNOWN
from debate.errors import TrainingError
from debate.training.memory import MemoryReport, check_memory, check_rank, forecast
from debate.training.settings import FinetuneSettings

GEMMA = next(one.shape for one in KNOWN if "gemma-2-27b" in one.name)
SMOLLM2 = BUNDLED.shape
GIB = 2**30
SETTINGS = FinetuneSettings(data=(Path("rows.jsonl"),), out=Path("adapter"), model="a/model")


def bytes_of(config=GEMMA, *, tokens=1024, batch=1, rank=8, way="unsloth") -> int:
    found = forecast(config, tokens=tokens, batch=batch, rank=rank, way=way)
    assert found is not None
    return found.total


def test_a_longer_sequence_a_larger_batch_and_a_higher_rank_take_more() -> None:
    assert bytes_of(tokens=2048) > bytes_of()
    assert bytes_of(batch=2) > bytes_of()
    assert bytes_of(rank=16) > bytes_of()


def test_a_batch_of_two_is_a_sequence_twice_as_long() -> None:
    assert bytes_of(batch=2) == bytes_of(tokens=2048)


def test_unsloth_scores_a_few_hundred_positions_at_a_time_and_transformers_all() -> None:
    unsloth = forecast(GEMMA, tokens=2048, batch=1, rank=8, way="unsloth")
    transformers = forecast(GEMMA, tokens=2048, batch=1, rank=8, way="transformers")
    assert unsloth is not None
    assert transformers is not None
    assert unsloth.scores < transformers.scores / 2
    assert unsloth.activations < transformers.activations


@pytest.mark.parametrize(
    ("tokens", "batch", "rank", "peak_mib"),
    [(256, 1, 16, 2004), (512, 2, 16, 3999), (1024, 1, 64, 4419)],  # resident at the end of trainings on a CPU
)
def test_trainings_of_the_bundled_model_on_a_cpu_took_what_is_forecast(tokens, batch, rank, peak_mib) -> None:
    expected = bytes_of(SMOLLM2, tokens=tokens, batch=batch, rank=rank, way="cpu")
    assert expected / 2**20 == pytest.approx(peak_mib, rel=0.1)


LLAMA_8B = SimpleNamespace(
    hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, num_attention_heads=32, num_key_value_heads=8,
    vocab_size=128256, tie_word_embeddings=False,
)  # fmt: skip


@pytest.mark.parametrize(("way", "peak_gib"), [("unsloth", 6.77), ("transformers", 13.65)])
def test_a_training_of_8_billion_weights_on_a_gpu_took_what_is_forecast(way, peak_gib) -> None:
    expected = forecast(LLAMA_8B, tokens=2048, batch=2, rank=16, way=way)
    assert expected is not None
    assert expected.total / GIB == pytest.approx(peak_gib, rel=0.1)


def test_a_shape_that_is_not_known_has_no_forecast() -> None:
    assert forecast(SimpleNamespace(d_model=512), tokens=512, batch=1, rank=8, way="cpu") is None
    assert check_memory(SimpleNamespace(d_model=512), SETTINGS, 512, "cpu", free=1) is None


def test_a_training_that_fits_returns_its_forecast() -> None:
    found = check_memory(GEMMA, SETTINGS, 2048, "unsloth", free=80 * GIB)
    assert found is not None
    assert found.total < 80 * GIB


def test_a_smaller_batch_is_advised_first_and_it_fits() -> None:
    needed = bytes_of(tokens=2048, batch=1, rank=16)
    with pytest.raises(TrainingError, match=r"a/model takes about .* --batch-size 1 --accumulation 8 would fit"):
        check_memory(GEMMA, SETTINGS, 2048, "unsloth", free=needed)


def test_where_the_batch_is_not_enough_a_shorter_sequence_is_advised_that_fits() -> None:
    needed = bytes_of(tokens=1024, batch=1, rank=16)
    with pytest.raises(TrainingError, match=r"--batch-size 1 --accumulation 8 --max-seq-length 1024 would fit"):
        check_memory(GEMMA, SETTINGS, 2048, "unsloth", free=needed)


def test_a_rank_that_does_not_fit_is_advised_to_be_lower_and_the_adapter_is_named() -> None:
    """Regression: an adapter of 270 GiB was in no part of the sum, and a smaller model was advised."""
    chosen = SETTINGS.model_copy(update={"rank": 6000})
    needed = bytes_of(tokens=2048, batch=1, rank=32)
    with pytest.raises(TrainingError, match=r"adapter \d{3}.*--batch-size 1 --accumulation 8 --rank 32 would fit"):
        check_memory(GEMMA, chosen, 2048, "unsloth", free=needed)


def test_where_nothing_fits_a_smaller_model_is_advised_and_the_largest_parts_are_named() -> None:
    with pytest.raises(TrainingError, match=r"\(weights 14\.\d.*8\.0 GiB are free; take a smaller model"):
        check_memory(GEMMA, SETTINGS, 2048, "unsloth", free=8 * GIB)


def test_the_report_tells_the_peak_as_a_share() -> None:
    assert MemoryReport("a card", peak=11 * GIB, for_training=3 * GIB, total=22 * GIB).share == 0.5


def ranked(rank: int) -> FinetuneSettings:
    return SETTINGS.model_copy(update={"rank": rank})


def test_a_rank_that_no_layer_has_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"no layer of a/model has a rank above 576, got --rank 100000; change"):
        check_rank(SMOLLM2, ranked(100_000))


def test_a_rank_above_that_of_some_layers_is_told() -> None:
    assert check_rank(SMOLLM2, ranked(576)).startswith("--rank 576 is above 192, the rank of the narrowest layers")


def test_a_rank_that_every_layer_has_is_taken_without_a_word() -> None:
    assert check_rank(SMOLLM2, ranked(192)) == ""


def test_the_rank_of_a_model_of_another_kind_is_not_judged() -> None:
    assert check_rank(SimpleNamespace(hidden_size=8), ranked(100)) == ""


@pytest.mark.parametrize("rank", [0, -1])
def test_a_rank_below_one_is_refused(rank: int) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        FinetuneSettings(data=(Path("rows.jsonl"),), out=Path("adapter"), rank=rank)
