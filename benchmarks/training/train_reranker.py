"""Train the reranker on a GPU: python -m benchmarks.training.train_reranker --data DIR --out weights.safetensors

All layers of all-MiniLM-L6-v2 learn to read a view and a passage together: first to find the passage that a sentence
was taken from, then the tasks of `reranker_data`, in several runs from there that are averaged (Wortsman et al. 2022).
The loss is listwise, for each passage that serves against all that do not; in the second stage the score stands on top
of the cosines that find the passages in the first place, so that only what those miss is learned. What changed is kept
at a low rank. `vectorstore/embedding/reranker/README.md` has the figures.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer

from benchmarks.training.reranker_data import Example, Group, cloze, examples, group
from benchmarks.training.stance_data import StanceData, add_neighbours, stance_data
from vectorstore import load_embeddings
from vectorstore.embedding.loading import bundled_model
from vectorstore.embedding.models import HUB_NAME

RANK = 64
CLAIMS = {"statements": 80, "evidence": 28, "motions": 28, "speeches": 6}  # a step
WEIGHTS = {"cloze": 0.5, "statements": 1.5, "evidence": 1.0, "motions": 1.0, "speeches": 0.3}
CLOZE_GROUPS = 28
FIRST_RATE, SECOND_RATE = 1e-4, 7e-5
FIRST_HEAD_RATE, SECOND_HEAD_RATE = 5e-4, 3e-4
OFFSET = 10.0  # of the mean of both cosines, beside the score
LONGEST, LONGEST_QUERY = 224, 128  # tokens of a pair, and of its view
TOKENS = 60_000  # of a forward pass
Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Packed:
    """Groups as tensors: pairs by length in a few forward passes, and the groups' marks (groups, passages)."""

    passes: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]  # ids, which of them are real, which the passage's
    place: torch.Tensor  # of each pair within the passes
    there: torch.Tensor
    positive: torch.Tensor
    weights: torch.Tensor
    groups: list[Group]


def pack(groups: list[Group], tokenize: Callable[[str], list[int]], marks: tuple[int, int]) -> Packed:
    """Tokenize and pad; `marks` are the ids of [CLS] and [SEP]."""
    pairs = []
    for one in groups:
        query = tokenize(one.query)[:LONGEST_QUERY]
        for passage in one.passages:
            words = tokenize(passage)[: LONGEST - 3 - len(query)]
            pairs.append(([marks[0], *query, marks[1], *words, marks[1]], len(query) + 2))
    order = sorted(range(len(pairs)), key=lambda n: len(pairs[n][0]))
    passes = []
    while order[sum(len(one[0]) for one in passes) :]:
        start = sum(len(one[0]) for one in passes)
        stop = start + 1
        while stop < len(order) and (stop - start + 1) * len(pairs[order[stop]][0]) <= TOKENS:
            stop += 1
        passes.append(_padded([pairs[n] for n in order[start:stop]]))
    place = torch.empty(len(order), dtype=torch.long)
    place[torch.tensor(order)] = torch.arange(len(order))
    width = max(len(one.passages) for one in groups)
    there, positive, weights = (torch.zeros(len(groups), width) for _ in range(3))
    for row, one in enumerate(groups):
        there[row, : len(one.passages)] = 1
        positive[row, : len(one.passages)] = torch.tensor(one.positive, dtype=torch.float)
        weights[row, : len(one.passages)] = torch.tensor(one.weights)
    return Packed(passes, place, there.bool(), positive.bool(), weights, groups)


