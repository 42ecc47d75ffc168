"""False relations: how many sentences that join a name, number or reason with another one's fact keep their marker.

    python -m benchmarks.relations

The sentences of ``relations.toml`` are held against some of the example's documents by words and bundled MiniLM.
"""

import sys
import tomllib
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from chains.schemas import Chunk
from chains.text.support.grounding import ground
from vectorstore import load_embeddings

CORPUS = Path(__file__).parent.parent / "examples" / "brics" / "corpus"
RIGHT = ("right", "pronouns_right")
KINDS = (
    "right",
    "pronouns_right",
    "pronouns",
    "half",
    "wrong",
    "across",
    "within",
    "number",
    "roles",
    "pairs",
    "years",
    "actors",
    "reasons",
)


def judged(sets: list[dict[str, Any]]) -> Iterator[tuple[bool, str, str, bool]]:
    """Yield whether a sentence is held back, its kind, the sentence, and whether a marker vouches for all of it.

    Of those with a pronoun, which stand behind the sentence that says whom it means, the last one is judged.
    """
    embeddings = load_embeddings()
    for one in sets:
        files = [next(CORPUS.glob(f"{name}*")) for name in one["documents"]]
        chunks = [Chunk(file.name, file.read_text(encoding="utf-8")) for file in files]
        for kind in KINDS:
            for sentence in one.get(kind, ()):
                found = ground(
                    sentence,
                    chunks,
                    lambda texts: np.asarray(embeddings.embed_documents(texts)),
                    question=one.get("question", ""),
                )
                yield one["held"], kind, sentence, any(support.whole for support in found.sentences[-1:])


def main() -> int:
    """Print a line a kind, and each sentence that was judged wrongly."""
    warnings.simplefilter("ignore")
    sets = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["sets"]
    found: defaultdict[tuple[bool, str], list[tuple[str, bool]]] = defaultdict(list)
    for held, kind, sentence, has_marker in judged(sets):
        found[held, kind].append((sentence, has_marker == (kind in RIGHT)))
    for held, kind in sorted(found, key=lambda one: (one[0], KINDS.index(one[1]))):
        wrong = [sentence for sentence, is_right in found[held, kind] if not is_right]
        asked = len(found[held, kind])
        name = f"{kind}, held back" if held else kind
        print(f"{name:17} {asked - len(wrong):2d} of {asked} judged rightly")
        print("".join(f"        {sentence}\n" for sentence in wrong), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
