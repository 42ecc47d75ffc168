"""Quality of retrieval on public sets: python -m benchmarks.retrieval --data DIR [--cache DIR]

Every ranking goes through FaissStore. DIR holds the sets that the table names (gzip-compressed JSON lines);
none of them is part of this project. Intervals are 95% bootstraps over the questions.
"""

import argparse
import csv
import gzip
import hashlib
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document

from benchmarks.public_sets import Row, read
from vectorstore import POV, FaissStore, SentenceTransformerEmbeddings, load_embeddings


@dataclass(frozen=True)
class Setting:
    """One way to search."""

    name: str
    pov_weight: float
    mode: str = "dense"
    concatenate: bool = False
    stance: bool = False
    rerank: bool = False


BLOCS = ("BRICS", "G7")
SETTINGS = [
    Setting("plain", 0.0),
    Setting("concatenate", 0.0, concatenate=True),
    Setting("additive .25", 0.25),
    Setting("additive .5", 0.5),
    Setting("additive .75", 0.75),
    Setting("stance .25", 0.25, stance=True),
    Setting("stance .5", 0.5, stance=True),
    Setting("stance .75", 0.75, stance=True),
    Setting("reranked .25", 0.25, stance=True, rerank=True),
    Setting("reranked .5 (default)", 0.5, stance=True, rerank=True),
    Setting("reranked .75", 0.75, stance=True, rerank=True),
    Setting("hybrid .5", 0.5, "hybrid"),
    Setting("hybrid .75", 0.75, "hybrid"),
    Setting("hybrid stance .5", 0.5, "hybrid", stance=True),
    Setting("hybrid stance .75", 0.75, "hybrid", stance=True),
]


def main() -> None:
    """Print one table over all sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="keep the stores here between runs")
    parser.add_argument("--only", nargs="*", help="names of settings, for instance plain")
    asked = parser.parse_args()
    if not (asked.data / "perspectrum").is_dir():
        sys.exit(f"{asked.data} holds no perspectrum folder. Name the folder with the public sets.")
    embeddings, plain = load_embeddings(device="cpu"), load_embeddings(device="cpu", stance=False, rerank=False)
    ndcg = arguana_ndcg(asked.data, asked.cache, plain)
    print(f"{'ArguAna nDCG@10':44} {'plain':20} {interval(ndcg)}")
    for setting in SETTINGS:
        if asked.only is None or setting.name in asked.only:
            model = embeddings if setting.stance else plain
            for measure, values in measures(asked.data, asked.cache, model, setting):
                print(f"{measure:44} {setting.name:20} {interval(values)}", flush=True)


def measures(
    data: Path, cache: Path | None, embeddings: SentenceTransformerEmbeddings, setting: Setting
) -> Iterable[tuple[str, list[float]]]:
    """Yield each measure's name and its value for every question."""
    dev = lambda row: row["split"] == "dev"  # noqa: E731
    rows = [row for row in read(data / "perspectrum/evidence_pov.jsonl.gz") if dev(row)]
    found = search(store_of(data / "perspectrum/evidence.jsonl.gz", cache, embeddings), rows, setting)
    yield "Perspectrum evidence R@5", [share(f[:5], r["relevant"]) for f, r in zip(found, rows, strict=True)]
    rows = [row for row in read(data / "perspectrum/pov.jsonl.gz") if dev(row)]
    found = search(store_of(data / "perspectrum/corpus.jsonl.gz", cache, embeddings), rows, setting)
    yield "Perspectrum same stance P@5", precisions(found, rows)
    yield "Perspectrum relevant R@10", recalls(found, rows)
    rows = list(read(data / "arguana/pov.jsonl.gz"))
    found = search(store_of(data / "arguana/corpus.jsonl.gz", cache, embeddings), rows, setting)
    for split, name in (("validation", "ArguAna motions"), ("training", "ArguAna motions learned from")):
        pairs = [(f, r) for f, r in zip(found, rows, strict=True) if r["split"] == split]
        yield f"{name}, same side P@5", precisions(*zip(*pairs, strict=True))
        yield f"{name}, counter first", [float(f[0] == r["counter_to_pov"]) for f, r in pairs]
    yield from un_speeches(data, cache, embeddings, setting)
    yield from ramdocs(data, embeddings, setting)


def un_speeches(
    data: Path, cache: Path | None, embeddings: SentenceTransformerEmbeddings, setting: Setting
) -> Iterable[tuple[str, list[float]]]:
    """Yield both measures of the questions to a bloc: its early passages are the views, later ones are ranked.

    Ranked are the passages of both blocs from after the last view's year; "topical" counts either bloc's.
    """
    path = data / "political/un_speeches.jsonl.gz"
    passages = {row["_id"]: row for row in read(path)}
    store = store_of(path, cache, embeddings, lambda row: row["bloc"] in BLOCS)
    rows = [row for row in read(data / "political/questions.jsonl.gz") if row["pov"] in BLOCS]
    same, topical = [], []
    for row in rows:
        views = [passages[i]["text"] for i in row["pov_ids"]]
        last = max(passages[i]["year"] for i in row["pov_ids"])
        question = " ".join([row["query"], *views]) if setting.concatenate else row["query"]
        povs = [] if setting.concatenate else [POV(view) for view in views]
        found = store.pov_search([question], [povs], **options(setting), k=len(store))
        later = [str(d.id) for d in found[0] if passages[str(d.id)]["year"] > last]
        same.append(len(set(later[:5]) & set(row["same"])) / 5)
        topical.append(len(set(later[:10]) & set(row["same"] + row["opposite"])) / 10)
    yield "UN speeches, bloc, same P@5", same
    yield "UN speeches, bloc, topical P@10", topical


