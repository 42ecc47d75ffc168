"""Which speakers a text names: by the whole name, the longest first, or by a part of it that nobody else has.

A name ends where its letters do; in scripts without spaces, and behind a full stop ("Jr."), anything may follow.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain

from chains.text.content import content_words
from vectorstore.text.letters import UNSPACED, for_matching

_LETTER = rf"[^\W{UNSPACED}]"
_SHORTEST_PART = 3  # letters: "de", "Dr" and "van" say little; in scripts without spaces two are a family's name


def named_at(text: str, names: Mapping[str, str]) -> dict[str, int]:
    """Return where a text first names each speaker that it names, by the id; ``names`` are by id, too."""
    left, found = for_matching(text), dict[str, int]()
    for one, known in _known_by({one: for_matching(name) for one, name in names.items()}):
        pattern = word(known)
        if place := pattern.search(left):
            found[one] = min(found.get(one, place.start()), place.start())
            left = pattern.sub(lambda taken: "\0" * len(taken.group()), left)  # "Ann Lee" does not name Ann
    return found


def with_labels(text: str, labels: Mapping[str, str]) -> str:
    """Return a text with every speaker's name, or a last name that nobody else has, as its label."""
    for name, known in _known_by({name: name for name in labels}):
        if known in (name, name.split()[-1]):
            text = word(known, capitals=True).sub(lambda _, label=labels[name]: label, text)  # type: ignore[misc]
    return text


def word(text: str, *, capitals: bool = False) -> re.Pattern[str]:
    """Return a pattern of a text where it is no part of a longer word; ``capitals``: only in the same case."""
    before = rf"(?<!{_LETTER})" if re.match(_LETTER, text) else ""
    behind = rf"(?!{_LETTER})" if re.search(rf"{_LETTER}\Z", text) else ""
    return re.compile(before + re.escape(text) + behind, re.NOFLAG if capitals else re.IGNORECASE)


def _known_by(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each key with what it is known by: all whole names, the longest first, then parts of one name alone."""
    yield from sorted(names.items(), key=lambda one: -len(one[1]))
    several = Counter(chain.from_iterable(set(name.casefold().split()) for name in names.values()))
    for one, name in names.items():
        for part in name.split():
            long = len(part) >= _SHORTEST_PART or (len(part) > 1 and re.search(f"[{UNSPACED}]", part))
            if several[part.casefold()] == 1 and part != name and long and content_words(part):  # not "The"
                yield one, part
