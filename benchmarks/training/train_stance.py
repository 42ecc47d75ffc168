"""Train the stance adapter on a GPU, and average several:

    python -m benchmarks.training.train_stance --data DIR --out one.safetensors [--seed 1 --counter 40 ...]
    python -m benchmarks.training.train_stance --average one.safetensors two.safetensors --out adapter.safetensors

Contrastive, with several positives (Khosla et al. 2020), over low-rank weights (Hu et al. 2021) on all linear layers of
all-MiniLM-L6-v2: a view, read after its claim, is near passages of its side of that claim, and far from the other side,
from what answers it, and from other claims. Two losses on the same vectors: the stance space by itself, and the score that
ranks, question included. `stance_data` says what is learned from; `vectorstore/embedding/stance/README.md` has the figures.
"""

import argparse
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from torch.nn import functional

from benchmarks.training.stance_data import Claim, StanceData, View, add_neighbours, sample, stance_data
from vectorstore import load_embeddings
from vectorstore.embedding.loading import bundled_model
from vectorstore.embedding.models import HUB_NAME
from vectorstore.embedding.stance_adapter import SCALE

RANK, TEMPERATURE, DROPOUT = 32, 0.05, 0.2
AVERAGE_RANK = 48
OTHER_SIDE = 3.0  # a passage of the other side weighs as much as three of other claims
NEAR = {"statements": 96, "evidence": 48, "motions": 28, "speeches": 6}  # claims a step
WEIGHTS = {"statements": 1.0, "evidence": 1.0, "motions": 1.0, "speeches": 0.5}
JOINT = 0.25  # share of the second loss
POV_WEIGHTS, STANCE_SHARES = (0.4, 0.5, 0.6), (0.75, 1.0)  # one of each is drawn for it
LONGEST = 160  # tokens of a passage that are read in training


class LowRank(torch.nn.Module):
    """A frozen linear layer and its trained change SCALE·B·A."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self.linear = linear
        self.A = torch.nn.Parameter(torch.randn(RANK, linear.in_features) / math.sqrt(linear.in_features))
        self.B = torch.nn.Parameter(torch.zeros(linear.out_features, RANK))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the changed layer's output."""
        low = functional.linear(functional.dropout(x, DROPOUT, self.training), self.A)
        return self.linear(x) + SCALE * functional.linear(low, self.B)


@dataclass
class Batch:
    """Views (rows) against passages (columns)."""

    claims: list[str] = field(default_factory=list)
    views: list[str] = field(default_factory=list)
    passages: dict[str, int] = field(default_factory=dict)
    positives: list[list[int]] = field(default_factory=list)
    others: list[list[int]] = field(default_factory=list)
    counters: list[list[int]] = field(default_factory=list)
    unjudged: list[set[str]] = field(default_factory=list)

    def columns(self, identifiers: list[str]) -> list[int]:
        """Return the passages' columns, new ones at the end."""
        return [self.passages.setdefault(one, len(self.passages)) for one in identifiers]

    def add(
        self, claim: str, view: str, same: list[str], other: list[str], counters: list[str], unjudged: set[str]
    ) -> None:
        """Add a view with its passages; what is `unjudged` counts neither way."""
        self.claims.append(claim)
        self.views.append(view)
        self.positives.append(self.columns(same))
        self.others.append(self.columns(other))
        self.counters.append(self.columns(counters))
        self.unjudged.append(unjudged - set(same))


def batches(found: StanceData, draw: random.Random) -> Iterator[tuple[str, Batch]]:
    """Yield a batch of each task: one step."""
    for task, claims in found.claims.items():
        batch = Batch()
        for claim in draw.sample(claims, min(NEAR[task], len(claims))):
            _fill(task, batch, claim, found, draw)
            batch.columns(sample(draw, claim.mined, 6))
        yield task, batch


def _fill(task: str, batch: Batch, claim: Claim, found: StanceData, draw: random.Random) -> None:
    if task == "statements":
        sides = (0, 1) if len(claim.sides) < 40 else (draw.choice((0, 1)),)
        for side in sides:
            own = sample(draw, claim.of_side(side), 9)
            if len(own) > 1:
                other = sample(draw, claim.of_side(1 - side), 8)
                batch.add(claim.text, found.texts[own[0]], own[1:], other, [], set(claim.of_side(side)))
    elif task == "evidence":
        view = draw.choice(claim.views)
        own = sample(draw, view.own, 2)
        other = sample(draw, [i for i in claim.of_side(1 - view.side) if i not in view.own], 2)
        batch.add(claim.text, view.text, own, other, [], set(claim.of_side(view.side)) | set(view.own))
    elif task == "motions":
        for view in draw.sample(claim.views, min(3, len(claim.views))):
            _fill_motion(batch, claim, view)
    else:
        for state in sorted(set(claim.sides.values())):
            own = claim.of_side(state)
            if len(own) >= 4:
                own = sample(draw, own, 4)
                batch.add(claim.text, found.texts[own[0]], own[1:], [], [], {own[0]})


def _fill_motion(batch: Batch, claim: Claim, view: View) -> None:
    counters = [i for i in view.counters if i in claim.sides]
    same = [i for i in claim.of_side(view.side) if i not in view.own]
    other = [i for i in claim.of_side(1 - view.side) if i not in counters]
    if same:
        batch.add(claim.text, view.text, same, other, counters, set(view.own))


