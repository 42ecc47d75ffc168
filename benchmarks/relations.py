"""False relations: how many sentences that join a name with another one's fact keep their marker.

    python -m benchmarks.relations

The sentences of ``relations.toml`` are held against ten of the example's documents by words and bundled MiniLM.
"""

import sys
import tomllib
import warnings
from pathlib import Path

import numpy as np

from chains.schemas import Chunk
from chains.text.support.grounding import ground
from vectorstore import load_embeddings

CORPUS = Path(__file__).parent.parent / "examples" / "brics" / "corpus"
DOCUMENTS = ("02-", "03-", "06-", "07-", "08-", "10-", "11-", "15-", "25-", "31-")


def main() -> int:
    """Print a line a kind, and each sentence that was judged wrongly."""
    warnings.simplefilter("ignore")
    asked = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    embeddings = load_embeddings()
    files = sorted(file for file in CORPUS.iterdir() if file.name.startswith(DOCUMENTS))
    chunks = [Chunk(file.name, file.read_text(encoding="utf-8")) for file in files]
    for kind, sentences in asked.items():
        found = [ground(one, chunks, lambda texts: np.asarray(embeddings.embed_documents(texts))) for one in sentences]
        wrong = [one.answer for one in found if bool(one.coverage) != (kind == "right")]
        print(f"{kind:7} {len(sentences) - len(wrong):2d} of {len(sentences)} judged rightly")
        print("".join(f"        {sentence}\n" for sentence in wrong), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
