"""What a verdict announces before its reasons, in the question's language: who won, by which claims, what was conceded.

Made from typed facts, without a model. English, Japanese and Persian; any other language gets English.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chains.schemas import Claim
from prompts.languages import language_of


@dataclass(frozen=True)
class _Phrases:
    """The sentences of a language; ``joint`` stands between two of them."""

    won: str = "{name} argued better."
    voted: str = "{share}% of the votes are for the position of {name}."
    nobody: str = "Nobody won this debate."
    divided: str = "The debaters' votes are divided."
    decided: str = "What decided is the claim “{claim}”"
    claim: str = "{name}'s claim “{claim}”"
    comma: str = ", "
    opposed: str = "{others} and {last} stand against each other."
    conceded: str = "{name} was conceded: “{claim}”"
    joint: str = " "


_ENGLISH: Final = _Phrases()
_OTHERS: Final = {
    "ja": _Phrases(
        won="{name}の議論のほうが優れていた。",
        voted="{name}の立場が票の{share}%を得た。",
        nobody="この討論に勝者はいない。",
        divided="票は割れた。",
        decided="決め手となった主張は「{claim}」である。",
        claim="{name}の「{claim}」",
        comma="、",
        opposed="{others}という主張と{last}という主張が対立したままである。",
        conceded="{name}の次の主張は認められた。「{claim}」",
        joint="",
    ),
    "fa": _Phrases(
        won="استدلال {name} بهتر بود.",
        voted="{share}٪ آرا به موضع {name} رسید.",
        nobody="این مناظره برنده‌ای نداشت.",
        divided="آرا تقسیم شد.",
        decided="آنچه تعیین‌کننده بود این ادعا است: «{claim}»",
        claim="ادعای {name}: «{claim}»",
        comma="، ",
        opposed="{others} و {last} در برابر هم ایستاده‌اند.",
        conceded="این سخن {name} پذیرفته شد: «{claim}»",
    ),
}


def announcement(
    question: str,
    winner: str,
    share: float | None,
    decided: Sequence[tuple[str, Claim]],
    conceded: Sequence[tuple[str, Claim]],
    *,
    voted: bool,
) -> str:
    """Say in plain words what was decided.

    Args:
        question: the debate's; its language is spoken.
        winner: the name of who won; "" for nobody.
        share: of the votes that the winner's position has, in [0, 1].
        decided: the claims that decided, or that stand against each other where nobody won, with their speakers' names.
        conceded: the claims that were granted, with the names of who made them.
        voted: the debaters voted; else a moderator or judge decided.
    """
    say = _OTHERS.get(language_of(question), _ENGLISH)
    if winner:
        said = [(say.voted if voted else say.won).format(name=winner, share=round((share or 0) * 100))]
        said += [say.decided.format(claim=one.sentence) for _, one in decided]
    else:
        quoted = [say.claim.format(name=name, claim=one.sentence) for name, one in decided]
        said = [say.divided if voted else say.nobody]
        said += [say.opposed.format(others=say.comma.join(quoted[:-1]), last=quoted[-1])] if len(quoted) > 1 else []
    said += [say.conceded.format(name=name, claim=one.sentence) for name, one in conceded]
    return say.joint.join(said)
