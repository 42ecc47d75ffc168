"""One contract for every model: what comes of the texts that a model writes, attempt by attempt."""

from dataclasses import replace

import pytest
from fakes import ScriptedBackend

from chains.errors import ChainError, GenerationError
from chains.generation.completion import fulfil
from chains.generation.contract import LADDER, RawText, Sampling, WordLimits, tokens_for
from chains.generation.ladder import Asked
from chains.schemas import Completion, Finish
from chains.text.defects import find_defects
from prompts import RenderedPrompt

PASSAGES = (
    "The valleys of Ruritania hold grain for four months of the year.",
    "The railway to the coast was closed by the crown in 1931.",
)
PROMPT = RenderedPrompt("You are a judge.", "Can it?", "Can it?", question="Can it feed itself?", passages=PASSAGES)
LIMITS = WordLimits(20, 120)
GOOD = (
    "Ruritania cannot feed itself at all. Its valleys hold grain for four months of the year, and "
    "the railway to the coast was closed by the crown in 1931."
)
SHORT = "It cannot. The valleys of Ruritania hold grain for four months of the year."
MORE = "Since the railway to the coast was closed by the crown in 1931, no ship has brought any."
LOOP = "The mills are open and the mills are full. " * 9


def written(*texts: str | RawText, limits: WordLimits = LIMITS, prompt: RenderedPrompt = PROMPT) -> Completion:
    return fulfil(ScriptedBackend(*texts), [Asked(prompt, limits)])[0]


@pytest.mark.parametrize(("minimum", "maximum"), [(5, 5), (6, 5), (-1, 5), (0, 0)])
def test_limits_that_leave_no_room_are_refused(minimum: int, maximum: int) -> None:
    with pytest.raises(ChainError, match=f"word limits {minimum}-{maximum}"):
        WordLimits(minimum, maximum)


def test_a_step_of_the_ladder_says_how_it_samples_and_its_temperature_where_it_has_one() -> None:
    assert str(LADDER[0]) == "penalty 1.05, no repeated 12-gram"
    assert str(Sampling(1.2, 5, temperature=0.7)) == "penalty 1.2, no repeated 5-gram, temperature 0.7"


def test_an_answer_gets_nearly_two_tokens_a_word_and_some_more() -> None:
    assert (tokens_for(0), tokens_for(500)) == (16, 916)


def test_every_attempt_of_every_seed_has_a_seed_of_its_own() -> None:
    asked = [Asked(PROMPT, LIMITS, seed=seed) for seed in range(3)]
    assert [one.request(LADDER[0], n).seed for one in asked for n in range(2)] == [0, 1, 1009, 1010, 2018, 2019]


def test_a_text_within_its_limits_is_kept_as_it_is_after_one_attempt() -> None:
    found = written(GOOD)
    assert (found.text, found.short, found.notes, found.loop) == (GOOD, False, (), "")
    assert (len(found.attempts), found.tokens_in, found.tokens_out) == (1, 40, 7)


def test_what_is_no_answer_is_removed_and_told() -> None:
    found = written(f"<think>Hm.</think>Assistant: {GOOD}")
    assert found.text == GOOD
    assert [one.kind for one in found.removed] == ["reasoning", "label"]


@pytest.mark.parametrize("empty", ["", " \n", "\u200b\ufeff", "\0."])
def test_a_text_that_nobody_sees_is_a_failed_attempt_and_the_next_one_has_another_seed(empty: str) -> None:
    backend = ScriptedBackend(empty, GOOD)
    (found,) = fulfil(backend, [Asked(PROMPT, LIMITS, seed=3)])
    assert found.text == GOOD
    assert [one.step for one in found.attempts] == [1, 2]
    assert found.attempts[0].failure == "the model returned no text (finish_reason=stop)"
    assert [one.sampling for one in backend.requests] == list(backend.ladder[:2])
    assert len({one.seed for one in backend.requests}) == 2


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (RawText("", finish=Finish.LENGTH), r"no text \(finish_reason=length\), in 3 attempts"),
        (RawText("", refusal="no politics"), r"the model refused: no politics, in 3 attempts"),
        (
            RawText("I'm sorry, but I can't assist with that request."),
            r"finish_reason=stop; it wrote only: apology or refusal\)",
        ),
    ],
)
def test_after_the_ladder_without_any_text_there_is_an_error_that_says_why(raw: RawText, reason: str) -> None:
    with pytest.raises(GenerationError, match=reason):
        written(raw, raw, raw)


