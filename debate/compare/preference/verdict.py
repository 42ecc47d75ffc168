"""Read which of two answers a judge's reply prefers. Text only; what is not said for sure is unreadable, never guessed.

A reply is the name of an answer, or one of a few English sentences about it ("The better one is 2", "I prefer the first
answer", "1 is worse than 2"), and perhaps a reason. A reply that takes its verdict back, or gives two, is unreadable.
"""

import re
import unicodedata
from typing import Literal

from vectorstore.text.words import FUNCTION_WORDS

Said = Literal["first", "second", "neither", "unreadable"]

_NOUN = r"(?:answer|response|option|choice|number|no\.?)"
_FIRST, _SECOND = (
    rf"(?:(?:the )?(?:{_NOUN} ?(?:{sign}|{word})|{sign}|{word}|{place}(?: (?:one|{_NOUN}))?))(?!\w|[/.,:]\d)"
    for sign, word, place in (("1", "one", "(?:first|1st)"), ("2", "two", "(?:second|2nd)"))
)
_ONE_OF_THEM = f"(?:{_FIRST}|{_SECOND})"
_SAID, _OTHER = f"(?P<said>{_ONE_OF_THEM})", f"(?P<other>{_ONE_OF_THEM})"
_HOW = "(?:(?:clearly|definitely|slightly|much|far|significantly|marginally|overall|simply|a bit|a little|the) )*"
_KIND = "(?: (?:one|answer|response|option|choice|of (?:the two|both|them)))*"
_BETTER = f"(?:better|best|stronger|superior|preferable|preferred|more accurate|more correct){_KIND}"
_WORSE = f"(?:worse|weaker|inferior|poorer|less accurate|less correct){_KIND}"
_IS = "(?:is|was|seems|appears|looks|would be)"
_CHOOSE = "(?:choose|chose|prefer|pick|select|favou?r|go (?:for|with)|vote(?: for)?|decide (?:for|on))"
_WOULD = "(?: would| will|['’]d|['’]ll)?"
_LABEL = "(?:(?:my|the|final) )*(?:answer|verdict|choice|decision|preference|judge?ment|response|winner)"

_LEAD = re.compile(
    r"(?:(?:sure|okay|ok|well|certainly|overall|so|therefore|thus)[,:.!]? "
    rf"|(?:i{_WOULD} (?:think|believe|say|find|conclude)|in my (?:opinion|view))(?: that)?[,:]? "
    r"|(?:based on|given|according to|judging by|from) the (?:passages?|context|text)(?: given| provided)?,? )+"
)
_NAMED = re.compile(_SAID)
# Sentences that give a verdict, and whether it is for the other answer than the one that they name.
_SENTENCES = [
    (re.compile(f"(?:{_LABEL}(?: is| ?[:=])|(?:the )?{_BETTER}(?: {_IS})?) ?[:=-]? ?{_SAID}"), False),
    (re.compile(f"i{_WOULD} {_CHOOSE} {_SAID}(?: (?:over|to|rather than|instead of) {_OTHER})?"), False),
    (re.compile(f"{_SAID} (?:{_IS} {_HOW}{_BETTER}|wins|beats)(?: (?:than|to|over|against))?(?: {_OTHER})?"), False),
    (re.compile(f"{_SAID} (?:answers|addresses) the question {_HOW}better(?: than {_OTHER})?"), False),
    (re.compile(f"{_SAID} ?>+ ?{_OTHER}"), False),
    (re.compile(f"{_SAID} {_IS} {_HOW}{_WORSE}(?: (?:than|to) {_OTHER})?"), True),
    (re.compile(f"{_SAID} ?<+ ?{_OTHER}"), True),
]
_ALIKE = (
    r"(?:equal(?!\w)|tied|alike|identical|equivalent|comparable|(?:about |much )?the same|equally \w+|of equal \w+)"
)
_NEITHER = re.compile(
    r"(?:it is |it['’]s )?(?:a )?(?:tie|draw)\b|none\b|no preference\b|i have no preference\b|1 ?=+ ?2\b|2 ?=+ ?1\b"
    rf"|neither(?: 1 nor 2| one| (?:answer|response)| of (?:them|the two|the answers))?(?: {_IS} {_HOW}{_BETTER})?"
    rf"|(?:(?:they|both|the two|the answers|1 and 2|answers 1 and 2)(?: (?:answers|responses|of them))? (?:are|is) "
    rf"(?:both )?)?{_ALIKE}|both(?!\w)"
)
_BECAUSE = "(?:because|since|as|for|due to)"
_ENDS = re.compile(rf"$|[.,;:!)]| ?\(| -| {_BECAUSE}\b")
_REASON = re.compile(rf" ?[,;(]| {_BECAUSE}\b|[.,:;!)-]* (?:because|since|as|it|its)\b")  # behind a name alone
_TAKES_BACK = re.compile(
    r"\b(?:but|however|although|though|yet|except|unless|if|maybe|perhaps|while|whereas|on the other hand)\b|\?"
)
# Behind a name alone, a reason with such a word may be one against it; behind a sentence, only what is said of it.
_AGAINST = re.compile(
    r"\b(?:worse|worst|weak\w*|poor\w*|inferior|less|other|latter|former|not?|never|wrong|incorrect|false|bad|los\w+|none)\b"
    r"|n['’]t\b|[^\x00-\x7f]"
)
_TURNS = re.compile(
    r"^\W*(?:not?|false|wrong|incorrect)\W*$|\bas (?:the |a )?(?:loser|worse|worst|weaker|inferior|poorer)\b|\d ?/ ?\d"
    rf"|[,;] (?:and |now |then )*{_ONE_OF_THEM}(?: (?:for|in|on|now)\b|$)"
)
_OTHER_IS_MORE = re.compile(rf"{_SAID} {_IS} {_HOW}(?:more \w+|right|correct|true)")
_IN_WORDS = re.compile("(?:first|1st|second|2nd|one|two)$")
_IS_FIRST = re.compile(f"{_FIRST}$")
_MARKS = re.compile(r"[*_`\"“”‘「」『』\[\]{}#]+|\\boxed|(?<!\w)['’]|['’](?!\w)")
_AROUND = " .,:;!()-"


