"""One trial of benchmarks/decoding_gpu.py in a process of its own; its options come as JSON."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

if json.loads(sys.argv[1])["trial"] in ("present", "unsloth-graphs", "graph-unsloth"):
    with suppress(ImportError):  # where it is not installed, loading says so
        import unsloth  # noqa: F401 - before transformers, which it patches
else:
    sys.modules["unsloth"] = None  # type: ignore[assignment]  # by accident it would patch transformers

# isort: split
import torch

from benchmarks import step_graph
from benchmarks.generation_gpu import GIB, make_prompts, say, write_random_checkpoint
from chains import ModelSettings, WordLimits, decoding, load_llm, row_rules
from chains.contracts import LADDER
from chains.memory import prefill_rows
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


def no_rules(_: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """Leave the scores as they are."""
    return scores


def whole_run(decode: Callable[..., torch.Tensor], vocabulary: Vocabulary, ids: Any, mask: Any) -> dict[str, Any]:
    """Decode a batch with all rules: tokens a second of prefill, decoding and rules together."""
    began = synchronized()
    written = decode(ids, mask, processor=rules_for(vocabulary, ids), max_new_tokens=OPTIONS.new_tokens)
    seconds = synchronized() - began
    tokens = (written.shape[1] - ids.shape[1]) * len(ids)
    return {"tokens": tokens, "seconds": seconds, "tokens_per_second": tokens / seconds}


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
        except (RuntimeError, ValueError, TypeError, AttributeError) as error:
            say(rows=rows, failed=f"{type(error).__name__}: {error}"[:1500])
            peak_gib()


def with_engines_loop(model: Any, vocabulary: Vocabulary, tokenizer: Any, ids: Any, mask: Any) -> dict[str, Any]:
    """The loop of the engine as it is."""
    decode = partial(
        decoding.decode,
        model,
        sample=False,
        end_id=-1,
        pad_id=tokenizer.pad_token_id,
        rows_at_once=prefill_rows(OPTIONS.prompt_tokens),
    )
    took = []
    for new_tokens in (1, OPTIONS.bare_tokens):
        began = synchronized()
        decode(ids, mask, processor=no_rules, max_new_tokens=new_tokens)
        took.append(synchronized() - began)
        decoding.release(model)
    figures = whole_run(decode, vocabulary, ids, mask)
    decoding.release(model)
    step = 1000 * (took[1] - took[0]) / (OPTIONS.bare_tokens - 1)
    return {"prefill_seconds": took[0], "step_milliseconds": step, **figures}


def with_captured_step(model: Any, vocabulary: Vocabulary, tokenizer: Any, ids: Any, mask: Any) -> dict[str, Any]:
    """The candidate: its step timed with each attention, the whole run with the faster one."""
    rows_at_once = prefill_rows(OPTIONS.prompt_tokens)
    figures: dict[str, Any] = {}
    times: dict[str, float] = {}
    with torch.inference_mode():
        began = synchronized()
        room = -(-(ids.shape[1] + OPTIONS.new_tokens) // 8) * 8
        scores, layers = step_graph.prefill(model, ids, mask, room, rows_at_once)
        figures["prefill_seconds"] = synchronized() - began
        for core in step_graph.CORES:
            step_graph.use_grouped_attention(model, core)
            step = step_graph.Step(model, layers, mask, ids.shape[1], captured=ON_GPU)
            token = step(scores.argmax(-1)).argmax(-1)  # captures
            began = synchronized()
            for _ in range(OPTIONS.bare_tokens):
                token = step(token).float().argmax(-1)
            times[core] = 1000 * (synchronized() - began) / OPTIONS.bare_tokens
            figures[f"step_milliseconds_{core}"] = times[core]
            figures[f"capture_seconds_{core}"] = step.capture_seconds
    del layers, step
    best = min(times, key=lambda core: times[core])
    step_graph.use_grouped_attention(model, best)
    decode = partial(
        step_graph.decode,
        model,
        end_id=-1,
        pad_id=tokenizer.pad_token_id,
        rows_at_once=rows_at_once,
        captured=ON_GPU,
    )
    return {**figures, "attention": best, **whole_run(decode, vocabulary, ids, mask)}


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
    decoding.release(model)


def present() -> None:
    """What the engine does today."""
    model, tokenizer = load(OPTIONS.checkpoint, "unsloth" if ON_GPU else "transformers")
    each_batch(tokenizer, lambda *given: with_engines_loop(model, given[0], tokenizer, *given[1:]))
    one_at_a_time(model, tokenizer)


def eager() -> None:
    """The engine's loop over transformers and bitsandbytes."""
    model, tokenizer = load(OPTIONS.checkpoint, "transformers")
    each_batch(tokenizer, lambda *given: with_engines_loop(model, given[0], tokenizer, *given[1:]))


def graph(*, in_4_bits: bool = True) -> None:
    """The captured step over transformers."""
    model, tokenizer = load(OPTIONS.checkpoint, "transformers", in_4_bits=in_4_bits)
    each_batch(tokenizer, lambda *given: with_captured_step(model, given[0], tokenizer, *given[1:]))


def graph_unsloth() -> None:
    """The captured step over a model that unsloth loaded: its modules go back to transformers' forward."""
    model, tokenizer = load(OPTIONS.checkpoint, "unsloth" if ON_GPU else "transformers")
    for module in model.modules():
        if getattr(module, "_unsloth_fast_path", False):
            module._unsloth_fast_path = False
    modeling = sys.modules[type(model).__module__]
    originals = vars(modeling).get("_unsloth_pre_patch_originals", ({}, {}))[0]
    rotary = next((kind for name, kind in originals.items() if name.endswith("RotaryEmbedding")), None)
    say(model=type(model).__name__, put_back=sorted(originals), rotary=str(rotary))
    if rotary is not None:
        model.model.rotary_emb = rotary(config=model.config).to(model.device)
    say(attention=model.config._attn_implementation, dtype=str(model.dtype))
    each_batch(tokenizer, lambda *given: with_captured_step(model, given[0], tokenizer, *given[1:]))


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
    each_batch(tokenizer, lambda *given: with_engines_loop(model, given[0], tokenizer, *given[1:]))
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
    """The candidate writes what the engine's loop writes, token for token, on rows of unequal length."""
    model, tokenizer = load(str(small_folder()), "transformers", in_4_bits=False)
    text = sorted(Path("examples/brics/corpus").glob("*.md"))[0].read_text(encoding="utf-8")
    prompts = [text[: 200 + 150 * row] for row in range(min(8, max(OPTIONS.batches)))]
    encoded = tokenizer(prompts, return_tensors="pt", padding=True).to(model.device)
    given = (model, encoded["input_ids"], encoded["attention_mask"])
    options = {"end_id": tokenizer.eos_token_id, "pad_id": tokenizer.pad_token_id, "rows_at_once": 3}
    options |= {"processor": no_rules, "max_new_tokens": OPTIONS.new_tokens}
    for dtype in (torch.float32, torch.bfloat16):
        model.to(dtype)
        wanted = decoding.decode(*given, sample=False, **options)
        for core in step_graph.CORES:
            step_graph.use_grouped_attention(model, core)
            for captured in (False, True) if ON_GPU else (False,):
                found = step_graph.decode(*given, captured=captured, **options)
                rows = [torch.equal(a, b) for a, b in zip(found, wanted, strict=True)]
                say(dtype=str(dtype), attention=core, captured=captured, same_rows=sum(rows), rows=len(rows))
        model.set_attn_implementation("sdpa")


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
    "present": present,
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
