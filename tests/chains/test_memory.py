from types import SimpleNamespace

import pytest

from chains.memory import (
    cache_bytes_per_token,
    even_batch,
    fixed_row_bytes,
    growing_row_bytes,
    prefill_rows,
    reading_bytes,
    room_beside,
    rows_that_fit,
    weight_bytes,
)

NEMO = SimpleNamespace(
    hidden_size=5120,
    intermediate_size=14336,
    num_hidden_layers=40,
    num_attention_heads=32,
    num_key_value_heads=8,
    head_dim=128,
    vocab_size=131072,
)
SMOLLM2 = SimpleNamespace(
    hidden_size=576,
    intermediate_size=1536,
    num_hidden_layers=30,
    num_attention_heads=9,
    num_key_value_heads=3,
    head_dim=64,
    vocab_size=49152,
)
GIB, MIB = 2**30, 2**20


def test_a_token_of_mistral_nemo_takes_160_kib() -> None:
    assert cache_bytes_per_token(NEMO) == 160 * 1024


def test_without_grouped_heads_or_a_head_size_the_plain_ones_count() -> None:
    old = SimpleNamespace(hidden_size=64, num_hidden_layers=2, num_attention_heads=4)
    assert cache_bytes_per_token(old) == 2 * 64 * 2 * 2


def test_a_row_takes_at_least_its_cache() -> None:
    assert growing_row_bytes(NEMO, 1500, 256) > 1756 * cache_bytes_per_token(NEMO)
    assert fixed_row_bytes(NEMO, 1500, 256) > 1760 * cache_bytes_per_token(NEMO)  # its room, in eights


@pytest.mark.parametrize(("rows", "peak"), [(32, 19.477 - 8.255), (128, 45.544 - 8.255)])
def test_captured_steps_take_what_was_measured_beside_the_weights_or_a_tenth_more(rows: int, peak: float) -> None:
    """benchmarks/results/decoding-gpu-2026-11-25b.txt, GiB."""
    estimate = (rows * fixed_row_bytes(NEMO, 1500, 256) + reading_bytes(NEMO, 1500)) / GIB
    assert peak < estimate < 1.1 * peak


def test_a_cap_on_attention_logits_takes_memory_while_prompts_are_read() -> None:
    capped = SimpleNamespace(**vars(NEMO), attn_logit_softcapping=50.0)
    assert reading_bytes(capped, 1500) > reading_bytes(NEMO, 1500) + 32 * 1500 * 7500 * 6
    assert rows_that_fit(capped, 1500, 256, 14 * GIB) < rows_that_fit(NEMO, 1500, 256, 14 * GIB)


def test_more_memory_holds_more_rows_and_none_still_one() -> None:
    assert rows_that_fit(NEMO, 1500, 256, 0) == 1
    assert 16 < rows_that_fit(NEMO, 1500, 256, 14 * GIB) < rows_that_fit(NEMO, 1500, 256, 60 * GIB)


def test_a_group_of_prompts_is_in_memory_twice_while_it_is_read() -> None:
    """Regression: 22 rows of 1,300 tokens were taken for what 1,000 MiB hold; a group's own cache was not counted."""
    rows = rows_that_fit(SMOLLM2, 1300, 88, 1000 * MIB)
    cache = rows * 1300 * cache_bytes_per_token(SMOLLM2)
    assert reading_bytes(SMOLLM2, 1300) > prefill_rows(1300) * 1300 * cache_bytes_per_token(SMOLLM2)
    assert cache + reading_bytes(SMOLLM2, 1300) < 1000 * MIB
    assert 12 < rows < 22


def test_a_12b_model_keeps_32_rows_under_a_24_gb_card() -> None:
    assert 32 <= rows_that_fit(NEMO, 1500, 256, 14 * GIB) <= 43


@pytest.mark.parametrize(("rows", "most", "size"), [(128, 42, 32), (10, 16, 10), (17, 16, 9), (3, 1, 1)])
def test_batches_are_dealt_evenly(rows: int, most: int, size: int) -> None:
    assert even_batch(rows, most) == size


def test_a_long_prompt_is_read_alone() -> None:
    assert (prefill_rows(1500), prefill_rows(20_000)) == (5, 1)


def test_what_a_batch_leaves_of_the_free_memory_holds_nemos_weights_in_16_bits_on_an_80_gb_card_only() -> None:
    unpacked = weight_bytes(NEMO, in_4_bits=False)
    assert room_beside(NEMO, 128, 1500, 256, 70 * GIB) > unpacked
    assert room_beside(NEMO, 32, 1500, 256, 14 * GIB) < 2 * GIB
    assert room_beside(NEMO, 128, 1500, 256, 32 * GIB) < 0
