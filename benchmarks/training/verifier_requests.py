"""Ask an instruct model for rewrites of the verifier's sentences:

    python -m benchmarks.training.verifier_requests --data DIR --out requests.jsonl
    python -m benchmarks.training.verifier_rewrites --model FOLDER --requests requests.jsonl --out rewrites.jsonl

True ones, for training and measuring: paraphrases, shortened sentences, two merged into one, facts reported from a
passage. False ones, for measuring alone: the opposite, and one detail changed.
"""

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.training.verifier_passages import DOMAINS, Passage, passages

PARAPHRASE = (
    "Rewrite this sentence in your own words. Keep every name, number and fact, and whether it is said to be so or not "
    "to be so. Reply with the sentence alone.\n\n{0}",
    "Rewrite this sentence for an essay, in the third person and with another word order. Change no fact and no name. "
    "Reply with the sentence alone.\n\n{0}",
)
PROMPTS = {
    "paraphrase": PARAPHRASE,
    "short": ("Say the main point of this sentence in at most twelve words. Reply with the sentence alone.\n\n{0}",),
    "merge": ("Combine these two sentences into one that keeps their facts. Reply with the sentence alone.\n\n{0}",),
    "report": (
        "Write three sentences, each on a line of its own. Each reports one fact that this passage states, in your own "
        "words, and can be understood alone.\n\n{0}",
    ),
    "opposite": (
        "Change this sentence so that it says the opposite. Change as few words as possible. "
        "Reply with the sentence alone.\n\n{0}",
    ),
    "detail": (
        "Change one detail of this sentence (who, what, where, or how) so that it is no longer true. "
        "Reply with the sentence alone.\n\n{0}",
    ),
}
ASKED = {  # a domain
    "train": {"paraphrase": 6000, "short": 1800, "merge": 2200, "report": 1500},
    "test": {"paraphrase": 500, "short": 200, "merge": 250, "report": 150, "opposite": 350, "detail": 350},
}


def requests(found: list[Passage], draw: random.Random) -> Iterator[dict[str, str]]:
    """Yield what is asked: the kind, the passage, the text to rewrite, and the prompt."""
    for domain in DOMAINS:
        for split, kinds in ASKED.items():
            pool = [one for one in found if (one.domain, one.split) == (domain, split) and one.sentences()]
            for kind, count in kinds.items():
                for _ in range(count if pool else 0):
                    passage = draw.choice(pool)
                    text = _source(kind, passage, draw)
                    prompt = draw.choice(PROMPTS[kind]).format(text)
                    yield {"kind": kind, "passage": passage.id, "source": text, "prompt": prompt}


def _source(kind: str, passage: Passage, draw: random.Random) -> str:
    texts = [one.text for one in passage.sentences()]
    if kind == "report":
        return passage.text
    if kind == "merge" and len(texts) > 1:
        first = draw.randrange(len(texts) - 1)
        return f"{texts[first]} {texts[first + 1]}"
    return draw.choice(texts)


def main() -> None:
    """Write the requests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    draw = random.Random(0)  # noqa: S311 - sampling, not secrets
    asked = {json.dumps(one) for one in requests(passages(options.data), draw)}
    options.out.write_text("\n".join(sorted(asked)) + "\n", encoding="utf-8")
    print(f"{len(asked)} requests")


if __name__ == "__main__":
    main()
