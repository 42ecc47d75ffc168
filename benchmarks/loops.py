"""How well `chains.text.repetition.detect_loop` tells loops from human text.

    python -m benchmarks.loops --data DIR

`DIR/loops.jsonl.gz` holds JSON lines with `kind`, `text`, `label` (1 loop, 0 human, null too short to judge),
and for synthetic loops `onset_char`. Nothing is written; the table goes to standard output.
"""

import argparse
import gzip
import json
import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from chains.text.repetition import Loop, detect_loop

FILE_NAME = "loops.jsonl.gz"


@dataclass(frozen=True)
class Judged:
    """One row of the file beside what the detector said; `onset` in characters, None where unmarked."""

    kind: str
    is_loop: bool | None
    onset: int | None
    found: Loop | None


def judge(path: Path) -> list[Judged]:
    """Run the detector over every row of a `loops.jsonl.gz`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Judged(
            row["kind"],
            None if row["label"] is None else row["label"] == 1,
            row.get("onset_char"),
            detect_loop(row["text"]),
        )
        for row in rows
    ]


def report(judged: list[Judged]) -> str:
    """A table of the share alarmed by kind, then the totals and the error of the onset."""
    kinds: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for row in judged:
        truth = {True: "loop", False: "human", None: "short loop"}[row.is_loop]
        kinds[row.kind, truth].append(row)
    lines = [f"{'kind':28}{'truth':12}{'rows':>6}{'alarms':>8}{'share':>9}"]
    lines += [_line(kind, truth, rows) for (kind, truth), rows in sorted(kinds.items())]
    lines.append(_line("all human text", "human", [row for row in judged if row.is_loop is False]))
    lines.append(_line("all loops", "loop", [row for row in judged if row.is_loop]))
    errors = [abs(r.found.start - r.onset) for r in judged if r.is_loop and r.found and r.onset is not None]
    if errors:
        median, mean = statistics.median(errors), statistics.mean(errors)
        lines.append(f"onset error, characters: median {median:.0f}, mean {mean:.1f}")
    return "\n".join(lines)


def _line(kind: str, truth: str, rows: list[Judged]) -> str:
    alarms = sum(row.found is not None for row in rows)
    share = f"{alarms / len(rows):9.2%}" if rows else f"{'-':>9}"
    return f"{kind:28}{truth:12}{len(rows):6}{alarms:8}{share}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 2 when the data folder is not there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loops", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help=f"folder that holds {FILE_NAME}")
    path: Path = parser.parse_args(arguments).data / FILE_NAME
    if not path.is_file():
        print(f"No {path}: give the folder that holds {FILE_NAME} with --data.", file=sys.stderr)
        return 2
    began = time.perf_counter()
    judged = judge(path)
    print(report(judged))
    print(f"{len(judged)} texts in {time.perf_counter() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
