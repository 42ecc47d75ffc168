"""What models say about their task instead of about the matter, and how they label who speaks. Data only.

Every list was read off the output of instruct models of 135 million to 8 billion parameters. A phrase that a
politician may say in earnest ("I am sorry, but I cannot accept this") does not belong here.
"""

import re


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# Before an answer: the label is dropped and the answer stays.
OF_THE_ANSWER = (
    "assistant", "ai", "ai assistant", "chatbot", "bot", "model", "system", "moderator",
    "response", "answer", "my answer", "final answer", "reply", "output", "result", "final response", "r", "a",
    "opinion", "my opinion", "my side", "my position", "my view", "my statement", "statement", "essay", "text",
    "opening statement", "closing statement", "verdict", "my verdict", "paragraph", "translation",
    "introduction", "conclusion", "in conclusion", "summary", "background", "rebuttal", "argument",
    "アシスタント", "回答", "答え", "意見", "ответ", "ассистент", "мнение", "پاسخ", "دستیار", "antwort", "assistent",
    "réponse", "respuesta", "resposta", "الإجابة", "助手", "答案",
)  # fmt: skip
# Behind an answer: whoever speaks now was invented, and the rest of the text with them.
OF_ANOTHER = (
    "user", "human", "customer", "client", "interviewer", "student", "reader", "audience", "instruction", "input",
    "question", "new question", "next question", "follow-up question", "q", "prompt", "task", "context",
    "ユーザー", "質問", "пользователь", "вопрос", "کاربر", "پرسش", "سوال", "nutzer", "benutzer", "frage", "utilisateur",
    "usuario", "pregunta", "المستخدم", "用户", "问题",
)  # fmt: skip

# A line that is nothing but one of these is a heading, marked or not.
HEADINGS = (
    "introduction", "conclusion", "in conclusion", "background", "summary", "opinion", "my opinion", "essay", "title",
    "analysis", "body", "answer", "response", "verdict", "created question", "opening statement", "closing statement",
    "final answer", "final thoughts", "key points", "counterargument", "rebuttal", "references", "sources",
)  # fmt: skip

_TEXT = (
    r"(?:opinion|answer|response|reply|essay|paragraph|passage|text|statement|argument|analysis|verdict|summary|version|"
    r"translation|draft|take|rewrite|rebuttal|speech|contribution|turn|question|output)s?"
)
_GIVEN = r"(?:provided|given|above|supplied|following|preceding)"
_SOURCE = r"(?:context|passages?|information|texts?|paragraphs?|sources?|documents?|instructions?|prompt|facts)"

# "Sure!", "Certainly!", "Here is a 400-word opinion on …:". Nothing but what is followed by a line's end or a colon.
INTERJECTION = re.compile(
    r"\s*(?:sure(?: thing)?|certainly|of course|absolutely|great(?: question)?|okay|ok|understood|got it|gladly|"
    r"no problem|with pleasure|alright)\s*[!]+\s*"
    r"|\s*(?:sure|okay|ok|certainly|of course)[,.]\s*(?=here|i['’]d be|below)",
    re.IGNORECASE,
)
ANNOUNCEMENT = re.compile(
    rf"\s*(?:here(?:['’]s| is| are| goes)|below is|the following is|this is|as requested, here is|"
    rf"i['’](?:d be happy|ll be happy|d be glad) to)\b[^.!?\n]{{0,160}}?\b{_TEXT}\b[^.!?\n]{{0,160}}?[:.][ \t]*(?=\n|$)"
    r"|\s*(?:以下は|以下が|以下に)[^。\n]{0,60}[:：。]\s*",
    re.IGNORECASE,
)
# A clause before a good sentence: only the clause goes.
AS_GIVEN = re.compile(
    rf"(?:based (?:solely |only |entirely )?(?:on|upon)|according to|given|from|as stated in|as mentioned in|"
    rf"in light of|considering) the {_GIVEN} {_SOURCE}(?: {_GIVEN})?, *(?=\S)"
    r"|the fact (?:shows|reveals|demonstrates|indicates|suggests|means) that (?=\S)",  # the prompt's word
    re.IGNORECASE,
)

