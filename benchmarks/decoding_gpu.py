"""What lifts the ceiling of decoding on a GPU: python -m benchmarks.decoding_gpu --checkpoint DIR --trial NAME …

    check            the captured step writes the same tokens as the plain loop (the small model, natural text)
    plain            unsloth in 4 bits and the engine's plain loop, and stock generate one at a time
    graph-unsloth    the engine's default: a model that unsloth loaded, its steps captured (chains/captured_steps.py),
                     once with its weights unpacked for batches of many rows and once without
    graph            the same with transformers + bitsandbytes NF4
    graph-bf16       the same with bf16 weights
    eager            transformers + bitsandbytes NF4 and the engine's plain loop
    unsloth-graphs   unsloth's own captured step (UNSLOTH_DECODE_CUDA_GRAPHS=1), for Llama's architecture only
    compile, compile-bf16        model.generate with a static cache, which compiles by itself
    continuous, continuous-nf4   transformers' continuous batching, bf16 or NF4 weights
    lookup           prompt lookup with the small model, one question at a time

Each trial is a process of its own with a limit of seconds; one that fails or takes too long says so and the next one
starts. The checkpoint is of random weights (benchmarks.generation_gpu writes it); speed and memory depend on shapes,
not on what the weights say. Prompts have 1,500 tokens, and every rule of the engine is applied at its cost, but a row
does not end before its last token. Without a GPU the same code runs uncaptured on the CPU, to try it out.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time

SECONDS = {
    "check": 120,
    "plain": 300,
    "graph-unsloth": 240,
    "graph": 240,
    "graph-bf16": 240,
    "eager": 200,
    "unsloth-graphs": 240,
    "compile": 150,
    "compile-bf16": 150,
    "continuous": 150,
    "continuous-nf4": 150,
    "lookup": 150,
}


def main() -> None:
    """Run the trials one after the other, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True, help="folder; written where it does not exist")
    parser.add_argument("--small", help="folder of SmolLM2; the installed package's where it is left out")
    parser.add_argument("--trial", nargs="+", choices=SECONDS, default=list(SECONDS))
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 16, 32, 64, 128])
    parser.add_argument("--prompt-tokens", type=int, default=1500)
    parser.add_argument("--new-tokens", type=int, default=256)
    parser.add_argument("--bare-tokens", type=int, default=32, help="decoded without rules, to time a step")
    parser.add_argument("--questions", help="JSON list of prompts for the lookup trial")
    parser.add_argument("--cap", type=float, help="GiB that a trial may allocate on the GPU")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for name in options.trial:
        say(trial=name, limit_seconds=SECONDS[name])
        began = time.perf_counter()
        ended = run({**vars(options), "trial": name}, SECONDS[name])
        say(trial=name, ended=ended, seconds=round(time.perf_counter() - began, 1))


def run(options: dict[str, object], seconds: int) -> str:
    """Run one trial; tell how it ended."""
    environment = dict(os.environ, PYTHONUNBUFFERED="1", TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")
    environment.setdefault("UNSLOTH_COMPILE_DISABLE", "1")
    if options["trial"] == "unsloth-graphs":
        environment["UNSLOTH_DECODE_CUDA_GRAPHS"] = "1"
    command = [sys.executable, "-m", "benchmarks.decoding_trials", json.dumps(options)]
    with subprocess.Popen(command, env=environment, start_new_session=True) as child:  # noqa: S603 - our own module
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            return "stopped at its limit"
        finally:  # also where this process is told to end: a trial that went on would share the card with the next
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
    return "well" if code == 0 else f"with exit code {code}"


def say(**values: object) -> None:
    """Print a line of figures."""
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main()
