"""A pronoun that stands for another name than its passage's: "It lent 117 billion" behind a sentence on another bank.

A sentence that begins with a pronoun speaks of a name of the sentence before. The fact is another one's where the
clause of the passage that has it may speak of certain names, and none of them is that one; or where it is an exchange
with the name put in the pronoun's place. One-sided: behind a sentence about no name nothing is judged.
English only. Text only.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from chains.text.support.clause_words import Token, clauses, first_words, tokens_of
from chains.text.support.exchange import exchanged
from chains.text.support.slots import Keys, first_subject, has_its_subject, is_english, same, subjects
from vectorstore.text.letters import for_matching

Meant = frozenset[Token]

_SUBJECTS = frozenset({"it", "he", "she", "they"})
_POSSESSIVES = frozenset({"its", "his", "their"})
_BEGINS = re.compile(
    r"\W*(?:(?:however|moreover|instead|also|additionally|furthermore|meanwhile|but|and|yet|then|later),? )?"
    r"(?:(?:in|by|at|on|since|from|after|before|for|during|under|until|with) [^,;:]{1,40}?,? )?"
    rf"(?:{'|'.join(_SUBJECTS | _POSSESSIVES)})\b",
    re.IGNORECASE,
)
# "It is clear that", "It was Russia that", "It shows": no name is meant.
_OF_AN_EVENT = re.compile(
    r"\W*(?:\w+, )?it (?:(?:is|was|has been|would be|will be|may be|remains)(?: \S+){1,4}? "
    r"(?:that|who|which|to|why|how|whether)\b"
    r"|(?:means|meant|shows?|showed|suggests?|indicates?|follows|seems|appears|depends|happened|turned out)\b"
    r"|t(?:akes?|ook) (?:time|years|months)\b)",
    re.IGNORECASE,
)
_NOUN = re.compile(r"\W*(?:(?:However|Moreover|In addition), )?(?:This|That|The) (?P<noun>[a-z]+)\b", re.IGNORECASE)
_OURS = frozenset({"we", "our", "us", "i", "my"})
_WEIGHTS = {"number": 2.0, "date": 2.0, "name": 1.0, "word": 1.0}
_LEAST = 2.0  # shared with the passage's clause
_NEARLY = 0.75  # of what the nearest clause shares: it may be meant as well


def spoken_of(sentences: Sequence[str], begins: Sequence[bool], question: str, called: frozenset[str]) -> list[Meant]:
    """For each sentence of a text the names for one of which its leading pronoun stands; none where nothing is clear.

    Args:
        begins: whether the sentence begins a paragraph, where the question may be meant as well.
        called: words that are known as names.
    """
    meant = asked = near = _names(question, called)
    found: list[Meant] = []
    for sentence, is_first in zip(sentences, begins, strict=True):
        meant = meant | asked if is_first else meant
        leads = _leads(sentence, called)
        by_noun = Meant(one for one in near | meant if leads in one.key)
        found.append(meant if leads in _SUBJECTS | _POSSESSIVES else by_noun)
        near = _names(sentence, called) or near
        meant = (meant if leads else Meant()) | _topics(sentence, called)
    return found


@lru_cache(4096)
def is_of_another(sentence: str, meant: Meant, passage: tuple[str, ...], called: frozenset[str]) -> bool:
    """Whether the passage has the fact of a sentence that begins with a pronoun of none of the names meant."""
    if not meant:
        return False
    said = next(_clauses(sentence, called), [])
    had = _possessed(said)
    shared = [(_shared(said, one), owners) for one, owners in _owned(passage, called) if had <= _keys(one)]
    most = max((share for share, _ in shared), default=0.0)
    near = [owners for share, owners in shared if share >= _NEARLY * most]
    named = Keys(one.key for one in said if one.kind == "name")
    # Where all owners are named, the sentence says what was done to them: no mistake yet.
    if most >= _LEAST and all(owners and not owners <= named and not _meet(meant, owners) for owners in near):
        return True
    return len(meant) == 1 and exchanged(_told(sentence, *meant), passage, called)


def _leads(sentence: str, called: frozenset[str]) -> str:
    """The pronoun that a sentence has for its subject, or the noun of "this bank"; "" for anything else."""
    tokens = [one for clause in _clauses(sentence, called) for one in clause]
    if _OF_AN_EVENT.match(sentence) or not is_english(tokens):
        return ""
    first = next((one.text for one in tokens if one.kind in ("name", "pronoun")), "")
    noun = _NOUN.match(sentence)
    is_pronoun = first in _SUBJECTS | _POSSESSIVES and _BEGINS.match(sentence)
    return first if is_pronoun else noun["noun"].lower() if noun else ""


def _names(sentence: str, called: frozenset[str]) -> Meant:
    return Meant(one for clause in _clauses(sentence, called) for one in clause if one.kind == "name")


def _topics(sentence: str, called: frozenset[str]) -> Meant:
    """The names of which the next sentence may speak: the subjects, and the one in front of "was built by X"."""
    found = Meant().union(*map(first_subject, _clauses(sentence, called)))
    tokens = tokens_of(for_matching(sentence), called & first_words(sentence))
    front = next((one for one in tokens if one.kind in ("name", "word", "pronoun")), None)
    return found | {front} if found and front and front.kind == "name" else found


def _told(sentence: str, meant: Token) -> str:
    """A sentence with the name that is meant in its pronoun's place; as it is where a possessive stands there."""
    pronoun = re.search(rf"\b(?:{'|'.join(_SUBJECTS | _POSSESSIVES)})\b", sentence, re.IGNORECASE)
    if not pronoun or pronoun.group().lower() in _POSSESSIVES:
        return sentence
    return f"{sentence[: pronoun.start()]}{meant.text.title()}{sentence[pronoun.end() :]}"


