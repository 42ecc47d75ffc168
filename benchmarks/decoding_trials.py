"""One trial of benchmarks/decoding_gpu.py in a process of its own; its options come as JSON."""

import json
import logging
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

if json.loads(sys.argv[1])["trial"] in ("plain", "unsloth-graphs", "graph-unsloth"):
    with suppress(ImportError):  # where it is not installed, loading says so
        import unsloth  # noqa: F401 - before transformers, which it patches
else:
    sys.modules["unsloth"] = None  # type: ignore[assignment]  # by accident it would patch transformers

# isort: split
import torch

from benchmarks.generation_gpu import GIB, how_decoded, make_prompts, no_rules, say, write_random_checkpoint
from chains import ModelSettings, WordLimits, load_llm, row_rules
from chains.captured_step import CaptureError
from chains.captured_steps import CapturedSteps
from chains.contracts import LADDER
from chains.decoders import GpuDecoder
from chains.growing_cache import release
from chains.row_rules import RowRules, Vocabulary
from chains.smollm2 import smollm2_folder

OPTIONS = Namespace(**json.loads(sys.argv[1]))
ON_GPU = torch.cuda.is_available()
WINDOW = 2048


def synchronized() -> float:
    """Seconds, once the GPU has done all that it was given."""
    if ON_GPU:
        torch.cuda.synchronize()
    return time.perf_counter()


def peak_gib() -> dict[str, float]:
    """The most that was allocated and reserved since the last look."""
    if not ON_GPU:
        return {}
    found = {
        "peak_allocated_gib": torch.cuda.max_memory_allocated() / GIB,
        "peak_reserved_gib": torch.cuda.max_memory_reserved() / GIB,
    }
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    return found


def small_folder() -> Path:
    """The folder of SmolLM2."""
    folder = Path(OPTIONS.small) if OPTIONS.small else smollm2_folder()
    if folder is None:
        raise SystemExit("SmolLM2 is not installed: give its folder with --small")
    return folder


def load(name: str, backend: Any, *, in_4_bits: bool = True) -> tuple[Any, Any]:
    """Load a model and its tokenizer as the project does."""
    began = time.perf_counter()
    settings = ModelSettings(name=name, backend=backend, load_in_4bit=in_4_bits, max_seq_length=WINDOW)
    llm: Any = load_llm(settings)
    model, tokenizer = llm.pipeline.model, llm.pipeline.tokenizer
    if ON_GPU:
        say(loaded_seconds=time.perf_counter() - began, weights_gib=torch.cuda.memory_allocated() / GIB)
        torch.cuda.reset_peak_memory_stats()
    return model, tokenizer


