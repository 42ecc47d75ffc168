"""Short answers that say that the passage does not hold what was asked, and answers that do not."""

import pytest

from debate.compare.controls.absence import says_absent

ABSENT = """I don't know.
Not stated.
**Not stated**
Not stated in the passage.
It is not stated.
The number of soldiers is not given.
The bank's first president was not mentioned in the text.
The name isn't specified.
The context does not say.
The passage does not say who it was.
The passage doesn't mention the number of soldiers.
Unfortunately, the text does not tell.
Answer: not mentioned
Unknown
Unknown.
N/A
No information.
No information is given about this.
It cannot be determined from the passage.
I cannot tell from the given passage.
I'm not sure.
The passage does not say. It only mentions the signing.
According to the passage, it is not known.
不明です。
不明
登頂者は不明です。
記載がありません
記載がありません。
この文章には最初に登った人の記載はありません。
最初に登った人については書かれていません。
本文では述べられていない。
情報がないため、答えられません。
分かりません。
ذکر نشده است.
در متن ذکر نشده است.
مشخص نیست
نامشخص است
در این متن نیامده است.
نمی‌دانم
معلوم نیست.
文中未提及。
未知
文中没有提到这一点。
غير مذكور في النص
Nicht angegeben.
Das steht nicht im Text.
Non précisé.
Le texte ne le dit pas.
No se menciona en el texto.
Не указано.
정보가 없습니다.
I'm sorry, but I don't know, as the passage does not say.
I don't know (the passage does not mention it).
I cannot answer, since the text gives no number.
Not Stated in the Passage
Cannot be determined.
cannot answer
No mention of soldiers.
The passage says nothing about soldiers.
The context is silent on this.
The answer isn't in the passage.
No soldiers were mentioned
The passage does not mention the number of soldiers, only the date.
Le texte ne le précise pas.
No lo dice el texto.
Die Passage sagt nichts darüber
I'm sorry. I don't know.
As a professor, I don't know.
Don't know
I DON'T KNOW
I Don't Know
It's not stated.
The passage does not state this. Therefore, I don't know.
Leider steht das nicht im Text.
I don't know. Please provide more context.
I don't know who the first president was.
I don't know, as the passage only mentions the date, the place and the signatories.
申し訳ありません。わかりません。
残念ですが、分かりません。
抱歉，我不知道。
申し訳ありませんが、分かりません。
知らない
情報なし
答えは文中にない"""
ANSWERS = """
No.
Yes
96
1923
富士山
富士山です。
Forty thousand soldiers.
Not stated, but probably 40,000.
Not stated. 40,000 soldiers.
The passage does not tell but it was 40,000.
Turkey was not given any soldiers.
The number is not 96.
There is no doubt: yes
It was not known before 1707.
The mountain is in Japan. Its name is not stated.
不明ですが、1923年です。
富士山ではありません。
معاهده در ۱۹۲۳ امضا شد.
Jin Liqun was named president, though the text does not state it.
I don't know. 50,000 soldiers.
I don't know, 50,000
I don't know. Fifty thousand.
I don't know, perhaps fifty thousand
I do not know the exact number. It allowed 50,000 soldiers.
I don't know the first president. K. V. Kamath was the president.
I don't know. Kamath.
I don't know, Kamath
The passage does not name the bank's first president, K. V. Kamath.
The passage does not mention that Kamath was president.
The passage does not mention soldiers; it allowed 50,000.
The passage does not mention the number, which was 50,000.
The passage does not say it directly, it is 50000 soldiers
I cannot find it so I say 50000
Not stated. It says 50,000.
分かりません。役行者です。
分かりません、役行者です
役小角、年代は不明
最初に登ったのは無名の僧だが名前はわかりません
The passage does not mention it but it was the Turks
Please say the Turks. I don't know.
役小角ですが、年代はわかりません
我不知道，大约五万
不知道五万
Nicht angegeben (50000)
Das ist nicht bekannt. 50.000 Soldaten."""


@pytest.mark.parametrize("text", ABSENT.split("\n"))
def test_an_answer_that_says_only_that_it_is_not_there_is_an_abstention(text: str) -> None:
    assert says_absent(text)


@pytest.mark.parametrize("text", ANSWERS.split("\n"))
def test_an_answer_or_a_guess_is_no_abstention(text: str) -> None:
    assert not says_absent(text)


def test_a_number_or_a_name_of_the_passage_makes_no_answer_of_an_abstention() -> None:
    known = "How many soldiers did Turkey have? The treaty was signed by Turkey in 1923."
    assert says_absent("The passage does not say how many soldiers Turkey had in 1923.", known)
    assert says_absent("I don't know. It only mentions that Turkey signed in 1923.", known)
    assert not says_absent("I don't know. It only mentions that Turkey had them in 1922.", known)
    assert not says_absent("I don't know. It only mentions the soldiers of Greece.", known)
