"""Let an instruct model answer the requests of `verifier_requests`, in large batches on a GPU. Knows no passages."""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

NEW_TOKENS = {"report": 160}
MOST = 90  # new tokens of the other kinds
TEMPERATURE = 0.7


def rewrite(model: Any, tokenizer: Any, prompts: list[str], new_tokens: int) -> list[str]:
    """Return the model's reply to each prompt, sampled."""
    chats = [
        tokenizer.apply_chat_template([{"role": "user", "content": one}], tokenize=False, add_generation_prompt=True)
        for one in prompts
    ]
    asked = tokenizer(chats, return_tensors="pt", padding=True, add_special_tokens=False).to(model.device)
    with torch.inference_mode():
        written = model.generate(
            **asked,
            max_new_tokens=new_tokens,
            do_sample=True,
            temperature=TEMPERATURE,
            top_p=0.95,
            pad_token_id=tokenizer.pad_token_id,
        )
    return tokenizer.batch_decode(written[:, asked.input_ids.shape[1] :], skip_special_tokens=True)


def main() -> None:
    """Write each request with its reply as it comes, so that a run that is stopped keeps what it has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="folder of an instruct model")
    parser.add_argument("--requests", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=768)
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no batch after so long")
    options = parser.parse_args()
    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = AutoTokenizer.from_pretrained(options.model, padding_side="left")
    tokenizer.pad_token_id = tokenizer.pad_token_id or tokenizer.eos_token_id
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.bfloat16).to(device).eval()
    asked = list(map(json.loads, options.requests.read_text(encoding="utf-8").splitlines()))
    # In an order that leaves a sample of every kind where time runs out; within a batch prompts are of one length.
    groups = [asked[n :: max(1, len(asked) // 6000)] for n in range(max(1, len(asked) // 6000))]
    begun = time.perf_counter()
    with options.out.open("w", encoding="utf-8") as file:
        for group in groups:
            group.sort(key=lambda one: (one["kind"] == "report", len(one["prompt"])))
            start = 0
            while start < len(group) and time.perf_counter() - begun < options.seconds:
                kind = group[start]["kind"]
                batch = [
                    one
                    for one in group[start : start + options.batch]
                    if (one["kind"] == "report") == (kind == "report")
                ]
                replies = rewrite(model, tokenizer, [one["prompt"] for one in batch], NEW_TOKENS.get(kind, MOST))
                for one, reply in zip(batch, replies, strict=True):
                    file.write(json.dumps({**one, "reply": reply}) + "\n")
                file.flush()
                start += len(batch)
                print(f"{start} of {len(group)}, {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
