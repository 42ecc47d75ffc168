"""The real SmolLM2 in 4 bits through unsloth, on a GPU: python -m pytest tests/gpu -rs"""

from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier

import pytest
import torch
from langchain_huggingface import HuggingFacePipeline
from transformers import LogitsProcessorList

from chains import Chunk, ModelSettings, WordLimits, decoding, load_llm, opinion_chain
from chains.contracts import Sampling
from chains.generation import GenerationEngine, GenerationRequest
from chains.growing_cache import growing
from chains.stepped_models import is_patched

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU, and none is visible"),
    pytest.mark.skipif(find_spec("unsloth") is None, reason="needs unsloth: pip install 'pov-debate[gpu]'"),
]
CORPUS = Path(__file__).parents[2] / "examples" / "brics" / "corpus"
MIB = 2**20


@pytest.fixture(scope="module")
def llm():
    return load_llm(ModelSettings(backend="unsloth"))


@pytest.fixture
def engine(llm) -> GenerationEngine:
    return GenerationEngine(llm.pipeline.model, llm.pipeline.tokenizer, 8192, [Sampling(1.1, 6)], 64)


@pytest.fixture
def cap():
    """Limit the memory that is left to this process, in MiB beyond what it holds now."""

    def limit(mib: int) -> None:
        torch.cuda.empty_cache()
        total = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + mib * MIB) / total)

    yield limit
    torch.cuda.set_per_process_memory_fraction(1.0)


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of each batch that is tried, in order."""
    tried: list[int] = []
    run = GenerationEngine._run

    def counted(self, batch, *rest):
        tried.append(len(batch))
        return run(self, batch, *rest)

    monkeypatch.setattr(GenerationEngine, "_run", counted)
    return tried


def passages() -> list[Chunk]:
    files = sorted(CORPUS.glob("*.md"))[:5]
    return [Chunk(path.stem, path.read_text(encoding="utf-8")[:1200], source=path.name) for path in files]


def long_requests(count: int) -> list[GenerationRequest]:
    text = " ".join(chunk.text for chunk in passages())
    return [GenerationRequest(f"{text}\nQuestion {n}: why?\nAnswer:", WordLimits(20, 40)) for n in range(count)]


def test_an_opinion_in_4_bits_keeps_its_length_or_says_that_it_did_not(llm) -> None:
    assert isinstance(llm, HuggingFacePipeline)
    assert any(weight.dtype == torch.uint8 for weight in llm.pipeline.model.parameters())  # two 4-bit values a byte
    opinion = opinion_chain(llm).invoke({"question": "Why did BRICS found a bank of its own?", "context": passages()})
    print(f"\n{opinion}")  # noqa: T201 - the recorded run
    assert opinion.tokens > 0
    assert 400 <= opinion.words <= 500 or any("words" in note for note in opinion.notes) or opinion.abstained


def test_eight_concurrent_calls_become_one_batch(llm, sizes: list[int]) -> None:
    everyone = Barrier(8)

    def ask(number: int) -> str:
        with llm.caller():
            everyone.wait()
            return llm.invoke(f"Question {number}: what is a bank?\nAnswer:", limits=WordLimits(0, 40))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert sizes[0] == 8
    assert all(answers)


def test_through_unsloth_steps_are_captured_and_the_model_is_given_back_as_unsloths(engine: GenerationEngine) -> None:
    answers = engine.generate(long_requests(6))
    steps = engine.decoder.steps
    assert (steps.verified, steps.refused) == (True, "")
    assert steps.replays > 6
    assert is_patched(engine.model)
    assert all(answer.text for answer in answers)


def test_after_a_captured_batch_the_memory_is_what_it_was_before(engine: GenerationEngine) -> None:
    engine.generate(long_requests(2))  # cuBLAS takes its workspaces, which stay
    before = torch.cuda.memory_allocated()
    engine.generate(long_requests(24))
    torch.cuda.empty_cache()
    assert engine.decoder.steps.replays > 0
    assert engine.decoder.steps.unpacked == 1
    assert abs(torch.cuda.memory_allocated() - before) < 8 * MIB
    assert torch.cuda.memory_reserved() - torch.cuda.memory_allocated() < 256 * MIB  # no graph keeps its pool


def test_memory_that_runs_out_halves_the_batch_and_loses_no_row(
    engine: GenerationEngine, cap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "free_memory", lambda device: 2**40)  # as if the estimate had been wrong
    cap(1000)
    answers = engine.generate(long_requests(64))
    assert engine.batch_size < 64
    assert len(answers) == 64
    assert all(answer.text for answer in answers)
    assert engine.decoder.steps.refused == ""  # memory that ran out is no reason to give capturing up


def test_batches_are_sized_from_the_free_memory_and_none_runs_out(
    engine: GenerationEngine, cap, sizes: list[int]
) -> None:
    cap(1000)
    answers = engine.generate(long_requests(64))
    assert sizes[0] < 64
    assert sum(sizes) == 64  # no batch was tried and run out of memory
    assert engine.decoder.steps.replays > 0
    assert all(answer.text for answer in answers)


def test_prompts_read_in_groups_continue_as_one_by_one_through_unsloth(llm) -> None:
    model, tokenizer = llm.pipeline.model, llm.pipeline.tokenizer
    prompts = ["The capital of France is", "Two and two make", "A bank is a place where people keep their money, and"]
    inputs = tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left").to(model.device)
    with growing(model, inputs["input_ids"], inputs["attention_mask"], 2) as batch:
        found = decoding.decode(
            batch,
            inputs["input_ids"],
            processor=LogitsProcessorList(),
            sample=False,
            max_new_tokens=8,
            end_id=tokenizer.eos_token_id,
            pad_id=tokenizer.pad_token_id,
        )
    alone = [
        model.generate(**tokenizer(prompt, return_tensors="pt").to(model.device), max_new_tokens=8, do_sample=False)
        for prompt in prompts
    ]
    continued = [tokenizer.decode(row[inputs["input_ids"].shape[1] :], skip_special_tokens=True) for row in found]
    expected = [tokenizer.decode(row[0], skip_special_tokens=True) for row in alone]
    print(f"\n{continued}\n{expected}")  # noqa: T201 - the recorded run
    # 4-bit arithmetic in another order may tip a later token, not the first ones.
    assert [text.split()[:3] for text in continued] == [
        text.removeprefix(prompt).split()[:3] for text, prompt in zip(expected, prompts, strict=True)
    ]
