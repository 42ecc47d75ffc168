"""How fast the live page is in Chromium: a slider's movement to the repainted order, and a long run's first paint.

    python -m benchmarks.live_page --rows 10000

Explore holds 200 candidates and 8 views over 600 passages. Of each movement two times are taken: what the browser works
(ranking, rows, layout), and until the new order is painted, which waits for the screen's next frame. Movements come at
any moment of a frame, as a hand's do. The first paint has the first rows in it. Needs Debian's chromium.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

from chains.schemas import Chunk, Opinion, Question, Turn
from debate.results import QuestionResult
from debate.run.records.journal import Journal
from tests.support.chromium import Page, browser

_VIEWS = 8
_MOVES = """(async () => {
  const slider = document.querySelector('.views input[type=range]'), worked = [], painted = [];
  const frame = () => new Promise(done => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = done; c.port2.postMessage(0); }));
  const before = performance.getEntriesByType('resource').length;
  await frame();
  let asked = 0;
  for (let n = 0; n < 120; n += 1) {
    await new Promise(done => setTimeout(done, 17 * Math.random()));
    const from = performance.now();
    slider.value = 1 - 0.002 * (n % 100);
    slider.dispatchEvent(new Event('input'));
    document.body.offsetHeight;
    worked.push(performance.now() - from);
    await frame();
    painted.push(performance.now() - from);
    asked = performance.getEntriesByType('resource').length - before;
  }
  const sorted = all => all.sort((a, b) => a - b), at = (all, share) => sorted(all)[Math.floor(all.length * share)];
  return [at(worked, .5), at(worked, .95), at(painted, .5), at(painted, .95), asked, document.querySelector('.state').textContent];
})()"""
_PAINT = """new Promise(done => { const look = () => { const [first] = performance.getEntriesByName('first-contentful-paint');
  first ? done([first.startTime, performance.getEntriesByType('navigation')[0].responseStart]) : setTimeout(look, 20); }; look(); })"""
_LOADS = 9


def _rows(count: int) -> list[QuestionResult]:
    text = "Trade between the two countries grew in every year, and nobody who looked at the figures doubts it. " * 12
    chunks = tuple(Chunk(f"c{n}", text, f"{n}.txt", 0.5) for n in range(5))
    turns = tuple(Turn(1 + n // 2, f"p{n % 2}", f"Speaker {n % 2}", text[:500], 90, ("c1",)) for n in range(4))
    row = QuestionResult(Question("q", "?"), "m", 9.0, chunks, Opinion(text[:1200], 200, ("c0",)), turns)
    return [replace(row, question=Question(f"q{n}", f"Question number {n}?")) for n in range(count)]


def explore(page: Page, address: str) -> None:
    """Print how long a movement takes."""
    page.visit(f"{address}/explore")
    page.evaluate("document.getElementById('asked').value = 'Did trade grow in number 7?'")
    page.evaluate("document.querySelector('#ask button').click()")
    page.until("document.querySelectorAll('.ranked .passage').length > 0", 300)
    for n in range(_VIEWS):
        if page.evaluate("document.querySelectorAll('.views > li').length") < _VIEWS:
            page.evaluate("document.querySelector('.add').click()")
            page.evaluate(
                f"(() => {{ const t = document.querySelector('.views > li:last-child textarea'); t.value = 'Trade of kind {n} is good.';"
                "t.dispatchEvent(new Event('change')) })()"
            )
    page.until("document.querySelector('.state').textContent === 'exact'", 120)
    work, work95, paint, paint95, asked, state = page.evaluate(_MOVES)
    views = page.evaluate("document.querySelectorAll('.views > li').length")
    print(f"slider, 200 candidates, {views} views, 120 movements: work {work:.1f} ms median, {work95:.1f} ms at 95%;")
    print(f"  to the painted order {paint:.1f} ms median, {paint95:.1f} ms at 95%; {asked} requests; state {state!r}")


def long_run(page: Page, address: str, rows: int) -> None:
    """Print when the first paint of a long run came, cold and warm."""
    times = []
    for _ in range(_LOADS):
        page.visit(f"{address}/runs/long")
        times.append(page.evaluate(_PAINT))
    (cold, answered), warm = times[0], sorted(painted for painted, _ in times[1:])
    load = f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(
        f"{rows} rows, just after browser and server started: first paint {cold:.0f} ms ({answered:.0f} ms to the answer)"
    )
    print(f"  {len(warm)} times more: median {median(warm):.0f} ms, {warm[0]:.0f} to {warm[-1]:.0f} ms; {load}")


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "runs" / "long").mkdir(parents=True)
        (folder / "runs" / "long" / "run.toml").write_text('[settings]\nmodel = "smollm2"\n[inputs]\n')
        Journal(folder / "runs" / "long" / "results.jsonl").extend(_rows(rows))
        (folder / "docs").mkdir()
        for n in range(600):
            kind = ("grew", "fell", "was taxed", "was banned", "paid for schools")[n % 5]
            (folder / "docs" / f"{n}.txt").write_text(
                f"Trade number {n} {kind} in {1900 + n % 120}, and the port of town {n % 37} felt it."
            )
        index = [
            sys.executable,
            "-m",
            "debate",
            "index",
            str(folder / "docs"),
            "--out",
            str(folder / "index"),
            "--quiet",
        ]
        subprocess.run(index, check=True)  # noqa: S603
        command = [sys.executable, "-m", "debate", "serve", str(folder / "runs"), "--index", str(folder / "index")]
        server = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert server.stdout  # noqa: S101
        address = server.stdout.readline().split()[0].rstrip("/")
        try:
            with browser() as page:
                page.size(1280)
                long_run(page, address, rows)
                explore(page, address)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
