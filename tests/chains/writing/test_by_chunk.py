from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from fakes import CONTINUE, ScriptedLLM
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from chains.errors import GenerationError, WindowExceeded
from chains.generation.contract import AttemptRequest, RawText, Sampling, WordLimits
from chains.schemas import Chunk
from chains.writing.by_chunk import write_by_chunk
from prompts import RenderedPrompt

CHUNKS = [
    Chunk(id="c1", text="Trade grew to 162 billion dollars in 2022."),
    Chunk(id="c2", text="The bank lends in five currencies."),
]
SCRIPT = {
    "Open an answer": "I hold that it did.",
    "Close an answer": "it spares the dollar.",
    "162 billion": "broke a record of trade.",
    "five currencies": "keeps a promise.",
}
LIMITS = WordLimits(0, 100)


class OfFewWords(BaseChatModel):
    """A chat model that says one sentence to everything."""

    @property
    def _llm_type(self) -> str:
        return "of few words"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("Nobody expected so much."))])


class OfWindow:
    """A backend that refuses what its window of so many words does not hold, and answers by a script."""

    ladder = (Sampling(),)
    parameters = None
    adapted = False

    def __init__(self, window: int, script: dict[str, str]) -> None:
        self._window = window
        self._script = script

    def fits(self, prompt: RenderedPrompt, max_words: int) -> bool:
        return len(prompt.text.split()) + max_words <= self._window

    def attempt(self, requests: Sequence[AttemptRequest], config: Any = None) -> list[RawText]:
        if not all(self.fits(one.prompt, one.max_words) for one in requests):
            raise WindowExceeded("too long")
        prompts = [one.prompt for one in requests]
        said = [next(text for marker, text in self._script.items() if marker in prompt.text) for prompt in prompts]
        return [RawText(f"{prompt.opening} {text}", 40, 7) for prompt, text in zip(prompts, said, strict=True)]

    def caller(self) -> AbstractContextManager[None]:
        return nullcontext()


class WithWindow(OfFewWords):
    """A model with such a backend."""

    contract_backend: Any


def write(script: dict[str, str], limits: WordLimits = LIMITS, chunks: list[Chunk] = CHUNKS):
    llm = ScriptedLLM(script=script)
    return write_by_chunk(llm, "a judge.", "Did it grow?", chunks, limits), llm


def test_each_chunk_gets_a_paragraph_between_an_opening_and_a_close() -> None:
    essay, _ = write(SCRIPT)
    assert essay.completion.text == (
        "I hold that it did.\n\nThe bank lends in five currencies.\n\n"
        "Trade grew to 162 billion dollars in 2022. This decides the matter because it spares the dollar."
    )


def test_a_paragraph_s_prompt_holds_its_own_passage_only() -> None:
    _, llm = write(SCRIPT)
    paragraphs = [p for p in llm.prompts if "Write one paragraph" in p]
    assert sorted((CHUNKS[0].text in p, CHUNKS[1].text in p) for p in paragraphs) == [(False, True), (True, False)]


def test_the_opening_of_a_question_of_fact_gives_the_fact_and_takes_no_side() -> None:
    llm = ScriptedLLM(script=SCRIPT)
    write_by_chunk(llm, "a judge.", "In which year did trade grow?", CHUNKS, LIMITS)
    opening = next(p for p in llm.prompts if "Open an answer" in p)
    assert "with the fact that is asked for" in opening
    assert opening.rstrip().endswith("### RESPONSE:")


def test_the_opening_rests_on_the_nearest_passage() -> None:
    _, llm = write(SCRIPT)
    opening = next(p for p in llm.prompts if "Open an answer" in p)
    assert CHUNKS[0].text in opening
    assert CHUNKS[1].text not in opening


