"""Loops are found where they begin; human habits of repetition are left alone."""

from itertools import islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.errors import ChainError
from chains.text.repetition import Loop, TokenLoop, detect_loop, loop_in_tokens, seq_rep_n

PROSE = (
    "The enlargement of the group changed its weight in world trade, yet its members still disagree on "
    "almost every question of security. Energy exporters want stable prices, importers want cheap ones, "
    "and both look to the same banks for credit. "
)
SENTENCE = "Sanctions alone have rarely changed what a government wants. "
words = st.integers(0, 400).map(lambda number: "w" + "abcdefghijklmnopqrst"[number % 20] * (1 + number // 20))


def test_prose_is_no_loop() -> None:
    assert detect_loop(PROSE) is None


def test_empty_text_is_no_loop() -> None:
    assert detect_loop("") is None


def test_loop_starts_at_the_second_occurrence_of_the_sentence() -> None:
    text = PROSE + SENTENCE * 4

    loop = detect_loop(text)

    assert loop == Loop(start=len(PROSE + SENTENCE), period=9, repeats=4)


def test_cut_at_the_start_keeps_the_sentence_once() -> None:
    text = PROSE + SENTENCE * 5

    loop = detect_loop(text)

    assert loop is not None
    assert text[: loop.start] == PROSE + SENTENCE


def test_loop_is_found_when_the_text_goes_on_after_it() -> None:
    text = SENTENCE * 4 + PROSE

    loop = detect_loop(text)

    assert loop == Loop(start=len(SENTENCE), period=9, repeats=4)


def test_first_of_two_loops_is_reported() -> None:
    text = PROSE + SENTENCE * 4 + PROSE.upper()[:60] + " and so on and so on" * 9

    loop = detect_loop(text)

    assert loop is not None
    assert loop.start == len(PROSE + SENTENCE)


def test_one_word_over_and_over_is_a_loop_of_period_one() -> None:
    loop = detect_loop(PROSE + "trade " * 20)

    assert loop == Loop(start=len(PROSE) + len("trade "), period=1, repeats=20)


def test_one_word_over_and_over_is_a_loop_though_others_come_between() -> None:
    loop = detect_loop(" ".join(f"of of of {word}" for word in distinct_words(6)))
    assert loop is not None
    assert loop.period == 1


def test_period_is_the_unit_and_not_half_or_twice_of_it() -> None:
    loop = detect_loop(PROSE + "peace and justice and " * 10)

    assert loop is not None
    assert (loop.period, loop.repeats) == (4, 10)


def test_small_edits_in_each_lap_do_not_hide_the_loop() -> None:
    laps = [SENTENCE.replace("government", noun) for noun in ("state", "people", "court", "party", "city")]

    loop = detect_loop(PROSE + "".join(laps))

    assert loop is not None
    assert loop.period == 9


def test_an_edit_costs_once_and_not_again_where_the_next_lap_returns_to_the_unit() -> None:
    new, unit = iter(distinct_words(14)), ["peace", "and", "justice", "now"]
    text = " ".join(next(new) if n == lap % 4 else word for lap in range(14) for n, word in enumerate(unit))
    loop = detect_loop(text)
    assert loop is not None
    assert loop.period == 4


def test_case_and_punctuation_do_not_hide_the_loop() -> None:
    loop = detect_loop(PROSE + "We must act now! WE MUST ACT, now? We must (act) now. we must act now; " * 2)

    assert loop is not None
    assert loop.period == 4


def test_sentences_that_come_back_at_changing_distances_are_a_loop() -> None:
    trade = "Trade among the members grew faster than trade with anyone else in the last ten years. "
    banks = "Their common bank lends in local money to roads and ports and power lines. "
    text = PROSE + trade + banks + "Oil. " + trade + "Gas, too. " + banks + banks + trade + "Wheat as well. " + trade

    loop = detect_loop(text)

    assert loop is not None
    assert loop.start >= len(PROSE + trade)


def test_long_passage_said_again_in_full_is_a_loop() -> None:
    passage = " ".join(f"w{letter * length}" for letter in "abcdefgh" for length in range(1, 11))

    loop = detect_loop(f"{passage}. {passage}.")

    assert loop == Loop(start=len(passage) + 2, period=80, repeats=2)


def test_sentence_said_twice_for_emphasis_is_no_loop() -> None:
    assert detect_loop(PROSE + SENTENCE + "Let me repeat: " + SENTENCE) is None


def test_rhetorical_opening_of_several_sentences_is_no_loop() -> None:
    text = "We need schools. We need safe roads and clinics. We need honest courts. We need to listen."

    assert detect_loop(PROSE + text) is None


def test_table_of_numbers_is_no_loop() -> None:
    rows = "".join(f"{2004 + year} Rd {20 + year} {17 * year % 31} {year * 7 % 5} 0 0 1 0 " for year in range(14))

    assert detect_loop(rows) is None


def test_reference_list_that_counts_pages_is_no_loop() -> None:
    references = "".join(f"^ Rogers 1872, p. {page}. " for page in (4, 5, 6, 7, 9, 10, 13, 15, 21, 24))

    assert detect_loop(references) is None


def test_ruled_line_is_no_loop() -> None:
    assert detect_loop(PROSE + "-" * 200) is None


def test_run_of_exclamation_marks_is_a_loop() -> None:
    loop = detect_loop(PROSE + "!" * 80)

    assert loop == Loop(start=len(PROSE) + 1, period=1, repeats=80)


def test_japanese_loop_is_counted_in_characters() -> None:
    lead = "加盟国の拡大は世界貿易における重みを変えた。"
    unit = "制裁だけで政府の意思が変わることは稀である。"

    loop = detect_loop(lead + unit * 4)

    assert loop == Loop(start=len(lead + unit), period=len(unit) - 1, repeats=4)


def test_japanese_prose_is_no_loop() -> None:
    text = "加盟国の拡大は世界貿易における重みを変えた。しかし安全保障では意見が分かれている。"
    text += "輸出国は安定を望む。"

    assert detect_loop(text) is None


@given(unit=st.lists(words, min_size=4, max_size=30, unique=True), repeats=st.integers(4, 12))
def test_any_unit_of_distinct_words_repeated_is_found_with_its_period(unit: list[str], repeats: int) -> None:
    lap = " ".join(unit) + " "

    loop = detect_loop(PROSE + lap * repeats)

    assert loop == Loop(start=len(PROSE) + len(lap), period=len(unit), repeats=repeats)


@given(text=st.text(max_size=300))
def test_start_lies_inside_the_text(text: str) -> None:
    loop = detect_loop(text)

    assert loop is None or (0 < loop.start < len(text) and loop.period >= 1 and loop.repeats >= 2)


@given(sentence=st.lists(words, unique=True, max_size=200))
def test_words_that_never_repeat_are_no_loop(sentence: list[str]) -> None:
    text = " ".join(sentence)

    assert detect_loop(text) is None


def test_seq_rep_4_of_a_known_text() -> None:
    assert seq_rep_n("a b c d a b c d", n=4) == pytest.approx(1 - 4 / 5)


def test_seq_rep_n_of_token_ids() -> None:
    assert seq_rep_n([7, 7, 7, 7], n=1) == pytest.approx(0.75)


def test_seq_rep_n_of_a_text_shorter_than_n_is_zero() -> None:
    assert seq_rep_n("too short", n=4) == 0.0


def test_n_below_one_is_an_error_that_names_it() -> None:
    with pytest.raises(ChainError, match="n = 0"):
        seq_rep_n("any text", n=0)


@given(tokens=st.lists(st.integers(0, 5), max_size=60), n=st.integers(1, 6))
def test_seq_rep_n_is_a_share(tokens: list[int], n: int) -> None:
    assert 0.0 <= seq_rep_n(tokens, n) < 1.0


@given(tokens=st.lists(st.integers(), unique=True, max_size=60), n=st.integers(1, 6))
def test_seq_rep_n_of_distinct_tokens_is_zero(tokens: list[int], n: int) -> None:
    assert seq_rep_n(tokens, n) == 0.0


def test_token_loop_at_the_end_is_found() -> None:
    ids = [*range(1000, 1100), *list(range(12)) * 4]

    assert loop_in_tokens(ids) == TokenLoop(start=112, period=12, repeats=4)


@pytest.mark.parametrize(("period", "enough"), [(2, 9), (20, 32), (210, 60)])
def test_a_loop_of_words_takes_1_6_laps_more_but_9_words_at_least_and_60_at_most(period: int, enough: int) -> None:
    unit = distinct_words(period)
    again = (unit * 5)[:enough]
    assert detect_loop(" ".join([*unit, *again[:-1]])) is None
    assert detect_loop(" ".join([*unit, *again])) is not None


@pytest.mark.parametrize(("period", "enough"), [(2, 18), (40, 64), (210, 120)])
def test_a_loop_of_unspaced_characters_takes_two_of_them_for_a_word(period: int, enough: int) -> None:
    unit = "".join(chr(0x4E00 + n) for n in range(period))
    again = (unit * 9)[:enough]
    assert detect_loop(unit + again[:-1]) is None
    assert detect_loop(unit + again) is not None


def test_an_edit_of_an_unspaced_character_costs_half_of_a_words() -> None:
    laps = [f"一二三{chr(0x3041 + n)}四五六{chr(0x3061 + n)}七八" for n in range(5)]
    assert detect_loop("".join(laps)) is not None


@pytest.mark.parametrize(("period", "enough"), [(1, 24), (30, 48), (80, 96)])
def test_a_loop_of_tokens_takes_1_6_laps_more_but_24_tokens_at_least_and_96_at_most(period: int, enough: int) -> None:
    unit = list(range(period))
    again = (unit * 24)[:enough]
    assert loop_in_tokens([*unit, *again[:-1]]) is None
    assert loop_in_tokens([*unit, *again]) is not None


def test_forty_words_of_phrases_that_come_back_in_another_order_are_a_loop_and_fewer_are_not() -> None:
    words = distinct_words(40)
    phrases = [words[i : i + 4] for i in range(0, 40, 4)]
    back = [word for phrase in reversed(phrases) for word in phrase]
    assert detect_loop(" ".join([*words, *back[:36]])) is None
    found = detect_loop(" ".join([*words, *back]))
    assert found == Loop(start=len(" ".join(words)) + 1, period=40, repeats=2)  # of the distances the median


def distinct_words(count: int) -> list[str]:
    return ["".join(letters) for letters in islice(product("abcdefghij", repeat=3), count)]


def test_a_token_loop_goes_on_while_ten_of_its_last_sixteen_tokens_repeat() -> None:
    ids = list(range(20)) * 6
    edited = ids[:-16] + [1000 + n if n < 6 else token for n, token in enumerate(ids[-16:])]
    assert loop_in_tokens(edited) is not None
    assert loop_in_tokens([*edited[:-10], 2000, *edited[-9:]]) is None


def test_token_loop_that_ended_is_not_reported() -> None:
    ids = [*list(range(12)) * 4, *range(1000, 1100)]

    assert loop_in_tokens(ids) is None


def test_few_tokens_are_no_loop() -> None:
    assert loop_in_tokens([5] * 10) is None


def test_one_token_over_and_over_is_a_loop() -> None:
    assert loop_in_tokens([3, 9, 4] + [0] * 40) == TokenLoop(start=4, period=1, repeats=40)


def test_start_counts_from_the_first_token_even_where_only_the_tail_is_read() -> None:
    ids = [*range(5000, 6000), *list(range(20)) * 4]

    assert loop_in_tokens(ids) == TokenLoop(start=1020, period=20, repeats=4)


@given(ids=st.lists(st.integers(0, 100_000), unique=True, max_size=600))
def test_distinct_tokens_are_no_loop(ids: list[int]) -> None:
    assert loop_in_tokens(ids) is None
