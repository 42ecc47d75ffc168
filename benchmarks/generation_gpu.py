"""Local generation on a GPU, one prompt at a time, in batches and under a memory cap; then vLLM on the same card.

    python -m benchmarks.generation_gpu --checkpoint DIR --tokenizer DIR [--vllm SITE] [--server-checkpoint DIR]

Where DIR does not exist, random weights in the shape of Mistral-Nemo-12B are written there first (24 GB). Speed and
memory depend on shapes, not on what the weights say; the text is gibberish. Every rule of the engine runs at its cost,
but a row may not end before its last token. With ``--vllm``, a folder that vLLM was installed into (docs/vllm.md),
``benchmarks.vllm_gpu`` measures vLLM afterwards, in a process of its own: the card is free again by then.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("UNSLOTH_COMPILE_DISABLE", "1")
with suppress(ImportError, NotImplementedError):  # unsloth patches transformers, so it comes first; it wants a GPU
    import unsloth  # noqa: F401

# isort: split
import torch

from chains import ModelSettings, load_llm
from chains.generation.contract import LADDER
from chains.generation.local.engine import GenerationEngine, GenerationRequest

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


class FixedLength:
    """A decoder whose rows never end by themselves; remembers the sizes of its batches."""

    def __init__(self, decoder: Any, end_ids: Sequence[int]) -> None:
        self._decoder, self._end_ids = decoder, list(end_ids)
        self.pad_id = decoder.pad_id
        self.batches: list[int] = []

    def most_rows(self, prompt_tokens: int, new_tokens: int) -> int | None:
        """As the decoder says."""
        return self._decoder.most_rows(prompt_tokens, new_tokens)

    def decode(self, ids: torch.Tensor, mask: torch.Tensor, processors: Sequence[Any], new_tokens: int) -> torch.Tensor:
        """Decode with every rule at its cost, and take the end away afterwards."""
        self.batches.append(len(ids))
        return self._decoder.decode(ids, mask, [*processors, self._go_on], new_tokens)

    def _go_on(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        ended = scores[:, self._end_ids].isfinite().any(-1) & (scores.isfinite().sum(-1) <= len(self._end_ids))
        scores = scores.clone()
        scores[:, self._end_ids] = -torch.inf
        scores[:, 0] = torch.where(ended, 0.0, scores[:, 0])  # a row that was made to end writes something all the same
        return scores


def main(arguments: list[str] | None = None) -> int:
    """Print one JSON line a measurement."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generation_gpu", description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, help="folder of a tokenizer for a checkpoint that is written")
    parser.add_argument("--prompts", type=int, default=128)
    parser.add_argument("--prompt-tokens", type=int, default=1500)
    parser.add_argument("--new-tokens", type=int, default=256)
    parser.add_argument("--alone", type=int, default=3, help="prompts measured one at a time")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--cap", type=float, default=22.0, help="GiB in the second run")
    parser.add_argument("--backend", choices=["unsloth", "transformers"], default="unsloth")
    parser.add_argument("--vllm", type=Path, help="folder that vLLM was installed into")
    parser.add_argument("--server-checkpoint", type=Path, help="a model that can write, for the run through the server")
    given = parser.parse_args(arguments)
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    say(when=datetime.now(UTC).isoformat(), gpu=gpu, torch=torch.__version__, **vars(given))
    if not given.checkpoint.exists():
        write_random_checkpoint(given.checkpoint, given.tokenizer)
    measure_local(given)
    if given.vllm:
        command = [sys.executable, "-m", "benchmarks.vllm_gpu", "--site", given.vllm, "--checkpoint", given.checkpoint]
        command += [
            "--prompts",
            given.prompts,
            "--prompt-tokens",
            given.prompt_tokens,
            "--new-tokens",
            given.new_tokens,
        ]
        command += ["--server-checkpoint", given.server_checkpoint or given.checkpoint]
        release()
        return subprocess.run(list(map(str, command)), check=False).returncode  # noqa: S603 - our own module
    return 0


def measure_local(given: argparse.Namespace) -> None:
    """One prompt at a time, all in batches, and all in batches under the cap."""
    began = time.perf_counter()
    llm: Any = load_llm(ModelSettings(name=str(given.checkpoint), backend=given.backend, max_seq_length=WINDOW))
    say(loaded_seconds=time.perf_counter() - began)
    prompts = make_prompts(llm.pipeline.tokenizer, given.prompts, given.prompt_tokens)
    alone = one_at_a_time(llm, prompts[: given.alone], given.new_tokens)
    say(run="one at a time", **alone)
    batched = through_engine(llm, prompts, given)
    say(run="engine", ratio=batched["tokens_per_second"] / alone["tokens_per_second"], **batched)
    if torch.cuda.is_available():
        cap(given.cap)
        capped = through_engine(llm, prompts, given)
        ratio = capped["tokens_per_second"] / alone["tokens_per_second"]
        say(run=f"engine under {given.cap} GiB", ratio=ratio, **capped)
        torch.cuda.set_per_process_memory_fraction(1.0)


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
    release()


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
        began = time.perf_counter()
        output = model.generate(**inputs, max_new_tokens=new_tokens, min_new_tokens=new_tokens, do_sample=False)
        output.tolist()  # waits for the card
        if turn:
            seconds += time.perf_counter() - began
            written += output.shape[1] - inputs["input_ids"].shape[1]
    return {"prompts": len(prompts), "tokens": written, "seconds": seconds, "tokens_per_second": written / seconds}


def through_engine(llm: Any, prompts: list[str], given: argparse.Namespace) -> dict[str, Any]:
    """Answer all prompts through the engine: time of the whole call, tokenizing and loop search included."""
    engine = GenerationEngine(llm.pipeline.model, llm.pipeline.tokenizer, WINDOW, given.batch_size)
    decoder = FixedLength(engine.decoder, engine.decoder.end_ids)  # type: ignore[attr-defined]
    engine.decoder = decoder
    release()
    began = time.perf_counter()
    answers = engine.attempt([GenerationRequest(prompt, LADDER[0], 10**6, given.new_tokens) for prompt in prompts])
    seconds = time.perf_counter() - began
    written = sum(answer.tokens_out for answer in answers)
    peak = torch.cuda.max_memory_allocated() / GIB if torch.cuda.is_available() else 0.0
    return {
        "prompts": len(answers),
        "prompt_tokens": sum(answer.tokens_in for answer in answers) / len(answers),
        "tokens": written,
        "seconds": seconds,
        "tokens_per_second": written / seconds,
        "batches": decoder.batches,
        "peak_allocated_gib": peak,
    }


def release() -> None:
    """Give back what this process does not use, and begin to look for the peak again."""
    import gc

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def cap(gib: float) -> None:
    """Limit what this process may allocate on the GPU."""
    release()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(gib * GIB / total)


if __name__ == "__main__":
    sys.exit(main())
