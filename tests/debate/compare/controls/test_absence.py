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
정보가 없습니다."""
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
Jin Liqun was named president, though the text does not state it."""


@pytest.mark.parametrize("text", ABSENT.split("\n"))
def test_an_answer_that_says_only_that_it_is_not_there_is_an_abstention(text: str) -> None:
    assert says_absent(text)


@pytest.mark.parametrize("text", ANSWERS.split("\n"))
def test_an_answer_or_a_guess_is_no_abstention(text: str) -> None:
    assert not says_absent(text)