def _padded(pairs: Sequence[tuple[list[int], int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    ids, real, passage = (np.zeros((len(pairs), len(pairs[-1][0])), np.int64) for _ in range(3))
    for row, (tokens, start) in enumerate(pairs):
        ids[row, : len(tokens)] = tokens
        real[row, : len(tokens)] = 1
        passage[row, start : len(tokens)] = 1
    return torch.from_numpy(ids), torch.from_numpy(real), torch.from_numpy(passage)


class Steps(torch.utils.data.IterableDataset[dict[str, Packed]]):
    """Packed groups, a step at a time: cloze alone at first, then all tasks."""

    def __init__(
        self, made: list[Example], found: StanceData, tokenizer: Any, first: int, seed: int, share: float
    ) -> None:
        self.found, self.first, self.seed, self.share = found, first, seed, share
        self.long = [one for one in made if one.task != "statements"]
        self.by_claim: dict[str, dict[str, list[Example]]] = {}
        for one in made:
            self.by_claim.setdefault(one.task, {}).setdefault(one.claim, []).append(one)
        self.marks = tokenizer.cls_token_id, tokenizer.sep_token_id
        self.tokenizer, self.known = tokenizer, {}

    def __iter__(self) -> Iterator[dict[str, Packed]]:
        """Yield this worker's steps, every so many-th."""
        worker = torch.utils.data.get_worker_info()
        own, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        draw = random.Random(self.seed * 1000 + own)  # noqa: S311 - sampling, not secrets
        step = own
        while True:
            tasks = {"cloze": [cloze(self.long, self.found, draw) for _ in range(self._count(CLOZE_GROUPS))]}
            if step >= self.first:
                for task, claims in self.by_claim.items():
                    names = draw.sample(list(claims), min(self._count(CLAIMS[task]), len(claims)))
                    tasks[task] = [group(draw.choice(claims[name]), self.found, draw) for name in names]
            yield {task: pack(groups, self._tokenize, self.marks) for task, groups in tasks.items()}
            step += workers

    def _count(self, groups: int) -> int:
        return max(1, int(groups * self.share))

    def _tokenize(self, text: str) -> list[int]:
        if text not in self.known:
            ids = self.tokenizer(text, add_special_tokens=False, truncation=True, max_length=300).input_ids
            self.known[text] = ids
        known: list[int] = self.known[text]
        return known


class Trainer:
    """The model, its head, and what the cosines said."""

    def __init__(self, device: str, cosines: dict[str, torch.Tensor]) -> None:
        self.device, self.cosines = device, cosines
        whole = SentenceTransformer(str(bundled_model() or HUB_NAME), device=device)
        self.tokenizer, self.model = whole.tokenizer, whole[0].auto_model.float()
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(name.startswith("encoder.") or "token_type" in name)
        hidden = self.model.config.hidden_size
        parts = torch.nn.Linear(hidden, hidden), torch.nn.Tanh(), torch.nn.Dropout(0.1), torch.nn.Linear(hidden, 1)
        self.head = torch.nn.Sequential(*parts).to(device)
        torch.nn.init.zeros_(self.head[3].weight)
        torch.nn.init.zeros_(self.head[3].bias)

    def scores(self, packed: Packed) -> torch.Tensor:
        """Read every pair; a score each, in the groups' order."""
        found = []
        for one in packed.passes:
            ids, real, passage = (part.to(self.device, non_blocking=True) for part in one)
            with torch.autocast(self.device, torch.bfloat16):
                states = self.model(input_ids=ids, attention_mask=real, token_type_ids=passage).last_hidden_state
            mean = (states.float() * real[..., None]).sum(1) / real.sum(1, keepdim=True)
            found.append(self.head(mean)[:, 0])
        return torch.cat(found)[packed.place.to(self.device)]

    def loss(self, packed: Packed) -> torch.Tensor:
        """Return the mean over groups and positives of -log softmax against all negatives."""
        there, positive, weights = (x.to(self.device) for x in (packed.there, packed.positive, packed.weights))
        logits = torch.full(there.shape, -1e4, device=self.device)
        logits[there] = self.scores(packed) + self._offsets(packed.groups)
        negatives = torch.logsumexp((logits + weights).masked_fill(positive | ~there, -1e4), 1, keepdim=True)
        gains = torch.where(positive, logits - torch.logaddexp(logits, negatives), 0.0)
        return -(gains.sum(1) / positive.sum(1).clamp(min=1)).mean()

    def _offsets(self, groups: list[Group]) -> torch.Tensor:
        found = []
        for one in groups:
            if one.asked is None:
                found.append(torch.zeros(len(one.passages), device=self.device))
            else:
                query = (self.cosines[one.asked[0]] + self.cosines[one.asked[1]]) / 2
                found.append(OFFSET * torch.stack([self.cosines[text] for text in one.passages]) @ query)
        return torch.cat(found)

    def state(self) -> Tensors:
        """Copy every parameter, the head's too."""
        named = [*self.model.named_parameters(), *self.head.named_parameters(prefix="head")]
        return {name: parameter.detach().clone() for name, parameter in named}

    def restore(self, state: Tensors) -> None:
        """Put parameters back."""
        with torch.no_grad():
            for name, parameter in [*self.model.named_parameters(), *self.head.named_parameters(prefix="head")]:
                parameter.copy_(state[name])

    def train(self, name: str, steps: Iterator[dict[str, Packed]], count: int, rates: tuple[float, float]) -> None:
        """Take so many steps, the rate falling to the end."""
        self.model.train(), self.head.train()
        learned = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(
            [{"params": learned, "lr": rates[0]}, {"params": self.head.parameters(), "lr": rates[1]}],
            weight_decay=0.01,
        )
        rate = lambda step: min(1, (step + 1) / 20) * max(0.02, 1 - step / count)  # noqa: E731
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
        for step in range(count):
            optimizer.zero_grad()
            losses = {}
            for task, packed in next(steps).items():
                loss = WEIGHTS[task] * self.loss(packed)
                loss.backward()
                losses[task] = round(loss.item() / WEIGHTS[task], 3)
            torch.nn.utils.clip_grad_norm_([*learned, *self.head.parameters()], 1.0)
            optimizer.step()
            schedule.step()
            if step % 20 == 0 or step + 1 == count:
                print(f"{name}, step {step + 1}: {losses}", flush=True)


def low_rank(before: Tensors, after: Tensors) -> Tensors:
    """Return the changes of the encoder's matrices at rank RANK, and all else that changed as it is."""
    kept: Tensors = {}
    for name, weight in after.items():
        if name.startswith("encoder.") and weight.ndim == 2:
            left, sizes, right = torch.linalg.svd(weight - before[name], full_matrices=False)
            root, layer = sizes[:RANK].sqrt(), name.removesuffix(".weight")
            kept[f"{layer}.A"], kept[f"{layer}.B"] = root[:, None] * right[:RANK], left[:, :RANK] * root
        elif name.startswith("head.") or not torch.equal(weight, before[name]):
            kept[name] = weight
    return kept


def train(options: argparse.Namespace) -> Tensors:
    """Train in both stages and return what is shipped."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(options.seed)
    base = load_embeddings(device=device, stance=False, rerank=False, backend="torch")
    base.batch_size = 256
    found = stance_data(options.data)
    add_neighbours(found, options.data, base.encode_documents)
    made = examples(found, base.encode_documents, random.Random(options.seed))  # noqa: S311 - sampling, not secrets
    texts = list({text for one in made for text in (one.claim, one.view)} | set(found.texts.values()))
    cosines = dict(zip(texts, torch.from_numpy(base.encode_documents(texts)).to(device), strict=True))
    trainer = Trainer(device, cosines)
    dataset = Steps(made, found, trainer.tokenizer, options.first, options.seed, options.share)
    steps = iter(
        torch.utils.data.DataLoader(
            dataset, batch_size=None, num_workers=options.workers, prefetch_factor=3 if options.workers else None
        )
    )
    print(f"{len(made)} examples, {time.process_time():.0f} s of CPU until here", flush=True)
    before = trainer.state()
    trainer.train("cloze", steps, options.first, (FIRST_RATE, FIRST_HEAD_RATE))
    common, runs = trainer.state(), []
    for run in range(options.runs):
        trainer.restore(common)
        torch.manual_seed(options.seed + run + 1)
        trainer.train(f"run {run + 1}", steps, options.steps, (SECOND_RATE, SECOND_HEAD_RATE))
        runs.append(trainer.state())
    return low_rank(before, {name: torch.stack([one[name] for one in runs]).mean(0) for name in before})


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first", type=int, default=600, help="steps of the first stage")
    parser.add_argument("--steps", type=int, default=160, help="steps of each run of the second")
    parser.add_argument("--runs", type=int, default=3, help="runs that are averaged")
    parser.add_argument("--workers", type=int, default=8, help="processes that prepare steps")
    parser.add_argument("--share", type=float, default=1.0, help="share of a step's groups, to try it out")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if not options.data.is_dir():
        parser.error(f"there is no folder {options.data}")
    weights = {name: w.half().cpu().contiguous() for name, w in train(options).items()}
    save_file(weights, options.out)
    print(f"saved to {options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