def test_different_failures_are_told_attempt_by_attempt() -> None:
    with pytest.raises(GenerationError, match=r"attempt 1: .*stop\); attempt 2: .*length\); attempt 3: .*refused: no"):
        written("", RawText("", finish=Finish.LENGTH), RawText("", refusal="no"))


def test_failed_attempts_are_told_once_a_reason_with_their_number() -> None:
    found = written("", "", GOOD)
    assert found.notes == ("2 failed attempts: the model returned no text (finish_reason=stop)",)


def test_a_prompt_that_may_be_empty_is_no_error() -> None:
    (found,) = fulfil(ScriptedBackend("", "", ""), [Asked(PROMPT, LIMITS)], may_be_empty=True)
    assert (found.text, found.short, len(found.attempts)) == ("", True, 3)


def test_a_model_that_spent_its_tokens_on_thoughts_gets_more() -> None:
    backend = ScriptedBackend(RawText("", finish=Finish.LENGTH), GOOD)
    fulfil(backend, [Asked(PROMPT, LIMITS)])
    assert [one.spare_tokens for one in backend.requests] == [0, 2048]


TALK = "The passage discusses the valleys of Ruritania at length. The passage mentions the railway, too."


def checked(*texts: str) -> Completion:
    asked = Asked(PROMPT, LIMITS, check=lambda text: find_defects(text, passages=PASSAGES))
    return fulfil(ScriptedBackend(*texts), [asked])[0]


def test_a_text_of_many_defects_is_tried_again() -> None:
    found = checked(f"{TALK} It cannot.", GOOD)
    assert found.text == GOOD
    assert len(found.attempts) == 2


def test_a_sentence_that_a_reader_would_strike_out_is_struck_and_told() -> None:
    found = checked(f"{GOOD}\n\nThe passage discusses oil.")
    assert (found.text, len(found.attempts)) == (GOOD, 1)
    assert [(one.kind, one.text) for one in found.removed] == [("about the text", "The passage discusses oil.")]


def test_where_only_defects_were_written_the_attempt_has_failed_and_says_so() -> None:
    with pytest.raises(GenerationError, match="wrote only: talk about the text"):
        checked(TALK, TALK, TALK)


def test_a_text_that_loops_early_is_tried_again_and_the_loop_is_told() -> None:
    found = written(LOOP, GOOD)
    assert found.text == GOOD
    assert found.attempts[0].loop_after == 9
    assert found.loop == "attempt 1: loop cut after 9 words"


def test_a_loop_behind_a_whole_answer_is_cut_and_nothing_is_asked_again() -> None:
    found = written(f"{GOOD} {GOOD.replace('four', 'five')} {LOOP}", limits=WordLimits(20, 80))
    assert len(found.attempts) == 1
    assert found.text.startswith(GOOD)
    assert found.text.count("the mills are full") <= 1


def test_a_text_that_is_too_long_ends_with_a_sentence_before_the_maximum() -> None:
    assert written(GOOD, limits=WordLimits(5, 15)).text == "Ruritania cannot feed itself at all."


def test_a_short_answer_is_continued_with_a_passage_that_it_does_not_use_yet() -> None:
    backend = ScriptedBackend(SHORT, MORE)
    (found,) = fulfil(backend, [Asked(PROMPT, LIMITS)])
    assert found.text == f"{SHORT}\n\n{MORE}"
    assert [one.continues for one in found.attempts] == [False, True]
    asked = backend.requests[1].prompt.user
    assert PASSAGES[1] in asked
    assert PASSAGES[0] not in asked.partition("### SAID")[0]
    assert (found.short, found.notes) == (False, ("asked 1 more time to go on",))


