"""What debating adds: theory checks, whole lists together, and RAMDocs by seven arms at about equal tokens.

    python -m benchmarks.debate theory [--trials N]
    python -m benchmarks.debate together [--debates N] [--rounds N] [--batch N] [--seconds S]
    python -m benchmarks.debate ramdocs --data DIR [--model NAME] [--questions N] [--minutes M] [--out FILE.json]

Debates over the example's documents, to be read: ``python -m benchmarks.debate.example``.

``--data`` holds ``ramdocs.jsonl.gz`` (MIT; not part of the project). The questions go in chunks; the table and the file
are written after each, so that what was done when the minutes are over counts. Intervals are of a bootstrap over
questions.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.debate.ramdocs import READERS, Result, Row, exact_match, run_arms, talk_health
from benchmarks.debate.theory import checks
from benchmarks.debate.together import hold
from benchmarks.public_sets import read

DIFFERENCES = (("E", "F"), ("F", "B"), ("E", "G"), ("E", "D"), ("E", "B"), ("E", "C"), ("B", "A"))
_RESAMPLES = 10_000


def theory(trials: int) -> int:
    """Print every check; return how many of them fail."""
    failed = 0
    print(f"{'check':52}{'theory':>8}{'seen':>8}   interval, 99% for all together")
    for one in checks(trials):
        failed += not one.holds
        flag = "" if one.holds else "   OUTSIDE"
        print(f"{one.name:52}{one.theory:8.3f}{one.seen:8.3f}   {one.low:.3f} to {one.high:.3f}{flag}")
    return failed


def together(debates: int, rounds: int, batch: int, seconds: float) -> int:
    """Print how long debates take one at a time and together; 1 where that is less than eight times as fast."""
    alone, alone_batches = hold(debates, rounds, 1, batch, seconds)
    merged, merged_batches = hold(debates, rounds, min(batch, debates), batch, seconds)
    print(f"{debates} debates, 3 debaters, {rounds} rounds, {seconds:g} s for a batch of up to {batch}")
    print(f"one at a time {alone:8.1f} s {alone_batches:6} batches")
    print(f"together      {merged:8.1f} s {merged_batches:6} batches")
    print(f"ratio         {alone / merged:8.1f}")
    return int(alone / merged < 8)


def ramdocs(chosen: argparse.Namespace) -> int:
    """Run the arms and print the table."""
    path = chosen.data / "ramdocs.jsonl.gz"
    if not path.is_file():
        print(f"there is no {path}; give the folder that holds it with --data", file=sys.stderr)
        return 2
    from chains import ModelSettings, load_llm

    rows = [Row.of(row) for row in read(path)][: chosen.questions]
    with warnings.catch_warnings(action="ignore"):
        llm = load_llm(ModelSettings(name=chosen.model, backend=chosen.backend, load_in_4bit=chosen.load_in_4bit))
    began, done, kept = time.monotonic(), [], {}
    for start in range(0, len(rows), chosen.chunk):
        chunk = rows[start : start + chosen.chunk]
        for arm, results in run_arms(llm, chunk, chosen.seed + start, chosen.readers).items():
            kept.setdefault(arm, []).extend(results)
        done += chunk
        minutes = (time.monotonic() - began) / 60
        print(f"{len(done)} of {len(rows)} questions, {minutes:.1f} min", file=sys.stderr, flush=True)
        table = table_of(done, kept)
        if chosen.out:
            chosen.out.write_text(json.dumps(_record(chosen, done, kept, table, minutes), indent=1), encoding="utf-8")
        if minutes * (1 + chosen.chunk / len(done)) > chosen.minutes:
            break
    for arm in ("D", "E", "G"):
        measures = talk_health(kept[arm], done)
        print(f"{arm}: " + ", ".join(f"{name} {value:.3f}" for name, value in measures.items() if value is not None))
    print(f"{chosen.model}, {len(done)} questions, seed {chosen.seed}")
    for line in table:
        print(
            f"{line['name']:22}{100 * line['value']:7.1f}   {100 * line['low']:.1f} to {100 * line['high']:.1f}"
            + line["note"]
        )
    return 0


def table_of(rows: Sequence[Row], kept: dict[str, list[Result]]) -> list[dict[str, Any]]:
    """Return a line for each arm and decision, and for each difference, with 95% bootstrap intervals."""
    matches = {
        (arm, how): np.array(
            [exact_match(one.answers[how], row) for one, row in zip(results, rows, strict=True)], float
        )
        for arm, results in sorted(kept.items())
        for how in results[0].answers
    }
    picks = np.random.default_rng(0).integers(0, len(rows), (_RESAMPLES, len(rows)))
    lines = []
    for (arm, how), values in matches.items():
        tokens = np.mean([one.tokens for one in kept[arm]])
        lines.append(_line(f"{arm} {how}", values, picks, f"   {tokens:.0f} tokens a question"))
    for one, other in DIFFERENCES:
        lines.append(_line(f"{one} - {other} (vote)", matches[one, "vote"] - matches[other, "vote"], picks, ""))
    return lines


def _line(name: str, values: Any, picks: Any, note: str) -> dict[str, Any]:
    low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
    return {"name": name, "value": float(values.mean()), "low": float(low), "high": float(high), "note": note}


def _record(chosen: argparse.Namespace, rows: Sequence[Row], kept: Any, table: Any, minutes: float) -> dict[str, Any]:
    given = {name: str(value) for name, value in vars(chosen).items()}
    talk = {arm: talk_health(kept[arm], rows) for arm in ("D", "E", "G")}
    answers = {row.id: {arm: asdict(results[n]) for arm, results in kept.items()} for n, row in enumerate(rows)}
    return {
        "settings": given,
        "questions": len(rows),
        "minutes": round(minutes, 1),
        "table": table,
        "talk": talk,
        "answers": answers,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run one part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    checked = parts.add_parser("theory")
    checked.add_argument("--trials", type=int, default=400)
    listed = parts.add_parser("together")
    listed.add_argument("--debates", type=int, default=100)
    listed.add_argument("--rounds", type=int, default=3)
    listed.add_argument("--batch", type=int, default=16)
    listed.add_argument("--seconds", type=float, default=0.2)
    measured = parts.add_parser("ramdocs")
    measured.add_argument("--data", type=Path, required=True, help="folder of ramdocs.jsonl.gz")
    measured.add_argument("--model", default="smollm2", help="as in debate run: a folder, a name, or a server")
    measured.add_argument("--backend", default="auto")
    measured.add_argument("--load-in-4bit", action=argparse.BooleanOptionalAction, default=False)
    measured.add_argument("--questions", type=int, default=None)
    measured.add_argument("--readers", type=int, default=READERS)
    measured.add_argument("--chunk", type=int, default=40, help="questions that go to the model together")
    measured.add_argument("--minutes", type=float, default=60.0)
    measured.add_argument("--seed", type=int, default=0)
    measured.add_argument("--out", type=Path, help="JSON file of the table and of every answer")
    chosen = parser.parse_args(arguments)
    if chosen.part == "theory":
        return min(1, theory(chosen.trials))
    if chosen.part == "together":
        return together(chosen.debates, chosen.rounds, chosen.batch, chosen.seconds)
    return ramdocs(chosen)


if __name__ == "__main__":
    sys.exit(main())