class Trainer:
    """The model with its low-rank layers, and the loss of a batch."""

    def __init__(self, found: StanceData, counter: float, device: str) -> None:
        self.found, self.device = found, device
        self.penalty = math.log(counter)
        self.model = SentenceTransformer(str(bundled_model() or HUB_NAME), device=device)
        self.layers = adapt(self.model)
        self.base = SentenceTransformer(str(bundled_model() or HUB_NAME), device=device)
        self.known: dict[str, torch.Tensor] = {}

    def loss(self, batch: Batch, draw: random.Random) -> torch.Tensor:
        """Return both losses together."""
        ids = list(batch.passages)
        texts = [self.found.texts[i] for i in ids]
        views = self.embed([f"{c}: {v}" for c, v in zip(batch.claims, batch.views, strict=True)], 256)
        passages = self.embed(texts, LONGEST)
        positive, bonus = self._marks(batch, ids)
        stance = views @ passages.T
        base = self.base_vectors(texts)
        weight, share = draw.choice(POV_WEIGHTS), draw.choice(STANCE_SHARES)
        plain = (1 - weight) * self.base_vectors(batch.claims) + weight * (1 - share) * self.base_vectors(batch.views)
        ranking = 2 * (plain @ base.T + weight * share * stance)
        return contrast(stance, positive, bonus) + JOINT * contrast(ranking, positive, bonus)

    def _marks(self, batch: Batch, ids: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        positive = torch.zeros(len(batch.views), len(ids), dtype=torch.bool)
        bonus = torch.zeros(len(batch.views), len(ids))
        for row in range(len(batch.views)):
            bonus[row, [batch.passages[i] for i in batch.unjudged[row] if i in batch.passages]] = -torch.inf
            bonus[row, batch.others[row]] = math.log(OTHER_SIDE)
            bonus[row, batch.counters[row]] = self.penalty
            bonus[row, batch.positives[row]] = 0
            positive[row, batch.positives[row]] = True
        return positive.to(self.device), bonus.to(self.device)

    def embed(self, texts: list[str], length: int) -> torch.Tensor:
        """Embed with gradients."""
        self.model.max_seq_length = length
        features = {k: v.to(self.device) for k, v in self.model.preprocess(texts).items() if hasattr(v, "to")}
        with torch.autocast(self.device, torch.bfloat16):
            vectors = self.model(features)["sentence_embedding"]
        return functional.normalize(vectors.float(), dim=1)

    def base_vectors(self, texts: list[str]) -> torch.Tensor:
        """Embed in the space that stays as it is; each text once."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            vectors = self.base.encode(new, convert_to_tensor=True, normalize_embeddings=True, show_progress_bar=False)
            self.known.update(zip(new, vectors.clone(), strict=True))
        return torch.stack([self.known[text] for text in texts])


def contrast(scores: torch.Tensor, positive: torch.Tensor, bonus: torch.Tensor) -> torch.Tensor:
    """Return the mean over views and positives of -log softmax against all negatives; (views, passages)."""
    logits = scores / TEMPERATURE + bonus
    negatives = torch.logsumexp(logits.masked_fill(positive, -torch.inf), 1, keepdim=True)
    gains = torch.where(positive, logits - torch.logaddexp(logits, negatives), 0.0)
    return -(gains.sum(1) / positive.sum(1).clamp(min=1))[positive.any(1)].mean()


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


def train(options: argparse.Namespace) -> dict[str, torch.Tensor]:
    """Train for so many steps; return the factors A and B of every layer."""
    torch.manual_seed(options.seed)
    draw = random.Random(options.seed)  # noqa: S311 - sampling, not secrets
    found = stance_data(options.data)
    add_neighbours(found, options.data, load_embeddings(stance=False).encode_documents)
    print({task: (len(claims), sum(len(c.sides) for c in claims)) for task, claims in found.claims.items()})
    trainer = Trainer(found, options.counter, "cuda" if torch.cuda.is_available() else "cpu")
    weights = [weight for layer in trainer.layers.values() for weight in (layer.A, layer.B)]
    optimizer = torch.optim.AdamW(weights, lr=options.rate, weight_decay=0.01)
    rate = lambda step: min(1, (step + 1) / 30) * (1 - step / options.steps)  # noqa: E731
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    trainer.model.train()
    for step in range(options.steps):
        optimizer.zero_grad()
        losses = {}
        for task, batch in batches(found, draw):
            loss = WEIGHTS[task] * trainer.loss(batch, draw)
            loss.backward()
            losses[task] = round(loss.item(), 3)
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        if step % 20 == 0:
            print(f"step {step}: {losses}", flush=True)
    return {f"{name}.{part}": getattr(layer, part) for name, layer in trainer.layers.items() for part in "AB"}


def averaged(files: list[Path]) -> dict[str, torch.Tensor]:
    """Average the changes of several adapters (Wortsman et al. 2022), each layer at rank AVERAGE_RANK."""
    factors = [load_file(file) for file in files]
    found = {}
    for name in sorted(key.removesuffix(".A") for key in factors[0] if key.endswith(".A")):
        change = sum(one[f"{name}.B"].float() @ one[f"{name}.A"].float() for one in factors) / len(factors)
        left, sizes, right = torch.linalg.svd(torch.as_tensor(change), full_matrices=False)
        root = sizes[:AVERAGE_RANK].sqrt()
        found[f"{name}.A"], found[f"{name}.B"] = root[:, None] * right[:AVERAGE_RANK], left[:, :AVERAGE_RANK] * root
    return found


def main() -> None:
    """Train one adapter or average several, and save it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the public sets")
    parser.add_argument("--average", type=Path, nargs="+", help="adapters to average instead of training one")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--counter", type=float, default=20.0, help="weight of what answers the view")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if not options.average and not (options.data and options.data.is_dir()):
        parser.error("give --data FOLDER of the public sets, or --average FILES")
    factors = averaged(options.average) if options.average else train(options)
    save_file({name: w.detach().half().cpu().contiguous() for name, w in factors.items()}, options.out)
    print(f"adapter saved to {options.out}")


if __name__ == "__main__":
    main()
