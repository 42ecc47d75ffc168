"""The clauses of an English sentence as names, dates, numbers and words, with a passive turned round. Text only."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from chains.text.support.entities import Name, names
from chains.text.support.numbers import AMOUNT, DATE, FRACTION, MONTH, NUMBER_WORDS, claimed_numbers, known_numbers
from vectorstore.text.letters import for_matching
from vectorstore.text.words import FUNCTION_WORDS, stem

_LEAST_COUNT = 3  # "one of", "the two" count nothing


def _spellings(lines: str) -> dict[str, str]:
    """Each word of "name: word word / name: word" with its name."""
    pairs = (one.partition(":") for one in re.split(r"[/\n]", lines.strip()))
    return {word: name.strip() for name, _, words in pairs for word in [name.strip(), *words.split()]}


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


# A country's people and its capital act for it.
_ACTORS = _spellings("""
america: american americans us usa washington / russia: russian russians moscow kremlin / china: chinese beijing
japan: japanese tokyo / iran: iranian iranians tehran / india: indian indians delhi / saudi: riyadh
britain: british london uk / france: french paris / germany: german germans berlin / brazil: brazilian brasilia
europe: european europeans brussels eu / ukraine: ukrainian ukrainians kyiv / turkey: turkish ankara
emirates: emirati uae / israel: israeli israelis / egypt: egyptian cairo / ethiopia: ethiopian
indonesia: indonesian jakarta / korea: korean seoul / australia: australian canberra / canada: canadian ottawa
italy: italian rome / belgium: belgian / poland: polish warsaw / argentina: argentine / congo: congolese
""")
_WHOLE: dict[tuple[str, ...], str] = {
    ("united", "states"): "america",
    ("united", "kingdom"): "britain",
    ("european", "union"): "europe",
}
# Written small, and exchanged like names: who argues, and in what currency.
_ROLES = _spellings("""
supporters: defenders optimists admirers friends proponents advocates / critics: sceptics opponents doubters rivals
officials: / yuan: renminbi / dollar: / euro: / rand: / rouble: ruble / rupee:
""")
_TITLES = _words(
    "president prime minister ministers mr mrs ms dr chancellor king secretary general sir foreign state leader"
)
_YEAR = r"(?<![\w.,])(?:1[5-9]|20)\d\d(?![\w%]|[.,]\d|[ -](?:per|tonnes|dollars|million|billion))"
_UNIT = r"[ -]?(?:per ?cent|%|(?:US )?dollars?|euros?|yuan|roubles?|yen|tonnes?|barrels?|points?)(?![A-Za-z])"
_TOKEN = re.compile(
    rf"(?P<date>{DATE}|{_YEAR}|(?<=\b[Ii]n )(?:{MONTH})|(?<=\b(?:by|of) )(?:{MONTH}))"
    rf"|(?P<number>(?i:{FRACTION}|\b(?:{NUMBER_WORDS}))|(?<!\w){AMOUNT})(?:{_UNIT})?"
    r"|(?P<word>[^\W\d_]+(?:['-][^\W\d_]+)*|\d\w*-\w+)|(?P<end>[;:.!?()—–“”\"])|,"
)
_DIGITS = re.compile(r"\d+")
_MONTH = re.compile(MONTH)
_FIRST = re.compile(r"(?:^|[:;“\"«(]\s*)\W*([^\W\d_]+(?:-[^\W\d_]+)*)")
_NO_NAMES = _words(
    "much many several few one two another others nothing nobody everything today once never instead despite without "
    "meanwhile rather neither besides beyond across amid like unlike here thus hence still again nevertheless"
)
_JOINTS = _words("but while whereas although though because which who whose when whereupon")
_OF_TIME = _words("since after before")
_PRONOUNS = _words("it he she they its his their this that these which who whose")
_BE = _words("is are was were be been being")
_OF_A_VERB = ("ed", "ing")
_PARTICIPLE = ("ed", "n", "t", "ld", "de")


def is_country(word: str) -> bool:
    """Whether a word names a country that is known here, its people, or its capital."""
    return word.lower() in _ACTORS


def is_role(word: str) -> bool:
    """Whether a word is written small and yet exchanged like a name: who argues, and in what currency."""
    return word.lower() in _ROLES


@dataclass(frozen=True)
class Token:
    """A piece of a sentence: its kind (name, date, number, word, pronoun, end, other), key and text."""

    kind: str
    key: frozenset[str]
    text: str


def first_names(sentences: tuple[str, ...]) -> frozenset[str]:
    """The names inside sentences, and the words that begin a clause with a capital and are nowhere in small letters."""
    small = {word for one in sentences for word in re.findall(r"\b[a-z]+\b", one)}
    first = frozenset[str]().union(*map(first_words, sentences))
    named = (word for word in first if word[0].isupper() and not word.endswith(_OF_A_VERB))
    inside = {name.text for one in sentences for name in names(one)}
    return frozenset({word for word in named if word.lower() not in small | FUNCTION_WORDS | _NO_NAMES} | inside)


@lru_cache(4096)
def first_words(sentence: str) -> frozenset[str]:
    """The words that begin the clauses of a sentence."""
    return frozenset(found.group(1) for found in _FIRST.finditer(for_matching(sentence)))


@lru_cache(4096)
def tokens_of(text: str, called: frozenset[str]) -> tuple[Token, ...]:
    """The tokens of a sentence; a word of `called` is a name also where any word has a capital."""
    known = {one.start: one for one in names(text) if not all(map(_MONTH.fullmatch, one.parts))}
    for first in _FIRST.finditer(text):
        word, start = first.group(1), first.start(1)
        if start not in known and (word in called or word.lower() in _ACTORS):
            known[start] = Name(word, (word,), start, first.end(1))
    tokens: list[Token] = []
    at = 0
    while found := _TOKEN.search(text, at):
        name = next((known[start] for start in range(at, found.start() + 1) if start in known), None)
        if name and not found["date"]:
            key = _name(name)
            tokens.append(Token("name" if key else "word", key, name.text.lower()))
            at = name.end + 2 * text.startswith("'s", name.end)
        else:
            tokens.append(_token(found))
            at = found.end()
    return tuple(tokens)


def clauses(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The clauses of a sentence, the actor of each before what it does."""
    clause: list[Token] = []
    for at, token in enumerate(tokens):
        ends = token.kind == "end" or _joins(tokens, at, clause)
        if ends and any(one.key for one in clause):
            yield _active(clause)
            clause = []
        if token.kind != "end":
            clause.append(token)
    if clause:
        yield _active(clause)


