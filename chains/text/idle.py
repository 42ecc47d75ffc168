"""Idle sentences: advice and weight that any text could have, without a name or number beyond the question's; what says
only itself: "What decides the matter is that what decides the matter is."; and what names nothing: "This is not a lie."

English phrases, read off the output of instruct models. Text only.
"""

import re
from collections.abc import Sequence

from chains.text.content import content_words
from chains.text.ngrams import units
from chains.text.support.entities import unsupported_entities

# Advice without anybody or anything in it, which any text could end with. Idle only in a sentence that has no name or
# number beyond the question's. Of 4,583 sentences of speeches at the United Nations these find 1.4%.
_ADVISED = (
    r"\b(?:to|and|also|should|must|could|by|on|involves?|include|requires?) (?:(?:carefully|closely|further|also) )?"
)
# "a significant step towards …": of the same sentences 0.1%. In earnest at times, so no defect: a draft leaves it out.
_OF_WEIGHT = re.compile(
    r"\ba (?:\w+ )?(?:significant|important|crucial|key|major|stark|vital|notable|positive|clear) (?:step|achievement|"
    r"development|milestone|reminder|factor|aspect|role|move|shift|blow|challenge|part|sign|impact|concern|issue|"
    r"opportunity|advantage)s?\b",
    re.IGNORECASE,
)
_OF_ITSELF = re.compile(
    r"\W*this is (?:an? |the )?(?:statement|list|summary|description) of\b"
    r"|\W*this is (?:not )?(?:just |only |merely |simply )?an? (?:debate|discussion|explanation|account)\b"
    # What is said of an argument instead of giving one.
    r"|\W*(?:this|that|it|this (?:statement|fact|claim|argument|point)) is (?:also |indeed |clearly )?"
    r"an? (?:[\w-]+ ){0,2}(?:argument|counterargument|fallacy|misrepresentation)\b"
    r"|\W*(?:this|that) is an? (?:\w+ )?example of an? (?:[\w-]+ ){0,2}(?:argument|fallacy|debate)\b"
    r"|\W*this (?:statement|claim|argument) is (?:\w+ )?(?:crucial|important|essential|central|key) (?:for|to|in)\b"
    r"|\W*(?:this|that|it) is an? (?:complex|complicated|nuanced|multifaceted) (?:issue|question|matter|topic) "
    r"(?:with|that (?:requires|involves|depends|needs))\b",
    re.IGNORECASE,
)
# What points back, and is something: "It's", "This fact is not only", "That has never been".
_MAY = r"(?:has|have|had|will|would|may|might|can|could|must|should|cannot)(?: not| never)?"
_BE = rf"(?:is|are|was|were|{_MAY} (?:be|been))"
_POINTING = re.compile(
    r"\W*(?:(?:and|but|so|yet|indeed|however|moreover|therefore|in fact|after all|of course|clearly),? )?"
    r"(?:this|that|it|these|those|all (?:of )?this)(?: (?:fact|point|situation|matter|thing|kind)s?)?"
    rf"(?:['’]s| {_BE}(?:n['’]t)?)\b"
    r"(?P<said>(?: (?:not|never|only|just|merely|simply|also|indeed|clearly|certainly|truly|really|perhaps))*"
    r"(?: an? .*| the (?:truth|fact|case|reality|point|thing)\b.*))",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(r"\d|(?<=[\w,;:] )[A-Z][a-z]")
_MOST_SAID = 3  # content words; with more, a sentence says something, though nothing that was read
IDLE_CLAUSE = re.compile(
    rf", which (?:is|was|has been|marks|represents) {_OF_WEIGHT.pattern}[^,;]*(?=[.!]$)", re.IGNORECASE
)
_BEGINNING = 4  # words of a sentence
_PHRASES = (
    rf"{_ADVISED}(?:monitor|assess|consider|explor|address|examin|evaluat|analy[sz]|identif)(?:e|y|ing)? "
    r"(?:that |the |these |those |this |their |its |any |all |both |how |whether |ways |potential )",
    rf"{_ADVISED}ensur(?:e|ing) that\b",
    rf"{_ADVISED}(?:foster|promot|encourag|enhanc|strengthen|prioriti[sz]|facilitat)(?:e|ing)? "
    r"(?:[\w-]+ ){0,3}(?:dialogue|cooperation|collaboration|understanding|transparency|stability|growth|development|"
    r"resolution|trust|ties|relations|capabilities|governance|mechanisms|resilience)\b",
    rf"{_ADVISED}(?:develop|implement|establish)(?:ing)? (?:[\w-]+ ){{0,3}}"
    r"(?:strateg(?:y|ies)|mechanisms?|frameworks?|measures|policies|guidelines)\b",
    rf"{_ADVISED}(?:engag(?:e|ing) in|work(?:ing)? together|collaborat(?:e|ing)|find(?:ing)? common ground)\b",
    r"\bit (?:is|will be|would be|may be|remains) (?:also )?(?:important|crucial|essential|vital|imperative|critical) "
    r"(?:to|that)\b",
    r"\b(?:deeper|further|comprehensive|thorough) (?:analysis|research|study|examination|review|understanding)\b",
    r"\b(?:nuanced|balanced|holistic|comprehensive|multifaceted) (?:approach|consideration|understanding|view)\b",
    r"\bcomplex\b[^.]{0,40}\b(?:depends|requires|factors)\b|\bmultifaceted\b|\bvarious factors\b",
    r"\b(?:remains to be seen|only time will tell|strike a balance|all stakeholders)\b",
)
_ADVICE = re.compile("|".join(_PHRASES), re.IGNORECASE)


def advises(sentence: str, question: str) -> bool:
    """Whether a sentence advises what any text could, and names nothing that the question does not."""
    return bool(_ADVICE.search(sentence)) and not unsupported_entities(sentence, [question])


def says_itself(sentence: str) -> bool:
    """Whether a sentence begins again and ends without another word."""
    words = units(sentence)
    starts = (at for at in range(_BEGINNING, len(words)) if words[at : at + _BEGINNING] == words[:_BEGINNING])
    return any(set(words[at:]) <= set(words[:at]) for at in starts)


def names_nothing(sentence: str, known: Sequence[str]) -> bool:
    """Whether a sentence only says what "this" or "it" is, in a few words that have nothing to do with the matter.

    Args:
        known: the question, the passages and the positions: whoever takes up a word of theirs says something.
    """
    pointing = _POINTING.fullmatch(sentence.strip())
    if _OF_ITSELF.match(sentence):
        return True
    if pointing is None or _NAMED.search(pointing["said"]):
        return False
    said = content_words(pointing["said"])
    return len(said) <= _MOST_SAID and not any(said & content_words(text) for text in known)


def is_idle(sentence: str, question: str, known: Sequence[str] = ()) -> bool:
    """Whether a sentence advises so, says how significant a matter is, names nothing, or says only itself.

    Args:
        known: as ``names_nothing``; without it that is not asked.
    """
    if _OF_ITSELF.match(sentence) or says_itself(sentence) or (known and names_nothing(sentence, [question, *known])):
        return True
    weighs = _OF_WEIGHT.search(sentence) and not unsupported_entities(sentence, [question])
    return bool(weighs) or advises(sentence, question)
