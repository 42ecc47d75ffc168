import pytest
import torch
from transformers import AutoTokenizer

from chains.generation.contract import Sampling, WordLimits
from chains.generation.logits_processors import ContractProcessor, Vocabulary, _words_begun
from chains.models.bundled import smollm2_folder

pytestmark = pytest.mark.filterwarnings("ignore")
ENGLISH = "Trade was 162 billion dollars. It grew again, and nobody knows why."
JAPANESE = "貿易は一六二億ドルだった。また増えたが、誰も理由を知らない。"


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(smollm2_folder())


@pytest.fixture(scope="module")
def vocabulary(tokenizer) -> Vocabulary:
    return Vocabulary.of(tokenizer)


def words_along(vocabulary: Vocabulary, ids: list[int], limits: list[WordLimits]) -> ContractProcessor:
    """The rules after they have read these tokens in every row."""
    rules = ContractProcessor(vocabulary, 0, limits, Sampling())
    scores = torch.zeros(len(limits), len(vocabulary.special))
    read = [torch.tensor([ids[:n]] * len(limits), dtype=torch.long) for n in range(len(ids) + 1)]
    rules.last = [rules(part, scores) for part in read][-1]
    return rules


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
    assert _words_begun(piece, token) == words


def test_japanese_is_counted_by_the_character_though_its_tokens_are_bytes(tokenizer, vocabulary) -> None:
    ids = tokenizer(JAPANESE).input_ids
    rules = words_along(vocabulary, ids, [WordLimits(0, 999)])
    assert rules._words.tolist() == [len(JAPANESE) - JAPANESE.count("。") - JAPANESE.count("、")]


def test_english_is_counted_by_the_word(tokenizer, vocabulary) -> None:
    rules = words_along(vocabulary, tokenizer(ENGLISH).input_ids, [WordLimits(0, 999)])
    assert abs(int(rules._words) - len(ENGLISH.split())) <= 1  # digits are tokens of their own


@pytest.mark.parametrize("text", [ENGLISH, JAPANESE], ids=["English", "Japanese"])
def test_each_row_of_a_batch_keeps_its_own_contract(tokenizer, vocabulary, text: str) -> None:
    limits = [WordLimits(99, 200), WordLimits(3, 200), WordLimits(5, 8), WordLimits(0, 200)]
    scores = words_along(vocabulary, tokenizer(text).input_ids, limits).last
    ends = scores[:, vocabulary.end_id].isfinite().tolist()
    others = scores.isfinite().sum(1).tolist()
    assert ends == [False, True, True, True]  # too short; long enough, at a sentence's end; too long; no minimum
    assert others[2] == 1  # nothing but the end is left to the row that is over its maximum
    assert min(others[0], others[3]) > 1000


def test_rows_that_go_on_keep_their_counts_and_contracts(tokenizer, vocabulary) -> None:
    rules = words_along(vocabulary, tokenizer(ENGLISH).input_ids, [WordLimits(0, 100 + n) for n in range(4)])
    rules.keep(torch.tensor([1, 3]))
    assert rules._maximum.tolist() == [101, 103]
    assert len(rules._answers) == len(rules._words) == len(rules._seen) == 2


def test_an_answer_begins_neither_with_the_end_of_a_sentence_nor_with_an_empty_line(tokenizer, vocabulary) -> None:
    scores = ContractProcessor(vocabulary, 0, [WordLimits(5, 50)], Sampling())(
        torch.zeros(1, 0, dtype=torch.long), torch.zeros(1, len(vocabulary.special))
    )
    ids = tokenizer.convert_tokens_to_ids([".", "Ċ", "Ġthe", "The", "["])
    assert scores[0, ids].isfinite().tolist() == [False, False, True, True, True]


def test_what_somebody_else_said_does_not_come_again_but_names_in_it_may(tokenizer, vocabulary) -> None:
    said = tokenizer("the bank lends in five currencies of its members").input_ids
    rules = ContractProcessor(vocabulary, 0, [WordLimits(0, 50)], Sampling(no_repeat_said=4))
    rules.forbid(0, said)
    after = [
        rules(torch.tensor([said[:n]], dtype=torch.long), torch.zeros(1, len(vocabulary.special))) for n in range(5)
    ]
    assert [bool(scores[0, said[n]].isfinite()) for n, scores in enumerate(after)] == [True, True, True, False, False]


def allowed(rules: ContractProcessor, vocabulary: Vocabulary, ids: list[int]) -> list[bool]:
    """Whether each token could still be chosen after the ones before it."""
    size = len(vocabulary.special)
    after = [rules(torch.tensor([ids[:n]], dtype=torch.long), torch.zeros(1, size)) for n in range(len(ids))]
    return [bool(scores[0, token].isfinite()) for token, scores in zip(ids, after, strict=True)]


def test_a_number_that_was_said_can_be_said_again_digit_by_digit(tokenizer, vocabulary) -> None:
    said = tokenizer("in 2024 the New Development Bank lent 117.5 billion").input_ids
    rules = ContractProcessor(vocabulary, 0, [WordLimits(0, 50)], Sampling(no_repeat_said=2))
    rules.forbid(0, said)
    forbidden = [
        tokenizer.decode(token) for token, fine in zip(said, allowed(rules, vocabulary, said), strict=True) if not fine
    ]
    assert forbidden == [" the", " New", " Development", " Bank", " lent", " billion"]


def test_the_penalty_on_used_words_leaves_numbers_alone(tokenizer, vocabulary) -> None:
    ids = tokenizer("the bank lent 7.5 the").input_ids
    rules = ContractProcessor(vocabulary, 0, [WordLimits(0, 50)], Sampling(repetition_penalty=2.0))
    scores = rules(torch.tensor([ids], dtype=torch.long), torch.full((1, len(vocabulary.special)), 8.0))
    used = tokenizer(" the 7").input_ids
    assert {tokenizer.decode(token): float(scores[0, token]) for token in used} == {
        " the": 4.0,
        " ": 8.0,
        "7": 8.0,
    }