def _token(found: re.Match[str]) -> Token:
    text = found.group().lower()
    if found["date"]:
        months = {"m" + one[:3].lower() for one in _MONTH.findall(found.group())}
        return Token(
            "date", frozenset({("y" if len(one) == 4 else "d") + one for one in _DIGITS.findall(text)} | months), text
        )
    if found["number"]:
        claimed = claimed_numbers(text, _LEAST_COUNT)
        near = {one for one in known_numbers(text) if "/" not in one} if claimed else set()
        return Token("number" if claimed else "other", claimed | near, text)
    if not found["word"]:
        return Token("end" if found["end"] else "other", frozenset(), text)
    if text in _PRONOUNS or text in FUNCTION_WORDS:
        return Token("pronoun" if text in _PRONOUNS else "other", frozenset(), text)
    if text in _ROLES:
        return Token("name", frozenset({_ROLES[text]}), text)
    return Token("word", frozenset({stem(text.removesuffix("'s"))}), text)


def _name(name: Name) -> frozenset[str]:
    """A name's words without titles, each country as one word; and its initials."""
    words = [re.sub(r"'s?$", "", word).lower() for word in re.split(r"[\s-]+", name.text)]
    words = [word for word in words if word not in FUNCTION_WORDS]
    if whole := _WHOLE.get(tuple(words)):
        return frozenset({whole})
    initials = {"".join(word[0] for word in words)} if len(words) > 2 else set()
    return frozenset(_ACTORS.get(word, word) for word in words if word not in _TITLES) | initials


def _joins(tokens: Sequence[Token], at: int, clause: Sequence[Token]) -> bool:
    """Whether a clause begins at a token."""
    text = tokens[at].text
    kinds = [one.kind for one in tokens[at + 1 : at + 3]]
    if text in _OF_TIME:
        return "date" not in kinds and "number" not in kinds
    if text == "," and kinds == ["name", "number"]:  # Mitsui owned 12.5 per cent, Mitsubishi 10
        return True
    if text == "and" and _is_pair(clause[::-1]) and _is_pair(_up_to_its_end(tokens[at + 1 : at + 8])[::-1]):
        return True
    return text in _JOINTS or (text in ("and", "so", "yet") and at > 0 and tokens[at - 1].text == ",")


def _up_to_its_end(tokens: Sequence[Token]) -> Sequence[Token]:
    return list(takewhile(lambda one: one.kind != "end", tokens))


def _is_pair(tokens: Sequence[Token]) -> bool:
    """Whether tokens, from behind, have a date or number and then a name: "Mitsui owned 12.5 and Mitsubishi 10"."""
    kinds = [one.kind for one in tokens if one.kind in ("name", "date", "number")]
    return "name" in kinds and kinds[0] != "name"


def _active(clause: list[Token]) -> list[Token]:
    """A clause with its "was sold by X" as "X sold", and "the buyer was X" as "X was the buyer"."""
    for by in (at for at, one in enumerate(clause) if one.text == "by"):
        agent = next((at for at in range(by + 1, min(by + 4, len(clause))) if clause[at].kind == "name"), None)
        be = next((at for at in range(by - 1, -1, -1) if clause[at].text in _BE), None)
        verb = by - 1 if be is None else be + 1
        if agent and 0 <= verb < by and clause[verb].text.endswith(_PARTICIPLE):
            while agent + 2 < len(clause) and clause[agent + 1].text == "and" and clause[agent + 2].kind == "name":
                agent += 2
            front = clause[: verb if be is None else be]
            return [*clause[by + 1 : agent + 1], clause[verb], *front, *clause[verb + 1 : by], *clause[agent + 1 :]]
    for at in range(1, len(clause) - 1):
        if clause[at].text in _BE and clause[at + 1].kind == "name" and clause[at + 1].text not in _ROLES:
            return [clause[at + 1], clause[at], *clause[:at], *clause[at + 2 :]]
    return clause
