"""Batched generation on a GPU against one prompt at a time: python -m benchmarks.generation_gpu --checkpoint DIR

Where DIR does not exist, random weights in the shape of Mistral-Nemo-12B are written there first (24 GB). Speed
and memory depend on shapes, not on what the weights say, so they stand for the real model; the text is
gibberish. Every rule of the engine runs at its cost, but a row may not end before its last token: a random model
soon loops, and the rows would end early.
"""

import argparse
import json
import logging
import os
import random
import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("UNSLOTH_COMPILE_DISABLE", "1")
with suppress(ImportError):  # unsloth patches transformers, so it comes first
    import unsloth  # noqa: F401

# isort: split
import torch
from chains.growing_cache import release

from chains import ModelSettings, WordLimits, load_llm, row_rules
from chains.generation.contract import LADDER
from chains.generation.decoders import decoder_for
from chains.generation.engine import GenerationEngine, GenerationRequest
from chains.generation.pipeline import BatchedHuggingFacePipeline

GIB = 2**30
WINDOW = 2048
NEMO_12B: dict[str, Any] = {
    "hidden_size": 5120,
    "intermediate_size": 14336,
    "num_hidden_layers": 40,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 131072,
    "max_position_embeddings": 131072,
    "sliding_window": None,
}


class FixedLength(GenerationEngine):
    """The engine with every answer the same number of tokens long; remembers the sizes of its batches."""

    def __init__(self, llm: BatchedHuggingFacePipeline, options: argparse.Namespace) -> None:
        """Take the first step of the ladder only: a second attempt would count tokens twice."""
        model, tokenizer = llm.pipeline.model, llm.pipeline.tokenizer
        super().__init__(model, tokenizer, WINDOW, LADDER[:1], options.batch_size, captured=not options.plain)
        self.new_tokens = options.new_tokens
        self.batches: list[int] = []

    def tokens_for(self, limits: WordLimits) -> int:
        """Return the fixed number."""
        return self.new_tokens

    def _run(self, batch: Any, *rest: Any) -> Any:
        self.batches.append(len(batch))
        return super()._run(batch, *rest)


def main() -> None:
    """Print one JSON line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, help="folder of a tokenizer for a checkpoint that is written")
    parser.add_argument("--prompts", type=int, default=128)
    parser.add_argument("--prompt-tokens", type=int, default=1500)
    parser.add_argument("--new-tokens", type=int, default=256)
    parser.add_argument("--alone", type=int, default=3, help="prompts measured one at a time")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--cap", type=float, default=22.0, help="GiB in the second run")
    parser.add_argument("--backend", choices=["unsloth", "transformers"], default="unsloth")
    parser.add_argument("--plain", action="store_true", help="capture no decoding steps")
    options = parser.parse_args()
    logging.basicConfig()
    logging.getLogger("chains").setLevel(logging.INFO)  # how close a captured step is, or why there is none
    say(when=datetime.now(UTC).isoformat(), gpu=torch.cuda.get_device_name(), torch=torch.__version__, **vars(options))
    if not options.checkpoint.exists():
        write_random_checkpoint(options.checkpoint, options.tokenizer)
    began = time.perf_counter()
    llm: Any = load_llm(ModelSettings(name=str(options.checkpoint), backend=options.backend, max_seq_length=WINDOW))
    say(loaded_seconds=time.perf_counter() - began, weights_gib=torch.cuda.memory_allocated() / GIB)
    find_loop = row_rules.loop_in_tokens
    row_rules.loop_in_tokens = lambda ids: find_loop(ids) and None  # looked for at its cost, never acted on
    prompts = make_prompts(llm.pipeline.tokenizer, options.prompts, options.prompt_tokens)

    alone = one_at_a_time(llm, prompts[: options.alone], options.new_tokens)
    say(run="one at a time", **alone)
    batched = through_engine(llm, prompts, options)
    say(run="engine", ratio=batched["tokens_per_second"] / alone["tokens_per_second"], **batched)
    cap(options.cap)
    capped = through_engine(llm, prompts, options)
    say(run=f"engine under {options.cap} GiB", ratio=capped["tokens_per_second"] / alone["tokens_per_second"], **capped)
    torch.cuda.set_per_process_memory_fraction(1.0)
    say(run="engine's batch without rules", **without_rules(llm, prompts[: batched["batches"][0]], options))


def say(**values: Any) -> None:
    """Print a line of figures."""
    rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in values.items()}
    print(json.dumps(rounded, default=str), flush=True)


def write_random_checkpoint(folder: Path, tokenizer: Path | None) -> None:
    """Write random weights of Mistral-Nemo-12B's shape beside a tokenizer."""
    from transformers import AutoModelForCausalLM, AutoTokenizer, MistralConfig

    if tokenizer is None:
        raise SystemExit(f"{folder} does not exist; to write random weights there, --tokenizer is needed as well")
    torch.set_default_device("cuda")
    model = AutoModelForCausalLM.from_config(MistralConfig(**NEMO_12B), dtype=torch.bfloat16)
    torch.set_default_device("cpu")
    model.save_pretrained(folder, max_shard_size="5GB")
    AutoTokenizer.from_pretrained(tokenizer).save_pretrained(folder)
    del model
    torch.cuda.empty_cache()


