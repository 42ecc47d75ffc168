"""Train the stance adapter: python -m benchmarks.train_stance --data DIR --out adapter.safetensors

Supervised contrastive (Khosla et al. 2020) over low-rank weights on all linear layers of all-MiniLM-L6-v2: a view is
near statements of its side of its claim and near the evidence for it, far from the other side and other claims.
Trains on Perspectrum's *train* rows and IBM Claim Stance. What shares eight words running with a passage of the
ArguAna motions is left out, so that these stay unseen, and so are statements and claims of Perspectrum's dev rows.
`vectorstore/stance/README.md` has the figures. A GPU helps.
"""

import argparse
import math
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from torch.nn import functional

from benchmarks.retrieval import Row, read
from vectorstore.embeddings import HUB_NAME, bundled_model

RANK, SCALE, TEMPERATURE = 16, 2.0, 0.05
HARD = 3.0  # a passage of the other side of the same claim weighs as much as three of other claims
VIEW_ALONE = 0.3  # share of anchors that are the view without its claim
SIDES = ("support", "undermine")


class Claim:
    """What is said for and against a claim."""

    def __init__(self) -> None:
        self.statements: dict[str, list[str]] = {side: [] for side in SIDES}
        self.evidence: dict[str, list[tuple[str, list[str]]]] = {side: [] for side in SIDES}


class LowRank(torch.nn.Module):
    """A frozen linear layer and its trained change SCALE·B·A."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self.linear = linear
        self.A = torch.nn.Parameter(torch.randn(RANK, linear.in_features) / math.sqrt(linear.in_features))
        self.B = torch.nn.Parameter(torch.zeros(linear.out_features, RANK))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the changed layer's output."""
        low = functional.linear(functional.dropout(x, 0.1, self.training), self.A)
        return self.linear(x) + SCALE * functional.linear(low, self.B)


def claims_of(data: Path) -> dict[str, Claim]:
    """Read the training claims."""
    rows = list(read(data / "perspectrum/pov.jsonl.gz"))
    proofs = list(read(data / "perspectrum/evidence_pov.jsonl.gz"))
    text = {row["_id"]: row["text"] for row in read(data / "perspectrum/corpus.jsonl.gz")}
    paragraph = {row["_id"]: row["text"] for row in read(data / "perspectrum/evidence.jsonl.gz")}
    dev = [row for row in rows if row["split"] == "dev"]
    dev_claims = {row["query"].lower() for row in dev}
    dev_statements = {text[i].lower() for row in dev for i in everything(row)}
    dev_paragraphs = {i for row in proofs if row["split"] == "dev" for i in row["relevant"]}
    motions = {i for row in read(data / "arguana/pov.jsonl.gz") for i in everything(row)}
    unseen: set[str] = set()
    for row in read(data / "arguana/corpus.jsonl.gz"):
        if row["_id"] in motions:
            unseen |= eights(row["text"])
    trains = lambda row: row["split"] == "train" and row["query"].lower() not in dev_claims  # noqa: E731
    claims: dict[str, Claim] = {}
    for row in filter(trains, rows):
        allowed = {i: t for i, t in text.items() if i in everything(row) and t.lower() not in dev_statements}
        add(claims, row, {i: t for i, t in allowed.items() if not eights(t) & unseen})
    for row in filter(trains, proofs):
        kept = [paragraph[i] for i in row["relevant"] if i not in dev_paragraphs and not eights(paragraph[i]) & unseen]
        if kept:
            claims.setdefault(row["query"], Claim()).evidence[side_of(row)].append((row["pov"], kept))
    ibm = {row["_id"]: row["text"] for row in read(data / "ibm_claim_stance/corpus.jsonl.gz")}
    for row in read(data / "ibm_claim_stance/pov.jsonl.gz"):
        add(claims, row, ibm)
    return claims


def everything(row: Row) -> set[str]:
    """Return the ids of both sides."""
    return {i for field in ("same", "opposite", "exclude") for i in row[field]}


def side_of(row: Row) -> str:
    """Return the side of a row's view."""
    return SIDES[0] if row["stance"] in ("SUPPORT", "PRO") else SIDES[1]


def add(claims: dict[str, Claim], row: Row, text: dict[str, str]) -> None:
    """Add the statements of both sides of a row, each once."""
    statements = claims.setdefault(row["query"], Claim()).statements
    own = side_of(row)
    for side, ids in ((own, row["same"] + row["exclude"]), (other(own), row["opposite"])):
        statements[side] = sorted({*statements[side], *(text[i] for i in ids if i in text)})


def other(side: str) -> str:
    """Return the other side."""
    return SIDES[1 - SIDES.index(side)]


def eights(text: str) -> set[str]:
    """Return every eight words running."""
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + 8]) for i in range(len(words) - 7)}


class Batch:
    """Anchors and passages with their claim and side; `own` restricts an anchor's positives."""

    def __init__(self) -> None:
        self.anchors: list[str] = []
        self.passages: list[str] = []
        self.anchor_labels: list[tuple[int, int]] = []
        self.passage_labels: list[tuple[int, int]] = []
        self.own: list[int] = []

    def passage(self, text: str, number: int, side: str, own: int) -> None:
        """Add a passage; `own` is the number of the anchor that it is a positive of, -1 for none."""
        self.passages.append(text)
        self.passage_labels.append((number, SIDES.index(side)))
        self.own.append(own)


