import pytest
import torch
from transformers import AutoTokenizer

from chains.generation.contract import Sampling
from chains.generation.local.logits_processors import AnswerRules, RowRules, RowSampler
from chains.generation.local.vocabulary import Vocabulary
from chains.models.bundled import smollm2_folder
from chains.schemas import Finish

pytestmark = pytest.mark.filterwarnings("ignore")
ENGLISH = "Trade was 162 billion dollars. It grew again, and nobody knows why."
JAPANESE = "貿易は一六二億ドルだった。また増えたが、誰も理由を知らない。"
LOOP = "It began well. " + "The bank lends to its members. " * 12


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(smollm2_folder())


@pytest.fixture(scope="module")
def vocabulary(tokenizer) -> Vocabulary:
    return Vocabulary.of(tokenizer)


def read_along(vocabulary: Vocabulary, ids: list[int], most: list[int]):
    """The rules after they have read these tokens in every row, and the scores that they left last."""
    rules = AnswerRules(vocabulary, 0, [RowRules(Sampling(), one) for one in most])
    scores = torch.zeros(len(most), len(vocabulary.special))
    read = [torch.tensor([ids[:n]] * len(most), dtype=torch.long) for n in range(len(ids) + 1)]
    return rules, [rules(part, scores) for part in read][-1]


def test_japanese_is_counted_by_the_character_though_its_tokens_are_bytes(tokenizer, vocabulary) -> None:
    characters = len(JAPANESE) - JAPANESE.count("。") - JAPANESE.count("、")
    rules, _ = read_along(vocabulary, tokenizer(JAPANESE).input_ids, [characters, characters + 1])
    assert rules.finishes == {0: Finish.LENGTH}


def test_english_is_counted_by_the_word(tokenizer, vocabulary) -> None:
    words = len(ENGLISH.split())
    rules, _ = read_along(vocabulary, tokenizer(ENGLISH).input_ids, [words - 1, words + 2])  # 162 has three tokens
    assert rules.finishes == {0: Finish.LENGTH}


@pytest.mark.parametrize("text", [ENGLISH, JAPANESE], ids=["English", "Japanese"])
def test_each_row_of_a_batch_has_its_own_maximum_and_none_is_kept_from_ending(tokenizer, vocabulary, text: str) -> None:
    rules, scores = read_along(vocabulary, tokenizer(text).input_ids, [200, 8, 300])
    others = scores.isfinite().sum(1).tolist()
    assert scores[:, vocabulary.end_ids[0]].isfinite().all()
    assert others[1] == len(vocabulary.end_ids)  # nothing but the end is left to the row that is over its maximum
    assert min(others[0], others[2]) > 1000
    assert rules.finishes == {1: Finish.LENGTH}


def test_a_sentence_may_end_a_few_words_after_the_maximum(tokenizer, vocabulary) -> None:
    ids = tokenizer("It grew again and nobody knows why. It may well grow").input_ids
    stopped = [read_along(vocabulary, ids[:n], [4])[0].finishes for n in range(len(ids) + 1)]
    assert stopped.index({0: Finish.LENGTH}) == ids.index(tokenizer(".").input_ids[0]) + 1


@pytest.mark.parametrize(("then", "finishes"), [("5", {}), (" The", {0: Finish.LENGTH})])
def test_a_point_ends_no_answer_while_a_digit_is_to_come(tokenizer, vocabulary, then: str, finishes) -> None:
    ids = torch.tensor([tokenizer("The bank has committed 117.").input_ids])
    scores = torch.zeros(1, len(vocabulary.special))
    scores[0, tokenizer(then).input_ids[0]] = 1.0
    rules = AnswerRules(vocabulary, 0, [RowRules(Sampling(), 4)])
    for length in range(ids.shape[1] + 1):
        rules(ids[:, :length], scores)
    assert rules.finishes == finishes


def test_a_sentence_without_an_end_is_stopped_soon_after_the_maximum(tokenizer, vocabulary) -> None:
    rules, _ = read_along(vocabulary, tokenizer("and then " * 10).input_ids, [4])
    assert rules.finishes == {0: Finish.LENGTH}


