"""How far a passage bears out a sentence, clause by clause, the conclusion drawn in it too.

"Banks hesitate, which shows a strong system" shares most of its words with a passage on banks that hesitate; what it
concludes from them the passage does not say. The clauses are told apart by English joints, and support ends where
copied words go on with words that the passage lacks. Words of the question prove nothing, as every passage that was
found for it has them. It knows words only, so not who does what. Text only.
"""

import re

from chains.text.content import content_words, words_in_order
from chains.text.support.agreement import Passage
from chains.text.support.entities import names

_CONCLUDES = (
    r"(?:means?|meant|meaning|suggest(?:s|ing)?|show(?:s|ed|ing)?|indicat(?:es?|ing)|demonstrat(?:es?|ing)|reveals?|"
    r"impl(?:ies|ying)|reflecting|highlights?|leads? to|led to|result(?:s|ed)? in|allow(?:s|ed)|serves? as|"
    r"evident from|evidenced? by)\b(?: the fact)?(?: that)?"
)
_JOINT = re.compile(
    rf",? ?\b(?P<concludes>{_CONCLUDES})|,? (?P<reason>because|due to|owing to|as a result of)\b"
    r"|, (?P<ground>as)(?= (?!(?:an?|did|do|does|far|for|if|in|is|are|was|were|long|many|much|of|part|soon|such|"
    r"well|with|it|they|he|she|this|the)\b))"
    r"|,? (?:which|who|whose|so that|although|while|whereas|but)\b|;"
    r"|, (?:and|so|giving|making|leading|allowing|as(?= (?:it|they|he|she|this|the)\b))\b",
    re.IGNORECASE,
)
# The writer's own judgement, conclusion and supposition, with which closes begin; and what in a passage bears them out.
_JUDGES = re.compile(r"\W*(?:what decides the matter is (?!that\b|the fact that\b)|the next step is\b)", re.IGNORECASE)
_FOLLOWS = re.compile(
    r"\W*(?:what decides the matter is|the consequence is|the cost falls on|those who (?:gain|lose) by this are)\b",
    re.IGNORECASE,
)
# Who gains or pays is the writer's judgement too, unless the passage says so.
_WEIGHS = re.compile(r"\W*(?:those who (?:gain|lose) by this are|the cost falls on)\b", re.IGNORECASE)
_GAINS = re.compile(
    r"\b(?:gain\w*|los(?:e|es|ing|t|s|ses|ers?)|benefit\w*|profit\w*|costs?|costly|pa(?:y|ys|id|ying)|suffer\w*|hurts?|"
    r"winners?|richer|poorer)\b",
    re.IGNORECASE,
)
_SUPPOSES = re.compile(r"\W*(?:(?:however|but|and),? )?(?:if|unless)\b", re.IGNORECASE)
_SUPPOSED = re.compile(r"\b(?:if|unless|whether|when|whenever|would|could|can|may|might)\b", re.IGNORECASE)
_GROUNDS = (
    r"\b(?:because|since|so|therefore|thus|hence|due|owing|reasons?|why|fear|caus\w+|led|explain\w*|explanation|results?|"
    r"prompted|in (?:answer|response|protest|return)|thanks)\b"
)
_GROUND = re.compile(_GROUNDS, re.IGNORECASE)
_REASON = re.compile(rf"{_GROUNDS}|:", re.IGNORECASE)  # "The design: keep the barrels flowing"
# What sentences say of what they say.
_OF_SPEECH = content_words(
    "mean suggest show indicate demonstrate reveal imply reflect highlight lead result allow serve evident evidence "
    "fact matter decide hold argue answer say claim assert conclude significant important key crucial additionally "
    "instead however consequence next step follow"
)
_LEAST = 2  # content words of a clause; a shorter one is told with the next
_LEAST_ALONE = 4  # content words of a sentence's beginning that is cited without its end
# Read off sentences of a 1.5B model's answers; of claims and the paragraph that a person gave as their evidence, the
# first costs a tenth of those that passed.
_BORNE_OUT, _CONCLUSION = 0.4, 0.67
# So many content words in a row that the passage lacks, behind so many that it has, are an invented end. Of copied
# sentences that went on with words of another text 93% passed without this rule and 11% pass with it; of 1,500 claims
# with the paragraph that a person gave as their evidence, 54% passed and 51% do (``benchmarks.invented_ends``).
_STRANGE, _BEHIND = 2, 6
_DATED = re.compile(r"(?:(?:,? (?:in|on|of|by|since|from|at|until|after|before))? \d[\d.,]*(?<=\d)(?: ?per ?cent|%)?)?")