# A sentence that has one of these speaks of how long the text is, of the request, or of the machine.
OF_THE_TASK = _any_of(
    r"\bword (?:limit|count)s?\b",
    r"\b\d+ ?(?:-|–|—|to) ?\d+[- ]words?\b",
    r"^\W*(?:about |approximately )?\d+ words\W*$",
    r"^\W*(?:total )?words?:? ?\d+\W*$",
    r"\b(?:required|specified|requested|maximum|minimum) (?:length|number of words)\b",
    r"\b(?:paragraph|passage|essay|response|answer) (?:is|was|has been) (?:a bit |a little |slightly |now )?"
    r"(?:longer|shorter|condensed|rewritten|rephrased|shortened|expanded|paraphrased|revised)\b",
    r"\bsentence is (?:a bit |a little |slightly )?(?:longer|shorter) than the (?:original|paragraph)\b",
    r"\b(?:response|answer|essay|paragraph|opinion|text) (?:is|was|has been|should be) (?:based|written|generated|"
    rf"limited|within|kept|designed|intended)\b[^.]{{0,60}}\b(?:{_GIVEN}|words|AI|instructions|prompt|format|guidelines)\b",
    r"^\W*this (?:response|answer|essay|paragraph|text) (?:adheres|follows|meets|fits|complies|addresses|contains)\b",
    r"\byour (?:question|prompt|request|query|message|input) (?:seems|appears|is|was|looks|got)\b[^.]{0,40}"
    r"\b(?:incomplete|unclear|cut off|missing|ambiguous|vague|empty|not clear|too broad)\b",
    r"\b(?:question|text|passage|context|prompt) you (?:provided|gave|shared|asked)\b",
    r"\bthe (?:question|prompt|passage|context|input) (?:seems|appears) to be "
    r"(?:incomplete|missing|cut|empty|unclear)\b",
    r"^\W*end of (?:response|answer|text|essay|opinion|document|statement)\W*$",
    r"^\W*to be continued\W*$",
    # The request told to the reader: who "you" are, and what you were asked.
    r"^\W*you (?:are|were|have been|['’]ve been) (?:asked|told|instructed|required) to\b",
    r"\byou (?:have been|were) asked to (?:speak|write|answer|give|discuss|debate|explain|respond|take)\b",
    r"^\W*(?:you hold that|your side)\W*:",
    # Offers and requests that close a chat.
    r"^\W*i hope (?:this|that|it) (?:helps|answers|meets|response|answer|is (?:helpful|useful|what))\b",
    r"^\W*let me know (?:if you|how i|what you|whether you|if there)\b",
    r"^\W*feel free to (?:ask|reach|let me|adjust|modify|provide|share)\b",
    r"^\W*(?:if you|should you) (?:have|need|want|would like|require) "
    r"(?:any |more |further |additional |me |some |other |to ){0,4}"
    r"(?:questions?|information|details|assistance|help|clarification|changes|know)\b",
    r"^\W*(?:could|can|would) you (?:please )?(?:provide|clarify|specify|rephrase|give|share|tell)\b[^.]{0,60}"
    r"\b(?:question|passage|text|context|details|information|prompt|looking|would like|need help)\b",
    r"^\W*please (?:provide|clarify|specify|rephrase|share|note that)\b[^.]{0,40}"
    r"\b(?:question|passage|text|context|details|prompt|response|answer)\b",
    r"^\W*thank you for (?:your|the|this|providing|sharing) (?:the |your )?(?:question|query|inquiry|prompt|request|"
    r"information|context|passage|text|clarification|feedback)\b",
    r"^\W*i(?:['’]m| am|['’]d be| would be) (?:happy|glad|here|ready) to (?:help|assist)\b",
    r"^\W*i(?:['’]m| am) glad to (?:hear|see|know) (?:that )?you(?:['’]re| are) "
    r"(?:willing|open|interested|taking|ready)\b",
    r"^\W*how (?:can|may) i (?:help|assist) you\b",
    r"^\W*(?:はい、|もちろん(?:です)?[、。]?)?(?:承知|了解|かしこまり)(?:いた)?し?ました|^\W*もちろんです",
    r"^\W*(?:以下|以上|これ|上記)[はがに、][^。]{0,20}(?:回答|答え|文章|意見|字)(?:です|となります|になります|を示します)",
    r"\d+(?:字|文字|語)(?:程度|以内|以上)?[^。]{0,10}(?:回答|文章|まとめ)|文字数",
    r"(?:お役に立て(?:れば|ば)|ご質問(?:ありがとう|があれば))",
    r"^\W*(?:البته|حتماً|بله|چشم)\s*[!！.،](?:\s|$)|^\W*در\s+(?:ادامه|زیر|اینجا)[^.]{0,20}(?:پاسخ|جواب|متن)[^.]{0,20}:",
    r"^\W*امیدوارم\s[^.]{0,30}(?:مفید|کمک|پاسخ|سودمند)|\d+\s+(?:تا\s+\d+\s+)?(?:کلمه|واژه)(?:\s|$|\.)",
)
# A paragraph that begins with a note is dropped where the note speaks of the text.
NOTE = re.compile(r"\W{0,4}(?:note|p\.s\.|ps|disclaimer|explanation|word count|comment)\W{0,3}[:：]", re.IGNORECASE)
OF_THE_TEXT = re.compile(
    rf"\b(?:{_TEXT}|{_GIVEN}|words?|context|fictional|hypothetical|condensed|concise|instructions?|grammar|AI|assistant|"
    r"language|edited|shortened|requirements?|guidelines?|prompt|author)\b",
    re.IGNORECASE,
)
_SORRY = (
    r"^\W*(?:(?:i['’]?m|i am|we['’]re|we are) (?:very |so |truly |really )?(?:sorry|afraid)|sorry|my apologies|"
    r"apologies|unfortunately|i (?:sincerely )?apologi[sz]e)[,.]? (?:but |that )?"
)
_CANNOT = (
    r"i (?:can ?not|can['’]?t|could not|couldn['’]?t|am unable to|am not able to|(?:won['’]?t|will not) be able to) "
    r"(?:assist|help (?:you|with (?:this|that|your))|fulfil|comply with (?:this|that|your) request|generate|write|"
    r"create an?|complete (?:this|that|your)|discuss (?:this|political)|engage in|take sides|give you|process|"
    r"(?:provide|offer|express|share) (?:an? |any |the |you |my )?(?:answer|opinion|information|response|personal|"
    r"political|assistance|analysis)|answer (?:this|that|your|the) question)"
)
# What a debater says in earnest ("I am sorry, but I cannot accept this") is none of these.
_AFTER_SORRY = (
    r"as an ai\b",
    r"your (?:question|request|prompt|query|input)\b",
    r"it (?:seems|appears) (?:that |like )?(?:your|the (?:question|prompt|text|passage|context)|you) ",
    r"you (?:have not|haven['’]t|did not|didn['’]t) (?:provided?|given?|specif(?:y|ied)|ask(?:ed)?) (?:me |any |the )",
    r"there (?:is|seems to be|appears to be) (?:no|a missing|an incomplete) (?:question|passage|context|prompt)\b",
    r"for (?:the|any|my) (?:confusion|misunderstanding|inconvenience|earlier|previous (?:answer|response))\b",
    r"i (?:do not|don['’]?t|did not|didn['’]?t) understand (?:the|your) (?:question|request)\b",
    r"i (?:do not|don['’]?t) (?:have (?:enough|any|access|the) (?:context|information|to)|see (?:a|any) question)\b",
    _CANNOT,
)
APOLOGY = _any_of(
    r"\bas an (?:ai|artificial intelligence)(?: language)?(?: model| assistant|,| i\b)",
    r"\bas a (?:large )?language model\b",
    r"\bi(?:['’]m| am) (?:just |only )?an? (?:ai|(?:ai |large )?language model)\b",
    rf"{_SORRY}(?:{'|'.join(_AFTER_SORRY)})",
    rf"^\W*{_CANNOT}",
    r"^\W*i (?:do not|don['’]t) have (?:any )?personal (?:opinions?|views|beliefs)\b",
    r"^\W*(?:申し訳(?:ありません|ございません)|すみません)(?:が、|。)[^。]{0,30}(?:お答え|お手伝い|質問|できません)",
)

