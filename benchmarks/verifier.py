"""What `ground` finds of false sentences, kind by kind: python -m benchmarks.verifier --made FOLDER

FOLDER is what `benchmarks.training.verifier_data` wrote. Prints, for each kind of sentence, the share that the rules and
word overlap call supported by its passage: true kinds should be near 1, false ones near 0. Reads no embeddings.
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks.public_sets import read
from chains.text.support.grounding import ground


@dataclass(frozen=True)
class Chunk:
    """A passage as `ground` wants it."""

    id: str
    text: str


def supported(sentence: str, passage: str) -> bool:
    """Whether the passage supports the sentence, by words and rules."""
    return ground(sentence, [Chunk("p", passage)], None).supported == 1.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", type=Path, required=True)
    options = parser.parse_args()
    file = options.made / "test.jsonl.gz"
    if not file.is_file():
        parser.error(f"there is no {file}: make it with python -m benchmarks.training.verifier_data")
    found: dict[tuple[bool, str], list[bool]] = defaultdict(list)
    for row in read(file):
        found[not row["label"], row["kind"]].append(supported(row["sentence"], row["passage"]))
    for (false, kind), marks in sorted(found.items()):
        print(f"{'false' if false else 'true '}  {kind:26} supported {sum(marks) / len(marks):.2f} of {len(marks)}")


if __name__ == "__main__":
    main()
