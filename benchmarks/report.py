"""A long run's report: how large the file is, and how long a browser needs to open and to search it.

    python -m benchmarks.report --run runs/brics-001 --rows 12 100 1000 10000

Rows are those of a real run, again and again under new ids and with a number of their own in each text, so that no
text but the passages' is the same twice. Needs Debian's chromium.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from debate.output.facts import run_facts
from debate.output.report import write_report
from debate.results import QuestionResult
from debate.run.folder import read_record
from debate.run.records.journal import Journal
from debate.run.setup import check_inputs
from debate.settings import load_settings
from tests.support.chromium import Page, browser

_FIRST_SEARCH = """(() => { const find = document.getElementById('find'), from = performance.now();
  find.value = %r; filter(); document.body.offsetHeight; return performance.now() - from })()"""


def many(rows: list[QuestionResult], count: int) -> Iterator[QuestionResult]:
    """Repeat rows under new ids, each with texts of its own."""
    for n in range(count):
        row = rows[n % len(rows)]
        if row.opinion is None:
            raise SystemExit("the run has a failed row; give a finished run")
        own = f" (row {n})"
        yield replace(
            row,
            question=replace(row.question, id=f"q{n:05d}", text=row.question.text + own),
            opinion=replace(row.opinion, answer=row.opinion.answer + own),
            turns=tuple(replace(turn, text=turn.text + own) for turn in row.turns),
        )


def measure(page: Page, path: Path) -> dict[str, float]:
    """Open a report and use it; milliseconds and MiB."""
    page.open(path)
    timing = page.evaluate(
        "(({ domInteractive, loadEventEnd }) => [domInteractive, loadEventEnd])(performance.getEntriesByType('navigation')[0])"
    )
    found = {"loaded": timing[1]}
    found["first search"] = page.evaluate(_FIRST_SEARCH % "zanzibar")
    found["next search"] = page.evaluate(_FIRST_SEARCH % "gold reserves")
    page.evaluate(_FIRST_SEARCH % "")
    found["open the last"] = page.evaluate(
        "(() => { const from = performance.now(); open(rows.at(-1)); rows.at(-1).scrollIntoView(); document.body.offsetHeight;"
        " return performance.now() - from })()"
    )
    page.send("HeapProfiler.collectGarbage")
    found["heap MiB"] = page.send("Runtime.getHeapUsage")["usedSize"] / 2**20
    found["elements"] = page.evaluate("document.querySelectorAll('*').length")
    return found


def main() -> None:
    """Read the arguments and print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="a finished run")
    parser.add_argument("--rows", type=int, nargs="+", default=[12, 100, 1000, 10_000])
    arguments = parser.parse_args()
    settings = load_settings(read_record(arguments.run)["settings"] | {"out": arguments.run})
    inputs = check_inputs(settings)
    rows = list(Journal(arguments.run / "results.jsonl").rows())
    facts = run_facts("Benchmark", settings, inputs.personas, inputs.writer, inputs.debaters)
    for count in arguments.rows:
        with tempfile.TemporaryDirectory() as folder, browser() as page:
            path = Path(folder) / "report.html"
            started = time.perf_counter()
            write_report(path, lambda count=count: many(rows, count), facts)  # type: ignore[misc]
            written = time.perf_counter() - started
            told = {"rows": count, "MiB": path.stat().st_size / 2**20, "write s": written} | measure(page, path)
            print("  ".join(f"{name} {value:,.1f}" for name, value in told.items()), flush=True)


if __name__ == "__main__":
    main()