# Below: what a check reports but cleaning leaves alone, because taking it away would leave a hole.

_SAYS = (
    r"(?:also |only |clearly |further |itself |directly |explicitly |specifically |then |do(?:es)? not |doesn['’]t )?"
    r"(?:discuss|describe|state|say|"
    r"mention|highlight|explain|provide|suggest|argue|focus|emphasi[sz]e|outline|illustrate|address|present|refer|"
    r"indicate|talk|is about|are about)"
)
_NOT_A_STRAIT = r"(?! of\b| through\b| to\b| from\b| into\b| between\b)"  # the passage of time, of a law, of ships
OF_THE_PASSAGE = _any_of(
    rf"\b(?:the|this|that|these|your|each) (?:given |provided |above |first |second |third |last )?"
    rf"(?:passages?|excerpts?|paragraphs?|context){_NOT_A_STRAIT} {_SAYS}",
    r"\b(?:the|this) (?:given|provided|above|following) (?:passages?|excerpt|paragraph|context|text|information)"
    rf"{_NOT_A_STRAIT}\b",
    rf"\b(?:in|from|by|of|to) (?:the|this|these) (?:passages?|excerpt|paragraph)\b{_NOT_A_STRAIT}",
    r"\b(?:according to|given in) the context\b(?! of\b)",
    r"\b(?:passage|context|source|paragraph|excerpt|(?<!in )fact|point) \[\d",
    r"\b(?:context|passage|excerpt) (?:provided|given|above|below)\b",
    r"\bthe (?:statement|sentence|question|prompt|essay|response) (?:is asking|asks (?:about|for|whether|us|you|what)|"
    r"asked about|above|below|given|refers|says that|is about|discusses|focuses|highlights|mentions|was asked|"
    r"has been answered)\b",
    r"^\W*(?:in order )?to (?:answer|respond to|address) (?:this|the|your) (?:question|prompt|request)\b",
    r"^\W*(?:the |my )?(?:key )?(?:facts?|answer|question|context|passage|sources?|notes?|points?|evidence)"
    r"(?: \d{1,2}| is| are)?[:：]",
    r"\b(?:in|throughout) (?:this|my|the following) (?:essay|paragraph|response|answer|opinion piece)\b",
    r"^\W*the debate (?:is about|focuses|revolves|cent(?:er|re)s|discusses|continues about)\b",
    r"^\W*the debate (?:continues|is now over)\W*$",
    r"\b(?:the|this) (?:article|section|chapter) (?:also |further )?(?:touche[sd]|highlight|feature[sd]|reveal|"
    r"emphasi[sz]e|detail|delve|discusse|explore[sd]|examine[sd]|conclude[sd]|mentions?|is about|was about)",
    r"\b(?:information|evidence|context|facts|arguments|data) (?:provided|presented|given)(?: above| here| in detail)?"
    r"(?=[:.,]| and\b|$)",
    r"^\W*(?:let me|let['’]s|let us) (?:analy[sz]e|break down|break this down|consider what|take a (?:closer )?look)\b",
    r"^\W*(?:here['’]s|here is|here are) (?:why|how|the reasons?|some)\b[^.!?]{0,60}:?\s*$",
    r"\banswer to (?:the|this|that|your) question (?:is|can|of|lies)\b|^\W*the answer to the question\b",
    r"\bthe (?:right |correct |best )?answer should be\b|\bnothing to do with (?:the|this|that|your) question\b",
    r"\byou are welcome to ask\b|\bask your question again\b",
    r"\bi have no (?:other|further|more) information\b|\bi am not allowed to discuss\b|\bin this response\b",
    r"\brelevant to (?:the|this|that|your) question\b",
    r"\b(?:first|second|third|last|other|two|three) sentences? (?:is|are|was|were|contains?|refers?|says?|mentions?)\b",
    r"\bthe (?:original|rewritten|revised|condensed|shortened) (?:paragraph|sentence|passage|essay|version|response)\b",
    r"\b(?:improve|polish|proofread|rewrite) (?:my|your) (?:writing|essay|text|answer)\b",
    r"\bavoid clich[eé]s\b",
    r"\bcondensed (?:to fit|version|for)\b",
    r"\b(?:this|the) (?:document|article) (?:describes|discusses|explains|speaks about|tells)\b",
    r"\bin your own (?:voice|words)\b|\bany greeting\b|\bthe side taken\b|^\W*begin with [\"“]",
    r"\bhere is (?:a|an|the|my) (?:\d+[- ]word |revised |rewritten |shortened |condensed |updated |short |brief )?"
    r"(?:paragraph|answer|response|opinion|essay|summary|version|rewrite|revision)\b",
    r"\bas (?:requested|instructed|per (?:the|your) (?:instructions?|request))\b",
    r"\b(?:the|your) instructions? (?:say|state|ask|above|given|require|provided)\b",
    r"\bthe user(?:['’]s)? (?:wants|asked|asks|is asking|question|request|needs)\b",
    r"^\W*(?:now,? )?i (?:will|shall|am going to) (?:now |first |next |then |also )?(?:discuss|explain|describe|"
    r"analy[sz]e|explore|outline|examine|address|provide|present|write)\b",
    r"\bi (?:will|would|have) (?:now )?(?:rewrit|rephras|summari[sz]|condens|paraphras|shorten)\w*\b",
)
# What models were trained on comes up once they have nothing more to say: exercises, letters, pages of the web.
OF_ANOTHER_TEXT = _any_of(
    r"\bwhich of the following\b",
    r"\bmultiple[- ]choice question\b",
    r"\bappropriately completes the request\b",
    r"^\W*(?:write|create|generate|rewrite|summari[sz]e|paraphrase) (?:an?|the|this|one|two|three|\d+)(?: [\w-]+){0,3} "
    r"(?:text|question|paragraph|essay|sentence|response|summary|passage|dialogue|story|poem|article|words)s?\b",
    r"^\W*(?:keywords|tags|references|see also|related (?:topics|articles|questions)|title|author|subject|topic|"
    r"options?|correct answer|solution|exercise|task|example|output|input|(?:created|new|follow-up) question)s?"
    r"(?: \d{1,2})?[:：]",
    r"^\W*(?:created|new|follow-up) question\W*$",
    r"https?://|\bwww\.",
    r"(?:^|\s)#[A-Za-z]\w{2,}",
    r"^\W*(?:sincerely|best regards|kind regards|yours (?:truly|sincerely|faithfully))\b",
    r"^\W*dear (?:sir|madam|reader|friends?|colleagues?|editor|user)\b",
    r"\b(?:click here|subscribe to (?:our|my|the newsletter)|copyright ©|all rights reserved)\b|©",
)
PLACEHOLDER = re.compile(r"\[(?:your|insert|name|date|source|country|citation)\b[^\]\n]{0,40}\]|\{\{", re.IGNORECASE)

