"""Claims: which sentence of an opponent a turn answers, whether it does so, and whether it concedes it. Text only."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from chains.debating.record import DebateRecord
from chains.debating.spoken import SAID_BEFORE, plain
from chains.schemas import Claim, Turn
from chains.text.drafting.draft import stands_alone
from chains.text.echo import echo_share, outside_quotation
from chains.text.recital import asks_again
from chains.text.support.contradiction import takes_both
from vectorstore.text.sentences import ends_with_sentence, split_sentences, word_count
from vectorstore.text.words import FUNCTION_WORDS, stem

COPIED = 0.6  # of a sentence's 4-grams, out of a passage
_SHORTEST, _LONGEST = 6, 40  # words of a claim that can be quoted and answered
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NAME_OR_NUMBER = re.compile(r"(?<=[\w,;:] )[A-Z][a-z]+|\d")
_CONCEDES = re.compile(
    r"\b(?:i (?:concede|grant|admit|accept|agree)|(?:is|are) right (?:that|to|about)|(?:it|that) is true|"
    r"true(?:, | enough|, but)|conceded?|fair point|i do not (?:deny|dispute)|cannot be denied|granted,)",
    re.IGNORECASE,
)
# Words that refer to another's words, or to the debate: what follows is a report, not a claim on the matter.
_REPORTS = re.compile(
    r"\b(?:you|claims?|says? that|overlooks|leaves out|argues? that|said that|my opponent|this fact|the fact that|"
    r"the question (?:at hand|here) is|"
    r"this (?:position|argument|debate)|no one has used|nobody has used)\b",
    re.IGNORECASE,
)
# "This claim is incorrect because …", "The fact that … does not mean that …": worth only what is new in it.
_ON_A_CLAIM = re.compile(
    r"^\W*(?:(?:however|moreover|therefore|in fact),? )?(?:the|this|that|his|her|your|(?:[\w.-]+ ){0,3}[\w.-]+['’]s) "
    r"(?:claim|statement|sentence|assertion|argument|fact|position|view)\b.*?\b(?:"
    r"(?:is|are|was|were) (?:\w+ )?(?:incorrect|wrong|false|mistaken|misleading|untrue|correct|true|right|accurate|"
    r"a fact|based on|supported|a misunderstanding)|"
    r"(?:do|does|did)(?: not|n['’]t) (?:\w+ )?(?:mean|support|show|prove|reveal|change|imply|indicate))\b",
    re.IGNORECASE,
)
_NEW = 4  # content words; with fewer, a sentence on a claim is the claim once more


def claims_to_answer(record: DebateRecord, persona_id: str) -> list[Claim]:
    """Return the claims of opponents that a persona may answer, the best first.

    A claim is a whole sentence, word for word, that nobody answered yet; one nearly the same is taken only
    if there is no other. The latest turn comes first, in it what names a fact; behind all turns come the opponents'
    positions. What a passage says is a fact to bear, and no claim: asked to answer it, a small model denies it.
    """
    heard = record.heard_turns()
    answered = [turn.answers for _, turn in heard if turn.answers]
    passages = [chunk.text for chunk in record.table.values()]
    found: list[Claim] = []
    for n, turn in reversed(heard):
        if turn.persona_id != persona_id:
            found += sorted(
                claims_of(turn, n, passages), key=lambda claim: _NAME_OR_NUMBER.search(claim.sentence) is None
            )
    positions = [Claim(one.persona_id, one.text) for one in record.positions if one.text]
    found += [claim for claim in positions if claim.persona_id != persona_id]
    left = [claim for claim in found if claim not in answered]
    return [claim for claim in left if not any(_says_again(claim, one) for one in answered)] or left


def _says_again(claim: Claim, other: Claim) -> bool:
    return claim.persona_id == other.persona_id and echo_share(claim.sentence, [other.sentence]) >= SAID_BEFORE


def claims_of(turn: Turn, index: int, passages: Sequence[str] = ()) -> Iterator[Claim]:
    """Yield the sentences of a turn that claim something in the speaker's own words, not in those of passages."""
    for sentence in split_sentences(turn.text):
        text = plain(sentence.text)
        own = " ".join(outside_quotation(text))
        fits = _SHORTEST <= word_count(own) <= _LONGEST and ends_with_sentence(text) and not text.endswith("?")
        fits = fits and text[:1].isupper() and stands_alone(text) and not _REPORTS.search(own)
        if fits and echo_share(text, passages) <= COPIED:
            yield Claim(turn.persona_id, text, index)


def only_judges(sentence: str, said: Sequence[str]) -> bool:
    """Whether a sentence only calls a claim wrong, or right, and adds next to nothing to what was said.

    Args:
        said: the claim, and whatever else the sentence may say again, such as positions and the question.
    """
    known = frozenset[str]().union(*map(_content, said))
    judged = _ON_A_CLAIM.match(" ".join(outside_quotation(sentence)))
    return judged is not None and len(_content(sentence) - known - _JUDGING) < _NEW


def only_asks(sentence: str, question: str) -> bool:
    """Whether a sentence is the question once more: "The question at hand is whether ... or ..."."""
    return takes_both(sentence, question) or (" whether " in sentence and asks_again(sentence, question))


def touched(text: str, claim: str) -> float:
    """Return the share of a claim's content words that a text takes up, in [0, 1]."""
    wanted, has = _content(claim), _content(text)
    return len(wanted & has) / len(wanted) if wanted else 0.0


def concedes(text: str) -> bool:
    """Whether a turn says that its opponent is right in something."""
    return _CONCEDES.search(text) is not None


def contradicts(one: str, other: str) -> bool:
    """Whether a word that both sentences have is denied in one of them alone ("no power", "more power")."""
    first, second = _denied(one), _denied(other)
    shared = _content(one) & _content(other)
    return not first & second & shared and bool((first ^ second) & shared)


def overlap(one: str, other: str) -> float:
    """Return the share of the smaller sentence's content words that the other has too, in [0, 1]."""
    own, theirs = _content(one), _content(other)
    return len(own & theirs) / max(1, min(len(own), len(theirs)))


_DENIAL = re.compile(r"\b(?:no|not|never|nor|neither|without|cannot|hardly|\w+n['’]t)\b([^,;:.]*)", re.IGNORECASE)
_REACH = 6  # words behind a denial that it speaks of, to the end of its clause at most


def _denied(text: str) -> frozenset[str]:
    behind = (re.split(r"\b(?:but|and|while)\b", found.group(1))[0] for found in _DENIAL.finditer(text))
    return frozenset(stem(word) for clause in behind for word in _words(clause)[:_REACH])


@lru_cache(2048)
def _content(text: str) -> frozenset[str]:
    words = (word for word in _words(text) if word.isdigit() or len(word) > 3)
    return frozenset(stem(word) for word in words if word not in FUNCTION_WORDS)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


# What a sentence that judges a claim is made of, besides the claim.
_JUDGING_WORDS = """claim statement sentence assertion argument fact position view incorrect wrong false mistaken
    misleading untrue correct true right accurate based supported misunderstanding mean support show prove reveal change
    imply indicate evidence necessarily actually because"""
_JUDGING = _content(_JUDGING_WORDS)