def test_a_row_that_ended_and_is_filled_up_until_the_others_end_is_no_loop(tokenizer, vocabulary) -> None:
    ended = [*tokenizer("It grew.").input_ids, vocabulary.end_ids[0], *[tokenizer.pad_token_id] * 90]
    rules, _ = read_along(vocabulary, ended, [500])
    assert rules.finishes == {}


def test_a_row_that_loops_is_stopped_and_the_others_go_on(tokenizer, vocabulary) -> None:
    rules, scores = read_along(vocabulary, tokenizer(LOOP).input_ids[:80], [500])
    assert rules.finishes == {0: Finish.LOOP}
    assert int(scores.isfinite().sum()) == len(vocabulary.end_ids)


def test_rows_that_go_on_keep_their_counts_and_rules(tokenizer, vocabulary) -> None:
    ids = tokenizer(ENGLISH).input_ids
    rules, _ = read_along(vocabulary, ids, [3, 100, 100, 15])
    rules.keep(torch.tensor([1, 3]))
    further = torch.tensor([[*ids, *tokenizer(" It may well grow again.").input_ids]] * 2)
    for end in range(len(ids) + 1, further.shape[1] + 1):
        rules(further[:, :end], torch.zeros(2, len(vocabulary.special)))
    assert rules.finishes == {0: Finish.LENGTH, 3: Finish.LENGTH}


def test_an_answer_begins_neither_with_the_end_of_a_sentence_nor_with_a_comma_or_an_empty_line(
    tokenizer, vocabulary
) -> None:
    _, scores = read_along(vocabulary, [], [50])
    ids = tokenizer.convert_tokens_to_ids([".", "Ċ", ",", ":", "Ġthe", "The", "["])
    assert scores[0, ids].isfinite().tolist() == [False, False, False, False, True, True, True]


def allowed(vocabulary: Vocabulary, ids: list[int], said: list[int], size: int) -> list[bool]:
    """Whether each token could still be chosen after the ones before it, where ``said`` may not be said again."""
    rules = AnswerRules(vocabulary, 0, [RowRules(Sampling(no_repeat_said=size), 50, said)])
    scores = torch.zeros(1, len(vocabulary.special))
    after = [rules(torch.tensor([ids[:n]], dtype=torch.long), scores) for n in range(len(ids))]
    return [bool(scores[0, token].isfinite()) for token, scores in zip(ids, after, strict=True)]


def test_what_somebody_else_said_does_not_come_again_but_names_in_it_may(tokenizer, vocabulary) -> None:
    said = tokenizer("the bank lends in five").input_ids
    assert allowed(vocabulary, said, said, 4) == [True, True, True, False, False]


def test_a_number_that_was_said_can_be_said_again_digit_by_digit(tokenizer, vocabulary) -> None:
    said = tokenizer("in 2024 the New Development Bank lent 117.5 billion").input_ids
    fine = allowed(vocabulary, said, said, 2)
    forbidden = [tokenizer.decode(token) for token, one in zip(said, fine, strict=True) if not one]
    assert forbidden == [" the", " New", " Development", " Bank", " lent", " billion"]


@pytest.mark.parametrize(("piece", "may_come"), [("than", False), ("_", False), (",", True)])
def test_a_word_that_may_not_come_again_does_not_come_without_its_space(
    tokenizer, vocabulary, piece: str, may_come: bool
) -> None:
    said = tokenizer(" a habit rather than a policy").input_ids
    ids = [*tokenizer(" a habit rather").input_ids, *tokenizer(piece).input_ids]
    assert allowed(vocabulary, ids, said, 4) == [True, True, True, may_come]


def test_an_n_gram_does_not_come_twice_in_a_row_that_forbids_it(tokenizer, vocabulary) -> None:
    ids = tokenizer(" the bank lends and the bank").input_ids
    rows = [RowRules(Sampling(no_repeat_ngram=size), 50) for size in (0, 3, 6)]
    rules = AnswerRules(vocabulary, 0, rows)
    scores = torch.zeros(3, len(vocabulary.special))
    last = [rules(torch.tensor([ids[:n]] * 3, dtype=torch.long), scores) for n in range(len(ids) + 1)][-1]
    assert last[:, tokenizer(" lends").input_ids[0]].isfinite().tolist() == [True, False, True]