def test_where_all_passages_are_used_it_goes_on_with_a_consequence_and_then_an_objection() -> None:
    backend = ScriptedBackend(GOOD, "", "")
    fulfil(backend, [Asked(PROMPT, WordLimits(60, 120))])
    consequence, objection = (one.prompt.user for one in backend.requests[1:])
    assert "Say what follows from what was said" in consequence
    assert "Name the strongest objection" in objection


def test_an_answer_that_says_nothing_new_any_more_is_short_and_not_padded() -> None:
    found = written(SHORT, SHORT, "I don't know.")
    assert (found.text, found.short) == (SHORT, True)
    assert found.notes == ("shorter than asked for", "asked 2 more times to go on")


def test_of_a_continuation_only_the_finished_sentences_that_are_new_are_kept() -> None:
    found = written(SHORT, f"{SHORT} {MORE} And then it")
    assert found.text == f"{SHORT}\n\n{MORE}"


def test_a_continuation_that_says_its_request_again_is_kept_without_that() -> None:
    recital = "The answer below is not finished. Say nothing again that was said. Give no greeting, heading, list or conclusion."
    found = written(SHORT, f"{MORE} {recital}")
    assert found.text == f"{SHORT}\n\n{MORE}"


@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_a_continuation_is_put_before_the_close(gap: str) -> None:
    found = written(f"{SHORT}{gap}In conclusion, it must trade.", MORE, limits=WordLimits(30, 120))
    assert found.text == f"{SHORT}\n\n{MORE}\n\nIn conclusion, it must trade."


def test_an_answer_that_broke_off_is_continued_behind_its_last_whole_sentence() -> None:
    found = written(RawText(f"{SHORT} The crown also", finish=Finish.LENGTH), MORE)
    assert found.text == f"{SHORT}\n\n{MORE}"


def test_i_dont_know_is_an_answer_of_its_own_length() -> None:
    found = written("I don't know.")
    assert (found.text, found.short, len(found.attempts)) == ("I don't know.", False, 1)


def test_an_answer_without_passages_is_as_short_as_the_model_made_it() -> None:
    found = written("It cannot.", prompt=replace(PROMPT, passages=()))
    assert (found.text, found.short, len(found.attempts)) == ("It cannot.", True, 1)


def test_a_text_that_answers_no_question_is_tried_again_where_it_is_short_and_the_longest_is_kept() -> None:
    found = written("It cannot.", SHORT, "No.", prompt=RenderedPrompt("", "Translate.", "Translate."))
    assert (found.text, found.short, len(found.attempts)) == (SHORT, True, 3)


def test_a_continuation_that_does_not_fit_the_window_is_not_asked_for() -> None:
    backend = ScriptedBackend(SHORT, window=40)
    (found,) = fulfil(backend, [Asked(PROMPT, LIMITS)])
    assert (found.text, found.short) == (SHORT, True)


def test_only_the_rows_that_failed_are_tried_again() -> None:
    backend = ScriptedBackend(GOOD, "", GOOD)
    found = fulfil(backend, [Asked(PROMPT, LIMITS), Asked(PROMPT, LIMITS)])
    assert [len(one.attempts) for one in found] == [1, 2]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("it cannot.", "I hold that it cannot."),
        (", in 1931, it could not.", "I hold that, in 1931, it could not."),
        ("I hold that it cannot.", "I hold that it cannot."),
        ("The bank cannot.", "I hold that the bank cannot."),
        ("I hold that The bank cannot.", "I hold that the bank cannot."),
        ("Brazil cannot.", "I hold that Brazil cannot."),
        (" . It cannot.", "It cannot."),
        (RawText("It cannot.", after_opening=False), "It cannot."),
    ],
)
def test_the_words_that_an_answer_had_to_begin_with_are_part_of_it(raw: str | RawText, text: str) -> None:
    prompt = replace(PROMPT, opening="I hold that")
    assert written(raw, limits=WordLimits(0, 50), prompt=prompt).text == text


