"""Remove the sentences that a reader would strike out. Text in, text and removals out; no model.

Only whole sentences that add nothing or deny a passage are removed, each recorded as a ``Removal``. A text that
contradicts itself stays unchanged.
"""

from collections.abc import Sequence

from chains.schemas import Defect, DefectKind, Removal
from vectorstore.text.sentences import joined_sentences, split_sentences

# Another attempt may well be without these.
MENDABLE = frozenset(
    {
        DefectKind.APOLOGY,
        DefectKind.ANOTHER_SPEAKER,
        DefectKind.GARBLE,
        DefectKind.RECITAL,
        DefectKind.ABOUT_THE_TEXT,
        DefectKind.BABBLE,
        DefectKind.REPETITION,
        DefectKind.OPEN_ITEM,
        DefectKind.DENIAL,
        DefectKind.IDLE,
    }
)


def strike(text: str, defects: Sequence[Defect]) -> tuple[str, tuple[Removal, ...]]:
    """Return a text without the sentences that can go, and what was removed.

    After a close everything goes; of a repeated sentence, all but the first.
    """
    kinds = {one.sentence: one.kind for one in reversed(defects) if one.kind in MENDABLE}
    if not kinds:
        return text, ()
    removed: list[Removal] = []
    lines: list[str] = []
    seen: set[str] = set()
    closed = False
    for line in text.split("\n"):
        kept: list[str] = []
        for sentence in (one.text for one in split_sentences(line)):
            kind = kinds.get(sentence)
            closed = closed or kind is DefectKind.BABBLE
            first = kind is DefectKind.REPETITION and text.count(sentence) > 1 and sentence not in seen
            seen.add(sentence)
            if closed or (kind is not None and not first):
                removed.append(Removal(str(kind or DefectKind.BABBLE), sentence))
            else:
                kept.append(sentence)
        if kept or not line.strip():
            lines.append(joined_sentences(kept))
    return _joined(lines), tuple(removed)


def _joined(lines: Sequence[str]) -> str:
    """Lines as a text with one blank line at most between two paragraphs."""
    text = "\n".join(lines).strip()
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text
