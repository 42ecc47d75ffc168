"""Train the verifier on a GPU:

    python -m benchmarks.training.train_verifier --made FOLDER --out weights.safetensors [--without "roles,number"]

A cross-encoder, all layers of all-MiniLM-L6-v2 and a head, learns whether a passage bears a sentence out. Each step
shows sentences with their passage, changed sentences with it, and both again with the passage changed in the same way,
where truth and falsehood trade places: so that neither clumsy English nor a rare word gives a false sentence away
(contrast sets, Gardner et al. 2020). What changed is then cut to a low rank and trained on a little in that form.
Needs torch, transformers and tokenizers alone. No weights ship yet: `docs/decisions/0301-no-verifier-ships-yet.md`.
"""

import argparse
import gzip
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn.utils import parametrize
from transformers import AutoModel, AutoTokenizer

RANK = 64
LONGEST = 320  # tokens of a pair; the product reads as many
PAIRS, PASSES = 384, 3  # of a step
RATE, HEAD_RATE, HEAL_RATE = 2e-4, 5e-4, 1e-4
HEALING = 0.2  # share of the time for which the low-rank form is trained
SMOOTHING = 0.03  # of the labels: some rewrites by a model are not true
HELD_BACK = ("plan as fact",)  # a kind that is only measured
ALONE, CROPPED, FRAMED = 0.1, 0.35, 0.15  # shares of pairs: the sentence alone, a few sentences, a frame before it
FRAMES = ("according to the passage , ", "the speaker argues that ", "indeed , ", "it is noted that ", "moreover , ")
EXACT = ("other name", "name of the passage", "number", "date", "opposite word")  # show in the words themselves
Tokens = list[int]
Pair = tuple[Tokens, Tokens, int]
Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Fact:
    """A sentence of a passage: where it stands, what it implies, what contradicts it (kind and tokens)."""

    place: int
    text: Tokens
    implied: list[Tokens]
    rewritten: list[Tokens]
    false: list[tuple[str, Tokens]]


@dataclass(frozen=True)
class Passage:
    """A passage in pieces, its sentences, what a model reported from it, and its nearest of other documents."""

    pieces: list[Tokens]
    facts: list[Fact]
    reported: list[Tokens]
    near: list[Tokens]


