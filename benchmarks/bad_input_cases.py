"""What ``benchmarks.bad_inputs`` tries: each case spoils one thing in a folder that would run."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

GOOD = "question\nWhy did BRICS grow in 2024?\n"
PERSONA = '[[persona]]\nid = "{0}"\nname = "N"\nvoice = "You are {0}."\n[[persona.pov]]\ntext = "A view."\n'
Spoil = Callable[[Path], object]


@dataclass(frozen=True)
class Case:
    """One thing that is wrong.

    Attributes:
        what: in the table's words.
        spoil: makes it wrong, in a folder with ``q.csv``, ``docs/`` and, where ``resumes``, a finished run ``out/``.
        flags: of the command, after those of a run that would work.
        code: the exit code that the README promises.
        resumes: the command goes on with a finished run.
        command: other arguments altogether.
    """

    group: str
    what: str
    spoil: Spoil = lambda _: None
    flags: tuple[str, ...] = ()
    code: int = 2
    resumes: bool = False
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


def text(name: str, content: str, encoding: str = "utf-8") -> Spoil:
    """Return what writes a file."""
    return lambda folder: (folder / name).write_text(content, encoding=encoding)


def raw(name: str, content: bytes) -> Spoil:
    """Return what writes bytes."""
    return lambda folder: (folder / name).write_bytes(content)


def old_name(name: bytes) -> Spoil:
    """Return what writes a file whose name is no UTF-8."""
    return lambda folder: (folder / os.fsdecode(name)).write_bytes(b"x")


def only(name: str, content: bytes) -> Spoil:
    """Return what makes a file the only document."""

    def spoil(folder: Path) -> None:
        (folder / "docs" / "a.txt").unlink()
        (folder / "docs" / name).write_bytes(content)

    return spoil


def instead(name: str) -> Spoil:
    """Return what puts a folder where a file of the run should be."""

    def spoil(folder: Path) -> None:
        (folder / "out" / name).unlink(missing_ok=True)
        (folder / "out" / name).mkdir()

    return spoil


def workbook(folder: Path) -> None:
    """Write a workbook whose only sheet is called list."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "list"
    book.active.append(["question"])
    book.active.append(["Why?"])
    book.save(folder / "q.xlsx")