def test_an_opening_of_which_nothing_can_be_used_is_tried_on_the_next_passage() -> None:
    opening_on_the_first = f"{CHUNKS[0].text}\n\n### RESPONSE:"
    essay, _ = write({opening_on_the_first: ""} | SCRIPT)
    assert essay.completion.text.startswith("I hold that it did.\n\n")
    assert not any(note.startswith("no opening") for note in essay.notes)


def test_an_opening_does_not_begin_with_what_points_back_to_a_sentence_that_was_struck_out() -> None:
    essay, _ = write(SCRIPT | {"Open an answer": "Peru founded it in 1999. It lends to all. I hold that it did."})
    assert essay.completion.text.startswith("I hold that it did.\n\n")


def test_an_answer_without_an_opening_says_so() -> None:
    essay, llm = write(SCRIPT | {"Open an answer": ""})
    assert [CHUNKS[0].text in p for p in llm.prompts if "Open an answer" in p].count(
        False
    ) == 3  # of the second passage
    assert any(note.startswith("no opening") for note in essay.notes)


def test_the_side_taken_is_told_to_every_paragraph_but_not_to_the_close_which_would_say_it_again() -> None:
    _, llm = write(SCRIPT)
    assert llm.prompts_with("### YOUR ANSWER:\nI hold that it did.") == 2
    assert "I hold that it did." not in llm.prompts[-1]


def test_every_paragraph_begins_with_a_sentence_of_its_passage_and_goes_on_with_what_it_means() -> None:
    own = "spares those to whom the bank lends the dollar. It is no small thing."
    essay, llm = write(SCRIPT | {"five currencies": own})
    assert any(p.endswith("The bank lends in five currencies. This") for p in llm.prompts)
    assert (
        "The bank lends in five currencies. This spares those to whom the bank lends the dollar."
        in essay.completion.text
    )


def test_a_passage_much_farther_from_the_question_than_the_best_gets_no_paragraph_and_is_noted() -> None:
    near, far = Chunk("c3", "Lending grew.", question_score=0.6), Chunk("c4", "Gas runs here.", question_score=0.4)
    essay, llm = write(SCRIPT | {"Lending grew": "is much."}, chunks=[far, near])
    assert [one.endswith("Lending grew. This") for one in llm.prompts].count(True) == 1
    assert llm.prompts_with("Gas runs here.") == 0
    assert "no paragraph on [1] c4: it does not bear on the question" in essay.notes
    assert any("less than 72% as near" in note and "--style single" in note for note in essay.notes)


def test_passages_without_scores_all_get_a_paragraph() -> None:
    gas = Chunk("c3", "Gas runs through one pipe.")
    _, llm = write(SCRIPT | {"one pipe": "is little."}, chunks=[*CHUNKS, gas])
    assert llm.prompts_with("Gas runs through one pipe. This") == 1


def test_a_short_answer_goes_on_with_all_that_its_passages_have_left() -> None:
    chunk = Chunk("c1", "Trade grew. Oil went west. Gas came east. Steel stood still.")
    script = {"Open an": "it did.", "Close an": "it will.", "### FACT": "is less.", "This": "is much."}
    essay, _ = write(script, WordLimits(60, 90), [chunk])
    assert "Oil went west." in essay.completion.text
    assert "Gas came east." in essay.completion.text


def test_of_a_passages_own_sentences_a_paragraph_keeps_two() -> None:
    text = (
        "The bank lends in rand. Shanghai is where it sits. Its first bond was sold in yuan. A rouble loan came late."
    )
    script = {"Open an": "it did.", "Close an": "it will.", "rand": text}
    essay, _ = write(script, chunks=[Chunk("c1", text), Chunk("c2", "Gas ran in rand.")])
    assert "yuan" not in essay.completion.text


def test_a_sentence_that_names_what_no_passage_has_is_left_out() -> None:
    essay, _ = write(SCRIPT | {"five currencies": "The bank lends in five currencies. Peru founded it in 2011."})
    assert "Peru" not in essay.completion.text


