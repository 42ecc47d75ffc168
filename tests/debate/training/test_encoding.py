"""An example is the prompt that a run sends, then the answer; only the answer is learned."""

import pytest
from transformers import AutoTokenizer

from chains.context import clean_passage
from chains.generation.local.chat_template import prompt_text
from chains.models.bundled import smollm2_folder
from chains.opinion import DEFAULT_LIMITS
from chains.writing.styles import opinion_prompt
from debate.training.data.dataset import Example
from debate.training.encoding import encode_examples
from debate.training.voice import AskedAs
from prompts import load_persona

pytestmark = pytest.mark.integration
EXAMPLE = Example(
    "Why did it leave?", ("It left in 1911.", "Its tariff doubled. " * 20), "Because of the tariff.", "row 2"
)
PERSONA = load_persona("professor")
ASKED = AskedAs(PERSONA)


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(smollm2_folder())


def test_the_prompt_is_the_one_that_a_run_sends_and_the_answer_ends_with_the_end_token(tokenizer) -> None:
    (encoded,), left_out = encode_examples([EXAMPLE], tokenizer, ASKED, 2048)
    answer = [token for token, learned in zip(encoded.input_ids, encoded.completion_mask, strict=True) if learned]
    prompt = encoded.input_ids[: -len(answer)]
    passages = [clean_passage(passage) for passage in EXAMPLE.passages]
    sent = prompt_text(tokenizer, opinion_prompt(PERSONA.voice, EXAMPLE.question, passages, DEFAULT_LIMITS))
    assert tokenizer.decode(prompt) == sent
    assert tokenizer.decode(answer) == f"{EXAMPLE.answer}{tokenizer.eos_token}"
    assert left_out == []


def test_passages_that_do_not_fit_are_dropped_from_the_tail_and_counted(tokenizer) -> None:
    (whole,), _ = encode_examples([EXAMPLE], tokenizer, ASKED, 2048)
    (cut,), _ = encode_examples([EXAMPLE], tokenizer, ASKED, len(whole.input_ids) - 1)
    assert (whole.dropped, cut.dropped) == (0, 1)
    assert "1911" in tokenizer.decode(cut.input_ids)
    assert "doubled" not in tokenizer.decode(cut.input_ids)


def test_an_example_that_cannot_fit_is_left_out_with_its_length(tokenizer) -> None:
    encoded, (left_out,) = encode_examples([EXAMPLE], tokenizer, ASKED, 100)
    assert encoded == []
    assert left_out.place == "row 2"
    assert "raise --max-seq-length above 100" in left_out.reason