def cut_workbook(folder: Path) -> None:
    """Write half a workbook."""
    workbook(folder)
    whole = (folder / "q.xlsx").read_bytes()
    (folder / "q.xlsx").write_bytes(whole[: len(whole) // 2])


def other_database(folder: Path) -> None:
    """Put a database of another program where the checkpoints are."""
    (folder / "out" / "checkpoints.sqlite").unlink()
    with sqlite3.connect(folder / "out" / "checkpoints.sqlite") as connection:
        connection.execute("CREATE TABLE checkpoints (other TEXT)")


def moved(folder: Path) -> None:
    """Let a run look for its documents where they are no longer."""
    record = folder / "out" / "run.toml"
    record.write_text(record.read_text(encoding="utf-8").replace('/docs"', '/moved"'), encoding="utf-8")


def questions_cases() -> Iterator[Case]:
    """Question lists."""
    group = "question list"
    yield Case(group, "the file is missing", flags=("--questions", "none.xlsx"))
    yield Case(group, "it is a folder", lambda f: (f / "x.csv").mkdir(), ("--questions", "x.csv"))
    yield Case(group, "a suffix that nobody reads", text("q.docx", "Why?"), ("--questions", "q.docx"))
    yield Case(group, "csv: empty", text("q.csv", ""))
    yield Case(group, "csv: no column `question`", text("q.csv", "topic\nx\n"))
    yield Case(group, "csv: a header and no row", text("q.csv", "question\n"))
    yield Case(group, "csv: an id twice", text("q.csv", "id,question\na,Why?\na,How?\n"))
    unclear = text("q.csv", "question,answerable\nWhy?,maybe\n")
    yield Case(group, "csv: a column `answerable` that says neither yes nor no", unclear)
    yield Case(
        group, "csv: a question that an unquoted comma cuts", text("q.csv", "id,question,about\na,Salt, or iron?\n")
    )
    yield Case(group, "csv: a row with too many cells", text("q.csv", "id,question\na,Why?\nb,How,when,why?\n"))
    yield Case(group, "csv: a quote that never ends", text("q.csv", 'question\n"Why?\n'))
    yield Case(group, "csv: lines that a pair of marks joins", text("q.csv", 'id,question\n1,"Why?\n2,Who?"\n'))
    yield Case(group, "csv: marks around a whole row", text("q.csv", 'id,question\n1,Why?\n"2,Who?"\n'))
    yield Case(
        group, "csv: a question in other marks that a comma cuts", text("q.csv", "question,about\n“Salt,iron”\n")
    )
    yield Case(group, "csv: a mark behind a backslash", text("q.csv", 'question\n"Why \\"salt\\" now?"\n'))
    yield Case(
        group,
        "csv: Latin-1 (it is read)",
        text("q.csv", "question\nPourquoi l’été où ça?\n".replace("’", "'"), "latin-1"),
        code=0,
    )
    yield Case(group, "csv: zero bytes", raw("q.csv", b"question\nWh\0y?\n"))
    yield Case(group, "xlsx: no workbook", text("q.xlsx", "Why?"), ("--questions", "q.xlsx"))
    yield Case(group, "xlsx: half a workbook", cut_workbook, ("--questions", "q.xlsx"))
    yield Case(group, "xlsx: no such sheet", workbook, ("--questions", "q.xlsx", "--sheet", "other"))
    yield Case(group, "txt: comments only", text("q.txt", "# one\n# two\n"), ("--questions", "q.txt"))
    yield Case(group, "txt: UTF-16 (it is read)", text("q.txt", "Why?\n", "utf-16"), ("--questions", "q.txt"), code=0)
    yield Case(group, "jsonl: no JSON", text("q.jsonl", "{broken\n"), ("--questions", "q.jsonl"))
    yield Case(group, "jsonl: a list", text("q.jsonl", '["Why?"]\n'), ("--questions", "q.jsonl"))
    yield Case(
        group, "jsonl: half a character", text("q.jsonl", '{"question": "\\ud800 Why?"}\n'), ("--questions", "q.jsonl")
    )


def corpus_cases() -> Iterator[Case]:
    """Documents and embeddings."""
    group = "documents"
    yield Case(group, "the folder is missing", flags=("--corpus", "none"))
    yield Case(group, "an empty folder", lambda f: (f / "docs" / "a.txt").unlink())
    yield Case(group, "only a file that nobody reads", only("a.mp3", b"x"))
    yield Case(group, "only a damaged PDF", only("a.pdf", b"%PDF-1.7 broken"))
    yield Case(group, "only a damaged Word file", only("a.docx", b"broken"))
    yield Case(group, "only a damaged workbook", only("a.xlsx", b"broken"))
    yield Case(group, "only a text of zero bytes", only("a.txt", b"a\0b"))
    yield Case(group, "only a text of signs that nobody sees", only("a.txt", "\u200b\u2060\n".encode()))
    yield Case(group, "only a jsonl of numbers", only("a.jsonl", b"1\n"))
    yield Case(group, "jsonl: half a character in a passage", only("a.jsonl", b'{"text": "\\ud800 BRICS grew."}\n'))
    yield Case(group, "a damaged file among good ones (it is named and left out)", raw("docs/b.pdf", b"x"), code=0)
    yield Case(group, "a damaged file whose name is no UTF-8 either", old_name(b"docs/b\xe9.pdf"), code=0)
    yield Case(group, "a folder whose name is no UTF-8", old_name(b"d\xe9"), ("--corpus", "d\udce9"))
    yield Case("embeddings", "no such folder", flags=("--embeddings", "./none"))
    yield Case("embeddings", "a folder that holds no model", flags=("--embeddings", "./docs"))
    yield Case("embeddings", "no such repository", flags=("--embeddings", "nobody/nothing"))


def settings_cases() -> Iterator[Case]:
    """Personas, settings, flags, environment, models."""
    group = "personas"
    given = ("--personas", "p.toml")
    yield Case(group, "the file is missing", flags=given)
    yield Case(group, "no TOML", text("p.toml", "[[persona"), given)
    yield Case(group, "no persona in it", text("p.toml", "a = 1\n"), given)
    yield Case(group, "Latin-1", text("p.toml", 'a = "é"\n', "latin-1"), given)
    yield Case(group, "a persona without a voice", text("p.toml", '[[persona]]\nid = "a"\nname = "N"\n'), given)
    yield Case(group, "two with one id", text("p.toml", PERSONA.format("a") * 2), given)
    alike = PERSONA.format("a") + PERSONA.format("b").replace('"N"', '" n"')
    yield Case(group, "two names that look alike", text("p.toml", alike), given)
    taken = PERSONA.format("a").replace('"N"', '"Moderator"')
    yield Case(group, "a name that means something else", text("p.toml", taken), given)
    twice = '[[pov]]\ntext = "Trade brings peace."\n' * 2
    yield Case(group, "a view twice", text("p.toml", PERSONA.format("a") + twice), given)
    yield Case(group, "a weight of 0", text("p.toml", PERSONA.format("a") + "weight = 0\n"), given)
    views = PERSONA.format("a").replace("persona.pov", "persona.povs")
    yield Case(group, "a key that nothing reads", text("p.toml", views), given)
    yield Case(group, "a misspelt weight", text("p.toml", PERSONA.format("a") + "wieght = 2.0\n"), given)
    yield Case(group, "nobody of that id", flags=("--opinion-persona", "nobody"))
    yield Case(group, "an id that would steer the terminal", flags=("--opinion-persona", "\x1b]0;x\x07"))
    yield Case(group, "a debater twice", flags=("--debaters", "professor", "--debaters", "professor"))
    alone = text("p.toml", PERSONA.format("professor"))
    yield Case(group, "one persona, who cannot debate", alone, given)
    group = "settings"
    given = ("--config", "c.toml")
    yield Case(group, "the settings file is missing", flags=given)
    yield Case(group, "no TOML", text("c.toml", "k = = 1\n"), given)
    yield Case(group, "an unknown name", text("c.toml", "rouns = 3\n"), given)
    yield Case(group, "a text for a number", text("c.toml", 'rounds = "many"\n'), given)
    yield Case(group, "the fewest words above the most", text("c.toml", "min_words = 600\n"), given)
    yield Case(group, "a flag out of range", flags=("--pov-weight", "2"))
    yield Case(group, "a flag of another type", flags=("--k", "many"))
    yield Case(group, "an unknown flag", flags=("--colour", "red"))
    yield Case(group, "one round, in which nobody answers", flags=("--rounds", "1"))
    yield Case(group, "a variable out of range", environment={"DEBATE_K": "0"})
    yield Case(group, "a variable with an unknown value", environment={"DEBATE_MODE": "sparse"})
    yield Case(group, "a variable with an unknown value in its list", environment={"DEBATE_ALSO": "csv,pdf"})
    yield Case(group, "a variable that holds no glossary", environment={"DEBATE_GLOSSARY": "Iran"})
    yield Case(group, "an unknown export", flags=("--also", "pdf"))
    yield Case(group, "a name that older versions had", text("c.toml", "in_flight = 3\n"), given)
    bundled = text("c.toml", "[bundled]\nturn_wordz = 60\n")
    yield Case(group, "an unknown name for the bundled model", bundled, given)
    yield Case(group, "a sheet of a list without sheets", flags=("--sheet", "list"))
    yield Case(group, "questions without documents", command=("run", "--questions", "q.csv"))
    group = "model"
    yield Case(group, "no such folder", flags=("--model", "./none"))
    yield Case(group, "a folder that holds no model", flags=("--model", "./docs"))
    yield Case(group, "no such repository", flags=("--model", "nobody/nothing"))
    yield Case(group, "an unknown backend", flags=("--backend", "cuda"))
    yield Case(group, "unsloth without a card", flags=("--model", "smollm2", "--backend", "unsloth"))
    yield Case(group, "a server without a model's name", flags=("--model", "http://127.0.0.1:9/v1"))
    yield Case(group, "a server that nobody runs", flags=("--model", "http://127.0.0.1:9/v1#m"))
    yield Case(group, "a server with a password in its address", flags=("--model", "http://me:secret@127.0.0.1:9/v1#m"))
    yield Case(group, "`debate ask` with no such model", command=("ask", "Why?", "--model", "./none"))


def folder_cases() -> Iterator[Case]:
    """The run's folder and what is in it."""
    group = "run folder"
    yield Case(group, "it is a file", text("out", ""))
    yield Case(group, "it holds other files", lambda f: ((f / "out").mkdir(), (f / "out" / "a.txt").touch()))
    yield Case(group, "it lies in a file", text("x", ""), ("--out", "x/out"))
    yield Case(group, "it cannot be made", flags=("--out", "/proc/out"))
    yield Case(group, "nothing to go on with", command=("run", "--resume", "none"))
    yield Case(group, "the questions changed", text("q.csv", GOOD + "And why not?\n"), resumes=True)
    yield Case(group, "the documents changed", text("docs/b.txt", "New."), resumes=True)
    yield Case(group, "the documents are gone", moved, command=("run", "--resume", "out"), resumes=True)
    yield Case(group, "a setting changed", flags=("--rounds", "3"), resumes=True)
    yield Case(group, "run.toml: no TOML", text("out/run.toml", "= ="), resumes=True)
    yield Case(group, "run.toml: no settings in it", text("out/run.toml", "a = 1\n"), resumes=True)
    yield Case(group, "results.jsonl: a foreign line", text("out/results.jsonl", "{}\n"), resumes=True)
    yield Case(group, "results.jsonl: no text", raw("out/results.jsonl", b"\xff\xfe\n"), resumes=True)
    yield Case(group, "results.jsonl: a folder", instead("results.jsonl"), resumes=True)
    yield Case(group, "questions.jsonl: a foreign line", text("out/questions.jsonl", "[]\n"), resumes=True)
    yield Case(group, "questions.jsonl: a folder", instead("questions.jsonl"), resumes=True)
    yield Case(
        group, "checkpoints.sqlite: no database", raw("out/checkpoints.sqlite", b"no database" * 99), resumes=True
    )
    yield Case(group, "checkpoints.sqlite: another program's", other_database, resumes=True)
    yield Case(group, "checkpoints.sqlite: a folder", instead("checkpoints.sqlite"), resumes=True)
    yield Case(group, "traces.jsonl: a folder", instead("traces.jsonl"), resumes=True)
    yield Case(group, "results.xlsx: a folder", instead("results.xlsx"), resumes=True)
    yield Case(group, "report.html: a folder", instead("report.html"), resumes=True)
    group = "traces"
    yield Case(group, "no run", command=("trace", "none"))
    damaged = text("out/traces.jsonl", "{}\n")
    yield Case(group, "traces.jsonl: a foreign line", damaged, command=("trace", "out"), resumes=True)
    yield Case(group, "no such question", command=("trace", "out", "--question", "q999"), resumes=True)
    again = ("trace", "out", "--question", "q001", "--replay")
    yield Case(group, "a replay from no stage", command=(*again, "end"), resumes=True)
    yield Case(group, "a replay of a translation that was not asked for", command=(*again, "translate"), resumes=True)


def all_cases() -> list[Case]:
    """Return every case that a folder alone can hold; the rest are tried by ``bad_inputs`` itself."""
    return [*questions_cases(), *corpus_cases(), *settings_cases(), *folder_cases()]


def lay_out(folder: Path, finished: Path | None) -> None:
    """Make a folder that would run, with a finished run in it where one is given."""
    (folder / "docs").mkdir(parents=True)
    (folder / "q.csv").write_text(GOOD, encoding="utf-8")
    (folder / "docs" / "a.txt").write_text("BRICS grew in 2024.", encoding="utf-8")
    if finished:
        shutil.copytree(finished, folder / "out")