def test_a_paragraph_does_not_deny_the_side_that_the_opening_took() -> None:
    denies = "The enlargement has not given the group more power. The bank lends in five currencies."
    essay, _ = write(
        SCRIPT | {"Open an answer": "the enlargement has given the group more power.", "five currencies": denies}
    )
    assert "has not given" not in essay.completion.text


def test_a_close_that_says_nothing_of_its_fact_is_asked_for_again_and_is_the_fact_alone() -> None:
    fact = "Trade reached 162 billion dollars, and it has grown in every single year since that one."
    essay, llm = write(SCRIPT | {"Close an answer": ""}, chunks=[Chunk(id="c1", text=fact)])
    assert llm.prompts_with("Close an answer") == 3
    assert essay.completion.text.endswith(f"\n\n{fact}")
    assert "the close gives no reason: the model only repeated what was said, or the question" in essay.notes


def test_a_close_begins_with_the_fact_that_shares_most_with_the_question_and_the_side() -> None:
    chunk = Chunk("c1", "Ships sail east. The yuan pays for oil. Gas comes from Qatar.")
    script = {"Open an answer": "oil is paid in yuan.", "Close an answer": "it spares the dollar.", "sail": "is much."}
    essay, _ = write(script, WordLimits(20, 60), [chunk])
    close = "The yuan pays for oil. This decides the matter because it spares the dollar."
    assert essay.completion.text.endswith(f"\n\n{close}")
    assert essay.completion.text.count("The yuan pays") == 1


def test_what_points_back_to_the_fact_that_decides_leaves_its_paragraph_with_it() -> None:
    chunk = Chunk("c1", "The yuan pays for oil. Gas comes from Qatar in ships.")
    script = {"Open an answer": "oil is paid in yuan.", "Close an answer": "it spares the dollar."}
    essay, _ = write(script | {"Qatar": "pleases Moscow. Gas comes from Qatar in ships."}, chunks=[chunk])
    assert "I hold that oil is paid in yuan.\n\nGas comes from Qatar in ships." in essay.completion.text


def test_a_fact_that_denies_the_side_taken_does_not_close_the_answer() -> None:
    denies = Chunk("c1", "The enlargement has not given the group more power. Ships sail east to the group.")
    script = SCRIPT | {"Open an answer": "the enlargement has given the group more power.", "sail": "is much."}
    essay, _ = write(script, chunks=[denies, CHUNKS[1]])
    assert "has not given" not in essay.completion.text.split("\n\n")[-1]


def test_a_fact_that_the_opening_says_word_for_word_is_passed_over_for_the_next_of_its_passage() -> None:
    said = "the world uses the dollar because its markets are open to all"
    trust = f"Power in New York rests on trust, lawyers note: {said}, so sanctions cost their target more than senders lose."
    chunk = Chunk("c1", f"{trust} Ships sail east to sell oil. Gas comes from Qatar.")
    script = SCRIPT | {
        "Open an answer": f"the guilty give in, after their friendly banks hesitate everywhere, as {said}."
    }
    essay, _ = write(script | {"Write": "is much."}, WordLimits(20, 90), [chunk])
    assert "\n\nShips sail east to sell oil. This decides the matter because" in essay.completion.text


def test_a_close_keeps_one_sentence_on_its_fact() -> None:
    essay, _ = write(SCRIPT | {"Close an answer": "it spares the dollar. Nobody knows the border of their theme."})
    assert essay.completion.text.endswith("This decides the matter because it spares the dollar.")


def test_an_answer_whose_opening_tells_every_fact_has_no_close_and_says_why() -> None:
    script = SCRIPT | {"Open an answer": "trade grew to 162 billion dollars in 2022."}
    essay, llm = write(script, chunks=CHUNKS[:1])
    assert llm.prompts_with("Close an answer") == 0
    assert "no close: the opening or a paragraph needs every fact that could decide" in essay.notes


