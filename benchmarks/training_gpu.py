"""Fine-tuning on a GPU: the memory forecast against what was used, the example's own results, and Gemma-2-27B's shape.

    python -m benchmarks.training_gpu forecast --out DIR [--shapes smollm2 1.5b 8b 27b]
    python -m benchmarks.training_gpu example  --out DIR --data FILE.jsonl
    python -m benchmarks.training_gpu gemma    --out DIR --seconds 420 [--cap 22.0]

Each training is the product's own ``finetune`` in a process of its own, so that peaks do not mix; a line of JSON tells
what it took. Large shapes have random weights: memory and speed depend on shapes, not on what the weights say, and the
losses of such a model mean nothing. Checkpoints are written below ``--scratch``, which needs 3 GB, 17 GB and 55 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("UNSLOTH_COMPILE_DISABLE", "1")
GIB = 2**30
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "1.5b": ("Llama", {"hidden_size": 1536, "intermediate_size": 8960, "num_hidden_layers": 28,
             "num_attention_heads": 12, "num_key_value_heads": 2, "vocab_size": 151936, "tie_word_embeddings": True}),
    "8b": ("Llama", {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
           "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256, "tie_word_embeddings": False}),
    "27b": ("Gemma2", {"hidden_size": 4608, "intermediate_size": 36864, "num_hidden_layers": 46,
            "num_attention_heads": 32, "num_key_value_heads": 16, "head_dim": 128, "vocab_size": 256000,
            "max_position_embeddings": 8192, "query_pre_attn_scalar": 144, "final_logit_softcapping": 30.0,
            "attn_logit_softcapping": 50.0, "sliding_window": 4096}),
}  # fmt: skip
BATCHES = {"smollm2": (1024, 8), "1.5b": (2048, 4), "8b": (2048, 2), "27b": (2048, 1)}  # tokens, examples at a time
QUESTION = "Should the countries of BRICS trade in a currency of their own?"


class OutOfTimeError(Exception):
    """The time that was given is over; what was measured until then counts."""


class Watch:
    """Notes the steps with their time, and ends the training when the time is over."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self.steps: list[tuple[int, float]] = []
        self.validation: list[tuple[int, float]] = []

    def preparing(self, what: str) -> None:
        """Say it on stderr, with the time."""
        print(f"{datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr, flush=True)

    def examples(self, data: Any) -> None:
        """Say how many there are."""
        self.preparing(f"{len(data.training)} examples, {len(data.validation)} held out")

    def batch(self, part: str, done: int, total: int) -> None:
        """Leave it out: seconds are measured by the step."""

    def step(self, done: int, total: int, loss: float | None, validation: float | None) -> None:
        """Note it."""
        if validation is not None:
            self.validation.append((done, validation))
        if loss is not None:
            self.steps.append((done, time.monotonic()))
        if time.monotonic() > self._until:
            raise OutOfTimeError


def main(arguments: list[str] | None = None) -> int:
    """Measure one part."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training_gpu", description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=["forecast", "example", "gemma", "one"])
    parser.add_argument("--out", type=Path, required=True, help="folder of the adapters and of what was measured")
    parser.add_argument("--data", type=Path, help="finished answers of the example")
    parser.add_argument("--shapes", nargs="*", default=[*BATCHES])
    parser.add_argument("--scratch", type=Path, default=Path("/dev/shm/pov-debate"))  # noqa: S108 - large, and of this run
    parser.add_argument("--seconds", type=float, default=10**6)
    parser.add_argument("--cap", type=float, help="GiB that the process may take of the card")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--settings", type=json.loads, default={}, help="changes to one training's settings, as JSON")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    if given.part == "one":
        train(given)
    elif given.part == "forecast":
        for name in given.shapes:
            apart(given, shape_settings(name, given, steps=given.steps or 3), given.cap)
    elif given.part == "example":
        adapter = given.out / "example"
        apart(
            given, {"data": [str(given.data)], "out": str(adapter), "steps": given.steps or 100, "validate_every": 10}
        )
        show_answer(adapter)
    else:
        changes = {"rank": 16} | given.settings
        apart(given, shape_settings("27b", given, steps=given.steps or 100) | changes, given.cap or 22.0)
    return 0


def shape_settings(name: str, given: argparse.Namespace, steps: int) -> dict[str, Any]:
    """Return the settings of a training of that shape, its checkpoint and its data written first."""
    tokens, batch = BATCHES[name]
    model = "smollm2" if name == "smollm2" else str(random_checkpoint(name, given.scratch / name))
    data = given.out / f"data-{tokens}.jsonl"
    write_data(data, tokens)
    folder = given.out / f"{name}-{tokens}x{batch}-{int(time.time())}"
    return {"data": [str(data)], "model": model, "out": str(folder), "steps": steps, "validate_every": steps,
            "batch_size": batch, "accumulation": 1, "max_seq_length": tokens, "validation_share": 0.05}  # fmt: skip


def random_checkpoint(name: str, folder: Path) -> Path:
    """Write random bfloat16 weights of a shape, with the bundled model's tokenizer, unless they are there."""
    if not (folder / "tokenizer.json").is_file():
        import torch
        import transformers

        from chains.models.bundled import smollm2_folder

        kind, values = SHAPES[name]
        torch.set_default_device("cuda" if torch.cuda.is_available() else "cpu")
        config = getattr(transformers, f"{kind}Config")(**values)
        model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
        torch.set_default_device("cpu")
        model.save_pretrained(folder, max_shard_size="5GB")
        del model
        torch.cuda.empty_cache()
        transformers.AutoTokenizer.from_pretrained(smollm2_folder()).save_pretrained(folder)
    return folder


def write_data(path: Path, tokens: int) -> None:
    """Write 40 examples that fill about ``tokens`` tokens of the bundled tokenizer: passages up to the edge."""
    chance = random.Random(0)  # noqa: S311 - no secret
    words = [
        "the",
        "of",
        "and",
        "trade",
        "bank",
        "state",
        "law",
        "oil",
        "price",
        "vote",
        "army",
        "treaty",
        "border",
        "market",
        "power",
        "reform",
        "debt",
    ]

    def text(count: int) -> str:
        return " ".join(chance.choices(words, k=count)).capitalize() + "."

    rows = [
        {"instruction": f"{text(12)} {n}", "answer": text(450 if tokens > 700 else 60),
         "context": "\n\n".join(f"[{m}] {text(25)}" for m in range(1, 90))}
        for n in range(40)
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


def apart(given: argparse.Namespace, settings: dict[str, Any], cap: float | None = None) -> None:
    """Train in a process of its own; its line of JSON goes to stdout and into ``measured.jsonl``."""
    command = [sys.executable, "-m", "benchmarks.training_gpu", "one", "--out", str(given.out)]
    command += ["--settings", json.dumps(settings), "--seconds", str(given.seconds)]
    command += ["--cap", str(cap)] if cap else []
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    line = next((one for one in ran.stdout.splitlines() if one.startswith("{")), "")
    line = line or json.dumps({"failed": ran.returncode, "settings": settings})
    print(line, flush=True)
    with (given.out / "measured.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def train(given: argparse.Namespace) -> None:
    """Train as asked for, until it is done or the time is over, and print what it took."""
    import torch

    from debate.training.finetune import finetune
    from debate.training.loading import load_tokenizer, training_way
    from debate.training.memory import forecast, memory_report
    from debate.training.settings import FinetuneSettings

    settings = FinetuneSettings(**given.settings)
    if given.cap and torch.cuda.is_available():
        total = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(given.cap * GIB / total)
    watch = Watch(given.seconds)
    finished = True
    try:
        finetune(settings, watch)
    except OutOfTimeError:
        finished = False
    config, _ = load_tokenizer(settings)
    shape = {"tokens": settings.max_seq_length, "batch": settings.batch_size, "rank": settings.rank}
    expected = forecast(config, **shape, way=training_way(), in_4_bits=settings.load_in_4bit)
    peak = memory_report(0).peak
    between = [after[1] - before[1] for before, after in zip(watch.steps[1:], watch.steps[2:], strict=False)]
    print(json.dumps({
        "model": settings.model, **shape, "accumulation": settings.accumulation, "way": training_way(),
        "where": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU", "cap_gib": given.cap,
        "forecast_gib": expected and round(expected.total / GIB, 2), "peak_gib": round(peak / GIB, 2),
        "forecast_off": expected and round(expected.total / peak - 1, 3),
        "parts_gib": expected and {name: round(size / GIB, 2) for name, size in vars(expected).items()},
        "allocated_gib": round(torch.cuda.max_memory_allocated() / GIB, 2) if torch.cuda.is_available() else None,
        "share_of_cap": round(peak / GIB / given.cap, 3) if given.cap else None,
        "steps": len(watch.steps), "of": settings.steps, "finished": finished,
        "seconds_a_step": round(sum(between) / len(between), 2) if between else None,
        "validation": watch.validation,
    }))  # fmt: skip


def show_answer(adapter: Path) -> None:
    """Load the adapter as any run does, and print what it answers."""
    from chains import Chunk, ModelSettings, OpinionRequest, load_llm, opinion_chain

    chunks = (Chunk("a", "BRICS states settle part of their trade in local currencies.", "report.txt"),)
    opinion = opinion_chain(load_llm(ModelSettings(name=str(adapter))), style="single")
    print(opinion.invoke(OpinionRequest(QUESTION, chunks)).answer, flush=True)


if __name__ == "__main__":
    sys.exit(main())
