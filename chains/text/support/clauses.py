"""How far a passage bears out a sentence, clause by clause, the conclusion drawn in it too.

"Banks hesitate, which shows a strong system" shares most of its words with a passage on banks that hesitate; what it
concludes from them the passage does not say. The clauses are told apart by English joints; words of the question prove
nothing, as every passage that was found for it has them. It knows words only, so not who does what. Text only.
"""

import re

from chains.text.content import content_words
from chains.text.support.agreement import Passage

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


def borne_out(sentence: str, passage: Passage, question: str = "") -> int:
    """The length of a sentence's beginning that a passage bears out: 0 for nothing, all of it where nothing is wanting.

    Two neighbouring sentences of the passage have enough of each clause's words beyond the question's.
    """
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