def test_a_close_in_another_language_is_the_fact_where_nothing_is_said_of_it() -> None:
    fact = "新開発銀行は二〇一五年に上海で業務を始めた。"
    llm = ScriptedLLM(script={"Open an answer": "はい。", "Close an answer": "", "Write": "規模は今も小さい。"})
    essay = write_by_chunk(llm, "a judge.", "銀行は大きいですか。", [Chunk("c1", fact)], WordLimits(0, 90))
    assert essay.completion.text.endswith(fact)


def test_a_heading_and_a_list_s_mark_do_not_reach_the_answer() -> None:
    essay, _ = write(SCRIPT | {"five currencies": "The bank: its aims\n1. The bank lends in five currencies."})
    assert "\n\nThe bank lends in five currencies.\n\n" in essay.completion.text


def test_whose_words_a_passage_is_does_not_reach_the_answer() -> None:
    bank = Chunk(id="c1", text="The bank lends in five currencies.", title="06-bank")
    essay, _ = write(
        SCRIPT | {"five currencies": "matters. From 06-bank: Nobody else lends so cheaply."}, chunks=[bank]
    )
    assert "Nobody else lends so cheaply." in essay.completion.text
    assert "06-bank" not in essay.completion.text


def test_a_sentence_about_the_passage_itself_is_left_out() -> None:
    essay, _ = write(SCRIPT | {"five currencies": "This passage is about a bank. The bank lends in five currencies."})
    assert "passage" not in essay.completion.text


def test_what_two_paragraphs_both_say_is_said_once() -> None:
    essay, _ = write(
        SCRIPT | {"five currencies": "Trade grew to 162 billion dollars in 2022. The bank lends in five currencies."}
    )
    assert essay.completion.text.count("Trade grew") == 1
    assert "five currencies" in essay.completion.text


def test_sentences_that_differ_in_a_number_both_stay() -> None:
    chunks = [CHUNKS[0], Chunk(id="c2", text="Trade reached 163 billion dollars in five currencies.")]
    essay, _ = write(SCRIPT | {"five currencies": "Trade reached 163 billion dollars."}, chunks=chunks)
    assert "162 billion" in essay.completion.text
    assert "163 billion" in essay.completion.text


def test_where_there_is_too_much_the_sentence_that_rests_least_on_its_passage_goes() -> None:
    essay, _ = write(SCRIPT, WordLimits(0, 17))
    assert "broke a record" not in essay.completion.text
    assert "162 billion" in essay.completion.text


def test_a_sentence_that_was_not_finished_is_left_out() -> None:
    essay, _ = write(SCRIPT | {"five currencies": "The bank lends in five currencies. It also"})
    assert "It also" not in essay.completion.text


def test_a_paragraph_that_does_not_know_is_left_out_and_noted() -> None:
    essay, _ = write(SCRIPT | {"five currencies": "I don't know."})
    assert "know" not in essay.completion.text
    assert "no paragraph on [2] c2" in essay.notes


def test_when_no_paragraph_knows_the_answer_does_not_either_and_no_close_is_asked_for() -> None:
    essay, llm = write({"": "I don't know."})
    assert essay.completion.text == "I don't know."
    assert llm.prompts_with("Close an answer") == 0


def test_an_answer_below_its_minimum_is_short() -> None:
    essay, _ = write(SCRIPT, WordLimits(400, 500))
    assert essay.completion.short


def test_a_short_answer_says_whether_its_passages_have_anything_left() -> None:
    told, _ = write(SCRIPT, WordLimits(300, 400))
    sold = " ".join(f"In {year} the port sold {year - 1900} tons of {year % 7} metals." for year in range(1950, 1960))
    more, _ = write(SCRIPT, WordLimits(300, 400), [Chunk("c1", f"{CHUNKS[0].text} {sold}")])
    assert told.why_short == "every fact of the passages that have a paragraph is told"
    assert more.why_short == "what else the model wrote repeats the answer, or no passage bears it out"


