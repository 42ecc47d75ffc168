import pytest

from chains.text.refusal import is_abstention


@pytest.mark.parametrize(
    "text",
    [
        "I don't know.",
        "I don’t know",
        " i do not know. ",
        '"I don\'t know."',
        "I don't know the answer to this question based on the passages provided.",
        "I'm sorry, but I don't know. The passages do not mention the matter.",
        "Based on the passages, I do not know what the answer is.",
        "I cannot answer this question from the given passages.",
        "I have no answer.",
        "متأسفانه در متن پاسخی برای این پرسش وجود ندارد.",
        "申し訳ありませんが、この文脈からは答えがわかりません。",
        "The provided context does not contain any information about this question.",
        "I do not have enough information to answer this question.",
        "Answer: I don't know.",
        "As a professor, I don't know.",
        "Ich weiß es nicht.",
        "Je ne sais pas.",
        "No lo sé.",
        "Не знаю.",
        "نمی‌دانم.",
        "لا أعرف.",
        "我不知道。",
        "わかりません。",
        "文脈には答えがありません。",
        "在给定的内容中没有答案。",
        "متأسفانه پاسخ این پرسش در متن نیست.",
        "متن‌ها اطلاعاتی در این باره ندارند.",
        "申し訳ありませんが、提供された文章からは分かりません。",
    ],
)
def test_admission_of_not_knowing_is_an_abstention(text: str) -> None:
    assert is_abstention(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sanctions failed. I don't know why anyone believes in them.",
        "I don't know of any state that gained from them.",
        "I don't know, but trade grew by half in ten years.",
        "I know the answer: oil.",
        "Ich weiß nicht nur das, sondern auch mehr.",
        "The passages of ships through Hormuz do not include oil alone.",
        "I do not know. " + "Trade among the members grew faster than trade with others. " * 8,
        "彼は知りませんが、貿易は増えました。石油の輸出も増え、銀行は融資を拡大しています。" * 3,
    ],
)
def test_answer_that_mentions_not_knowing_is_no_abstention(text: str) -> None:
    assert not is_abstention(text)


def test_an_apology_over_and_over_is_read_in_no_time() -> None:
    """Regression: each further "sorry" doubled the time, and thirty took a quarter of an hour."""
    assert not is_abstention("sorry " * 2000)
    assert is_abstention("I'm sorry, but I am afraid that I do not know.")
