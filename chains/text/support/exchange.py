"""Facts exchanged within a passage: a name, date or number that stands where the passage has another of its own.

"Egypt withdrew" has the words by which the passage has Argentina, and none of those by which it has Egypt. All words of
such a sentence are in its passage, so nothing else tells it. One-sided: what these rules cannot tell, they let pass.
English only. Text only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from chains.text.support.clause_words import first_names
from chains.text.support.slots import Keys, Slot, names_of, same, slots

# Shares of the weight of the words by a slot. Chosen on made sentences of half the example's documents and on those of
# a 1.5B model's answers; any value 15% to either side finds as many, but for a name's `_TAKES`.
_TAKES = {"name": 0.55, "date": 0.5, "number": 0.5}  # has another one of the passage, at least
_BEFORE_ITS_OWN = 0.3  # more than what stands there
_BOTH_TAKE, _BOTH_BEFORE = 0.4, 0.2  # where the two stand in each other's place
_TELLING = {"name": 0.8, "date": 0.6, "number": 0.6}  # weight of the words that only the other has
_NEXT_TO = 1.0  # the word behind a name, in the sentence and in the passage
_WRONG_SIDE = 0.5  # of the weight of a word that the passage has on a name's other side
_TURNED = {"<": ">", ">": "<"}


@dataclass(frozen=True)
class _Taken:
    """A slot of a sentence, the one of the passage whose place it takes, by which words, and how surely."""

    slot: Slot
    other: Slot
    words: frozenset[str]
    is_sure: bool


@lru_cache(4096)  # a sentence is checked as part of a paragraph, a candidate and the whole text
def exchanged(sentence: str, passage: tuple[str, ...], called: frozenset[str] = frozenset()) -> bool:
    """Whether a name, date or number of a sentence takes the place of another one of its passage.

    Args:
        passage: its sentences.
        called: words that are known as names.
    """
    known = called | _first_names(passage)
    said = slots(sentence, known)
    there = _slots_of(passage, known)
    taken = [one for slot in said if not slot.implied and slot.words for one in _taken(slot, there)]
    return any(
        any(_are_same(one.slot, two.other) and _are_same(one.other, two.slot) for two in taken)
        or (one.is_sure and not _stands_there_too(one, said))
        for one in taken
    )


_first_names = lru_cache(1024)(first_names)


@lru_cache(1024)
def _slots_of(passage: tuple[str, ...], called: frozenset[str]) -> tuple[Slot, ...]:
    found: list[Slot] = []
    before = Keys()
    for sentence in passage:
        found += slots(sentence, called, before)
        before |= names_of(sentence, called)
    return tuple(found)


def _taken(slot: Slot, there: Sequence[Slot]) -> list[_Taken]:
    """Whose places a slot of a sentence takes."""
    near = [one for one in there if one.kind == slot.kind]
    own = [one for one in near if _are_same(slot, one)]
    if all(one.implied for one in own):
        return []
    has = dict[str, float]()
    for one in own:
        for word in one.words.keys() & slot.words.keys():
            has[word] = max(has.get(word, 0.0), min(one.words[word], slot.words[word]))
    share = sum(has.values()) - _WRONG_SIDE * _on_the_wrong_side(slot, own)
    total = sum(slot.words.values())
    found = []
    for other in near:
        if (other.implied and not other.alone) or _are_same(slot, other):
            continue
        hit = {word: min(other.words[word], slot.words[word]) for word in other.words.keys() & slot.words.keys()}
        takes = sum(hit.values())
        if takes >= _BOTH_TAKE * total and share <= takes - _BOTH_BEFORE * total and _tells(slot, other, has, hit):
            is_sure = takes >= _TAKES[slot.kind] * total and share <= takes - _BEFORE_ITS_OWN * total
            is_sure = is_sure and _is_enough(slot.kind, hit)
            found.append(_Taken(slot, other, frozenset(hit.keys() - has.keys()), is_sure))
    return found


def _on_the_wrong_side(slot: Slot, own: Sequence[Slot]) -> float:
    """The weight of the words that a passage has only on the other side of a name."""
    if slot.kind != "name":
        return 0.0
    words = frozenset[str]().union(*(one.words for one in own))
    turned = (one for one in slot.words.keys() - words if _TURNED.get(one[0], "") + one[1:] in words)
    return sum(slot.words[one] for one in turned)


def _tells(slot: Slot, other: Slot, has: dict[str, float], hit: dict[str, float]) -> bool:
    """Whether the words that another one has tell something: none in a list, nor beside a name with its own number."""
    proof = "#" if slot.kind == "name" else "@"
    if slot.governed != other.governed or any(
        proof in word or (word[0] == ">" and has[word] >= _NEXT_TO and slot.kind == "name")
        for word in has.keys() - hit.keys()
    ):
        return False
    words = (word for word in hit if slot.kind != "name" or "@" not in word)
    if sum(hit[word] - has.get(word, 0.0) for word in words) < _TELLING[slot.kind]:
        return False
    return not any(same("name", slot.key, key) for key in other.listed)


def _is_enough(kind: str, hit: dict[str, float]) -> bool:
    """Whether a place is known by two words, or a name's by one that is no number: any date stands by a "cut"."""
    words = {word.lstrip("<>") for word in hit}
    return len(words) > 1 or (kind == "name" and not any("#" in word for word in words))


def _stands_there_too(taken: _Taken, said: Sequence[Slot]) -> bool:
    """Whether the sentence has the other one in the same place as well: in a list, or Kishida of Japan."""
    return any(
        len(taken.words & one.words.keys()) > len(taken.words) / 2 for one in said if _are_same(one, taken.other)
    )


def _are_same(one: Slot, other: Slot) -> bool:
    return one.kind == other.kind and same(one.kind, one.key, other.key)
