"""Texts that documents and models may write and no program that shows them may run."""

from chains.schemas import Chunk, Opinion, Question, Turn
from debate.results import QuestionResult

HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://x","click")',
    "=cmd|' /C calc'!A0",
    '=WEBSERVICE("http://x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "=",
    "==",
    "={1,2}",
    '=IMPORTXML("http://x","//a")',
    'DDE("cmd";"/C calc";"x")',
    "<script>alert(1)</script>",
    ']]></t></is></c><c t="str"><f>1+1</f>',
    "&lt;b&gt; &amp; &#x3D;1",
    "_x003D_1+1",
    "#REF!",
    "#N/A",
    "TRUE",
    "1e309",
    "2024-01-01",
    "'quoted",
    "🕊️ مرحبا بالعالم 日本の外交 \u202eright to left",
]


def result(text: str) -> QuestionResult:
    """A result that holds the text wherever text can stand."""
    turn = Turn(1, "hawk", text, text, 1, (Chunk("c1", text, text),))
    return QuestionResult(Question("q1", text), "model", 1.0, turn.chunks, Opinion(text, 1, ("c1",)), (turn,), turn)
