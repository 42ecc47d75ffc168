"""The real SmolLM2 in 4 bits through unsloth, on a GPU: python -m pytest tests/gpu -rs"""

from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier

import pytest
import torch
from langchain_huggingface import HuggingFacePipeline

from chains import Chunk, ModelSettings, load_llm, opinion_chain
from chains.generation.contract import Sampling
from chains.generation.local import decoders
from chains.generation.local.engine import GenerationEngine, GenerationRequest

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU, and none is visible"),
    pytest.mark.skipif(find_spec("unsloth") is None, reason='needs unsloth: python -m pip install -e ".[gpu]"'),
]
CORPUS = Path(__file__).parents[2] / "examples" / "brics" / "corpus"
MIB = 2**20


@pytest.fixture(scope="module")
def llm():
    return load_llm(ModelSettings(backend="unsloth"))


@pytest.fixture
def engine(llm) -> GenerationEngine:
    return GenerationEngine(llm.pipeline.model, llm.pipeline.tokenizer, 8192, 64)


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
    decode = decoders.GenerateDecoder.decode

    def counted(self, ids, *rest):
        tried.append(len(ids))
        return decode(self, ids, *rest)

    monkeypatch.setattr(decoders.GenerateDecoder, "decode", counted)
    return tried


def passages() -> list[Chunk]:
    files = sorted(CORPUS.glob("*.md"))[:5]
    return [Chunk(path.stem, path.read_text(encoding="utf-8")[:1200], source=path.name) for path in files]


def long_requests(count: int) -> list[GenerationRequest]:
    text = " ".join(chunk.text for chunk in passages())
    return [GenerationRequest(f"{text}\nQuestion {n}: why?\nAnswer:", Sampling(1.1, 6), 40, 90) for n in range(count)]


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
            return llm.invoke(f"Question {number}: what is a bank?\nAnswer:", max_words=40)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert sizes[0] == 8
    assert all(answers)


def test_memory_that_runs_out_halves_the_batch_and_loses_no_row(
    engine: GenerationEngine, cap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders, "free_memory", lambda **_: 2**40)  # as if the estimate had been wrong
    cap(1000)
    answers = engine.attempt(long_requests(64))
    assert engine.batch_size < 64
    assert len(answers) == 64
    assert all(answer.text for answer in answers)


def test_batches_are_sized_from_the_free_memory_and_none_runs_out(
    engine: GenerationEngine, cap, sizes: list[int]
) -> None:
    cap(1000)
    answers = engine.attempt(long_requests(64))
    assert sizes[0] < 64
    assert sum(sizes) == 64  # no batch was tried and run out of memory
    assert all(answer.text for answer in answers)
