"""Whether a translation has a term: as words of their own, in the cases of its language, and not inside another name.

Niger is not in Nigeria, China not in Indochina, インド not in インドネシア, 俄罗斯 not in 白俄罗斯. Adjectives made of
a name are another word. Two names in each other's place are not noticed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from chains.text.translation.spelling import plain
from vectorstore.text.letters import UNSPACED

_UNSPACED = re.compile(f"[{UNSPACED}]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30fe\uff66-\uff9f]")
# What a name's case or number adds, behind what it takes away; the other languages add next to nothing.
_ENDINGS: Mapping[str, tuple[str, str]] = {
    "de": ("e?", "|s|es|n|en|e|er|em|ern"),
    "es": ("[aoe]?", "|s|es|a|o|e|as|os"),
    "fr": ("[e]?", "|s|e|es|x"),
    "pt": ("[aoe]?", "|s|es|a|o|e|as|os"),
    "ru": (
        "[аяйьоеыи]|ый|ий|ой|ая|яя|ое|ее|ые|ие|",
        "|а|я|у|ю|е|и|ы|о|й|ь|ой|ей|ом|ем|ём|ам|ям|ами|ями|ах|ях|ов|ев|ью|"
        "ый|ий|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ыми|ими|ую|юю|ых|их",
    ),
    "fa": ("", "|ها|های|هایی|(?<=[اوه])یی?|(?<=ه)ای"),
    "ar": ("", "|ا|ان|ین|ون|ات"),
}
_MANY = "|s|es|'s"
_LEAST_STEM = 3  # letters of a name that its ending leaves
_FLEETING = re.compile(r"[еоё](?=[бвгджзйклмнпрстфхцчшщ]\Z)")  # Египет, Египта
# Names of countries, seas and peoples that begin or end with another country's (from CLDR).
_LONGER_ENGLISH = "South Sudan|Guinea-Bissau|Equatorial Guinea|(?:Papua )?New Guinea|Northern Ireland"
_LONGER = (
    "印度尼西亚|印度尼西亞|印度支那|印度洋|白俄罗斯|白俄羅斯|南苏丹|南蘇丹|索马里|索馬里|马里亚纳|几内亚比绍|赤道几内亚|"
    "巴布亚新几内亚|法属圭亚那|加纳利|多米尼加|北朝鮮|南朝鮮|"
    "Soudan du Sud|Sud[áa]n del Sur|Sudão do Sul|Южн[^\\W\\d_]+ Судан[^\\W\\d_]*|سودان جنوبی|جنوب السودان|"
    "Guin(?:ea|ée|é)[ -]Biss?[aá]u|Гвине[^\\W\\d_]+[ -]Бисау|گینه[ -]?بیسائو|غینیا[ -]بیساو|"
    "Guinée équatoriale|Guinea Ecuatorial|Guiné Equatorial|Экваториальн[^\\W\\d_]+ Гвине[^\\W\\d_]+|گینه استوایی|"
    "Irlande du Nord|Irlanda del Norte|Irlanda do Norte|Северн[^\\W\\d_]+ Ирланди[^\\W\\d_]+|ایرلند شمالی|"
    "ایرلندا الشمالیة"
)


def standing(glossary: Mapping[str, str], text: str) -> dict[str, str]:
    """The glossary's terms that are in a text as words, but for those that are only there as part of a longer one."""
    found = set()
    for longer in set(re.findall(_LONGER_ENGLISH, text)) - glossary.keys():
        text = text.replace(longer, "\0")
    for term in sorted(glossary, key=len, reverse=True):
        text, times = re.subn(rf"(?<!{_beside(term[:1])}){re.escape(term)}(?!{_beside(term[-1:])})", "\0", text)
        found |= {term} if times else set()
    return {term: wanted for term, wanted in glossary.items() if term in found}


def lost_terms(translation: str, wanted: Iterable[str], language: str = "") -> list[str]:
    """Return the terms that a translation does not have; a longer one's words do not count for a shorter one."""
    text = plain(translation)
    terms = {term: plain(term).strip() for term in wanted}
    for longer in re.findall(_LONGER, text):
        if not any(re.fullmatch(_form(said, language), longer, re.IGNORECASE) for said in terms.values()):
            text = text.replace(longer, "\0")
    lost = set()
    for term, said in sorted(terms.items(), key=lambda pair: len(pair[1]), reverse=True):
        text, there = _taken_out(text, said, language)
        lost |= set() if there else {term}
    return [term for term in terms if term in lost]


def _taken_out(text: str, term: str, language: str) -> tuple[str, bool]:
    """Take a term out of a text, and say whether it was there; its words may be apart."""
    rest, times = re.subn(_form(term, language), "\0", text, flags=re.IGNORECASE)
    if times:
        return rest, True
    words = [] if _UNSPACED.search(term) else term.split()
    apart = len(words) > 1 and all(re.search(_form(word, language), text, re.IGNORECASE) for word in words)
    return text, apart


def _form(term: str, language: str) -> str:
    """A pattern of a term in all its cases."""
    if _UNSPACED.search(term):
        return rf"(?<!{_beside(term[:1])}){re.escape(term)}(?!{_beside(term[-1:])})"
    words = term.split()
    forms = r"[\s\-]+".join(rf"(?:{'|'.join(_forms(word, language))})" for word in words)
    return rf"(?<![^\W{UNSPACED}]){_before(language)}{forms}(?![^\W{UNSPACED}])"


def _before(language: str) -> str:
    """Arabic writes and, with, for and the article in one with a word."""
    return "[وف]?[بكلک]?(?:ال|ل)?" if language == "ar" else ""


def _forms(word: str, language: str) -> Iterator[str]:
    word = re.sub(r"\Aال(?=\w{3})", "", word) if language == "ar" else word
    yield re.escape(word)
    taken, added = _ENDINGS.get(language, ("", _MANY))
    if language == "ar" and word.endswith("ة"):
        yield re.escape(word[:-1]) + "ت?ه?"
    if len(word) < _LEAST_STEM or word.isupper():  # BRICS has no cases, but a plural or a hyphen
        yield rf"{re.escape(word)}(?:'?s)?"
        return
    stems = {re.sub(rf"(?:{taken})\Z", "", word, count=1, flags=re.IGNORECASE) if taken else word, word}
    stems |= {_FLEETING.sub("", stem) for stem in stems if language == "ru"}
    for stem in sorted(stems):
        if len(stem) >= min(_LEAST_STEM, len(word)):
            yield rf"{re.escape(stem)}(?:{added})"


def _beside(edge: str) -> str:
    """What stands beside the first or last letter of a term only if the term is part of a longer word.

    Words in scripts without spaces touch each other: of them only a run of katakana is known to be one word.
    """
    if _KATAKANA.match(edge):
        return _KATAKANA.pattern
    return r"[^\s\S]" if _UNSPACED.match(edge) else rf"[^\W{UNSPACED}]"