def test_a_paragraph_has_as_much_room_for_its_own_words_as_its_fact_takes() -> None:
    fact = "新開発銀行は二〇一四年七月に署名された協定によって設立され、二〇一五年に上海で業務を始めた。"
    llm = ScriptedLLM(
        script={
            "Open an answer": "はい。",
            "Close an answer": "決め手は上海だ。",
            "Write": "規模は今も小さく、資金の多くは債券で集める。",
        }
    )
    essay = write_by_chunk(llm, "a judge.", "銀行は大きいですか。", [Chunk("c1", fact)], WordLimits(0, 90))
    assert "債券で集める" in essay.completion.text


def test_a_part_may_be_short_and_is_not_continued() -> None:
    _, llm = write(SCRIPT | {CONTINUE: "nobody should ask"}, WordLimits(20, 100))
    assert not any(CONTINUE in prompt for prompt in llm.prompts)


def test_a_paragraph_without_any_text_is_left_out_and_noted() -> None:
    essay, _ = write(SCRIPT | {"five currencies": ""})
    assert "currencies" not in essay.completion.text
    assert "no paragraph on [2] c2" in essay.notes


def test_an_answer_without_a_single_paragraph_is_an_error_that_says_why() -> None:
    with pytest.raises(GenerationError, match=r"no text on any passage: .*finish_reason=stop"):
        write(SCRIPT | {"162 billion": "", "five currencies": ""})


def test_an_answer_that_stays_too_short_goes_on_with_a_sentence_of_a_passage_that_was_not_said() -> None:
    chunk = Chunk(id="c1", text="Trade grew to 162 billion dollars in 2022. Most of it runs through one port.")
    essay, llm = write(SCRIPT | {"Most of it runs": "makes it fragile."}, WordLimits(400, 500), [chunk])
    assert "Most of it runs through one port." in essay.completion.text
    assert llm.prompts_with("FACT:\nMost of it runs through one port.") == 1
    assert "paragraphs that continue with another sentence of their passage: 1" in essay.notes


def test_a_frame_that_leaves_its_first_words_to_the_prompt_gets_them_back() -> None:
    essay, _ = write(SCRIPT | {"Open an answer": "it did grow."})
    assert essay.completion.text.startswith("I hold that it did grow.")


def test_first_words_that_a_frame_goes_on_from_with_a_comma_stay() -> None:
    essay, _ = write(SCRIPT | {"Open an answer": ", in 2022, it grew."})
    assert essay.completion.text.startswith("I hold that, in 2022, it grew.")


@pytest.mark.parametrize("said", [".", " . It grew in every year."])
def test_first_words_that_a_frame_closes_at_once_are_not_said(said: str) -> None:
    essay, _ = write(SCRIPT | {"Open an answer": said})
    assert "I hold that" not in essay.completion.text


def test_a_line_that_names_a_source_leads_no_paragraph() -> None:
    chunk = Chunk(id="c1", text="Source: the bank, Annual Report on currencies. The bank lends in five currencies.")
    _, llm = write(SCRIPT, chunks=[chunk])
    assert any(p.endswith("The bank lends in five currencies. This") for p in llm.prompts)


def test_a_loop_in_a_part_is_told() -> None:
    essay, _ = write(SCRIPT | {"five currencies": "The bank lends. " + "It lends to all of them now. " * 8})
    assert essay.completion.loop.startswith("attempt 3: loop cut")


@pytest.mark.parametrize("count", [1, 3, 10])
def test_any_number_of_chunks_is_taken(count: int) -> None:
    chunks = [Chunk(id=f"c{n}", text=f"State {n} borrows in five currencies.") for n in range(count)]
    essay, llm = write(SCRIPT, chunks=chunks)
    assert len(llm.prompts) == count + 2
    assert essay.chunks == tuple(chunks)


