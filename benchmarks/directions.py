"""Whether views with `against`, and negative weights, stay on a question's topic: python -m benchmarks.directions --data DIR

The topic of a passage is told by words that the question's subject cannot do without. The set is small and made for
this; speeches of the UN General Debate (DIR/political) are the corpus. Also shown is what a direction is for: how far
the passages lie towards its text, beside those of a plain search (λ = 0).
"""

import argparse
import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vectorstore import POV, FaissStore, load_embeddings

TOPICS = {
    "Who is responsible for the war in Syria?": r"\bsyria",
    "How should the conflict between Israel and the Palestinians end?": r"palestin|israel",
    "Who should pay for the damage of climate change?": r"climate|emission|warming",
    "Should the Security Council have new permanent members?": r"security council",
    "Do sanctions against Iran serve peace?": r"sanction|iran",
    "Who started the war in Ukraine?": r"ukrain|crimea",
    "Must nuclear weapons be abolished?": r"nuclear|disarm",
    "How should refugees be shared among countries?": r"refugee|migra|displaced",
    "Does terrorism have its roots in poverty?": r"terror",
    "Should the debts of poor countries be cancelled?": r"\bdebt|poverty|financ",
}
VIEWS = {
    "rights": POV("The West defends human rights.", against="The West wages wars of aggression."),
    "sovereignty": POV(
        "The sovereignty of states must be respected.", against="The international community must intervene."
    ),
    "order": POV("A multipolar world is more just.", against="The rules-based order keeps the peace."),
    "not the West": POV("The West defends human rights.", weight=-1.0),
}
WEIGHTS = (0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0)
K = 5


@dataclass(frozen=True)
class Measured:
    """Of one view at one weight: the share of passages on the topic, and their mean score for the view."""

    on_topic: float
    view: float


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--store", type=Path, help="keep the embedded corpus here")
    parser.add_argument("--rerank", action="store_true", help="as a run does: the small model reads the 30 best")
    given = parser.parse_args()
    store = speeches(given.data / "political" / "un_speeches.jsonl.gz", given.store)
    print("| view | λ | on the topic | mean view score | the same, plain search |\n|---|---|---|---|---|")
    for name, view in VIEWS.items():
        plain = measure(store, view, 0.0, given.rerank)
        print(f"| {name} | 0 | {plain.on_topic:.2f} | {plain.view:.3f} | |")
        for weight in WEIGHTS:
            found = measure(store, view, weight, given.rerank)
            print(f"| {name} | {weight} | {found.on_topic:.2f} | {found.view:.3f} | {plain.view:.3f} |")


def measure(store: FaissStore, view: POV, weight: float, rerank: bool) -> Measured:
    """Ask every question from one view; a negative view's score counts negatively."""
    found = store.pov_search(list(TOPICS), [[view]] * len(TOPICS), pov_weight=weight, k=K, rerank=rerank)
    on_topic = [
        bool(re.search(words, document.page_content, re.IGNORECASE))
        for words, documents in zip(TOPICS.values(), found, strict=True)
        for document in documents
    ]
    scores = [document.metadata["pov_scores"][0] for documents in found for document in documents]
    return Measured(float(np.mean(on_topic)), float(np.mean(scores)) * np.sign(view.weight))


def speeches(path: Path, folder: Path | None) -> FaissStore:
    """Return the store of the speeches, from a folder where it is kept."""
    embeddings = load_embeddings()
    if folder and folder.is_dir():
        return FaissStore.load(folder, embeddings)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    store = FaissStore.from_texts([row["text"] for row in rows], embeddings, ids=[row["_id"] for row in rows])
    if folder:
        store.save(folder)
    return store


if __name__ == "__main__":
    main()
