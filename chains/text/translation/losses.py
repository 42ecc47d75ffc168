"""What is wrong with a translation, as far as rules can see that know little of its language."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from chains.schemas import TranslationFault
from chains.text.refusal import is_abstention
from chains.text.support.numbers import claimed_numbers, is_in_words, known_numbers
from chains.text.translation.amounts import amounts, lost_amounts
from chains.text.translation.faults import faults_of
from chains.text.translation.names import lost_terms
from chains.text.translation.spelling import plain
from vectorstore.text.sentences import CITATION


@dataclass(frozen=True)
class Losses:
    """What a translation lost, what it added, and why it is none; false if nothing is wrong."""

    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    faults: tuple[TranslationFault, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.weight)

    @property
    def weight(self) -> int:
        """How many things are wrong."""
        return len(self.missing) + len(self.added) + len(self.faults)


def losses_of(
    text: str, translation: str, language: str, glossary: Mapping[str, str] | None = None, least: int = 0
) -> Losses:
    """Compare a text with its translation.

    Args:
        language: the code of the translation's.
        glossary: the terms in the text, and their translations.
        least: how many words the translation has at least.
    """
    faults = faults_of(text, translation, language, least)
    if is_abstention(text):
        return Losses(faults=faults)
    added = Counter(CITATION.findall(plain(translation))) - Counter(CITATION.findall(plain(text)))
    return Losses(missing_from(text, translation, language, glossary), tuple(added), faults)


def missing_from(
    text: str, translation: str, language: str, glossary: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Name what is in a text and not in its translation: markers, numbers, and the glossary's translations.

    Each is named once, in that order. A marker and a number have to be there as often as in the text, a term once.
    Digits of any script count, as do 1,000 for 1000 and 15億 for 1.5 billion. A number in digits that the translation
    writes in words that are not read is named, for a reader to look at. A number in words of the glossary is a term.
    """
    lost = Counter(CITATION.findall(plain(text))) - Counter(CITATION.findall(plain(translation)))
    settled = {term.lower() for term in glossary or {} if is_in_words(term)}
    numbers = [one for one in lost_amounts(text, translation, language) if one.lower() not in settled]
    terms = _lost_terms(translation, glossary or {}, language)
    return tuple(dict.fromkeys([*lost, *numbers, *terms]))


def _lost_terms(translation: str, glossary: Mapping[str, str], language: str) -> list[str]:
    """The terms without their translation; of a number in words, its digits will do."""
    lost = lost_terms(translation, glossary.values(), language)
    if not lost:
        return []
    known = known_numbers(plain(translation))
    known |= {f"{value.normalize():f}" for one in amounts(translation, language) for value in one.values}
    kept = {wanted for term, wanted in glossary.items() if is_in_words(term) and claimed_numbers(term) <= known}
    return [wanted for wanted in lost if wanted not in kept]