def read_verdict(text: str) -> Said:
    """Return which answer a reply prefers; "neither" where it says that neither is better."""
    reply = _plain(text)
    if lead := _LEAD.match(reply):
        reply = reply[lead.end() :]
    for pattern, is_turned in _SENTENCES:
        if (found := pattern.match(reply)) and _ENDS.match(reply, found.end()):
            said = _said(found, is_turned)
            return said if _keeps(said, reply[found.end() :]) else "unreadable"
    if (found := _NEITHER.match(reply)) and _ENDS.match(reply, found.end()):
        return "neither" if _keeps("neither", reply[found.end() :]) else "unreadable"
    return _named(reply)


def _named(reply: str) -> Said:
    """Read a reply that names an answer without a sentence: then a reason may not name the other one."""
    found = _NAMED.match(reply)
    if found is None:
        return "unreadable"
    said, rest = _said(found, is_turned=False), reply[found.end() :]
    if not rest:
        return said
    if _IN_WORDS.match(found["said"]) or not _REASON.match(rest) or not _keeps(said, rest):
        return "unreadable"  # "First, let me see"
    if _AGAINST.search(rest) or not any(word in FUNCTION_WORDS for word in re.findall(r"[a-z]+", rest)):
        return "unreadable"  # "1, it is the worse one"; "1, weil die zweite besser ist"
    return said if all(_said(one, is_turned=False) == said for one in _NAMED.finditer(rest)) else "unreadable"


def _said(found: re.Match[str], is_turned: bool) -> Said:
    names = found.groupdict()
    first = bool(_IS_FIRST.match(names["said"]))
    if names.get("other") and bool(_IS_FIRST.match(names["other"])) == first:
        return "unreadable"
    return "first" if first != is_turned else "second"


def _keeps(said: Said, rest: str) -> bool:
    """Return whether what follows a verdict neither takes it back nor gives another."""
    sentences = [*_SENTENCES, (_OTHER_IS_MORE, False)]
    others = (_said(one, is_turned) for pattern, is_turned in sentences for one in pattern.finditer(rest))
    return not (_TAKES_BACK.search(rest) or _TURNS.search(rest)) and all(one == said for one in others)


def _plain(text: str) -> str:
    """Return a reply in small letters and ASCII digits, on one line, without Markdown and what is around it."""
    normal = unicodedata.normalize("NFKC", text).translate({ord(dash): "-" for dash in "—–−"})
    digits = "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in normal)
    return " ".join(_MARKS.sub("", digits).casefold().split()).strip(_AROUND)