BANK = Chunk(
    id="b1",
    text="The bank lends in rand and grew. It opened in Shanghai in 2015. Its first bond was sold in yuan in 2016.",
)


def write_candidates(script: dict[str, str], candidates: int, limits: WordLimits = LIMITS):
    llm = ScriptedLLM(script={"Open an": "it did."} | script | {"Close an": "to lend on."})
    essay = write_by_chunk(llm, "a judge.", "Did the bank grow?", [BANK], limits, candidates=candidates)
    return essay.completion.text, llm


def test_a_paragraph_is_chosen_from_versions_that_begin_with_two_facts_of_the_passage_or_retell_one() -> None:
    _, llm = write_candidates({"rand": "matters."}, candidates=3)
    assert llm.prompts_with("lends in rand and grew. This") == 1
    assert llm.prompts_with("It opened in Shanghai in 2015. This") == 1
    assert llm.prompts_with("### FACT:\nIt opened in Shanghai in 2015.") == 1


def test_the_version_that_tells_most_of_its_passage_in_its_own_words_is_used() -> None:
    script = {
        "Close an": "to lend on.",
        "### FACT": "Shanghai saw the bank open its doors in 2015. Much follows.",
        "grew. This": "is a good sign. Hope is allowed.",
        "2015. This": "is another sign.",
    }
    text, _ = write_candidates(script, candidates=3)
    assert "Shanghai saw the bank open its doors in 2015." in text
    assert "good sign" not in text


def test_the_other_versions_fill_an_answer_that_is_too_short_without_asking_again() -> None:
    script = {"grew. This": "looks good to all of them.", "2015. This": "gave it a home in the largest member."}
    script |= {"### FACT": "came early.", "2016. This": "came early."}
    text, llm = write_candidates(script, candidates=2, limits=WordLimits(60, 90))
    assert "The bank lends in rand and grew." in text
    assert "It opened in Shanghai in 2015." in text
    assert llm.prompts_with("rand and grew. This") == 1


def test_a_paragraph_that_goes_on_tells_the_next_fact_in_the_writer_s_own_words_where_they_are_borne_out() -> None:
    script = {"grew. This": "is good.", "2015. This": "is good.", "2016. This": "is good."}
    script["### FACT:\nIt opened"] = "Shanghai saw the bank open its doors in 2015."
    text, _ = write_candidates(script, candidates=1, limits=WordLimits(60, 90))
    assert "Shanghai saw the bank open its doors in 2015." in text


def test_a_paragraph_that_goes_on_further_tells_facts_in_the_passages_words_without_asking() -> None:
    script = {"### FACT": "is good.", "": "is good."}
    text, llm = write_candidates(script, candidates=1, limits=WordLimits(60, 90))
    assert "Its first bond was sold in yuan in 2016." in text
    assert llm.prompts_with("### FACT:\n") == 1


def test_a_fact_told_in_other_words_is_not_told_again_in_the_passages_own() -> None:
    script = {"grew. This": "means that in rand the bank lends, and grew by it.", "2015. This": "is good."}
    text, _ = write_candidates(script, candidates=1)
    assert text.count("rand") == 1


def test_a_close_that_has_no_reason_says_on_whom_the_cost_falls() -> None:
    script = {'Begin with "This decides': "", 'Begin with "The cost falls': "those who bought bonds in gold."}
    llm = ScriptedLLM(script={"Open an": "it did."} | script | {"yuan": "keeps its promise."})
    bank = Chunk("b1", "The bank lends in rand and yuan. Africa pays its part in gold.")
    essay = write_by_chunk(llm, "a judge.", "Did the bank grow?", [bank], LIMITS, candidates=2)
    assert essay.completion.text.endswith("The cost falls on those who bought bonds in gold.")


def test_a_close_that_any_answer_could_have_is_left_out() -> None:
    script = {
        'Begin with "This decides': "it has to address the challenges by fostering dialogue and cooperation.",
        "Write": "keeps its promise to all of them.",
    }
    text, _ = write_candidates(script, candidates=1)
    assert "dialogue" not in text