def options(setting: Setting) -> dict[str, Any]:
    """Return a setting as `pov_search` takes it; None lets it rerank where that can be."""
    return {"pov_weight": setting.pov_weight, "mode": setting.mode, "rerank": None if setting.rerank else False}


def ramdocs(
    data: Path, embeddings: SentenceTransformerEmbeddings, setting: Setting
) -> Iterable[tuple[str, list[float]]]:
    """Yield how often the first passage gives the answer that is the view, and how often another one.

    A set that no weights learned from: questions whose documents give different answers, each in turn taken for a view.
    """
    path = data / "ramdocs.jsonl.gz"
    rows, given = [], {}
    for row in read(path):
        answers: dict[str, list[str]] = {}
        for n, document in enumerate(row["documents"]):
            given[f"{row['_id']}/{n}"] = document["text"]
            if document["type"] != "noise":
                answers.setdefault(document["answer"], []).append(f"{row['_id']}/{n}")
        for answer, same in answers.items() if len(answers) > 1 else []:
            opposite = [i for other, ids in answers.items() if other != answer for i in ids]
            rows.append(
                {"query": row["question"], "pov": f"The answer is {answer}.", "same": same, "opposite": opposite}
            )
    key = path, embeddings.has_stance
    if key not in _stores:
        _stores[key] = FaissStore.from_texts(list(given.values()), embeddings, ids=list(given))
    found = search(_stores[key], rows, setting)
    yield "RAMDocs, first serves the view", [float(f[0] in r["same"]) for f, r in zip(found, rows, strict=True)]
    yield "RAMDocs, first contradicts it", [float(f[0] in r["opposite"]) for f, r in zip(found, rows, strict=True)]


def search(store: FaissStore, rows: Sequence[Row], setting: Setting) -> list[list[str]]:
    """Return for every row the ids found, those to exclude left out, ten or more."""
    questions = [f"{r['query']} {r['pov']}" if setting.concatenate else r["query"] for r in rows]
    povs = [[] if setting.concatenate else [POV(r["pov"])] for r in rows]
    most = 10 + max(len(r.get("exclude", [])) for r in rows)
    found = store.pov_search(questions, povs, **options(setting), k=most)
    return [
        [str(d.id) for d in documents if d.id not in r.get("exclude", [])]
        for documents, r in zip(found, rows, strict=True)
    ]


def arguana_ndcg(data: Path, cache: Path | None, embeddings: SentenceTransformerEmbeddings) -> list[float]:
    """Return nDCG@10 of plain search for every ArguAna query, its own document excluded."""
    store = store_of(data / "arguana/corpus.jsonl.gz", cache, embeddings)
    with gzip.open(data / "arguana/qrels_test.tsv.gz", "rt", encoding="utf-8") as file:
        judged = {line["query-id"]: line["corpus-id"] for line in csv.DictReader(file, delimiter="\t")}
    queries = [row for row in read(data / "arguana/queries.jsonl.gz") if row["_id"] in judged]
    texts = [row["text"] for row in queries]
    found = store.pov_search(texts, [[]] * len(texts), pov_weight=0, k=11, mode="dense")
    return [gain(documents, row["_id"], judged[row["_id"]]) for documents, row in zip(found, queries, strict=True)]


def gain(documents: Sequence[Document], own: str, wanted: str) -> float:
    """Return 1 / log2(rank + 1) of the one wanted document within ten, else 0."""
    ranked = [d.id for d in documents if d.id != own][:10]
    return float(1 / np.log2(ranked.index(wanted) + 2)) if wanted in ranked else 0.0


def precisions(found: Sequence[Sequence[str]], rows: Sequence[Row]) -> list[float]:
    """Return the share of the first five that are wanted."""
    return [len(set(f[:5]) & set(r["same"])) / 5 for f, r in zip(found, rows, strict=True)]


def recalls(found: Sequence[Sequence[str]], rows: Sequence[Row]) -> list[float]:
    """Return the share of everything on the topic, either side, within the first ten."""
    return [share(f[:10], r["same"] + r["opposite"]) for f, r in zip(found, rows, strict=True)]


def share(found: Sequence[str], wanted: Sequence[str]) -> float:
    """Return the share of `wanted` that was found."""
    return len(set(found) & set(wanted)) / len(set(wanted))


def interval(values: Sequence[float]) -> str:
    """Return the mean with its 95% bootstrap interval."""
    array, rng = np.asarray(values), np.random.default_rng(0)
    means = [rng.choice(array, len(array)).mean() for _ in range(1000)]
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{array.mean():.4f} [{low:.3f}, {high:.3f}] n={len(array)}"


_stores: dict[tuple[Path, bool], FaissStore] = {}


def store_of(
    path: Path,
    cache: Path | None,
    embeddings: SentenceTransformerEmbeddings,
    wanted: Callable[[Row], bool] = lambda _: True,
) -> FaissStore:
    """Return the store over the wanted rows of a corpus file, embedded once."""
    key = path, embeddings.has_stance
    if key in _stores:
        return _stores[key]
    name = hashlib.sha256(path.read_bytes()).hexdigest()[:16] + ("-stance" if embeddings.has_stance else "")
    folder = None if cache is None else cache / name
    if folder is not None and (folder / "manifest.json").is_file():
        store = FaissStore.load(folder, embeddings)
    else:
        rows = [row for row in read(path) if wanted(row)]
        texts = [f"{row.get('title', '')} {row['text']}".strip() for row in rows]
        store = FaissStore.from_texts(texts, embeddings, ids=[row["_id"] for row in rows])
        if folder is not None:
            store.save(folder)
    return _stores.setdefault(key, store)


if __name__ == "__main__":
    main()
