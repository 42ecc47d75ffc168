"""Texts that documents and models may write and no program that shows them may run."""

from chains.schemas import Chunk, Opinion, Question, Reading, Support, Translation, Turn, Verdict
from debate.results import QuestionResult, StageTime

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
    turn, chunk = Turn(1, "hawk", text, text, 1, ("c1",)), Chunk("c1", text, text)
    verdict = Verdict(0, "moderator", text, text, 1)
    return QuestionResult(Question("q1", text), "model", 1.0, (chunk,), Opinion(text, 1, ("c1",)), (turn,), verdict)


MARKUP = [
    "<script>document.title='hacked'</script>",
    "<SCRIPT SRC=data:text/javascript,document.title='hacked'></SCRIPT>",
    "<scr<script>ipt>document.title='hacked'</scr</script>ipt>",
    "<img src=x onerror=\"document.title='hacked'\">",
    "<img/src=`x`onerror=document.title='hacked'>",
    '"><svg onload="document.title=\'hacked\'">',
    "'><svg/onload=document.title='hacked'>",
    "<svg><animate onbegin=document.title='hacked' attributeName=x dur=1s>",
    "<svg><script>document.title='hacked'</script></svg>",
    "</title><script>document.title='hacked'</script>",
    "</style><script>document.title='hacked'</script>",
    "</script><script>document.title='hacked'</script>",
    "<!--<script>document.title='hacked'</script>-->",
    "--><script>document.title='hacked'</script>",
    "<!-- <script> --> <script>document.title='hacked'",
    "]]><script>document.title='hacked'</script>",
    "{{ 7 * 7 }}{% raw %}{% endif %}${7*7}",
    "javascript:document.title='hacked'",
    "<a href=\"javascript:document.title='hacked'\" id=rows>x</a>",
    "</details></main><iframe srcdoc=\"<script>parent.document.title='hacked'</script>\"></iframe>",
    "<iframe src=\"javascript:parent.document.title='hacked'\"></iframe>",
    "<object data=\"data:text/html,<script>parent.document.title='hacked'</script>\"></object>",
    "<body onload=document.title='hacked'>",
    "<details open ontoggle=document.title='hacked'>",
    "<input autofocus onfocus=document.title='hacked'>",
    "<form action=javascript:document.title='hacked'><button id=toggle>Open all</button></form>",
    "<meta http-equiv=refresh content=\"0;url=javascript:document.title='hacked'\">",
    "<base href=//example.invalid/><link rel=stylesheet href=x><style>*{display:none}</style>",
    "&lt;script&gt;document.title='hacked'&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62; &amp;lt;b&amp;gt;",
    '" onmouseover="document.title=\'hacked\'" tabindex="1" autofocus onfocus="document.title=\'hacked\'',
    "\u202e\u2066<b>tfel</b> \ud83d\ude00 \x00\x08\x1b[31m \u200b" + "unbroken" * 60,
    't-0123456789abcdef data-text="t-0123456789abcdef" q-0000000000',
]


def everywhere(text: str, question_id: str, *, failed: bool = False) -> QuestionResult:
    """A result that holds the text in every field that a report shows."""
    chunk = Chunk("c" + text, text, text, 0.5, 0.6, (-0.4,), 1)
    turns = tuple(Turn(n, text, text, text, 1, (chunk.id,), (text,), text, (text,)) for n in (1, 2))
    opinion = Opinion(
        f"{text} stands here [1].", 4, (chunk.id,), citations=text, supported=0.0, sentences=(Support(0, 3, None, 0.1),),
        unsupported=(text,), dropped=(text,), loop=text, notes=(text,),
    )  # fmt: skip
    question = Question(question_id, text, text, text, text, text)
    verdict = Verdict(0, text, text, text, 1, notes=(text,))
    stages = (StageTime(text, 1.0),)
    translation = Translation(text, text, 1, (text,), text, (text,))
    return QuestionResult(
        question, text, 1.0, (chunk,), opinion, turns, verdict, translation, text if failed else "", stages,
        readings=(Reading.of(text, (chunk,)),),
    )  # fmt: skip
