"""Train a LoRA adapter that tells sides apart: python -m benchmarks.train_stance --data DIR --out FOLDER

Contrastive (MultipleNegativesRankingLoss, Henderson et al. 2017): claim + view near a statement of the same
stance, far from one of the opposite stance to the same claim. Trains on Perspectrum's public *train* rows
only, so that its dev rows and ArguAna stay unseen.
Needs sentence-transformers, peft and datasets; a GPU helps.
"""

import argparse
import random
from pathlib import Path

from benchmarks.retrieval import read
from vectorstore.embeddings import HUB_NAME, bundled_model


def triplets(data: Path, per_row: int, seed: int) -> list[dict[str, str]]:
    """Return anchor (the view, or the claim and the view), positive and negative texts."""
    text = {row["_id"]: row["text"] for row in read(data / "perspectrum/corpus.jsonl.gz")}
    draw = random.Random(seed)  # noqa: S311 - sampling, not secrets
    rows = []
    for row in read(data / "perspectrum/pov.jsonl.gz"):
        same = [text[i] for i in row["same"] if i in text]
        opposite = [text[i] for i in row["opposite"] if i in text]
        if row["split"] != "train" or not same or not opposite:
            continue
        anchors = [row["pov"], f"{row['query']} {row['pov']}"]
        rows += [
            {"anchor": anchor, "positive": draw.choice(same), "negative": draw.choice(opposite)}
            for anchor in anchors
            for _ in range(per_row)
        ]
    return rows


def main() -> None:
    """Train, and save the adapter as safetensors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--per-row", type=int, default=4)
    parser.add_argument("--steps", type=int, default=-1, help="stop after so many steps, to try it out")
    options = parser.parse_args()
    from datasets import Dataset
    from peft import LoraConfig, TaskType
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.losses import MultipleNegativesRankingLoss

    model = SentenceTransformer(str(bundled_model() or HUB_NAME))
    model.add_adapter(
        LoraConfig(
            task_type=TaskType.FEATURE_EXTRACTION,
            r=32,
            lora_alpha=64,
            lora_dropout=0.1,
            target_modules=["query", "key", "value", "dense"],
        )
    )
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(options.out / "checkpoints"),
        num_train_epochs=options.epochs,
        max_steps=options.steps,
        per_device_train_batch_size=64,
        learning_rate=2e-4,
        warmup_steps=20,
        save_strategy="no",
        report_to="none",
        seed=0,
    )
    rows = Dataset.from_list(triplets(options.data, options.per_row, seed=0))
    trainer = SentenceTransformerTrainer(
        model=model, args=arguments, train_dataset=rows, loss=MultipleNegativesRankingLoss(model)
    )
    trainer.train()
    model.save_pretrained(str(options.out))
    print(f"{len(rows)} triplets; adapter saved to {options.out}")


if __name__ == "__main__":
    main()
