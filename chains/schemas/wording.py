"""What defects and removed parts are called where a reader meets them; fields and journals keep their short names."""

from collections.abc import Iterable

_CALLED = {  # a name that is not here is plain enough
    "about the text": "talk about the text",
    "alike beginnings": "sentences that begin alike",
    "another speaker": "words of another speaker",
    "apology": "apology or refusal",
    "babble": "text after the end",
    "chat token": "chat markers",
    "denial": "denial of its passage or of its own position",
    "echo": "sentence said before",
    "emphasis": "bold and italics",
    "fence": "code fence",
    "garble": "garbled text",
    "idle": "empty advice",
    "label": "label before the text",
    "list mark": "bullets and numbers of a list",
    "markup": "formatting",
    "next speaker": "words of another speaker",
    "open item": "unfinished list item",
    "opener": "phrase before the text",
    "other passage": "fact from another passage than the one cited",
    "prompt": "repeated prompt",
    "recital": "repeated prompt or persona",
    "too long": "text beyond the length limit",
    "wrapper": "JSON around the text",
}


def in_words(kinds: Iterable[str]) -> list[str]:
    """Return what a reader calls these kinds of defects and removals, each once."""
    return list(dict.fromkeys(_CALLED.get(kind, kind) for kind in kinds))
