"""A batch whose steps turn out not to be captured is done again, whole; an adapter and SmolLM2 go through as well."""

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig

from chains import WordLimits
from chains.captured_step import CapturedStep
from chains.captured_steps import CapturedSteps
from chains.contracts import Sampling
from chains.decoders import GpuDecoder
from chains.generation import GenerationEngine, GenerationRequest
from chains.smollm2 import smollm2_folder
from tests.chains.tiny_models import SMALL, padded_prompts, random_model

pytestmark = pytest.mark.filterwarnings("ignore")
LADDER = [Sampling(1.1, 4, temperature=0.7)]


@pytest.fixture(scope="module")
def smollm2():
    return AutoModelForCausalLM.from_pretrained(smollm2_folder(), dtype=torch.float32).eval()


@pytest.fixture
def engine(smollm2, monkeypatch: pytest.MonkeyPatch) -> GenerationEngine:
    """An engine that decodes as on a GPU, but on this CPU and uncaptured."""
    engine = GenerationEngine(smollm2, AutoTokenizer.from_pretrained(smollm2_folder()), 2000, LADDER, 8)
    monkeypatch.setattr("chains.decoding.free_memory", lambda _device: 2**31)
    vocabulary, pad_id = engine._vocabulary, engine.tokenizer.pad_token_id
    engine.decoder = GpuDecoder(smollm2, vocabulary.end_id, pad_id, CapturedSteps(smollm2, captured=False))
    return engine


def answers(engine: GenerationEngine) -> list[str]:
    prompts = ["A bank is", "The capital of France, where many banks have their seat, is", "Two and two"]
    requests = [GenerationRequest(prompt, WordLimits(5, 10), seed=5) for prompt in prompts]
    return [answer.text for answer in engine.generate(requests)]


def plainly(engine: GenerationEngine) -> list[str]:
    decoder = engine.decoder
    engine.decoder = GpuDecoder(decoder.model, decoder.end_id, decoder.pad_id, None)
    return answers(engine)


def test_smollm2_writes_the_same_answers_by_fixed_steps_as_by_the_plain_loop(engine: GenerationEngine) -> None:
    found = answers(engine)
    assert engine.decoder.steps.verified
    assert found == plainly(engine)


def test_a_batch_whose_step_breaks_on_the_way_is_written_again_by_the_plain_loop(
    engine: GenerationEngine, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    steps_taken: list[int] = []
    whole = CapturedStep.step

    def breaks_late(self, token: torch.Tensor) -> torch.Tensor:
        steps_taken.append(len(steps_taken))
        return whole(self, token) if len(steps_taken) < 5 else [][0]

    monkeypatch.setattr(CapturedStep, "step", breaks_late)
    found = answers(engine)
    assert found == plainly(engine)
    assert len(steps_taken) == 5  # none is tried after it
    (warning,) = (record.message for record in caplog.records if record.name == "chains.captured_steps")
    assert "not captured: IndexError: list index out of range" in warning


def test_memory_that_runs_out_in_a_step_halves_the_batch(
    engine: GenerationEngine, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    wanted = answers(engine)
    whole = CapturedStep.read

    def only_two(self) -> torch.Tensor:
        rows = whole(self)
        if len(rows) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return rows

    monkeypatch.setattr(CapturedStep, "read", only_two)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    found = answers(engine)
    assert engine.batch_size == 1
    assert engine.decoder.steps.refused == ""
    assert len(found) == len(wanted)
    assert all(found)


def test_an_adapter_is_stepped_with_its_own_weights() -> None:
    base = random_model(LlamaConfig(**SMALL))
    ids, mask = padded_prompts()
    with CapturedSteps(base, captured=False).batch(ids, mask, 8, 5) as batch, torch.inference_mode():
        without = batch.read()
    adapted = get_peft_model(base, LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False))
    steps = CapturedSteps(adapted, captured=False)
    with steps.batch(ids, mask, 8, 5) as batch, torch.inference_mode():
        scores = batch.read()
    assert steps.verified
    assert not torch.allclose(scores, without)