def borne_out(sentence: str, passage: Passage, question: str = "") -> int:
    """The length of a sentence's beginning that a passage bears out: 0 for nothing, all of it where nothing is wanting.

    Two neighbouring sentences of the passage have enough of each clause's words beyond the question's, and no stretch
    of words behind them is strange to the passage.
    """
    if _says_only_names(sentence, passage):
        return 0
    until = _by_clauses(sentence, passage, question)
    return min(until, _until_strange(sentence, passage, question))


def _says_only_names(sentence: str, passage: Passage) -> bool:
    """Whether all that a sentence shares with a passage are names: "The story of the bank is a tale of greed"."""
    named = content_words(" ".join(name.text for name in names(sentence)))
    said = content_words(sentence) - _OF_SPEECH - named
    return len(said) >= _LEAST and not said & passage.content


def _until_strange(sentence: str, passage: Passage, question: str) -> int:
    """The length of a sentence up to where it leaves its passage for an invented end; all of it where it does not."""
    asked = content_words(question)
    known = strange = end = 0
    for word, at in words_in_order(sentence):
        if word in _OF_SPEECH:
            continue
        if word in passage.content or word in asked:
            known, strange, end = known + (word in passage.content), 0, at
            continue
        strange += 1
        if strange == _STRANGE and known >= _BEHIND:
            dated = _DATED.match(sentence, end)
            return dated.end() if dated else end
    return len(sentence)


def _by_clauses(sentence: str, passage: Passage, question: str) -> int:
    """The length of the beginning whose clauses have enough of their words in the passage."""
    if _JUDGES.match(sentence) or any(
        begins.match(sentence) and not _has(sentence, passage, said)
        for begins, said in ((_SUPPOSES, _SUPPOSED), (_WEIGHS, _GAINS))
    ):
        return 0
    at, good, told, concludes, reason = 0, 0, frozenset[str](), bool(_FOLLOWS.match(sentence)), None
    for joint in [*_JOINT.finditer(sentence), None]:
        end = joint.start() if joint else len(sentence)
        said = content_words(sentence[at:end]) - _OF_SPEECH
        told |= said - content_words(question)
        if len(told) >= _LEAST or (told and not joint and not good) or (concludes and said and not joint):
            shared = max(len(told & near) for near in passage.neighbours)
            is_reason = reason is None or _has(sentence[at:end], passage, reason)
            is_drawn = not concludes or max(len(said & near) for near in passage.neighbours) >= _CONCLUSION * len(said)
            if shared < (_CONCLUSION if concludes else _BORNE_OUT) * len(told) or not (is_reason and is_drawn):
                return good if len(content_words(sentence[:good])) >= _LEAST_ALONE else 0
            good, told = end, frozenset()
        if joint:
            at, concludes = joint.end(), bool(joint["concludes"])
            is_about = content_words(sentence[:end]) - _OF_SPEECH  # of nothing: "This matters because"
            reason = (_REASON if joint["reason"] else _GROUND if joint["ground"] else None) if is_about else None
    words = content_words(sentence)  # of the question alone: "What decides the matter is" the question
    is_told = not words & _OF_SPEECH and max(len(words & near) for near in passage.neighbours) >= _CONCLUSION * len(
        words
    )
    return len(sentence) if good or is_told else 0


def _has(clause: str, passage: Passage, what: re.Pattern[str]) -> bool:
    """Whether a sentence of the passage that has enough of a clause's words says so."""
    said = content_words(clause)
    near = [one for one in passage.sentences if len(said & content_words(one)) >= _BORNE_OUT * len(said)]
    return any(what.search(one) for one in near)