def batch_of(tokenizer: Any, rows: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Prompts of random words, all equally long: ids and mask."""
    prompts = make_prompts(tokenizer, rows, OPTIONS.prompt_tokens)
    device = "cuda" if ON_GPU else "cpu"
    encoded = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False).to(device)
    return encoded["input_ids"], encoded["attention_mask"]


def rules_for(vocabulary: Vocabulary, ids: torch.Tensor) -> RowRules:
    """The engine's rules on its first attempt; no row may end before its 400th word."""
    return RowRules(vocabulary, ids.shape[1], [WordLimits(400, 500)] * len(ids), LADDER[0])


def each_batch(tokenizer: Any, measure: Callable[[Vocabulary, Any, Any], dict[str, Any]]) -> None:
    """Measure each batch size; one that fails says so and the next one is tried."""
    vocabulary = Vocabulary.of(tokenizer)
    for rows in OPTIONS.batches:
        try:
            ids, mask = batch_of(tokenizer, rows)
            if rows == OPTIONS.batches[0]:
                measure(vocabulary, ids, mask)  # warms up
            peak_gib()
            figures = measure(vocabulary, ids, mask)
            say(rows=rows, **figures, **peak_gib())
        except (RuntimeError, ValueError, TypeError, AttributeError, CaptureError) as error:
            say(rows=rows, failed=f"{type(error).__name__}: {error}"[:1500])
            peak_gib()


def with_engine(decoder: Any, vocabulary: Vocabulary, ids: Any, mask: Any) -> dict[str, Any]:
    """The engine's own decoding: its reading, a bare step, and tokens a second of a whole run with all rules."""
    took = []
    for new_tokens in (1, 2, OPTIONS.bare_tokens):
        began = synchronized()
        decoder.decode(ids, mask, no_rules, LADDER[0], new_tokens)
        took.append(synchronized() - began)
    began = synchronized()
    written = decoder.decode(ids, mask, rules_for(vocabulary, ids), LADDER[0], OPTIONS.new_tokens)
    seconds = synchronized() - began
    tokens = (written.shape[1] - ids.shape[1]) * len(ids)
    figures = {
        "prefill_seconds": took[0],
        "first_step_seconds": took[1] - took[0],  # captures
        "step_milliseconds": 1000 * (took[2] - took[1]) / (OPTIONS.bare_tokens - 2),
        "tokens": tokens,
        "seconds": seconds,
        "tokens_per_second": tokens / seconds,
    }
    return figures | how_decoded(decoder)


def measure(model: Any, tokenizer: Any, *, captured: bool, unpack: bool = True) -> None:
    """Measure the engine's decoding with each batch size."""
    steps = CapturedSteps(model, captured=ON_GPU, unpack=unpack) if captured else None
    decoder = GpuDecoder(model, -1, tokenizer.pad_token_id, steps)
    each_batch(tokenizer, partial(with_engine, decoder))
    if steps is not None:
        say(verified=steps.verified, refused=steps.refused)


def one_at_a_time(model: Any, tokenizer: Any, **options: Any) -> None:
    """Stock generate, one prompt after the other; the first warms up."""
    ids, mask = batch_of(tokenizer, 3)
    for row in range(3):
        began = synchronized()
        given = {"input_ids": ids[row : row + 1], "attention_mask": mask[row : row + 1]}
        count = OPTIONS.new_tokens
        output = model.generate(**given, max_new_tokens=count, min_new_tokens=count, do_sample=False, **options)
        seconds = synchronized() - began
        written = output.shape[1] - ids.shape[1]
        say(run="generate, one at a time", turn=row, seconds=seconds, tokens_per_second=written / seconds, **peak_gib())
    release(model)


def plain() -> None:
    """unsloth's own forward, and stock generate."""
    model, tokenizer = load(OPTIONS.checkpoint, "unsloth" if ON_GPU else "transformers")
    measure(model, tokenizer, captured=False)
    one_at_a_time(model, tokenizer)


def eager() -> None:
    """The plain loop over transformers and bitsandbytes."""
    model, tokenizer = load(OPTIONS.checkpoint, "transformers")
    measure(model, tokenizer, captured=False)


def graph(*, in_4_bits: bool = True) -> None:
    """The captured step over transformers."""
    model, tokenizer = load(OPTIONS.checkpoint, "transformers", in_4_bits=in_4_bits)
    measure(model, tokenizer, captured=True)


def graph_unsloth() -> None:
    """The captured step over a model that unsloth loaded, its weights unpacked where they may be, and packed."""
    model, tokenizer = load(OPTIONS.checkpoint, "unsloth" if ON_GPU else "transformers")
    for unpack in (True, False):
        say(unpack=unpack)
        measure(model, tokenizer, captured=True, unpack=unpack)


def unsloth_graphs() -> None:
    """unsloth's own captured step, which takes Llama's architecture only: the same shapes and weights under its name."""
    folder = Path(OPTIONS.checkpoint)
    twin = folder.with_name(folder.name + "-llama")
    twin.mkdir(exist_ok=True)
    for file in folder.iterdir():
        if file.name != "config.json" and not (twin / file.name).exists():
            (twin / file.name).symlink_to(file.resolve())
    config = json.loads((folder / "config.json").read_text())
    config |= {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "attention_bias": False, "mlp_bias": False}
    config.pop("sliding_window", None)
    (twin / "config.json").write_text(json.dumps(config))
    model, tokenizer = load(str(twin), "unsloth" if ON_GPU else "transformers")
    measure(model, tokenizer, captured=False)
    state = model.__dict__.get("_unsloth_decode_graphs")
    found = {name: str(getattr(state, name, None)) for name in ("captures", "replays", "eager_steps", "disabled")}
    say(unsloths_graphs=found)


def compiled_generate(*, in_4_bits: bool) -> None:
    """transformers' generate with a static cache, which it compiles."""
    model, tokenizer = load(OPTIONS.checkpoint, "transformers", in_4_bits=in_4_bits)
    one_at_a_time(model, tokenizer, cache_implementation="static")
    ids, mask = batch_of(tokenizer, 16)
    for turn in range(2):
        began = synchronized()
        count = OPTIONS.new_tokens
        output = model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=count,
            min_new_tokens=count,
            do_sample=False,
            cache_implementation="static",
        )
        seconds = synchronized() - began
        written = (output.shape[1] - ids.shape[1]) * len(ids)
        say(run="static generate", rows=16, turn=turn, seconds=seconds, tokens_per_second=written / seconds)


