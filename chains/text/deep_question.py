"""Which lines of an answer are deeper questions: a premise, and a question about its causes, costs or consequences.

Recognised by words of nine languages; other languages give none. Text only.
"""

import re

from vectorstore.text.letters import UNSPACED, for_matching
from vectorstore.text.sentences import word_count

__all__ = ["is_hypothetical", "parse_questions", "premise_of"]

_SHORTEST, _LONGEST = 8, 75  # words; shorter states no premise, longer is no longer one question
_CHARACTERS_A_WORD = 2.5  # where a script has no spaces
_MARKS = r"[*_\"'“”„«»「」\s]*"
_LABEL = r"(?:Question|Frage|Q|質問|سوال|پرسش)\s*\d*\s*[:：]"
_NUMBERING = re.compile(rf"^{_MARKS}(?:\(?\d{{1,2}}{_MARKS}[.):：、．]|[-*•–]\s|{_LABEL})*{_MARKS}")
_COMMA = re.compile(r",(?!\d{3})|[،、，]")  # 1,000 has none
_PLACEHOLDER = re.compile(r"\b(?:PREMISE|QUESTION|FACT)\b|…|\.\.\.")  # the form copied instead of filled in
_HYPOTHETICAL = re.compile(
    r"(?:if|assuming|suppose|wenn|angenommen|falls|si|se|если|اگر|إذا|如果|假如)\b|.*(?:なら|れば|たら)$", re.IGNORECASE
)
_PREMISE = re.compile(
    r"(?:given|since|because|if|as|while|(?:even )?though|although|considering|assuming|with|after|now that|when"
    r"|da|weil|wenn|obwohl|angesichts|während|nachdem|angenommen|falls|seit"
    r"|étant donné|puisque|alors que|bien que|comme|si|sachant|vu que|dado que|puesto que|ya que|aunque|mientras"
    r"|uma vez que|embora|se|учитывая|если|поскольку|хотя|так как|когда"
    r"|با توجه|با وجود|از آنجا|اگر|چون|در حالی|در صورتی|بالنظر|نظرا|إذا|بما أن|رغم|بینما)\b"
    r"|鉴于|考虑到|既然|如果|虽然|由于|尽管|假如"
    r"|.*(?:考えると|踏まえると|すると|ので|から|のに|なら|ならば|れば|たら|ものの|以上|中で|ながら|一方で?|にもかかわらず|が)$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:why|how|what|which|who|whose|where|whether|at what cost|to what extent"
    r"|warum|wie|was|welche[rsmn]?|wer|wo|ob|inwiefern|weshalb|wozu|pourquoi|comment|que|quel(?:le)?s?|qui|quoi|où"
    r"|por qué|cómo|qué|cuál(?:es)?|quién|por que|como|qual|quem|почему|как|что|как(?:ой|ая|ие|ую)|кто|зачем|насколько"
    r"|چرا|چگونه|چطور|چه|کدام|آیا|لماذا|کیف|ما|ماذا|من|أی|هل)\b"
    r"|なぜ|何故|どう|どの|どれ|何|誰|だれ|どこ|いかに|のか|为什么|为何|如何|什么|怎|哪|谁|多少",
    re.IGNORECASE,
)


def parse_questions(answer: str) -> list[str]:
    """Return the lines of an answer that are questions with a premise, without numbering, bullets and emphasis."""
    lines = (_bare(line) for line in answer.splitlines())
    return [line for line in lines if _is_deep_question(line)]


def premise_of(question: str) -> str:
    """What a deeper question takes for granted: the clause before its first comma that a question word follows."""
    for comma in _COMMA.finditer(question):
        if word_count(question[: comma.start()]) >= 3:
            return question[: comma.start()].strip()
    return ""


def is_hypothetical(premise: str) -> bool:
    """Whether a premise only supposes something, which needs no source."""
    return bool(_HYPOTHETICAL.match(for_matching(premise)))


def _bare(line: str) -> str:
    line = re.sub(r"\*{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w)", "", line)
    return _NUMBERING.sub("", line).strip().strip("\"'“”„«»")


def _is_deep_question(line: str) -> bool:
    factor = _CHARACTERS_A_WORD if re.search(f"[{UNSPACED}]", line) else 1
    premise, rest = premise_of(line), _COMMA.split(line, maxsplit=1)[-1]
    return (
        _PLACEHOLDER.search(line) is None
        and _SHORTEST * factor <= word_count(line) <= _LONGEST * factor
        and line.endswith(("?", "？", "؟"))
        and sum(map(line.count, "?？؟")) == 1
        and _PREMISE.match(for_matching(premise)) is not None
        and _ASKS.search(for_matching(rest)) is not None
    )