def anchor(claim: str, view: str, draw: random.Random) -> str:
    """Return a view as it is embedded: mostly after its claim."""
    return view if draw.random() < VIEW_ALONE else f"{claim}: {view}"


def statements(claims: dict[str, Claim], names: Sequence[str], draw: random.Random) -> Batch:
    """Draw a view, three statements of its side and four of the other for each of 64 claims."""
    batch = Batch()
    for number, name in enumerate(draw.sample(names, min(64, len(names)))):
        sides = claims[name].statements
        side = draw.choice([one for one in SIDES if len(sides[one]) > 1])
        view, *same = draw.sample(sides[side], min(4, len(sides[side])))
        batch.anchors.append(anchor(name, view, draw))
        batch.anchor_labels.append((number, SIDES.index(side)))
        for text in same:
            batch.passage(text, number, side, number)
        for text in draw.sample(sides[other(side)], min(4, len(sides[other(side)]))):
            batch.passage(text, number, other(side), -1)
    return batch


def evidence(claims: dict[str, Claim], names: Sequence[str], draw: random.Random) -> Batch:
    """Draw a view, a paragraph for it, one of its side and two of the other for each of 40 claims."""
    batch = Batch()
    for number, name in enumerate(draw.sample(names, min(40, len(names)))):
        sides = claims[name].evidence
        side = draw.choice([one for one in SIDES if sides[one]])
        view, own = draw.choice(sides[side])
        batch.anchors.append(anchor(name, view, draw))
        batch.anchor_labels.append((number, SIDES.index(side)))
        batch.passage(draw.choice(own), number, side, number)
        fellow = draw.choice(draw.choice(sides[side])[1])
        if fellow not in own:
            batch.passage(fellow, number, side, -1)
        for _ in range(2 if sides[other(side)] else 0):
            batch.passage(draw.choice(draw.choice(sides[other(side)])[1]), number, other(side), -1)
    return batch


def loss_of(model: SentenceTransformer, batch: Batch, length: int) -> torch.Tensor:
    """Return the mean over anchors and positives of -log softmax; same side but not positive is left out."""
    anchors, passages = embed(model, batch.anchors, 96), embed(model, batch.passages, length)
    device = anchors.device
    one = torch.tensor(batch.anchor_labels, device=device)[:, None]
    two = torch.tensor(batch.passage_labels, device=device)[None]
    claim, side = one[..., 0] == two[..., 0], one[..., 1] == two[..., 1]
    positive = one[..., 0] == torch.tensor(batch.own, device=device)[None]
    logits = anchors @ passages.T / TEMPERATURE + (claim & ~side) * math.log(HARD)
    logits = logits.masked_fill(claim & side & ~positive, -1e9)
    negatives = torch.logsumexp(logits.masked_fill(positive, -1e9), 1, keepdim=True)
    gains = (logits - torch.logaddexp(logits, negatives)) * positive
    return -(gains.sum(1) / positive.sum(1).clamp(min=1))[positive.any(1)].mean()


def embed(model: SentenceTransformer, texts: list[str], length: int) -> torch.Tensor:
    """Embed with gradients."""
    model.max_seq_length = length
    features = {key: value.to(model.device) for key, value in model.preprocess(texts).items() if hasattr(value, "to")}
    with torch.autocast(model.device.type, torch.bfloat16):
        vectors = model(features)["sentence_embedding"]
    return functional.normalize(vectors.float(), dim=1)


def adapt(model: Any) -> dict[str, LowRank]:
    """Freeze a model and put a LowRank over each linear layer of its encoder."""
    model.requires_grad_(False)
    inner = model[0].auto_model
    found = [(n, m) for n, m in inner.named_modules() if n.startswith("encoder.") and type(m) is torch.nn.Linear]
    layers = {}
    for name, linear in found:
        parent, _, leaf = name.rpartition(".")
        layers[name] = LowRank(linear).to(model.device)
        setattr(inner.get_submodule(parent), leaf, layers[name])
    return layers


def main() -> None:
    """Train, and save the adapter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=600)
    options = parser.parse_args()
    torch.manual_seed(0)
    draw = random.Random(0)  # noqa: S311 - sampling, not secrets
    claims = claims_of(options.data)
    debated = [n for n, c in claims.items() if all(c.statements.values()) and max(map(len, c.statements.values())) > 1]
    proven = [name for name, claim in claims.items() if any(claim.evidence.values())]
    print(f"{len(claims)} claims: {len(debated)} with statements of both sides, {len(proven)} with evidence")
    model = SentenceTransformer(str(bundled_model() or HUB_NAME))
    layers = adapt(model)
    weights = [weight for layer in layers.values() for weight in (layer.A, layer.B)]
    optimizer = torch.optim.AdamW(weights, lr=5e-4, weight_decay=0.01)
    rate = lambda step: min(1, (step + 1) / 30) * (1 - step / options.steps)  # noqa: E731
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    model.train()
    for step in range(options.steps):
        optimizer.zero_grad()
        total = 0.0
        for batch, length in ((statements(claims, debated, draw), 64), (evidence(claims, proven, draw), 192)):
            loss = loss_of(model, batch, length)
            loss.backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            print(f"step {step}: loss {total:.3f}", flush=True)
    factors = {f"{name}.{part}": getattr(layer, part) for name, layer in layers.items() for part in "AB"}
    save_file({name: w.detach().half().cpu().contiguous() for name, w in factors.items()}, options.out)
    print(f"adapter saved to {options.out}")


if __name__ == "__main__":
    main()
