"""Whether a text says "I don't know" and little else. Text only."""

import re

from chains.text.sentences import UNSPACED, word_count

_REFUSAL = re.compile(
    r"""^\W*
    (?:(?:i['’]m|i\s+am)?\s*(?:sorry|afraid)[,.]?\s*(?:but\s+|that\s+)?|unfortunately,?\s+|honestly,?\s+
      |(?:based|going)\s+(?:only\s+|solely\s+)?(?:on|by)\s+[^,.]{0,60},\s*)*
    (?:i\s+(?:really\s+|simply\s+|honestly\s+)?(?:do\s+not|don['’]?t)\s+know\b
        (?!\s+(?:of|who|which|where|whether|if|when|how|why|anyone|any|a|many|that|what\s+(?:you|they|he|she)))
      |i\s+have\s+no\s+(?:idea|answer)\b
      |i\s+(?:can\s*not|can['’]?t|am\s+unable\s+to|am\s+not\s+able\s+to)\s+(?:answer|say)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_REFUSAL_JA = re.compile(r"^[^。]{0,30}(?:わか|分か|判|解)りません|^[^。]{0,30}(?:知りません|わからない|分からない)")
_GOES_ON = re.compile(r"[,;.:—–-]\s*(?:but|however|nevertheless|still|that said|yet)\b", re.IGNORECASE)
_TAIL_WORDS = 40  # "I don't know" and why: two sentences; more than that is an answer after all


def is_abstention(text: str) -> bool:
    """Whether an answer says "I don't know" and little else.

    True for "I don't know", "I do not know" (straight or curly apostrophe), "I cannot answer", "I have no answer",
    「わかりません」, with an apology before and at most 40 words in all. False where the words come later in an
    answer, where they are about something else ("I don't know of any state that …") or an answer follows
    ("I don't know, but …").
    """
    text = text.strip()
    limit = 2 * _TAIL_WORDS if re.search(f"[{UNSPACED}]", text) else _TAIL_WORDS
    refusal = _REFUSAL.match(text) or _REFUSAL_JA.match(text)
    return bool(refusal and word_count(text) <= limit and not _GOES_ON.search(text, refusal.end()))