def continuous(*, in_4_bits: bool) -> None:
    """transformers' continuous batching, as it comes and with CUDA graphs."""
    from transformers import GenerationConfig
    from transformers.generation import ContinuousBatchingConfig

    model, tokenizer = load(OPTIONS.checkpoint, "transformers", in_4_bits=in_4_bits)
    rows = min(64, max(OPTIONS.batches))
    ids, _ = batch_of(tokenizer, rows)
    greedy = GenerationConfig(max_new_tokens=OPTIONS.new_tokens, do_sample=False, eos_token_id=-1, pad_token_id=0)
    for name, settings in (("as it comes", {}), ("with CUDA graphs", {"use_cuda_graph": True})):
        began = synchronized()
        config = ContinuousBatchingConfig(allow_block_sharing=False, max_memory_percent=0.8, **settings)
        outputs = model.generate_batch(
            inputs=ids.tolist(), generation_config=greedy, continuous_batching_config=config, progress_bar=False
        )
        seconds = synchronized() - began
        written = sum(len(one.generated_tokens) for one in outputs.values())
        figures = {"rows": rows, "tokens": written, "seconds": seconds, "tokens_per_second": written / seconds}
        say(run=name, attention=model.config._attn_implementation, **figures, **peak_gib())


def check() -> None:
    """The captured step writes what the plain loop writes, token for token, on rows of unequal length."""
    model, tokenizer = load(str(small_folder()), "transformers", in_4_bits=False)
    text = sorted(Path("examples/brics/corpus").glob("*.md"))[0].read_text(encoding="utf-8")
    prompts = [text[: 200 + 150 * row] for row in range(min(8, max(OPTIONS.batches)))]
    encoded = tokenizer(prompts, return_tensors="pt", padding=True).to(model.device)
    given: Any = (encoded["input_ids"], encoded["attention_mask"], no_rules, LADDER[0], OPTIONS.new_tokens)
    ends = (tokenizer.eos_token_id, tokenizer.pad_token_id)
    for dtype in (torch.float32, torch.bfloat16):
        model.to(dtype)
        wanted = GpuDecoder(model, *ends, None).decode(*given)
        for captured in (False, True) if ON_GPU else (False,):
            steps = CapturedSteps(model, captured=captured)
            found = GpuDecoder(model, *ends, steps).decode(*given)
            rows = [torch.equal(a, b) for a, b in zip(found, wanted, strict=True)]
            say(dtype=str(dtype), captured=captured, replays=steps.replays, same_rows=sum(rows), rows=len(rows))


def lookup() -> None:
    """Prompt lookup on real prompts, with and without it."""
    model, tokenizer = load(str(small_folder()), "transformers", in_4_bits=False)
    prompts = json.loads(Path(OPTIONS.questions).read_text(encoding="utf-8"))[:4]
    steps: list[int] = []
    model.register_forward_hook(lambda *_: steps.append(1))
    for tokens in (0, 0, 3, 5, 10):  # the first round warms up
        written, seconds = 0, 0.0
        steps.clear()
        for prompt in prompts:
            encoded = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).to(model.device)
            options = {"prompt_lookup_num_tokens": tokens} if tokens else {}
            began = synchronized()
            output = model.generate(**encoded, max_new_tokens=OPTIONS.new_tokens, do_sample=False, **options)
            seconds += synchronized() - began
            written += output.shape[1] - encoded["input_ids"].shape[1]
        say(looked_up=tokens, tokens=written, tokens_a_step=written / len(steps), tokens_per_second=written / seconds)


TRIALS: dict[str, Callable[[], None]] = {
    "check": check,
    "plain": plain,
    "graph": graph,
    "graph-bf16": partial(graph, in_4_bits=False),
    "graph-unsloth": graph_unsloth,
    "eager": eager,
    "unsloth-graphs": unsloth_graphs,
    "compile": partial(compiled_generate, in_4_bits=True),
    "compile-bf16": partial(compiled_generate, in_4_bits=False),
    "continuous": partial(continuous, in_4_bits=False),
    "continuous-nf4": partial(continuous, in_4_bits=True),
    "lookup": lookup,
}


def main() -> None:
    """Run the trial that the options name."""
    logging.basicConfig()
    logging.getLogger("chains").setLevel(logging.INFO)  # how close a captured step is, or why there is none
    if ON_GPU:
        say(gpu=torch.cuda.get_device_name(), torch=torch.__version__)
        if OPTIONS.cap:
            total = torch.cuda.get_device_properties(0).total_memory
            torch.cuda.set_per_process_memory_fraction(OPTIONS.cap * GIB / total)
    if OPTIONS.trial not in ("check", "lookup") and not Path(OPTIONS.checkpoint).exists():
        write_random_checkpoint(Path(OPTIONS.checkpoint), small_folder())
    find_loop = row_rules.loop_in_tokens
    row_rules.loop_in_tokens = lambda ids: find_loop(ids) and None  # looked for at its cost, never acted on
    TRIALS[OPTIONS.trial]()


if __name__ == "__main__":
    main()
