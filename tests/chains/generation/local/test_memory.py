from types import SimpleNamespace

import pytest

from chains.generation.local.memory import (
    cache_bytes_per_token,
    even_batch,
    reading_bytes,
    rows_that_fit,
    weight_bytes,
    writing_bytes,
)
from chains.models.catalogue import KNOWN

NEMO = next(one.shape for one in KNOWN if "Nemo" in one.name)
GIB = 2**30


def test_a_token_of_mistral_nemo_takes_160_kib() -> None:
    assert cache_bytes_per_token(NEMO) == 160 * 1024


def test_without_grouped_heads_or_a_head_size_the_plain_ones_count() -> None:
    old = SimpleNamespace(hidden_size=64, num_hidden_layers=2, num_attention_heads=4)
    assert cache_bytes_per_token(old) == 2 * 64 * 2 * 2


def test_a_row_takes_at_least_its_cache() -> None:
    assert writing_bytes(NEMO, 1500, 256) > 1756 * cache_bytes_per_token(NEMO)
    assert reading_bytes(NEMO, 1500) > 1500 * cache_bytes_per_token(NEMO)


def test_a_cap_on_attention_logits_takes_memory_while_prompts_are_read() -> None:
    capped = SimpleNamespace(**vars(NEMO), attn_logit_softcapping=50.0)
    assert reading_bytes(capped, 1500) >= reading_bytes(NEMO, 1500) + 32 * 1500 * 1500 * 8
    assert rows_that_fit(capped, 1500, 256, 14 * GIB) < rows_that_fit(NEMO, 1500, 256, 14 * GIB)


def test_more_memory_holds_more_rows_and_none_still_one() -> None:
    assert rows_that_fit(NEMO, 1500, 256, 0) == 1
    assert 10 < rows_that_fit(NEMO, 1500, 256, 14 * GIB) < rows_that_fit(NEMO, 1500, 256, 60 * GIB)


@pytest.mark.parametrize(("rows", "most", "size"), [(128, 42, 32), (10, 16, 10), (17, 16, 9), (3, 1, 1)])
def test_batches_are_dealt_evenly(rows: int, most: int, size: int) -> None:
    assert even_batch(rows, most) == size


def test_the_weights_of_mistral_nemo_in_4_bits_are_as_measured() -> None:
    assert weight_bytes(NEMO, in_4_bits=True) / GIB == pytest.approx(7.77, abs=0.05)
