"""Whether a short answer says, as a whole, that the passage does not hold what was asked. Text only.

Wider than ``is_abstention``, which also judges long opinions: here "Not stated." and 「不明です。」 are answers of
their own. What it does not know: other languages than those below.
"""

import re
from itertools import dropwhile, islice

from chains.text.refusal import is_abstention
from debate.compare.controls.additions import brings_more
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
_SUBJECT = r"(?:[^.,;:!?]{1,80}?(?:['’]s|\s+(?:is|was|are|were|has\s+been|have\s+been))\s+)?"
_ENGLISH = re.compile(
    rf"""(?:
      (?:{_SUBJECT}not|[^.,;:!?]{{1,80}}?\s(?:is|was|are|were)n['’]?t)\s+
        (?:(?:been|explicitly|directly|clearly|specifically)\s+)*
        (?:stated|specified|mentioned|given|known|provided|available|disclosed|indicated|answered|answerable|said|told
          |there|found|included|described|clear|named|recorded|reported|listed|present|possible\s+to\s+\w+)
    | not\s+sure | i\s+am\s+not\s+sure | i['’]m\s+not\s+sure
    | {_SUBJECT}(?:unknown|unspecified|unstated|undisclosed|unclear|unanswerable|not\s+in\s+{_CONTEXT})
    | [^.,;:!?]{{1,80}}?\s(?:is|was|are|were)n['’]?t\s+in\s+{_CONTEXT}
    | n/a | none\s+(?:is\s+)?(?:given|stated|mentioned) | nobody\s+knows
    | (?:there\s+is\s+)?no\s+(?:answer|information|info|mention|data|details?|number|name|indication)
        (?:\s+(?:is|was|are))?(?:\s+(?:given|available|provided|found|mentioned|stated|there))?
        (?:\s+(?:about|on|of|for|regarding|concerning)\s+[^.,;:!?]{{1,80}})?
    | no\s+[^.,;:!?]{{1,40}}?\s(?:is|was|are|were)\s+(?:mentioned|stated|specified|named)
    | (?:{_CONTEXT}|it)\s+(?:(?:says?|said|tells?|states?|mentions?|contains?)\s+nothing|(?:is|are|was)\s+silent)
        (?:\s+(?:about|on|of|regarding|concerning)\s+[^.,;:!?]{{1,80}})?
    | (?:{_CONTEXT}|it)\s+(?:gives|has|contains|provides|states|mentions)\s+no\s+[^.,;:!?]{{1,80}}
    | (?:{_CONTEXT}|it)\s+(?:does|do|did)(?:\s+not|n['’]?t)\s+(?:(?:explicitly|directly|specifically|actually)\s+)?
        (?:say|state|mention|specify|tell|give|provide|include|contain|indicate|name|answer|reveal|disclose|address
          |explain|identify|record|list)(?:(?!\bbut\b)[^.;:])*
    | (?:[^.,;:!?]{{1,80}}?\s+)?(?:can\s*not|can['’]?t|could\s+not|couldn['’]?t)\s+be\s+
        (?:determined|answered|known|said|told|inferred|found|established|derived|identified)
    | i\s+(?:do\s+not|don['’]?t)\s+know\s+(?:who|how|which|what|when|where|whether|if|the)\s[^.,;:!?]{{1,80}}
    | (?:do\s+not|don['’]?t)\s+know
    | (?:i\s+)?(?:can\s*not|can['’]?t|could\s+not|couldn['’]?t|am\s+unable\s+to)\s+(?:tell|say|answer|determine|find)
        (?:(?!\bbut\b)[^.;:])*
    ){_IN}\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_JAPANESE = re.compile(
    r"""[^。]{0,80}?(?:
      不明(?:です|だ|である)? | (?:わか|分か)(?:りません|らない) | 知りません | 知らない
    | (?:文|本文|文章|文中|文脈)(?:中)?に(?:は)?(?:ない|ありません)
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
nicht angegeben|nicht genannt|nicht erwähnt|nicht bekannt|nicht gesagt|unbekannt|steht nicht|steht das nicht
keine angabe|nennt nicht|sagt nichts|sagt es nicht|nicht enthalten|steht nichts
non précisé|non mentionné|non indiqué|non spécifié|pas précisé|pas mentionné|pas indiqué|pas spécifié|ne précise pas
ne mentionne pas|ne dit pas|ne le dit pas|ne le précise pas|ne le mentionne pas|inconnu
no se menciona|no se indica|no se especifica|no se dice
no menciona|no indica|no dice|no lo dice|no lo menciona|no especifica|desconocido
não mencionado|não é mencionado|não informado|não diz|não menciona|não se sabe|desconhecido
не указано|не указан|не указана|не сказано|не упоминается|не упомянуто|неизвестно|не говорится
"""
_ABOUT_IT = re.compile(
    rf"\W*(?:{_CONTEXT}|it)\s+(?:only|just|says|states|mentions|speaks|talks|tells|gives|lists|describes|is\s+about)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"""\W*(?:
      (?:(?:the|my|final)\s+)*answer | (?:i['’]m\s+|i\s+am\s+)?(?:so\s+|very\s+)?(?:sorry|afraid)
    | unfortunately | honestly | frankly | regrettably | hmm | well
    | (?:based|going|judging|relying)\s.{{0,60}} | (?:according\s+to|in|from|given)\s+{_CONTEXT} | as\s+an?\s.{{0,60}}
    | antwort | leider | (?:tut\s+mir\s+leid) | réponse | malheureusement | désolée? | respuesta | lo\s+siento
    | resposta | infelizmente | ответ | к\s+сожалению | پاسخ | متأسفانه | الجواب | الإجابة | للأسف
    | (?:laut|selon|d['’]après|según|segundo|согласно|طبق|بر\s?اساس|در|وفقا|根据|基于|根據)\s*[^\d]{{0,40}}
    | 抱歉 | 很抱歉 | 对不起 | 對不起 | 答案 | 答え | 回答 | ごめんなさい | すみません | 残念ながら | 残念(?:です|だ)が
    | 申し訳(?:ない|ございません|ありません)(?:です)?が? | 죄송(?:합니다|하지만|합니다만) | извините | üzgünüm
    | [^。、]{{0,60}}(?:ため|ので|ませんが|は|では|には|について|関して|よると|か)
    )\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_LINK = re.compile(
    r"^\W*(?:(?:and|but|so|as|since|because|therefore|thus|hence|that|weil|da|denn|因为|所以)\b\s*)*", re.I
)
_ASKS_FOR_MORE = re.compile(r"\W*(?:please|sorry|more\s+(?:information|context)|i\s+would\s+need)\b", re.IGNORECASE)
_SAID_BEFORE = re.compile(r"(?<!残念)だが|けれど")
_LEADS_NOWHERE = re.compile(
    r"\W*(?:only|just|merely|nor|neither|or|whether|who|how|when|at\s+all|such\s+as|either|if\s+any|let\s+alone|please"
    r"|sorry|unfortunately)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[;:；：()（）、，،؛—–\n]|,(?!\d)|\s-\s|\s(?:but|aber|pero|но|اما|ولی)\s|(?<=[^\W\d])\.\.+")


def _any_of(phrases: str) -> str:
    """Return a pattern of phrases, with or without their spaces: a narrow one of Persian may be left out."""
    words = for_matching(phrases).strip().replace("\n", "|").split("|")
    return "|".join(r"\s*".join(map(re.escape, one.split())) for one in words)


_IS_LAST = re.compile(rf"[^.。]{{0,80}}?(?:{_any_of(_LAST)})\W*", re.IGNORECASE)
_IS_WITHIN = re.compile(
    rf"[^.,;:。、，；：،؛]{{0,80}}?(?:{_any_of(_WITHIN)})[^.,;:。、，；：،؛]{{0,60}}\W*", re.IGNORECASE
)


def says_absent(text: str, known: str = "") -> bool:
    """Return whether an answer says that it does not know, or that the passage does not say, and nothing else.

    A sentence about the passage may follow ("It only mentions the signing."), but no answer: nothing else is said
    behind the abstention, and no number or name comes that ``known``, the question and its passage, does not have.
    """
    text, known = for_matching(text).strip(), for_matching(known)
    sentences = [one.text for one in split_sentences(text)]
    if not sentences or word_count(text) > _MOST_WORDS or brings_more(text, known):
        return False
    while len(sentences) > 1 and _BEFORE.fullmatch(sentences[0]):
        del sentences[0]
    return _abstains(sentences[0]) and all(
        _abstains(one) or _ABOUT_IT.match(one) or _ASKS_FOR_MORE.match(one) for one in sentences[1:]
    )


def opens_absent(text: str) -> bool:
    """Return whether an answer begins with "I don't know" or the like, whatever it says behind it."""
    said = dropwhile(_BEFORE.fullmatch, _clauses(for_matching(text).strip()))
    return any(map(_is_absent, islice(said, 1)))


def _abstains(sentence: str) -> bool:
    """Return whether a clause of a sentence is an abstention, with only an opening before it and no answer behind."""
    absent = False
    for clause in _clauses(sentence):
        if absent and _ABOUT_IT.match(_LINK.sub("", clause)):
            break
        if _is_absent(clause):
            absent = True
        elif not (_LEADS_NOWHERE.match(clause) if absent else _BEFORE.fullmatch(clause)):
            return False
    return absent


def _clauses(sentence: str) -> list[str]:
    return [one for one in _BETWEEN.split(sentence) if re.search(r"\w", _LINK.sub("", one))]


def _is_absent(clause: str) -> bool:
    clause = _LINK.sub("", clause)
    bare = _LEAD.sub("", clause, count=1)
    known = (_ENGLISH, _JAPANESE, _IS_LAST, _IS_WITHIN)
    if _SAID_BEFORE.search(clause):
        return False
    return is_abstention(clause) or any(pattern.fullmatch(bare) for pattern in known)
