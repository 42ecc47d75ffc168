from types import SimpleNamespace

from debate.training.memory import MemoryReport, forecast

GEMMA = SimpleNamespace(
    hidden_size=4608,
    intermediate_size=36864,
    num_hidden_layers=46,
    num_attention_heads=32,
    num_key_value_heads=16,
    head_dim=128,
    vocab_size=256000,
    tie_word_embeddings=True,
)
GIB = 2**30


def test_a_longer_sequence_a_larger_batch_and_a_higher_rank_take_more() -> None:
    base = forecast(GEMMA, tokens=1024, batch=1, rank=8).total
    assert forecast(GEMMA, tokens=2048, batch=1, rank=8).total > base
    assert forecast(GEMMA, tokens=1024, batch=2, rank=8).total > base
    assert forecast(GEMMA, tokens=1024, batch=1, rank=16).total > base


def test_a_batch_of_two_is_a_sequence_twice_as_long() -> None:
    assert forecast(GEMMA, tokens=1024, batch=2, rank=8) == forecast(GEMMA, tokens=2048, batch=1, rank=8)


def test_a_rank_twice_as_high_doubles_the_adapter_alone() -> None:
    low, high = forecast(GEMMA, tokens=512, batch=1, rank=8), forecast(GEMMA, tokens=512, batch=1, rank=16)
    assert high.adapter == 2 * low.adapter
    assert (high.weights, high.activations, high.scores) == (low.weights, low.activations, low.scores)


def test_the_report_tells_the_peak_as_a_share() -> None:
    assert MemoryReport("a card", peak=11 * GIB, for_training=3 * GIB, total=22 * GIB).share == 0.5
