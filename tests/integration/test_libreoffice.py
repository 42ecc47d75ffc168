"""LibreOffice reads back what is written: every text as it was, and nothing calculated."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from hostile import HOSTILE, result

from debate.output.exports import write_exports
from debate.output.workbook import write_workbook

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is not installed (apt-get install libreoffice-calc-nogui)"
)
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
LONG = "貿易🕊️" * 8_000


def read_by_libreoffice(path: Path, folder: Path) -> list[dict[str, str]]:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", AS_CSV, "--outdir", str(folder / "read"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603
    (read,) = (folder / "read").glob("*.csv")
    with read.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def as_one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_the_workbook_reads_back_with_every_hostile_text(tmp_path: Path) -> None:
    write_workbook(tmp_path / "results.xlsx", [result(text) for text in HOSTILE])
    answers = [as_one_line_end(row["answer"]) for row in read_by_libreoffice(tmp_path / "results.xlsx", tmp_path)]
    assert answers == [as_one_line_end(text) for text in HOSTILE]


def test_a_text_longer_than_a_cell_reads_back_cut_with_a_word_about_the_whole(tmp_path: Path) -> None:
    write_workbook(tmp_path / "results.xlsx", [result(LONG)])
    answer = read_by_libreoffice(tmp_path / "results.xlsx", tmp_path)[0]["answer"]
    assert answer.startswith("貿易🕊️貿易🕊️")
    assert answer.endswith("[cut: the whole text is in results.jsonl]")


def test_no_formula_of_a_csv_file_is_calculated(tmp_path: Path) -> None:
    formulas = [text for text in HOSTILE if text.startswith(("=", "+", "-", "@"))]
    write_exports(tmp_path, ("csv",), lambda: [result(text) for text in formulas])
    answers = [row["answer"] for row in read_by_libreoffice(tmp_path / "results.csv", tmp_path)]
    assert answers == [f"'{text}" for text in formulas]
