"""How fast a corpus of mixed formats is read, beside an older commit: python -m benchmarks.reading --data DIR --before COMMIT

1,000 files of passages from the World Factbook (DIR/political): txt, md, html, csv, jsonl, docx and xlsx in turn. Both
versions read them in processes of their own, one after the other, several times over; the fastest of each counts.
"""

import argparse
import gzip
import html
import json
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORMATS = ("txt", "md", "html", "csv", "jsonl", "docx", "xlsx")
READ = """
import logging, sys, time
logging.disable(logging.CRITICAL)
from vectorstore import load_corpus
since = time.process_time()
passages = len(load_corpus(sys.argv[1]))
print(time.process_time() - since, passages)
"""


def write(path: Path, texts: list[str]) -> None:
    """Write one document in the format of its suffix."""
    suffix = path.suffix.removeprefix(".")
    if suffix == "docx":
        from docx import Document

        document = Document()
        for text in texts:
            document.add_paragraph(text)
        return document.save(str(path))
    if suffix == "xlsx":
        from openpyxl import Workbook

        book = Workbook()
        for row in ["text", *texts]:
            book.active.append([row])
        return book.save(path)
    written = {
        "html": "<html><body><main>" + "".join(f"<p>{html.escape(one)}</p>" for one in texts) + "</main></body></html>",
        "jsonl": "".join(json.dumps({"text": one}) + "\n" for one in texts),
        "csv": "text\n" + "".join('"' + one.replace('"', '""') + '"\n' for one in texts),
    }
    path.write_text(written.get(suffix, "\n\n".join(texts)), encoding="utf-8")
    return None


def seconds(version: Path, corpus: Path) -> tuple[float, int]:
    """Return the seconds of the processor that a version needs for a corpus, and the passages that it finds."""
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", READ, str(corpus)], cwd=version, capture_output=True, text=True, check=True
    )
    spent, passages = ran.stdout.split()
    return float(spent), int(passages)


def main() -> None:
    """Write the corpus, read it with both versions in turn, and print what each needs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--before", required=True, help="a commit to compare with")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with gzip.open(given.data / "political" / "factbook.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = cycle([json.loads(line)["text"] for line in lines])
    with tempfile.TemporaryDirectory() as name:
        corpus, old = Path(name) / "corpus", Path(name) / "old"
        corpus.mkdir()
        for number in range(given.files):
            write(corpus / f"{number:04d}.{FORMATS[number % len(FORMATS)]}", list(islice(texts, 5)))
        subprocess.run(["git", "worktree", "add", "--detach", str(old), given.before], cwd=ROOT, check=True)  # noqa: S603, S607
        try:
            found = [(seconds(old, corpus), seconds(ROOT, corpus)) for _ in range(given.rounds)]
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(old)], cwd=ROOT, check=True)  # noqa: S603, S607
    before, now = min(one for one, _ in found), min(one for _, one in found)
    print(f"{given.before}: {before[0]:.2f} s, {before[1]} passages; now: {now[0]:.2f} s, {now[1]} passages")
    print(f"speed now ÷ before: {before[0] / now[0]:.2f}")


if __name__ == "__main__":
    main()
