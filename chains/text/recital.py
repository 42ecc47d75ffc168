"""Recital: repeating the persona's description, the instruction, an earlier sentence or another speaker.

Recognised by n-grams, with "I" and "you", "my" and "your" treated as equal. Text only; paraphrases are not seen.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby

from chains.text.echo import outside_quotation
from chains.text.ngrams import Gram, ngrams, units
from vectorstore.text.words import FUNCTION_WORDS

_PERSON = {"you": "i", "she": "i", "he": "i", "they": "i", "we": "i", "me": "i", "him": "i", "them": "i", "us": "i"}
_OWNER = dict.fromkeys(["your", "her", "his", "their", "our"], "my")
_BE = {"are": "am", "is": "am", "have": "am", "has": "am", "was": "am", "were": "am", "i'm": "i", "you're": "i"}
_SAME = _PERSON | _OWNER | _BE
_RUN_OF_WORDS = 5  # descriptions and instructions are so particular that five of their words come by no chance
_GRAM = 4
_SAID_AGAIN = 0.6  # of a sentence's 4-grams; of two sentences on one fact that differ in their words, few are shared
_LONG_RUN = 7  # 4-grams in a row, so ten words: no two sentences come to share them
_LEAST = 8  # words: shorter sentences ("I reject this.") may come twice
_ASKED_AGAIN = 0.7  # of a question's 4-grams in one sentence
_AS_MYSELF = re.compile(r"\W*as (?:an? |the )?([^,.]{3,80}), i\b", re.IGNORECASE)
_OF_ITSELF = 0.6  # of the words by which it names itself, out of the description
_ADDED = 5  # content words beyond the question's own; with fewer the sentence says nothing new
_YES_OR_NO = re.compile(
    r"^(?:given that [^,]*, )?"
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may|might)\b",
    re.IGNORECASE,
)
_INTRODUCED = (  # "Eleanor Whitcombe, a British diplomat who …": her description, not her words
    r"{0}(?:,| is| was) (?:an? |the )?(?:[\w-]+ ){{0,3}}(?:who|diplomat\w*|strategist|professor|expert|writer|"
    r"politician|scholar|economist|jurist|researcher)\b"
    # "The claim of Eleanor Whitcombe is that …": what was to be answered, told again as a thing.
    r"|(?:the|this) (?:claim|statement|argument|position|view) (?:of|by|from|made by) {0}(?: is that\b|, (?:an?|the) )"
)
_SECTION = re.compile(r"(?m)^#{2,4}[ \t]*(.*?)[ \t:]*$")


def recites(sentence: str, grams: frozenset[Gram]) -> bool:
    """Whether a sentence repeats one of these runs (see ``of_voice``, ``of_instruction``)."""
    return not grams.isdisjoint(_grams(sentence, _RUN_OF_WORDS))


@lru_cache(256)
def of_voice(voice: str, known: tuple[str, ...]) -> frozenset[Gram]:
    """The runs of words that only the persona's description has."""
    return frozenset(_grams(f"You are {voice}", _RUN_OF_WORDS)) - _all(known, _RUN_OF_WORDS)


@lru_cache(256)
def of_instruction(prompt: str, known: tuple[str, ...]) -> frozenset[Gram]:
    """The runs of words of a prompt's instruction: no listed point, passage, question, or what others said."""
    pieces = _SECTION.split(prompt)  # text, heading, text, heading, text …
    told = [pieces[0], *(body for title, body in zip(pieces[1::2], pieces[2::2], strict=True) if _instructs(title))]
    lines = [line for text in told for line in text.split("\n") if not re.match(r"\s*(?:- |Question:|\[\d)", line)]
    return _all(lines, _RUN_OF_WORDS) - _all(known, _RUN_OF_WORDS)


def asks_again(sentence: str, question: str) -> bool:
    """Whether a sentence has nearly all of a question of eight words or more, and adds next to nothing to it.

    "The exclusions taught them that they must build pipes of their own" answers what they were taught.
    """
    asked = set(ngrams(question, _GRAM))
    repeats = len(asked & set(ngrams(sentence, _GRAM))) >= _ASKED_AGAIN * len(asked)
    added = set(units(sentence)) - set(units(question)) - FUNCTION_WORDS
    return len(asked) > _LEAST - _GRAM and repeats and len(added) < _ADDED


def introduces(sentence: str, voice: str, speakers: Sequence[str] = ()) -> bool:
    """Whether a sentence begins by saying whose it is: "As a professor …, I firmly believe", or who a speaker is."""
    if any(re.match(_INTRODUCED.format(re.escape(name)), sentence, re.IGNORECASE) for name in speakers):
        return True
    named = _AS_MYSELF.match(sentence)
    own = {unit for unit in units(named[1]) if unit not in FUNCTION_WORDS} if named else set()
    return bool(own) and len(own & set(units(voice))) >= _OF_ITSELF * len(own)


def is_yes_or_no(question: str) -> bool:
    """Whether a question can be answered by putting it as a statement: it asks whether, and gives no alternative."""
    return bool(_YES_OR_NO.search(question)) and " or " not in question


def said_again(sentences: Sequence[str], said_before: Iterable[str] = ()) -> list[bool]:
    """For each sentence, whether most of it is in an earlier one, or in what was said before.

    Quotations are left out; a sentence of fewer than eight words is never taken for a repetition.
    """
    said = {gram for text in said_before for gram in ngrams(text, _GRAM)}
    alone = bool(said)  # what others said: a text's own repetitions are another matter
    found: list[bool] = []
    for sentence in sentences:
        grams = [gram for stretch in outside_quotation(sentence) for gram in ngrams(stretch, _GRAM)]
        again = [gram in said for gram in grams]
        long = len(grams) > _LEAST - _GRAM
        found.append(long and (sum(again) >= _SAID_AGAIN * len(again) or _longest_run(again) >= _LONG_RUN))
        if not alone:
            said |= set(grams)
    return found


def _longest_run(flags: Sequence[bool]) -> int:
    return max((len(list(group)) for flag, group in groupby(flags) if flag), default=0)


def _instructs(title: str) -> bool:
    return title.strip().lower().startswith(("instruction", "task", "response"))


def _grams(text: str, n: int) -> list[Gram]:
    words = [_SAME.get(word, word) for word in units(text)]
    return [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]


def _all(texts: Iterable[str], n: int) -> frozenset[Gram]:
    return frozenset(gram for text in texts for gram in _grams(text, n))
