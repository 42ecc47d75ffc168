"""A local model called as any LangChain model, with a tiny model of random weights and the real tokenizer."""

import pytest
import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from chains.errors import GenerationError
from chains.generation.contract import LADDER, AttemptRequest, Sampling, tokens_for
from chains.generation.local.engine import GenerationEngine
from chains.generation.local.pipeline import BatchedHuggingFacePipeline
from chains.models.bundled import smollm2_folder
from prompts import RenderedPrompt

pytestmark = pytest.mark.filterwarnings("ignore")
HOT = {"sampling": Sampling(temperature=0.9), "max_new_tokens": 8}


@pytest.fixture(scope="module")
def engine() -> GenerationEngine:
    tokenizer = AutoTokenizer.from_pretrained(smollm2_folder())
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **sizes))
    return GenerationEngine(model, tokenizer, window=200, batch_size=4)


def test_a_call_without_a_seed_has_the_model_s_own(engine: GenerationEngine) -> None:
    first, seventh = (BatchedHuggingFacePipeline.over(engine, "tiny", LADDER, seed=seed) for seed in (0, 7))
    assert seventh.invoke("Why?", **HOT) == first.invoke("Why?", seed=7, **HOT)
    assert seventh.invoke("Why?", **HOT) != seventh.invoke("Why?", seed=0, **HOT) == first.invoke("Why?", **HOT)


def test_a_model_can_be_shown_whatever_its_library_s_own_form_lacks(engine: GenerationEngine, monkeypatch) -> None:
    llm = BatchedHuggingFacePipeline.over(engine, "tiny", LADDER)
    monkeypatch.setattr(type(llm.pipeline), "__repr__", lambda _: 1 / 0)  # as with an OpenVINO model
    assert "model_id='tiny'" in repr(llm)
    assert "'model_id': 'tiny'" in str(llm.model_dump())


def test_an_empty_prompt_is_told(engine: GenerationEngine) -> None:
    with pytest.raises(GenerationError, match="the prompt is empty"):
        BatchedHuggingFacePipeline.over(engine, "tiny", LADDER).invoke("")


def test_a_prompt_fits_where_its_tokens_and_those_of_its_answer_do(engine: GenerationEngine) -> None:
    llm, prompt = BatchedHuggingFacePipeline.over(engine, "tiny", LADDER), RenderedPrompt("", "Why?", "Why?")
    (read,) = llm.attempt([AttemptRequest(prompt, Sampling(), 3)])
    most = max(words for words in range(200) if tokens_for(words) + read.tokens_in <= llm.window)
    assert (llm.fits(prompt, most), llm.fits(prompt, most + 1)) == (True, False)
