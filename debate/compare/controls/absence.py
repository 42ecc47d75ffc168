"""Whether a short answer says, as a whole, that the passage does not hold what was asked. Text only.

Wider than ``is_abstention``, which also judges long opinions: here "Not stated." and 「不明です。」 are answers of
their own. What it does not know: other languages than those below.
"""

import re

from chains.text.refusal import is_abstention
from vectorstore.text.letters import for_matching
from vectorstore.text.sentences import split_sentences, word_count

_MOST_WORDS = 80
_CONTEXT = (
    r"(?:(?:the|this|that|your|these|those)\s+)?(?:(?:provided|given|above|supplied)\s+)?"
    r"(?:passages?|context|texts?|documents?|information|sources?|excerpts?|article|paragraph)"
    r"(?:\s+(?:provided|given|above|supplied))?"
)
_IN = rf"(?:\s+(?:here|anywhere|at\s+all|(?:anywhere\s+)?(?:in|by|from|within|based\s+on)\s+{_CONTEXT}))*"
_LEAD = re.compile(
    rf"""^\W*(?:(?:final\s+)?answer\s*:\s*|(?:i['’]m\s+|i\s+am\s+)?(?:sorry|afraid)[,.]?\s*(?:but\s+)?(?:that\s+)?
    |unfortunately,?\s*|(?:based\s+on|according\s+to|in|from|given)\s+{_CONTEXT},?\s*)*""",
    re.IGNORECASE | re.VERBOSE,
)
_SUBJECT = r"(?:[^.,;:!?]{1,80}?\s+(?:is|was|are|were|has\s+been|have\s+been)\s+)?"
_ENGLISH = re.compile(
    rf"""(?:
      (?:{_SUBJECT}not|[^.,;:!?]{{1,80}}?\s(?:is|was|are|were)n['’]?t)\s+
        (?:(?:been|explicitly|directly|clearly|specifically)\s+)*
        (?:stated|specified|mentioned|given|known|provided|available|disclosed|indicated|answered|answerable|said|told
          |there|found|included|described|clear|named|recorded|reported|listed|present|possible\s+to\s+\w+)
    | not\s+sure | i\s+am\s+not\s+sure | i['’]m\s+not\s+sure
    | {_SUBJECT}(?:unknown|unspecified|unstated|undisclosed|unclear|unanswerable|not\s+in\s+{_CONTEXT})
    | n/a | none\s+(?:is\s+)?(?:given|stated|mentioned) | nobody\s+knows
    | (?:there\s+is\s+)?no\s+(?:answer|information|info|mention|data|details?|number|name|indication)
        (?:\s+(?:is|was|are))?(?:\s+(?:given|available|provided|found|mentioned|stated|there))?
        (?:\s+(?:about|on|of|for)\s+(?:this|that|it))?
    | (?:{_CONTEXT}|it)\s+(?:does|do|did)(?:\s+not|n['’]?t)\s+(?:(?:explicitly|directly|specifically|actually)\s+)?
        (?:say|state|mention|specify|tell|give|provide|include|contain|indicate|name|answer|reveal|disclose|address
          |explain|identify|record|list)(?:(?!\bbut\b)[^.;:])*
    | [^.,;:!?]{{1,80}}?\s+(?:can\s*not|can['’]?t|could\s+not|couldn['’]?t)\s+be\s+
        (?:determined|answered|known|said|told|inferred|found|established|derived|identified)
    | i\s+(?:can\s*not|can['’]?t|could\s+not|couldn['’]?t|am\s+unable\s+to)\s+(?:tell|say|answer|determine|find)
        (?:(?!\bbut\b)[^.;:])*
    ){_IN}\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_JAPANESE = re.compile(
    r"""[^。]{0,80}?(?:
      不明(?:です|だ|である)? | (?:わか|分か)(?:りません|らない) | 知りません
    | (?:記載|記述|情報|言及|記録|答え|回答|明記|説明|該当)[^。、]{0,12}
        (?:ありません|ない|なし|見当たりません|見つかりません|されていません|されておりません|含まれていません)
    | (?:書かれて|述べられて|示されて|触れられて|記されて|言われて|載って|含まれて)(?:いません|いない|おりません)
    | (?:特定|判断|確認|回答)できません | お?答え(?:られません|できません)
    )\W*""",
    re.VERBOSE,
)
# Words that such a sentence ends with, in languages whose verb stands last.
_LAST = """
ذکر نشده|ذکر نشده است|گفته نشده|گفته نشده است|بیان نشده|بیان نشده است|اشاره نشده|اشاره نشده است|اشاره ای نشده است
داده نشده|داده نشده است|نوشته نشده است|مشخص نشده|مشخص نشده است|مشخص نیست|معلوم نیست|نامشخص|نامشخص است|نامعلوم
نامعلوم است|نیامده|نیامده است|موجود نیست|وجود ندارد|نمی دانم|نمی گوید|اشاره نمی کند|اطلاعی ندارم
모름|모릅니다|알 수 없습니다|알 수 없음|정보가 없습니다|언급이 없습니다|언급되지 않았습니다|나와 있지 않습니다
bilinmiyor|belirtilmemiş|belirtilmemiştir|bahsedilmiyor|bilgi yok
"""
# Words that such a sentence has, in others; what they are about may follow.
_WITHIN = """
未知|不详|不詳|未提及|未提到|未说明|未說明|没有提到|沒有提到|没有提及|没有说明|未给出|未提供|无法确定|無法確定|无法回答|无从得知
没有答案|没有相关信息|不知道
غير معروف|غير مذكور|غير محدد|غير معلوم|غير متوفر|لم يذكر|لم يُذكر|لم يرد|لم يحدد|لا يذكر|لا يوجد|لا توجد
nicht angegeben|nicht genannt|nicht erwähnt|nicht bekannt|nicht gesagt|unbekannt|steht nicht|keine angabe|nennt nicht
non précisé|non mentionné|non indiqué|non spécifié|pas précisé|pas mentionné|pas indiqué|pas spécifié|ne précise pas
ne mentionne pas|ne dit pas|ne le dit pas|inconnu
no se menciona|no se indica|no se especifica|no se dice|no menciona|no indica|no dice|no especifica|desconocido
não mencionado|não é mencionado|não informado|não diz|não menciona|não se sabe|desconhecido
не указано|не указан|не указана|не сказано|не упоминается|не упомянуто|неизвестно|не говорится
"""
_ABOUT_IT = re.compile(
    rf"\W*(?:{_CONTEXT}|it)\s+(?:only|just|says|states|mentions|speaks|talks|tells)\b", re.IGNORECASE
)


def _any_of(phrases: str) -> str:
    """Return a pattern of phrases, with or without their spaces: a narrow one of Persian may be left out."""
    words = for_matching(phrases).strip().replace("\n", "|").split("|")
    return "|".join(r"\s*".join(map(re.escape, one.split())) for one in words)


_IS_LAST = re.compile(rf"[^.。]{{0,80}}?(?:{_any_of(_LAST)})\W*", re.IGNORECASE)
_IS_WITHIN = re.compile(
    rf"[^.,;:。、，；：،؛]{{0,80}}?(?:{_any_of(_WITHIN)})[^.,;:。、，；：،؛]{{0,60}}\W*", re.IGNORECASE
)


def says_absent(text: str) -> bool:
    """Return whether an answer says that it does not know, or that the passage does not say, and nothing else.

    A sentence about the passage may follow ("It only mentions the signing."), but no answer.
    """
    if is_abstention(text):
        return True
    text = for_matching(text).strip()
    sentences = [one.text for one in split_sentences(text)]
    if not sentences or word_count(text) > _MOST_WORDS or not _is_absent(sentences[0]):
        return False
    return all(_is_absent(one) or is_abstention(one) or _ABOUT_IT.match(one) for one in sentences[1:])


def _is_absent(sentence: str) -> bool:
    bare = _LEAD.sub("", sentence, count=1)
    return any(pattern.fullmatch(bare) for pattern in (_ENGLISH, _JAPANESE, _IS_LAST, _IS_WITHIN))
