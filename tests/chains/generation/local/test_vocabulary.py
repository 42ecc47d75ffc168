import pytest
from transformers import AutoTokenizer

from chains.generation.local.vocabulary import Vocabulary, words_begun
from chains.models.bundled import smollm2_folder

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("piece", "token", "words"),
    [
        (" trade", "Ġtrade", 1),
        ("ing", "ing", 0),
        ("の", "ãģ®", 1),
        (" 日本", "x", 2),
        ("。", "ãĢĤ", 0),
        ("\ufffd", "æĹ", 1),
        ("\ufffd", "¥", 0),
        ("\ufffd", "<0xE6>", 1),
        ("\ufffd", "<0x97>", 0),
        ("\ufffd", "<0xF0>", 0),
    ],
)
def test_a_token_counts_the_words_and_unspaced_characters_it_begins(piece: str, token: str, words: int) -> None:
    assert words_begun(piece, token) == words


def test_a_models_own_tokens_for_the_end_of_a_text_are_known_beside_the_tokenizers() -> None:
    tokenizer = AutoTokenizer.from_pretrained(smollm2_folder())
    assert Vocabulary.of(tokenizer, [0, 2]).end_ids == (tokenizer.eos_token_id, 0)
