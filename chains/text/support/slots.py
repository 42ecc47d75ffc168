"""The names, dates and numbers of an English sentence, each with the words that stand by it.

"Mitsui owned 12.5 per cent" gives Mitsui the word that it stands before and the number by it, and 12.5 the
words by it. "Was sold by Mitsui" is read as "Mitsui sold". There is no grammar here: a clause ends where English has a
joint, and a word counts the less, the farther off it is. Text only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chains.text.support.clause_words import Token, clauses, first_words, tokens_of
from vectorstore.text.letters import for_matching
from vectorstore.text.words import FUNCTION_WORDS

Keys = frozenset[frozenset[str]]

_REACH = 5  # words, names and numbers to each side
_FADES = {"name": 0.8, "date": 0.7, "number": 0.6}  # how much less each counts than the one before
_OF_ITS_ACTOR = 0.1  # what the first name of its clause counts at least beside a date or number
_LEAST_ENGLISH = 0.1  # of a sentence's words are English function words
_SUBJECTS = frozenset({"it", "he", "she", "they"})
_ENGLISH_PREPOSITIONS = """
of in on at by for from to with without under over against like including as despite unlike than among between through
into since until toward towards near inside outside behind
"""
_PREPOSITIONS = frozenset(_ENGLISH_PREPOSITIONS.split())
_MARKS = {"name": "@", "number": "#", "date": "#"}


@dataclass(frozen=True)
class Slot:
    """An occurrence of a name, date or number.

    Attributes:
        kind: name, date or number.
        key: which one it is; see `same`.
        words: the words, names (@) and numbers (#) by it, with the side on which they are (< >), and their weights.
        implied: a pronoun or nothing stands there; `alone` where it is this name that it stands for.
        listed: the names in one list with it.
        governed: the preposition before a name or its list.
    """

    kind: str
    key: frozenset[str]
    words: Mapping[str, float]
    implied: bool = False
    alone: bool = True
    listed: Keys = frozenset()
    governed: str = ""


def slots(sentence: str, called: frozenset[str], before: Keys = frozenset()) -> tuple[Slot, ...]:
    """The slots of a sentence; none where it is no English.

    Args:
        called: words that are known as names, so also at the beginning of a sentence.
        before: the names of the sentences before, for one of which a pronoun may stand.
    """
    return _slots(sentence, called & first_words(sentence), before)


@lru_cache(4096)
def _slots(sentence: str, called: frozenset[str], before: Keys) -> tuple[Slot, ...]:
    tokens = tokens_of(for_matching(sentence), called)
    if not is_english(tokens):
        return ()
    found: list[Slot] = []
    here, is_clear = Keys(), True
    for clause in clauses(tokens):
        own = Keys(one.key for one in clause if one.kind == "name")
        found += _said(clause)
        first = next((one.kind for one in clause if one.kind in ("name", "pronoun")), "")
        if not has_its_subject(clause):
            alone = is_clear and len(here - own) == 1
            found += _implied(clause, here - own if alone else (here | before) - own, alone)
        is_clear = is_clear and first != "pronoun"
        here |= own
    return tuple(found)


def names_of(sentence: str, called: frozenset[str]) -> Keys:
    """The keys of a sentence's names."""
    return Keys(
        one.key for one in tokens_of(for_matching(sentence), called & first_words(sentence)) if one.kind == "name"
    )


def is_english(tokens: Sequence[Token]) -> bool:
    """Whether a sentence has English words of grammar."""
    return sum(one.text in FUNCTION_WORDS for one in tokens) >= _LEAST_ENGLISH * len(tokens)


def has_its_subject(clause: Sequence[Token]) -> bool:
    """Whether a name stands for whom a clause is about, and neither a pronoun nor nothing: no "called it theft"."""
    names = _ungoverned(clause)
    return bool(names) and not any(one.kind == "pronoun" for one in clause[: names[0]])


def subjects(clause: Sequence[Token]) -> frozenset[Token]:
    """The names of a clause that are behind no preposition, where one of them is its subject."""
    return frozenset(clause[at] for at in _ungoverned(clause)) if has_its_subject(clause) else frozenset()


def first_subject(clause: Sequence[Token]) -> frozenset[Token]:
    """The first of its subjects with those in one list with it; all where it may be said of another: Japanese firms."""
    told = subjects(clause)
    first = next((at for at, one in enumerate(clause) if one in told), 0)
    listed = set(_listed(clause[first + 1 :]))
    is_whose = bool(told) and " " not in clause[first].text and clause[first].text not in clause[first].key
    return told if is_whose else frozenset(one for one in told if one == clause[first] or one.key in listed)


@lru_cache(8192)
def same(kind: str, one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two keys may be of one name, date or number: Putin and Vladimir Putin, 2012 and March 2012."""
    if kind == "date":
        parts, others = ({key[0]: key for key in keys} for keys in (one, other))
        both = parts.keys() & others.keys()
        return bool(both) and all(parts[part] == others[part] for part in both)
    return bool(one & other) if kind == "number" else one <= other or other <= one


def _said(clause: list[Token]) -> Iterator[Slot]:
    for at, token in enumerate(clause):
        if token.kind == "name":
            governed = _governed(clause, at)
            behind = _of_the_same(clause[at + 1 :], governed)
            listed = Keys([*_listed(clause[:at][::-1]), *_listed(clause[at + 1 :])])
            yield Slot("name", token.key, _weighed(clause[:at], behind, "name"), listed=listed, governed=governed)
        elif token.kind in _MARKS:
            words = _weighed(clause[:at], clause[at + 1 :], token.kind)
            actor = next((one.key for one in clause if one.kind == "name"), frozenset[str]())
            yield Slot(token.kind, token.key, {**{"@" + key: _OF_ITS_ACTOR for key in actor}, **words})


def _implied(clause: list[Token], names: Keys, alone: bool) -> Iterator[Slot]:
    """The names of which a clause with a pronoun, or without a name, may speak."""
    at = next((at for at, one in enumerate(clause) if one.kind == "pronoun"), 0)
    words = _weighed(clause[:at], clause[at:], "name") if names else {}
    yield from (Slot("name", key, words, True, alone) for key in names)


def _ungoverned(clause: Sequence[Token]) -> list[int]:
    return [at for at, one in enumerate(clause) if one.kind == "name" and not _governed(clause, at)]


def _weighed(before: list[Token], behind: list[Token], kind: str) -> Mapping[str, float]:
    """The words by a slot: a name's with their side; beside dates and numbers, which move freely, half without."""
    words = dict[str, float]()
    for side, near in (("<", before[::-1]), (">", behind)):
        weight = 1.0
        for one in [one for one in near if one.key][:_REACH]:
            is_sided = kind == "name" and one.kind in ("word", "name")
            for key in one.key:
                key = _MARKS.get(one.kind, "") + key
                for place in (side + key,) if is_sided else (side + key, key):
                    words[place] = max(weight if is_sided else weight / 2, words.get(place, 0.0))
            weight *= _FADES[kind]
    return words


def _of_the_same(behind: list[Token], governed: str) -> list[Token]:
    """What may be said of a name: up to the next subject; behind a preposition, up to the next comma."""
    for at, one in enumerate(behind):
        if one.text == "," and (governed or any(two.text in _SUBJECTS for two in behind[at + 1 : at + 2])):
            return behind[:at]
    return behind


def _governed(clause: Sequence[Token], at: int) -> str:
    """The preposition before a name or its list."""
    for one in reversed(clause[:at]):
        if one.kind != "name" and one.text not in (",", "and", "or", "the"):
            return one.text if one.text in _PREPOSITIONS else ""
    return ""


def _listed(near: Sequence[Token]) -> Iterator[frozenset[str]]:
    """The names in one list with a name, a word between two at most: the Canadian dollar and the won."""
    words, is_joined = 0, False
    for one in near:
        if one.kind == "name" and is_joined:
            yield one.key
            words, is_joined = 0, False
            continue
        words += one.kind == "word"
        is_joined = is_joined or one.text in (",", "and", "or")
        joins = one.text in (",", "and", "or", "the", "as", "such")
        if words > 1 or not (joins or one.kind == "word"):
            return
