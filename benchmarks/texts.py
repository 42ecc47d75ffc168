"""What a model's answers and debates are worth: a run of the example, its table, and every defect with its sentence.

    python -m benchmarks.texts --model smollm2 --style auto --limit 4 --seeds 0 1 --out /tmp/texts
    python -m benchmarks.texts --model http://127.0.0.1:8000/v1#name --style single --out DIR -- --turn-words 120

One run a seed under ``--out``, with the example's questions, passages and settings; flags behind ``--`` go to the run.
A run that is there already is gone on with, so the same command judges finished rows again. ``defects.txt`` lists what
the rules found with its sentence, so that a person can check the checker; ``texts.txt`` holds all that was written, to be
read. The rules are those of ``chains.text``: a low count is a claim, the reading is the test.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any

from chains.schemas import Defect, Opinion, Turn, TurnFault
from chains.text.defects import find_defects
from chains.text.echo import echo_share
from debate.results import QuestionResult
from debate.run.folder import read_record
from debate.run.records.journal import Journal
from prompts import Persona, load_personas

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "brics"
_LOUD_ECHO = 0.30  # above it a listener hears the turn before again


@dataclass(frozen=True)
class Judged:
    """A text, who wrote it to which question, and what the rules found in it."""

    where: str
    text: str
    defects: tuple[Defect, ...]
    echo: float = 0.0


def run_example(model: str, style: str, seed: int, limit: int | None, out: Path, flags: Sequence[str]) -> float:
    """Run the example with one seed in a process of its own; the seconds it took."""
    command = [sys.executable, str(ROOT / "run_debate.py"), "--model", model, "--style", style, "--out", str(out)]
    command += ["--seed", str(seed), *(["--limit", str(limit)] if limit else []), *flags]
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 - its own program
        command,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
    )
    return time.perf_counter() - began


def rows_of(folder: Path) -> list[QuestionResult]:
    """The rows of a run."""
    return list(Journal(folder / "results.jsonl").rows())


def instruction(*names: str) -> str:
    """What these templates tell the model to do, to see where it is said again; not the words that it is to begin with."""
    folder = files("prompts") / "templates"
    lines = [line for name in names for line in (folder / f"{name}.j2").read_text(encoding="utf-8").splitlines()]
    return "\n".join(line for line in lines if "Begin with" not in line and "block opening" not in line)


def judge_answer(row: QuestionResult, opinion: Opinion, persona: Persona) -> Judged:
    """Look for defects in an answer."""
    shown = [chunk.text for chunk in row.chunks if chunk.id not in opinion.dropped]
    found = find_defects(
        opinion.answer,
        prompt=instruction("opinion", "opening", "paragraph", "closing"),
        question=row.question.text,
        voice=persona.voice,
        passages=shown,
    )
    return Judged(f"{row.question.id} answer", opinion.answer, found)


def judge_turns(row: QuestionResult, personas: Sequence[Persona]) -> list[Judged]:
    """Look for defects and echo in every turn; what stands in quotation marks was not said again."""
    by_id = {persona.id: persona for persona in personas}
    speakers = [persona.name for persona in personas]
    table = row.chunk_table()
    judged: list[Judged] = []
    for number, turn in enumerate(row.turns):
        before = [one.text for one in row.turns[:number]]
        passages = [table[key].text for key in turn.chunk_ids if key in table]
        voice = by_id[turn.persona_id].voice
        found = find_defects(
            turn.text,
            prompt=instruction("statement"),
            question=row.question.text,
            voice=voice,
            passages=passages,
            speakers=speakers,
            said_before=before,
        )
        where = f"{row.question.id} turn {number + 1} ({turn.speaker})"
        judged.append(Judged(where, turn.text, found, echo_share(turn.text, before)))
    if row.verdict is not None:
        told = {"prompt": instruction("verdict"), "question": row.question.text, "speakers": speakers}
        found = find_defects(row.verdict.text, **told)
        judged.append(Judged(f"{row.question.id} verdict", row.verdict.text, found))
    return judged


def table(
    rows: Sequence[QuestionResult], answers: Sequence[Judged], spoken: Sequence[Judged], limits: tuple[int, int]
) -> list[str]:
    """The table, a line a measure; a measure whose field the rows do not have is left out."""
    opinions = [row.opinion for row in rows if row.opinion and not row.opinion.abstained]
    turns = [turn for row in rows for turn in row.turns]
    echoes = [one.echo for one in spoken if "turn 1 " not in one.where and "verdict" not in one.where]
    lines = [
        ("rows; failed; abstained", f"{len(rows)}; {sum(bool(row.error) for row in rows)}; {_abstained(rows)}"),
        ("answers with defects by rules", _share(bool(one.defects) for one in answers)),
        ("  of these kinds", _kinds(answers)),
        ("supported share, median", _median([one.supported for one in opinions if one.supported is not None])),
        ("passages covered, median", _median([_covered(one) for one in opinions])),
        (
            f"within {limits[0]}-{limits[1]} words, or marked short",
            _share(limits[0] <= one.words <= limits[1] or _is_marked_short(one) for one in opinions),
        ),
        ("turns and verdicts with defects by rules", _share(bool(one.defects) for one in spoken)),
        ("  of these kinds", _kinds(spoken)),
        ("4-grams of a turn said before, median", _median(echoes)),
        (f"turns above {_LOUD_ECHO:.2f}", _share(one > _LOUD_ECHO for one in echoes)),
        *_of_the_debate(turns, [turn for row in rows for turn in _with_passages_left(row)]),
        ("seconds a row, median", _median([row.seconds for row in rows])),
    ]
    return [f"{name:<48}{value}" for name, value in lines]


def _of_the_debate(turns: Sequence[Turn], with_passages_left: Sequence[Turn]) -> list[tuple[str, str]]:
    """Measures that the debate itself keeps on its turns."""
    if not turns:
        return []
    known = [turn for turn in turns if turn.drift is not None]
    asked = [turn for turn in turns if turn.answers is not None]
    return [
        ("turns nearer their own position", _share((turn.drift or 0.0) > 0 for turn in known)),
        ("turns that answer the claim given", _share(TurnFault.NO_ANSWER not in turn.faults for turn in asked)),
        ("turns that bring an unused passage, if one is left", _share(bool(turn.new) for turn in with_passages_left)),
        ("turns without fault, as the row says", _share(not turn.faults for turn in turns)),
    ]


def _with_passages_left(row: QuestionResult) -> list[Turn]:
    """The turns whose speaker read a passage that no turn before had used."""
    read = {reading.persona_id: {hit.chunk_id for hit in reading.hits} for reading in row.readings}
    used = list(accumulate((set(turn.used) for turn in row.turns), set.union, initial=set()))
    return [turn for turn, before in zip(row.turns, used, strict=False) if read.get(turn.persona_id, set()) - before]


def _abstained(rows: Sequence[QuestionResult]) -> int:
    return sum(bool(row.opinion and row.opinion.abstained) for row in rows)


def _covered(opinion: Opinion) -> int:
    return len({one.chunk for one in opinion.sentences if one.chunk is not None})


def _is_marked_short(opinion: Any) -> bool:
    return bool(getattr(opinion, "short", False)) or any("asked for" in note for note in opinion.notes)


def _share(flags: Iterable[bool]) -> str:
    given = list(flags)
    return f"{sum(given)} of {len(given)}" + (f" ({sum(given) / len(given):.0%})" if given else "")


def _median(values: Sequence[float]) -> str:
    return f"{median(values):.2f}" if values else "-"


def _kinds(judged: Sequence[Judged]) -> str:
    counted = Counter(kind for one in judged for kind in {str(defect.kind) for defect in one.defects})
    return ", ".join(f"{kind} {count}" for kind, count in counted.most_common()) or "none"


def write_texts(out: Path, judged: Sequence[tuple[str, Judged]]) -> None:
    """Write every text, and beside it every defect with its sentence."""
    texts = [f"### {run} {one.where}   echo {one.echo:.2f}\n{one.text}\n" for run, one in judged]
    (out / "texts.txt").write_text("\n".join(texts), encoding="utf-8")
    found = [f"{run} {one.where}: {defect.kind}: {defect.sentence}" for run, one in judged for defect in one.defects]
    (out / "defects.txt").write_text("".join(f"{line}\n" for line in found), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run the example for each seed, print the table, write the texts and their defects."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.texts", description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="smollm2", help="as for a run: smollm2, a repository, a folder, a server")
    parser.add_argument("--style", default="auto")
    parser.add_argument("--limit", type=int, help="only the first N questions")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--out", type=Path, required=True, help="a folder for the runs, the table and the lists")
    parser.add_argument("flags", nargs="*", metavar="-- FLAGS", help="further flags of the run")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    rows: list[QuestionResult] = []
    answers: list[tuple[str, Judged]] = []
    spoken: list[tuple[str, Judged]] = []
    seconds, limits = 0.0, (400, 500)
    for seed in given.seeds:
        folder = given.out / f"seed-{seed}"
        seconds += run_example(given.model, given.style, seed, given.limit, folder, given.flags)
        settings = read_record(folder)["settings"]
        limits = (settings.get("min_words", limits[0]), settings.get("max_words", limits[1]))
        personas = load_personas(EXAMPLE / "personas.toml")
        for row in rows_of(folder):
            rows.append(row)
            if row.opinion and not row.opinion.abstained:
                answers.append((folder.name, judge_answer(row, row.opinion, personas.persona("professor"))))
            spoken += [(folder.name, one) for one in judge_turns(row, personas.personas)]
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {given.model}; style {given.style}; seeds {given.seeds}",
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores; {seconds:.0f} s in all",
        *table(rows, [one for _, one in answers], [one for _, one in spoken], limits),
    ]
    (given.out / "table.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_texts(given.out, [*answers, *spoken])
    print("\n".join(lines))
    print(f"Texts: {given.out / 'texts.txt'}; defects with their sentences: {given.out / 'defects.txt'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