def test_the_penalty_on_used_words_is_each_rows_own_and_leaves_numbers_alone(tokenizer, vocabulary) -> None:
    ids = tokenizer("the bank lent 7.5 the").input_ids
    rules = AnswerRules(vocabulary, 0, [RowRules(Sampling(repetition_penalty=one), 50) for one in (2.0, 1.0)])
    scores = rules(torch.tensor([ids] * 2), torch.full((2, len(vocabulary.special)), 8.0))
    used = tokenizer(" the 7").input_ids
    assert [tokenizer.decode(token) for token in used] == [" the", " ", "7"]
    assert scores[:, used].tolist() == [[4.0, 8.0, 8.0], [8.0, 8.0, 8.0]]


def test_the_penalty_makes_a_used_word_of_a_negative_score_unlikelier_too(tokenizer, vocabulary) -> None:
    ids, used = tokenizer("the bank lent the").input_ids, tokenizer(" the").input_ids
    rules = AnswerRules(vocabulary, 0, [RowRules(Sampling(repetition_penalty=2.0), 50)])
    assert rules(torch.tensor([ids]), torch.full((1, len(vocabulary.special)), -8.0))[:, used].tolist() == [[-16.0]]


HOT = Sampling(temperature=0.9)
SCORES = torch.randn(40, 200, generator=torch.Generator().manual_seed(3)) * 2


def drawn(seeds: list[str], sampling: Sampling = HOT, scores: torch.Tensor = SCORES) -> list[list[int]]:
    """What rows of these seeds choose from the same scores, step by step: (rows, steps)."""
    sampler = RowSampler([RowRules(sampling, 50, seed=seed) for seed in seeds])
    steps = [sampler(torch.zeros(len(seeds), 0), row.expand(len(seeds), -1)).argmax(-1).tolist() for row in scores]
    return [list(row) for row in zip(*steps, strict=True)]


def test_a_row_draws_by_its_own_seed_whatever_else_is_in_its_batch() -> None:
    alone, beside, other = drawn(["7"])[0], *drawn(["8", "7"])[::-1]
    assert alone == beside
    assert alone != other


def test_rows_that_go_on_draw_as_if_they_had_stayed_together() -> None:
    sampler = RowSampler([RowRules(HOT, 50, seed=seed) for seed in "abc"])
    first = sampler(torch.zeros(3, 0), SCORES[:1].expand(3, -1)).argmax(-1).tolist()
    sampler.keep(torch.tensor([0, 2]))
    second = sampler(torch.zeros(2, 0), SCORES[1:2].expand(2, -1)).argmax(-1).tolist()
    expected = drawn(["a", "b", "c"])
    assert [[first[0], second[0]], [first[2], second[1]]] == [expected[0][:2], expected[2][:2]]


def test_drawing_leaves_the_process_random_state_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(1).item()
    torch.manual_seed(5)
    drawn(["7"])
    assert torch.rand(1).item() == expected


def test_what_is_drawn_comes_as_often_as_it_is_likely() -> None:
    scores = torch.tensor([0.6, 0.3, 0.06, 0.04]).log().expand(4000, -1)
    often = torch.tensor(drawn(["7"], Sampling(temperature=1.0), scores)[0]).bincount(minlength=4) / 4000
    assert often[:3].tolist() == pytest.approx([0.6 / 0.96, 0.3 / 0.96, 0.06 / 0.96], abs=0.03)
    assert often[3] == 0  # beyond the likeliest 95%


def test_without_a_temperature_the_best_score_is_taken() -> None:
    mixed = RowSampler([RowRules(Sampling(), 50), RowRules(HOT, 50)])
    assert mixed(torch.zeros(2, 0), SCORES[:2]).argmax(-1)[0] == SCORES[0].argmax()
    assert drawn(["7"], Sampling())[0] == SCORES.argmax(-1).tolist()