def read_passages(file: Path, tokenizer: Any, without: Sequence[str]) -> list[Passage]:
    """Read and tokenize; kinds of change that are held back are left out."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts: dict[str, None] = {}
    for row in rows:
        texts.update(dict.fromkeys([*_pieces(row), *row["near"], *(text for _, text in row["rewrites"])]))
        for one in row["sentences"]:
            texts.update(
                dict.fromkeys([one["text"], *one["true"], *(text for _, text in [*one["false"], *one["rewrites"]])])
            )
    ids, every = {}, list(texts)
    for start in range(0, len(every), 20_000):
        part = every[start : start + 20_000]
        ids.update(zip(part, tokenizer(part, add_special_tokens=False).input_ids, strict=True))
    found = []
    for row in rows:
        pieces = _pieces(row)
        facts = [
            Fact(
                pieces.index(one["text"]),
                ids[one["text"]],
                [ids[text] for text in one["true"]],
                [ids[text] for _, text in one["rewrites"]],
                [(kind, ids[text]) for kind, text in one["false"] if kind not in without],
            )
            for one in row["sentences"]
            if one["text"] in pieces
        ]
        reported = [ids[text] for _, text in row["rewrites"]]
        found.append(Passage([ids[one] for one in pieces], facts, reported, [ids[one] for one in row["near"]]))
    return [one for one in found if one.facts]


def _pieces(row: dict[str, Any]) -> list[str]:
    """The passage, cut at its sentences."""
    text, pieces = row["text"], []
    for one in row["sentences"]:
        before, found, text = text.partition(one["text"])
        if not found:
            return [row["text"]]
        pieces += [before, found] if before.strip() else [found]
    return [*pieces, text] if text.strip() else pieces


class Pairs:
    """Draws groups of pairs that belong together."""

    def __init__(self, passages: list[Passage], frames: list[Tokens], draw: random.Random) -> None:
        self.passages, self.frames, self.draw = passages, frames, draw
        self.by_kind: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, passage in enumerate(passages):
            for place, fact in enumerate(passage.facts):
                for kind, _ in fact.false:
                    self.by_kind[kind].append((number, place))

    def group(self) -> list[Pair]:
        """Draw a kind of change and a sentence that has it; label 1 is borne out."""
        draw = self.draw
        kind = draw.choice(sorted(self.by_kind))
        number, place = draw.choice(self.by_kind[kind])
        passage = self.passages[number]
        fact = passage.facts[place]
        changed = next(text for one, text in fact.false if one == kind)
        said = self._said(fact, kind, changed)
        found = [(said, self._shown(passage, fact), 1), (self._framed(changed), self._shown(passage, fact), 0)]
        if draw.random() < 0.5:
            found.append((self._framed(changed), self._shown(passage, fact, changed), 1))
            found.append((said, self._shown(passage, fact, changed), 0))
        rewritten = fact.rewritten or passage.reported
        if rewritten and draw.random() < 0.4:
            whole = [token for piece in passage.pieces for token in piece]
            found.append((draw.choice(rewritten), whole, 1))
        if passage.near and draw.random() < 0.3:
            near = draw.choice(passage.near)
            rare = {token for token in fact.text if token > 2100}  # beyond punctuation and the commonest words
            if len(rare & set(near)) < 0.6 * len(rare):
                found.append((self._framed(fact.text), near, 0))
        if len(passage.facts) > 1 and draw.random() < 0.15:
            found += self._merged(passage, fact, changed)
        return found

    def _said(self, fact: Fact, kind: str, changed: Tokens) -> Tokens:
        """A wording of the fact that the change makes false."""
        gone = set(fact.text) - set(changed)
        wordings = [fact.text] * 2 + fact.implied + fact.rewritten * 3
        if kind in EXACT:
            wordings = [one for one in wordings if gone & set(one)] or [fact.text]
        return self._framed(self.draw.choice(wordings))

    def _framed(self, tokens: Tokens) -> Tokens:
        return self.draw.choice(self.frames) + tokens if self.draw.random() < FRAMED else tokens

    def _shown(self, passage: Passage, fact: Fact, instead: Tokens | None = None) -> Tokens:
        """The passage, or some sentences around the fact, with other words in its place."""
        pieces = list(passage.pieces)
        pieces[fact.place] = instead or pieces[fact.place]
        chance, first, last = self.draw.random(), 0, len(pieces)
        if chance < ALONE:
            first, last = fact.place, fact.place + 1
        elif chance < ALONE + CROPPED:
            first, last = max(0, fact.place - self.draw.randrange(4)), fact.place + 1 + self.draw.randrange(4)
        return [token for piece in pieces[first:last] for token in piece]

    def _merged(self, passage: Passage, fact: Fact, changed: Tokens) -> list[Pair]:
        other = self.draw.choice([one for one in passage.facts if one is not fact])
        whole = [token for piece in passage.pieces for token in piece]
        parts = (fact.text, other.text), (changed, other.text)
        order = self.draw.choice((1, -1))
        true, false = ([token for part in pair[::order] for token in part] for pair in parts)
        return [(true, whole, 1), (false, whole, 0)]


class Steps(torch.utils.data.IterableDataset[list[tuple[torch.Tensor, ...]]]):
    """Endless steps, each in a few padded passes of pairs of similar length."""

    def __init__(self, passages: list[Passage], tokenizer: Any, seed: int) -> None:
        self.passages, self.seed = passages, seed
        self.marks = tokenizer.cls_token_id, tokenizer.sep_token_id
        self.frames = tokenizer(list(FRAMES), add_special_tokens=False).input_ids

    def __iter__(self) -> Iterator[list[tuple[torch.Tensor, ...]]]:
        """Yield this worker's own."""
        worker = torch.utils.data.get_worker_info()
        draw = random.Random(self.seed * 1000 + (worker.id if worker else 0))  # noqa: S311 - sampling, not secrets
        pairs = Pairs(self.passages, self.frames, draw)
        while True:
            found: list[Pair] = []
            while len(found) < PAIRS:
                found += pairs.group()
            found.sort(key=lambda one: len(one[0]) + len(one[1]))
            size = -(-len(found) // PASSES)
            yield [padded(found[n : n + size], self.marks) for n in range(0, len(found), size)]


def padded(pairs: Sequence[Pair], marks: tuple[int, int]) -> tuple[torch.Tensor, ...]:
    """Return ids, mask, passage marks (pairs, tokens) and labels (pairs,)."""
    rows = []
    for sentence, passage, label in pairs:
        sentence = sentence[:100]
        tokens = [marks[0], *sentence, marks[1], *passage[: LONGEST - 3 - len(sentence)], marks[1]]
        rows.append((tokens, len(sentence) + 2, label))
    ids, real, second = (np.zeros((len(rows), max(len(row[0]) for row in rows)), np.int64) for _ in range(3))
    for n, (tokens, start, _) in enumerate(rows):
        ids[n, : len(tokens)], real[n, : len(tokens)], second[n, start : len(tokens)] = tokens, 1, 1
    labels = torch.tensor([row[2] for row in rows], dtype=torch.float)
    return torch.from_numpy(ids), torch.from_numpy(real), torch.from_numpy(second), labels


class LowRank(torch.nn.Module):
    """A matrix as a fixed one and a change of rank RANK."""

    def __init__(self, fixed: torch.Tensor, change: torch.Tensor) -> None:
        super().__init__()
        left, sizes, right = torch.linalg.svd(change, full_matrices=False)
        root = sizes[:RANK].sqrt()
        self.register_buffer("fixed", fixed)
        self.A = torch.nn.Parameter(root[:, None] * right[:RANK])
        self.B = torch.nn.Parameter(left[:, :RANK] * root)

    def forward(self, _: torch.Tensor) -> torch.Tensor:
        """Return the whole matrix."""
        return self.fixed + self.B @ self.A


class Verifier(torch.nn.Module):
    """The encoder and a head on the mean of its token vectors."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.model = AutoModel.from_pretrained(base, dtype=torch.float32)
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(name.startswith("encoder.") or "token_type" in name)
        hidden = self.model.config.hidden_size
        parts = torch.nn.Linear(hidden, hidden), torch.nn.Tanh(), torch.nn.Dropout(0.1), torch.nn.Linear(hidden, 1)
        self.head = torch.nn.Sequential(*parts)
        self.before = {name: one.detach().clone() for name, one in self.model.named_parameters()}

    def forward(self, ids: torch.Tensor, real: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return a logit a pair."""
        states = self.model(input_ids=ids, attention_mask=real, token_type_ids=second).last_hidden_state
        mean = (states.float() * real[..., None]).sum(1) / real.sum(1, keepdim=True)
        with torch.autocast("cuda", enabled=False):
            return self.head(mean)[:, 0]

    def make_low_rank(self) -> None:
        """Give every matrix of the encoder its low-rank form."""
        for name, layer in self.model.named_modules():
            if name.startswith("encoder.") and isinstance(layer, torch.nn.Linear):
                fixed = self.before[f"{name}.weight"].to(layer.weight.device)
                form = LowRank(fixed, (layer.weight - fixed).detach())
                parametrize.register_parametrization(layer, "weight", form, unsafe=True)
                layer.parametrizations.weight.original.requires_grad_(False)

    def shipped(self) -> Tensors:
        """Return the factors of the matrices, and all else that changed as it is."""
        kept = {f"head.{name}": one for name, one in self.head.named_parameters()}
        for name, one in self.model.named_parameters():
            layer, _, part = name.partition(".parametrizations.weight.0.")
            if part:
                kept[f"{layer}.{part}"] = one
            elif name in self.before and one.requires_grad:
                kept[name] = one
        return {name: one.detach().half().cpu().contiguous() for name, one in kept.items()}


def fit(verifier: Verifier, steps: Iterator[Any], rate: float, count: int, seconds: float, device: str) -> None:
    """Train for so many steps or so long, the rate falling to the end."""
    verifier.train()
    learned = [one for one in verifier.model.parameters() if one.requires_grad]
    head = list(verifier.head.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": learned, "lr": rate}, {"params": head, "lr": HEAD_RATE}], weight_decay=0.01
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    begun, step, losses = time.perf_counter(), 0, []
    while (done := max(step / count, (time.perf_counter() - begun) / seconds)) < 1:
        for group, full in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = full * min(1, (step + 1) / 200) * max(0.02, 1 - done)
        optimizer.zero_grad()
        for passed in next(steps):
            ids, real, second, labels = (one.to(device, non_blocking=True) for one in passed)
            with torch.autocast(device, torch.bfloat16):
                logits = verifier(ids, real, second)
            wanted = labels * (1 - 2 * SMOOTHING) + SMOOTHING
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits.float(), wanted) / PASSES
            loss.backward()
            losses.append(loss.detach() * PASSES)
        torch.nn.utils.clip_grad_norm_([*learned, *head], 1.0)
        optimizer.step()
        step += 1
        if step % 200 == 0:
            print(
                f"step {step}, {time.perf_counter() - begun:.0f} s, loss {torch.stack(losses[-600:]).mean():.3f}",
                flush=True,
            )
    print(
        f"{step} steps in {time.perf_counter() - begun:.0f} s, loss {torch.stack(losses[-600:]).mean():.3f}", flush=True
    )


@torch.inference_mode()
def measure(verifier: Verifier, rows: list[dict[str, Any]], tokenizer: Any, device: str) -> np.ndarray:
    """Return each test pair's probability, and print what share of each kind is called borne out."""
    verifier.eval()
    marks = tokenizer.cls_token_id, tokenizer.sep_token_id
    read = [
        tokenizer([row[part] for row in rows], add_special_tokens=False).input_ids for part in ("sentence", "passage")
    ]
    logits = []
    for start in range(0, len(rows), 256):
        pairs = [(s, p, 0) for s, p in zip(read[0][start : start + 256], read[1][start : start + 256], strict=True)]
        ids, real, second, _ = (one.to(device) for one in padded(pairs, marks))
        logits.append(verifier(ids, real, second).float().sigmoid().cpu().numpy())
    scores = np.concatenate(logits)
    kinds: dict[tuple[bool, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row, score in zip(rows, scores, strict=True):
        kinds[not row["label"], row["kind"]][row["domain"]].append(score)
    for (_, kind), domains in sorted(kinds.items()):
        shares = "  ".join(
            f"{name} {np.mean(np.array(found) > 0.5):.2f} ({len(found)})" for name, found in sorted(domains.items())
        )
        print(f"{kind:28} {shares}")
    return scores


def main() -> None:
    """Train, measure and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", type=Path, required=True, help="folder that verifier_data wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--base", default="sentence-transformers/all-MiniLM-L6-v2", help="name or folder of the base model"
    )
    parser.add_argument("--without", default="", help="kinds of change to hold back, with commas between")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--seconds", type=float, default=420, help="stop earlier after so long")
    parser.add_argument("--workers", type=int, default=8, help="processes that prepare steps")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = AutoTokenizer.from_pretrained(options.base)
    without = (*HELD_BACK, *filter(None, options.without.split(",")))
    passages = read_passages(options.made / "train.jsonl.gz", tokenizer, without)
    with gzip.open(options.made / "test.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    print(
        f"{len(passages)} passages, {sum(len(one.facts) for one in passages)} sentences, without {without}", flush=True
    )
    dataset = Steps(passages, tokenizer, options.seed)
    fetch = 4 if options.workers else None
    steps = iter(
        torch.utils.data.DataLoader(dataset, batch_size=None, num_workers=options.workers, prefetch_factor=fetch)
    )
    verifier = Verifier(options.base).to(device)
    fit(verifier, steps, RATE, int(options.steps * (1 - HEALING)), options.seconds * (1 - HEALING), device)
    measure(verifier, rows, tokenizer, device)
    verifier.make_low_rank()
    print("low rank, before more training")
    measure(verifier, rows, tokenizer, device)
    fit(verifier, steps, HEAL_RATE, int(options.steps * HEALING), options.seconds * HEALING, device)
    print("low rank, trained on")
    scores = measure(verifier, rows, tokenizer, device)
    save_file(verifier.shipped(), options.out)
    np.save(options.out.with_suffix(".npy"), scores.astype(np.float16))
    print(f"saved to {options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
