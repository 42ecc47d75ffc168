"""Small inputs with their right results: python -m benchmarks.cases DIR

DIR holds a folder a case. Documents are read by ``load_corpus``, lists of questions by ``read_questions``, runs are
started through the command line (``benchmarks.case_runs``); what was got is printed beside what is right. Exits with 1
where a case is wrong, or where nobody knows what is right for it.
"""

import logging
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import case_runs
from debate.errors import QuestionsError
from debate.run.questions import read_questions
from vectorstore import Corpus, load_corpus
from vectorstore.corpus.chunking import most_letters

Judged = tuple[bool, str]  # right or not, and what was got


def passages(folder: Path) -> tuple[Corpus, str]:
    """Return a case's passages, and all their words on one line."""
    corpus = load_corpus(folder / "docs")
    return corpus, " ".join(" ".join(one.page_content for one in corpus).split())


def holds(*right: str, never: tuple[str, ...] = ()) -> Callable[[Path], Judged]:
    """Return what checks that passages hold these words and not those."""

    def check(folder: Path) -> Judged:
        corpus, text = passages(folder)
        bounded = all(len(one.page_content) <= most_letters() for one in corpus)
        return bounded and all(one in text for one in right) and not any(one in text for one in never), text

    return check


def asks(**right: list[str] | str) -> Callable[[Path], Judged]:
    """Return what checks the questions of each list by its stem; a text is what the refusal says."""

    def check(folder: Path) -> Judged:
        got: dict[str, list[str] | str] = {}
        for path in sorted(one for one in folder.iterdir() if one.suffix in (".csv", ".xlsx")):
            try:
                got[path.stem] = [question.text for question in read_questions(path)]
            except QuestionsError as error:
                got[path.stem] = str(error)
        fits = [
            isinstance(got[name], str) and wanted in got[name] if isinstance(wanted, str) else got[name] == wanted
            for name, wanted in right.items()
        ]
        return all(fits), str(got)

    return check


def both(*checks: Callable[[Path], Judged]) -> Callable[[Path], Judged]:
    """Return what is right where all checks are."""

    def check(folder: Path) -> Judged:
        judged = [one(folder) for one in checks]
        return all(right for right, _ in judged), " | ".join(got for _, got in judged)

    return check


def links(folder: Path) -> Judged:
    """Make the links that an archive does not keep, and read the folder."""
    subprocess.run(["bash", str(folder / "make.sh")], check=True)  # noqa: S603, S607
    corpus, text = passages(folder)
    named = [one.path.name for one in corpus.skipped]
    return "Syldavia the rest." in text and named == ["gone.txt"], f"{text} skipped: {named}"


def encodings(folder: Path) -> Judged:
    """Count the marks of damage in each file: one each, none behind a byte-order mark."""
    corpus = load_corpus(folder / "docs")
    damage = {path.name: 0 for path in (folder / "docs").iterdir()}
    for one in corpus:
        damage[one.metadata["source"]] += one.page_content.count("\ufffd")
    return damage.pop("bom.html") == 0 and set(damage.values()) == {1}, str(damage)


UNION, CANAL = "Why did Ruritania leave the salt union?", "Who pays for the canal, and how?"
CASES: dict[str, Callable[[Path], Judged]] = {
    "base64-image-md": holds("The work began in 1909.", "The canal is 80 miles long.", never=("base64",)),
    "csv-duplicate-headers": holds(
        "yes: 41 no: 9 yes: 12 no: 38", "left the union", "Left the union in 1911, because the tariff had doubled"
    ),
    "csv-semicolon": both(holds("Borduria pays two thirds"), asks(q=[UNION, CANAL], q_sep=[UNION])),
    "csv-unquoted-comma": asks(
        q=["Should Ruritania and Borduria, or even Syldavia share a currency?", "May a state tax salt, or iron?"],
        about=["Why did Ruritania, leave?", "Who pays, after all?"],
        trailing=[UNION, "Who pays for the canal of Borduria?"],
    ),
    "deepening-server-error": case_runs.deepening,
    "docx-tracked-notes": holds(
        "is eight crowns a barrel.",
        "Article 3. Borduria may leave",
        "Article 4. The seat",
        "Signed by the chancellor of Syldavia.",
        "Barrels of the Bordurian measure hold 120 litres.",
        never=("four",),
    ),
    "hard-wrapped-lines": holds("The salt union of the north ended in 1911, because the parliament of Ruritania"),
    "hierarchical-ids": case_runs.hierarchical_ids,
    "html-inline-tags": holds(
        "Ruritania left the salt union of the north in 1911 because the tariff on NaCl (CO2-free) had doubled, "
        "and the parliament voted 41:9.",
        "Borduria pays two thirds of the canal.",
        never=("19112", "cookies", "Archive", "Imprint", "Hidden"),
    ),
    "long-about": case_runs.long_about,
    "non-english-checks": case_runs.languages,
    "server-answers": case_runs.server_answers,
    "symlinked-folder": links,
    "unicode-grounding": case_runs.grounding,
    "utf8-one-bad-byte": encodings,
    "xlsx-formula-question": asks(q="row 3", error="row 3"),
    "xlsx-stray-last-row": both(holds("Ruritania left the salt union in 1911."), asks(q=[UNION])),
    "xlsx-wrong-dimension": holds("because the tariff had doubled.", "Borduria pays two thirds"),
}


def main() -> int:
    """Run every case that is there, or those named."""
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        raise SystemExit("usage: python -m benchmarks.cases DIR [CASE ...], a folder that holds a folder a case")
    logging.disable(logging.WARNING)  # what is left out is part of what is printed
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "cases"
        shutil.copytree(sys.argv[1], folder, symlinks=True)
        subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)  # noqa: S603, S607 - a copy of what may be read-only
        for case in sys.argv[2:] or sorted(one.name for one in folder.iterdir() if one.is_dir()):
            right, got = CASES.get(case, unknown)(folder / case)
            wrong += not right
            print(f"{'right' if right else 'WRONG'}: {case}\n    got {got[:600]}", flush=True)
    return bool(wrong)


def unknown(folder: Path) -> Judged:
    """Fail a case that nobody wrote a check for."""
    return False, f"benchmarks/cases.py does not say what is right for {folder.name}"


if __name__ == "__main__":
    sys.exit(main())
