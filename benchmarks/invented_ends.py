"""Invented ends: how many copied sentences keep their marker when they go on with words of another text.

    python -m benchmarks.invented_ends --data DIR

DIR holds ``political/un_speeches.jsonl.gz`` (passages with ``text``) and ``perspectrum/evidence.jsonl.gz`` with
``evidence_pov.jsonl.gz`` (claims, ``pov``, with the paragraph that a person gave as evidence, ``relevant``). By words
alone, without embeddings. The claims, the sentences as they stand, and those that lost a third of their words tell what
the rules cost.
"""

import argparse
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.public_sets import read
from chains.schemas import Chunk
from chains.text.support.grounding import ground
from vectorstore.text.sentences import split_sentences

JOINTS = (
    "to",
    "by",
    "without",
    "through",
    "with",
    "for",
    "when",
    "where",
    "because",
    "and",
    "of",
    "into",
    "if",
    "that",
)
SENTENCES, CLAIMS = 400, 1500
WORDS = range(13, 40)  # of a sentence
KEPT = 0.7


def is_whole(sentence: str, passage: str) -> bool:
    """Return whether a marker vouches for all of a sentence."""
    found = ground(sentence, [Chunk("one", passage)], None).sentences
    return bool(found) and all(one.whole for one in found)


def share(pairs: Sequence[tuple[str, str]]) -> str:
    """Return how many of them keep their marker."""
    return f"{sum(is_whole(*pair) for pair in pairs) / max(1, len(pairs)):.3f} of {len(pairs)}"


def copied(speeches: Sequence[str], chance: random.Random) -> list[tuple[str, str]]:
    """Return a sentence of each passage with the passage."""
    long = [[one.text for one in split_sentences(text) if len(one.text.split()) in WORDS] for text in speeches]
    return [(chance.choice(of_one), text) for of_one, text in zip(long, speeches, strict=True) if of_one]


def thinned(chance: random.Random) -> Callable[[str], str]:
    """Return what takes words from the middle of a sentence."""

    def thin(sentence: str) -> str:
        first, *middle, last = sentence.split()
        return " ".join([first, *(word for word in middle if chance.random() < KEPT), last])

    return thin


def ends(joint: str, speeches: Sequence[str], chance: random.Random) -> list[str]:
    """Return the ends of sentences that begin with a word, of four to ten words in small letters."""
    found = [one for text in speeches for one in re.findall(rf" {joint} (?:[a-z]+ ){{3,8}}[a-z]+(?=[.])", text)]
    chance.shuffle(found)
    return found


def main() -> None:
    """Print a line for what should keep its markers, and one for each joint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    chance = random.Random(5)  # noqa: S311 - a selection, no secret
    evidence = {row["_id"]: row["text"] for row in read(data / "perspectrum" / "evidence.jsonl.gz")}
    claims = [
        (f"{row['pov'].rstrip('.')}.", evidence[row["relevant"][0]])
        for row in read(data / "perspectrum" / "evidence_pov.jsonl.gz")
    ]
    speeches = [row["text"] for row in read(data / "political" / "un_speeches.jsonl.gz")]
    chance.shuffle(claims)
    chance.shuffle(speeches)
    own = copied(speeches[:SENTENCES], chance)
    thin = thinned(chance)
    print(f"claims with their evidence            {share(claims[:CLAIMS])}")
    print(f"copied sentences                      {share(own)}")
    print(f"copied sentences less a third         {share([(thin(one), text) for one, text in own])}")
    for joint in JOINTS:
        others = ends(joint, speeches[SENTENCES:], chance)
        invented = [(f"{one.rstrip('.')}{end}.", text) for (one, text), end in zip(own, others, strict=False)]
        print(f"with an invented end, {joint:<16}{share(invented)}")


if __name__ == "__main__":
    main()
