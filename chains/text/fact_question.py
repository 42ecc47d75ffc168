"""Whether a question asks for one fact, which a sentence answers: a year, a number, a name, a place. Text only.

Recognised in English, German, Japanese and Persian; a question that also asks why, or what ought to be, is none.
"""

import re

from vectorstore.text.letters import for_matching

_ASKS = re.compile(
    r"\W*(?:"
    r"(?:(?:in|on|at|by|since|until|from|to) )?(?:which|what) (?:year|month|day|date|city|country|share|currency)\b"
    r"|when (?:did|was|were|is|are|does|will|has|have)\b|where (?:is|are|was|were|did|does)\b"
    r"|how (?:many|much|large|long|old|big|high) (?!.*\b(?:matter|should|would|could)\b)"
    r"|who (?:is|was|are|were|led|leads|signed|founded|chairs|heads|runs|owns)\b"
    r"|what (?:is|was|are|were) the (?:name|date|number|share|capital|price|size|value|amount|year)\b"
    r"|wann\b|wie (?:viele?|hoch|lange)\b|in welchem jahr\b|wer (?:ist|war|leitet)\b|wo (?:ist|liegt|war)\b"
    r"|[^،,]{0,40}(?:چه (?:سال|تاریخ|کس|زمان)ی|چند|کجاست|کیست)"
    r"|[^。]{0,30}(?:いつ|何年|何人|何か国|いくつ|いくら|どこ|誰|だれ)"
    r")",
    re.IGNORECASE,
)
_ASKS_MORE = re.compile(
    r"\b(?:why|should|ought|would|could|mean|matter|consequences?|warum|soll(?:te)?n?|چرا|باید)\b|なぜ|べき"
    r"|, and (?:how|what|why)\b",
    re.IGNORECASE,
)


def asks_for_a_fact(question: str) -> bool:
    """Whether one sentence with a year, a number, a name or a place answers a question."""
    text = for_matching(question)
    return bool(_ASKS.match(text)) and not _ASKS_MORE.search(text)
