"""Whether a text says "I don't know" and little else, in the languages that people ask in. Text only."""

import re

from vectorstore.text.letters import UNSPACED, for_matching
from vectorstore.text.sentences import word_count

_CONTEXT = (
    r"(?:the|these|those|this|your|any of the)\s+(?:provided\s+|given\s+|above\s+|supplied\s+)?"
    r"(?:context|passages?|information|texts?|documents?|sources?|excerpts?)(?:\s+(?:provided|given|above|supplied))?"
)
_BEFORE = rf"""(?:
      (?:final\s+|my\s+)?(?:answer|response|opinion|verdict)\s*:\s*
    | (?:i['’]m\s+|i\s+am\s+)?(?:sorry|afraid)[,.]?\s*(?:but\s+|that\s+)?
    | (?:unfortunately|honestly|frankly|regrettably),?\s+
    | (?:based|going|judging)\s+(?:only\s+|solely\s+)?(?:on|by|from)\s+[^,.]{{0,60}},\s*
    | (?:as|speaking\s+as)\s+an?\s+[^,.]{{0,60}},\s*
    | (?:from|in|given)\s+{_CONTEXT},?\s*
    | i\s+hold\s+that\s+
    )*"""
_ENGLISH = rf"""
    i\s+(?:really\s+|simply\s+|honestly\s+)?(?:do\s+not|don['’]?t)\s+know\b
        (?!\s+(?:of|who|which|where|whether|if|when|how|why|anyone|any|a|many|that|what\s+(?:you|they|he|she)))
    | i\s+have\s+no\s+(?:idea|answer)\b
    | i\s+(?:do\s+not|don['’]?t)\s+have\s+(?:enough|sufficient|any|the)\s+(?:information|context|data|evidence|facts)\b
    | i\s+(?:can\s*not|can['’]?t|am\s+unable\s+to|am\s+not\s+able\s+to)\s+(?:answer|say)\b
    | {_CONTEXT}\s+(?:does|do|did)\s*(?:not|n['’]t)\s+(?:contain|provide|mention|include|give|offer|address|answer|hold|
        say|discuss|cover|have)\b
    | {_CONTEXT}\s+(?:contains?|provides?|holds?|gives?|offers?|has|have)\s+no\s+(?:information|answer|hint|mention)\b
    | there\s+is\s+(?:no|not\s+enough|insufficient)\s+(?:information|hint|evidence|mention)\b[^.]{{0,40}}
        \b(?:context|passages?|question|answer)\b
    | (?:not\s+enough|insufficient)\s+(?:information|context)\b
    """
_REFUSAL = re.compile(rf"^\W*{_BEFORE}(?:{_ENGLISH})", re.IGNORECASE | re.VERBOSE)
_OTHERS = re.compile(
    r"""^\W*(?:[^\W\d]+\s*[:：]\s*)?(?:[^,،、。.]{0,40}[,،、]\s*)?(?:
      (?:das\s+)?(?:ich\s+)?wei(?:ß|ss)\s+(?:ich\s+)?(?:es\s+|das\s+)?(?:leider\s+)?nicht\b(?!\s+nur)
    | (?:diese|die)\s+frage\s+kann\s+ich\s+(?:leider\s+)?nicht\s+beantworten
    | ich\s+kann\s+(?:diese|die)\s+frage\s+(?:leider\s+)?nicht\s+beantworten
    | je\s+ne\s+(?:le\s+)?sais\s+pas\b(?!\s+(?:si|qui|où|quand|comment|pourquoi))
    | je\s+ne\s+peux\s+pas\s+répondre | je\s+l['’]ignore
    | (?:yo\s+)?no\s+(?:lo\s+)?sé\b(?!\s+(?:si|quién|dónde)) | no\s+puedo\s+responder
    | (?:eu\s+)?não\s+sei\b(?!\s+(?:se|quem)) | não\s+posso\s+responder | non\s+lo\s+so\b
    | (?:я\s+)?(?:этого\s+)?не\s+знаю\b(?!\s*,?\s+(?:кто|что|где|почему)) | (?:я\s+)?не\s+могу\s+ответить
    | (?:من\s+)?(?:پاسخ(?:\s+این\s+پرسش)?\s+را\s+)?نمی\s?دانم | نمی\s?توانم\s+(?:به\s+این\s+\S+\s+)?پاسخ
    | (?:أنا\s+)?لا\s+(?:أعرف|اعرف|أعلم|اعلم|أدری|ادری|أستطیع\s+الإجابة) | لست\s+أدری
    | (?:متأسفانه\s+)?(?:پاسخ|جواب|اطلاعات)[^.]{0,40}(?:متن|سند|منابع|بافت)\S*\s+(?:نیست|نیامده|وجود\s+ندارد)
    | (?:متأسفانه\s+)?(?:در|از)\s+(?:این\s+)?(?:متن|سند|منابع|بافت)\S*\s+(?:هیچ\s+)?(?:پاسخ|جواب|اطلاعات)[^.]{0,40}
        (?:نیست|نیامده|ندارد|نشد|نمی\s?شود)
    | (?:این\s+)?(?:متن|سند|منبع)\S*\s+(?:هیچ\s+)?(?:پاسخ|اطلاعات)[^.]{0,40}(?:ندار|نمی\s?ده)
    | (?:मुझे|मैं)\s+नहीं\s+(?:पता|जानता|जानती|मालूम) | bilmiyorum
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_UNSPACED = re.compile(
    r"^[^。]{0,30}(?:わか|分か|判|解)りません|^[^。]{0,30}(?:知りません|わからない|分からない|お答えできません)"
    r"|^[^。]{0,15}(?:文脈|本文|文章|資料|文書|情報)[^。]{0,20}(?:答え|回答|情報|記載|記述)[^。]{0,6}"
    r"(?:ありません|見つかりません|見当たりません|含まれていません)"
    r"|^[^。]{0,15}(?:上下文|内容|文中|资料|段落|文本)[^。]{0,8}(?:没有|未提供|不包含|未提及)[^。]{0,8}(?:答案|信息|内容)"
    r"|^\W*(?:抱歉|对不起|對不起)?[^。]{0,20}(?:我)?(?:不知道|不清楚|无法回答|無法回答|没有(?:足够的)?信息)"
    r"|^[^.。]{0,30}(?:모르겠|알 수 없|모릅니다)"
)
_GOES_ON = re.compile(
    r"[,;.:—–،、-]\s*(?:but|however|nevertheless|still|that said|yet|aber|mais|pero|mas|но|اما|ولی|لكن|لکن)\b"
    r"|[,，。]\s*(?:但|不过|しかし|ただし)",
    re.IGNORECASE,
)
_TAIL_WORDS = 40  # "I don't know" and why: two sentences; more than that is an answer after all


def is_abstention(text: str) -> bool:
    """Whether an answer says "I don't know" and little else.

    True for "I don't know", "I cannot answer", "The context does not contain …", 「わかりません」, "Ich weiß es nicht",
    «نمی‌دانم» and their like, with a label, an apology or a role before and at most 40 words in all. False if the
    words come later in an answer, where they are about something else ("I don't know of any state that …") or an
    answer follows ("I don't know, but …").
    """
    text = for_matching(text).strip()
    limit = 2 * _TAIL_WORDS if re.search(f"[{UNSPACED}]", text) else _TAIL_WORDS
    refusal = _REFUSAL.match(text) or _OTHERS.match(text) or _UNSPACED.match(text)
    return bool(refusal and word_count(text) <= limit and not _GOES_ON.search(text, refusal.end()))