def make_prompts(tokenizer: Any, count: int, tokens: int) -> list[str]:
    """Return texts of words that are one token each."""
    pieces = tokenizer.batch_decode([[token] for token in range(len(tokenizer))])
    words = sorted({piece for piece in pieces if re.fullmatch(" [a-z]{3,9}", piece)})
    chance = random.Random(0)  # noqa: S311 - no secret
    return ["".join(chance.choices(words, k=tokens)) for _ in range(count)]


def one_at_a_time(llm: Any, prompts: list[str], new_tokens: int) -> dict[str, Any]:
    """Generate greedily with the model's own ``generate``, a prompt at a time; the first one warms up, uncounted."""
    model, tokenizer = llm.pipeline.model, llm.pipeline.tokenizer
    seconds, written = 0.0, 0
    for turn, prompt in enumerate([prompts[0], *prompts]):
        inputs = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).to(model.device)
        torch.cuda.synchronize()
        began = time.perf_counter()
        output = model.generate(**inputs, max_new_tokens=new_tokens, min_new_tokens=new_tokens, do_sample=False)
        torch.cuda.synchronize()
        if turn:
            seconds += time.perf_counter() - began
            written += output.shape[1] - inputs["input_ids"].shape[1]
    release(model)
    return {"prompts": len(prompts), "tokens": written, "seconds": seconds, "tokens_per_second": written / seconds}


def through_engine(llm: Any, prompts: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Answer all prompts through the engine: time of the whole call, tokenizing and loop search included."""
    engine = FixedLength(llm, options)
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    expected = engine.decoder.most_rows(options.prompt_tokens, options.new_tokens)
    began = time.perf_counter()
    answers = engine.generate([GenerationRequest(prompt, WordLimits(400, 500)) for prompt in prompts])
    torch.cuda.synchronize()
    seconds = time.perf_counter() - began
    written = sum(answer.tokens_out for answer in answers)
    return {
        "prompts": len(answers),
        "prompt_tokens": sum(answer.tokens_in for answer in answers) / len(answers),
        "tokens": written,
        "seconds": seconds,
        "tokens_per_second": written / seconds,
        "rows_expected_to_fit": expected,
        "batches": engine.batches,
        **how_decoded(engine.decoder),
        "peak_allocated_gib": torch.cuda.max_memory_allocated() / GIB,
        "peak_reserved_gib": torch.cuda.max_memory_reserved() / GIB,
    }


def without_rules(llm: Any, prompts: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Decode one batch greedily with no rule at all, its prefill timed apart; a step's time has the captures in it."""
    model, tokenizer = llm.pipeline.model, llm.pipeline.tokenizer
    inputs = tokenizer(prompts, return_tensors="pt", add_special_tokens=False).to(model.device)
    decoder: Any = decoder_for(model, end_id=-1, pad_id=tokenizer.pad_token_id, captured=not options.plain)
    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    decoder.decode(ids[:1], mask[:1], no_rules, LADDER[0], 8)  # its steps are compared with plain ones once
    took = []
    for new_tokens in (1, options.new_tokens):
        torch.cuda.synchronize()
        began = time.perf_counter()
        decoder.decode(ids, mask, no_rules, LADDER[0], new_tokens)
        torch.cuda.synchronize()
        took.append(time.perf_counter() - began)
    return {
        "prompts": len(prompts),
        "prefill_seconds": took[0],
        "seconds": took[1],
        "step_milliseconds": 1000 * (took[1] - took[0]) / (options.new_tokens - 1),
    }


def no_rules(_: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """Leave the scores as they are."""
    return scores


def how_decoded(decoder: Any) -> dict[str, Any]:
    """How many steps were launched as one graph and why others were not, and batches whose weights were unpacked."""
    steps = decoder.steps
    return {} if steps is None else {"replays": steps.replays, "refused": steps.refused, "unpacked": steps.unpacked}


def cap(gib: float) -> None:
    """Limit what this process may allocate on the GPU."""
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(gib * GIB / total)


if __name__ == "__main__":
    main()