def test_a_paragraph_that_a_chat_model_began_without_its_fact_gets_it_back() -> None:
    essay = write_by_chunk(OfFewWords(), "a judge.", "Did it grow?", CHUNKS, LIMITS)
    assert "\n\nThe bank lends in five currencies.\n\nTrade grew to 162 billion" in essay.completion.text


def test_a_paragraph_that_goes_on_leaves_out_what_its_passage_does_not_bear_out() -> None:
    chunk = Chunk(id="c1", text="Trade grew to 162 billion dollars in 2022. Most of it runs through one port.")
    essay, _ = write(SCRIPT | {"Most of it runs": "makes it fragile in every season."}, WordLimits(400, 500), [chunk])
    assert "Most of it runs through one port." in essay.completion.text
    assert "fragile" not in essay.completion.text


def test_the_opening_is_written_on_the_first_passage_that_bears_on_the_question() -> None:
    near, far = Chunk("c3", "Lending grew.", question_score=0.6), Chunk("c4", "Gas runs here.", question_score=0.4)
    _, llm = write(SCRIPT | {"Lending grew": "is much."}, chunks=[far, near])
    assert next("Lending grew." in one for one in llm.prompts if "Open an answer" in one)


def test_a_sentence_of_weight_without_a_name_is_left_out_of_a_paragraph() -> None:
    essay, _ = write(
        SCRIPT | {"five currencies": "is a significant step towards a stronger order. It spares the rand."}
    )
    assert "significant" not in essay.completion.text


YEAR = "In which year did the bank open?"
OPENED = [
    Chunk("c1", "The bank lends in five currencies."),
    Chunk("c2", "The bank opened its doors in Shanghai, in 2015, to all."),
]


def test_the_fact_that_is_asked_for_opens_the_answer_although_it_begins_with_a_pronoun() -> None:
    opening = "It opened in 2015. This means that it is young."
    llm = ScriptedLLM(script={"Open an answer": opening, "Close an": "it spares the dollar.", "Write": "is much."})
    essay = write_by_chunk(llm, "a judge.", YEAR, OPENED, LIMITS)
    assert essay.completion.text.startswith(opening)


def test_a_short_opening_and_a_short_close_stay_in_an_answer_that_is_long_enough_without_them() -> None:
    words = (
        "amber basil cedar dune ember fjord grove heath inlet jetty knoll ledge marsh notch orbit prairie quarry ridge"
    )
    names = [words.replace(" ", f"{n} ") + " and " + words.replace(" ", f" {n}") for n in ("one", "two", "six", "ten")]
    long = [f"The {name} stand there." for name in names]
    chunks = [Chunk(f"c{n}", text) for n, text in enumerate([f"Ships sail east to sell oil. {long[0]}", *long[1:]])]
    script = {"Open an": "ships do pay.", "Close an": "", "oil. This": f"is much. {long[0]}", "": "is much."}
    llm = ScriptedLLM(script=script)
    essay = write_by_chunk(llm, "a judge.", "Do ships sail east?", chunks, WordLimits(150, 400))
    assert essay.completion.text.startswith("I hold that ships do pay.\n\n")
    assert essay.completion.text.endswith("\n\nShips sail east to sell oil.")


@pytest.mark.parametrize("said", ["Peru founded it in 1999.", "I don't know."])
def test_an_opening_that_may_not_stay_is_tried_on_the_next_passage_and_told_to_no_paragraph(said: str) -> None:
    opening_on_the_first = f"{CHUNKS[0].text}\n\n### RESPONSE:"
    essay, llm = write({opening_on_the_first: said} | SCRIPT)
    assert essay.completion.text.startswith("I hold that it did.\n\n")
    assert llm.prompts_with(f"### YOUR ANSWER:\nI hold that {said}") == 0