def test_an_opening_without_anything_behind_it_is_no_answer() -> None:
    prompt = replace(PROMPT, opening="I hold that")
    assert written(".", "it cannot.", limits=WordLimits(0, 50), prompt=prompt).attempts[0].failure


def test_of_texts_that_both_fill_the_maximum_the_earlier_one_is_kept() -> None:
    first, longer = "The railway was closed by the crown in 1931. It carried no grain.", GOOD
    asked = Asked(PROMPT, WordLimits(5, 10), check=lambda text: find_defects(text, passages=PASSAGES))
    (found,) = fulfil(ScriptedBackend(f"{TALK} {first}", f"{TALK} {longer} {TALK}", ""), [asked])
    assert found.text == "The railway was closed by the crown in 1931."


def test_a_text_that_was_cut_but_has_words_gets_no_more_tokens() -> None:
    cut = RawText("It cannot.", finish=Finish.LENGTH)
    backend = ScriptedBackend(cut, cut, cut)
    fulfil(backend, [Asked(RenderedPrompt("", "Translate.", "Translate."), LIMITS)])
    assert [one.spare_tokens for one in backend.requests] == [0, 0, 0]


def test_a_loop_that_the_decoder_stopped_is_told_and_tried_again_though_the_text_shows_none() -> None:
    found = written(RawText(SHORT, finish=Finish.LOOP), GOOD)
    assert (found.text, found.attempts[0].loop_after) == (GOOD, len(SHORT.split()))


def test_what_another_speaker_said_is_kept_from_every_attempt() -> None:
    backend = ScriptedBackend("", SHORT, MORE)
    fulfil(backend, [Asked(replace(PROMPT, do_not_repeat="No ship will ever come."), LIMITS)])
    assert [one.do_not_repeat for one in backend.requests[:2]] == ["No ship will ever come."] * 2


def test_it_goes_on_until_two_continuations_in_a_row_bring_nothing_new() -> None:
    other = "Against this stands the old treaty, which obliges all neighbours to sell what they can spare."
    found = written("It cannot do that.", "", MORE, "", other, limits=WordLimits(60, 120))
    assert found.text == f"It cannot do that.\n\n{MORE}\n\n{other}"


def test_a_continuation_that_repeats_itself_says_it_once() -> None:
    assert written(SHORT, f"{MORE} {MORE}").text == f"{SHORT}\n\n{MORE}"


def test_behind_a_sentence_for_which_there_is_no_room_a_shorter_one_is_not_kept() -> None:
    found = written(SHORT, f"{MORE} The harbours of the south stay closed all winter.", "", limits=WordLimits(20, 30))
    assert found.text == SHORT


def test_where_one_passage_does_not_fit_the_window_the_next_one_is_tried() -> None:
    prompt = replace(PROMPT, passages=("Mountains farther north yield iron, coal and tin. " * 60, PASSAGES[1]))
    (found,) = fulfil(ScriptedBackend(SHORT, MORE, window=400), [Asked(prompt, LIMITS)])
    assert found.text == f"{SHORT}\n\n{MORE}"


def test_every_call_for_one_answer_has_a_seed_of_its_own() -> None:
    backend = ScriptedBackend("", SHORT, "", "")
    fulfil(backend, [Asked(PROMPT, LIMITS, seed=3)])
    assert len({one.seed for one in backend.requests}) == len(backend.requests) == 4


def test_a_prompt_is_as_long_as_it_was_however_often_it_was_tried() -> None:
    assert written(RawText("", 40, 7), GOOD).tokens_in == 40


def test_a_continuation_is_asked_for_no_more_words_than_there_is_room_for() -> None:
    backend = ScriptedBackend(SHORT, "", "")
    fulfil(backend, [Asked(PROMPT, WordLimits(20, 40))])
    assert {one.max_words for one in backend.requests[1:]} == {40 - len(SHORT.split())}


def test_a_continuation_that_abstains_is_not_added() -> None:
    unknown = "I don't know. The passages do not say whether any ship has ever reached it since."
    assert written(SHORT, unknown, unknown).text == SHORT
