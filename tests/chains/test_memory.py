from types import SimpleNamespace

import pytest

from chains.memory import cache_bytes_per_token, even_batch, prefill_rows, reading_bytes, row_bytes, rows_that_fit

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
    assert row_bytes(NEMO, 1500, 256) > 1756 * cache_bytes_per_token(NEMO)


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