def test_an_answer_to_a_question_of_fact_is_not_taken_for_an_abstention_where_its_opening_alone_does_not_know() -> None:
    llm = ScriptedLLM(script=SCRIPT | {"Open an answer": "I don't know.", "Write": "is much."})
    essay = write_by_chunk(llm, "a judge.", YEAR, OPENED, LIMITS)
    assert "know" not in essay.completion.text
    assert "2015" in essay.completion.text


def test_a_close_that_does_not_know_is_its_fact_alone() -> None:
    essay, _ = write(SCRIPT | {"Close an answer": "I don't know."})
    assert essay.completion.text.endswith("\n\nTrade grew to 162 billion dollars in 2022.")


def test_a_reason_stays_with_a_fact_that_differs_in_a_number_alone_from_one_that_is_told() -> None:
    lent = "the bank lent more money to its five founding members than all other lenders did."
    script = {"Open an": "2016 was its best.", "Close an": "it spares the dollar. Rand pay.", "### FACT": ""}
    llm = ScriptedLLM(script=script | {"Write": "is much."})
    chunk = Chunk("c1", f"In 2015 {lent} In 2016 {lent}")
    essay = write_by_chunk(llm, "a judge.", "Was 2016 its best?", [chunk], WordLimits(150, 200))
    assert essay.completion.text.endswith(f"\n\nIn 2016 {lent} This decides the matter because it spares the dollar.")


def test_a_passage_without_a_word_gets_no_paragraph_and_no_close() -> None:
    essay, llm = write(SCRIPT | {"Write": "is much."}, chunks=[Chunk("c3", "... !!!"), *CHUNKS])
    assert "..." not in essay.completion.text
    assert "!!!" not in essay.completion.text
    assert llm.prompts_with("!!!") == 0


def test_a_passage_of_one_sentence_that_points_back_is_told_where_nothing_else_is() -> None:
    script = {"Open an": "", "Close an": "", "### FACT": "", "Write": "is much."}
    llm = ScriptedLLM(script=script)
    essay = write_by_chunk(llm, "a judge.", "When was it sold?", [Chunk("c1", "Its bond was sold in 2016.")], LIMITS)
    assert essay.completion.text.startswith("Its bond was sold in 2016.")


@pytest.mark.parametrize(("limits", "window"), [(LIMITS, 152), (WordLimits(200, 300), 216)])
def test_a_window_without_room_for_the_side_is_known_before_anything_is_written(
    limits: WordLimits, window: int
) -> None:
    side = (
        "the bank lends in five currencies, so that trade grew to 162 billion dollars in 2022, which spares the dollar."
    )
    script = {"Open an": side, "Close an": "it spares the dollar.", "Write": "is much for the banks."}
    llm = WithWindow(contract_backend=OfWindow(window, script))
    with pytest.raises(GenerationError, match="no passage fits the model's window"):
        write_by_chunk(llm, "a judge.", "Did it grow?", CHUNKS, limits)


def test_a_fact_that_leaves_the_window_no_room_for_a_reason_closes_the_answer_alone() -> None:
    goods = "salt, steel, silk, rice, wheat, maize, copper, cobalt, nickel, timber, wool, cotton, coffee, cocoa, sugar"
    fact = f"The yuan pays for gas, {goods}, rubber, paper, glass, cement, potash, lead, zinc, tin, silver and oil."
    script = {"Open an": "the yuan pays for gas and for oil.", "Close an": "it spares the dollar."}
    script["Write"] = "spares sailors a long way to port."
    llm = WithWindow(contract_backend=OfWindow(240, script))
    chunk = Chunk("c1", f"Ships did grow in number. {fact}")
    essay = write_by_chunk(llm, "a judge.", "Did ships grow in number?", [chunk], LIMITS)
    assert essay.completion.text.endswith(f"\n\n{fact}")
    assert "the close gives no reason: the model's window has no room for it" in essay.notes