def _clauses(sentence: str, called: frozenset[str]) -> Iterator[list[Token]]:
    return clauses(tokens_of(for_matching(sentence), called & first_words(sentence)))


@lru_cache(1024)
def _owned(passage: tuple[str, ...], called: frozenset[str]) -> tuple[tuple[list[Token], Keys], ...]:
    """The clauses of a passage with the names of which each may speak; none where that is not known."""
    found = []
    before = Keys()
    for sentence in passage:
        here, done_by, is_clear = Keys(), Keys(), True
        for clause in _clauses(sentence, called):
            own = Keys(one.key for one in clause if one.kind == "name")
            first = next((one.kind for one in clause if one.kind in ("name", "pronoun")), "")
            may_be = own if has_its_subject(clause) else own | (done_by if is_clear and done_by else here | before)
            found.append((clause, Keys() if any(one.text in _OURS for one in clause) else may_be))
            is_clear = is_clear and first != "pronoun"
            done_by |= Keys(one.key for one in subjects(clause))
            here |= own
        before |= here
    return tuple(found)


def _possessed(clause: Sequence[Token]) -> frozenset[str]:
    """What "its share" says is whose: the passage's clause has to speak of a share, or it may be another one's."""
    at = next((at for at, one in enumerate(clause) if one.kind == "pronoun"), len(clause))
    has = clause[at : at + 1] and clause[at].text in _POSSESSIVES
    return next((one.key for one in clause[at + 1 :] if one.key), frozenset()) if has else frozenset()


def _keys(clause: Sequence[Token]) -> frozenset[str]:
    return frozenset[str]().union(*(one.key for one in clause))


def _shared(said: Sequence[Token], clause: Sequence[Token]) -> float:
    """The weight of the words, names and numbers of one clause that another has."""
    there = {(one.kind, key) for one in clause for key in one.key}
    return sum(_WEIGHTS.get(one.kind, 0.0) for one in said if any((one.kind, key) in there for key in one.key))


def _meet(meant: Meant, others: Keys) -> bool:
    """Whether a name meant may be one of the others: the same, or two words of it."""
    return any(same("name", one.key, other) or len(one.key & other) > 1 for one in meant for other in others)