# How a text closes: what comes in a later paragraph comes after the end.
CLOSE = re.compile(
    r"\W*(?:in conclusion|to conclude|in summary|to sum up|to summari[sz]e|in closing|my verdict is|"
    r"what follows is|i conclude that|in sum,|my conclusion is|als fazit|結論として|以上より|в заключение|در پایان)",
    re.IGNORECASE,
)
FAREWELL = re.compile(
    r"\W*(?:thank you (?:all |very much )?for (?:your )?(?:time|attention|listening|reading)|the end\W*$)",
    re.IGNORECASE,
)

# Pairs that take opposite sides of one matter.
OPPOSITES = (
    ("support", "oppose"), ("strengthen", "weaken"), ("stronger", "weaker"), ("strong", "weak"),
    ("success", "failure"), ("succeed", "fail"), ("help", "harm"), ("benefit", "harm"), ("unite", "divide"),
    ("gain", "lose"), ("effective", "ineffective"), ("right", "wrong"), ("accept", "reject"), ("defend", "abandon"),
    ("raise", "lower"), ("keep", "abolish"), ("lift", "tighten"), ("join", "leave"), ("expand", "shrink"),
    ("rise", "decline"), ("more", "less"), ("possible", "impossible"), ("necessary", "unnecessary"),
    ("legal", "illegal"), ("useful", "useless"), ("trust", "distrust"),
)  # fmt: skip
