"""Lines of an answer are deeper questions in many languages and forms."""

import pytest

from chains.text.deep_question import parse_questions

DEEP = "Given that four new members joined in 2024, why did intra-bloc trade hardly change?"
YUAN = "Given that the bank lends in yuan, why does it borrow in dollars?"


@pytest.mark.parametrize(
    "line",
    [
        "1. Why did it grow so very fast in one year?",
        "2. Given that it grew, it is large.",
        "3. Given that PREMISE, why or how or at what cost QUESTION?",
        "4. Given that it grew, why? And given that it fell, how?",
        "1. 銀行は融資するのか？",
    ],
)
def test_a_line_that_states_no_premise_asks_nothing_or_copies_the_form_is_left_out(line: str) -> None:
    assert parse_questions(f"{line}\n5. {DEEP}") == [DEEP]


@pytest.mark.parametrize(
    "line",
    [
        f"1. {YUAN}",
        f"**1.** {YUAN}",
        f"**1. {YUAN}**",
        f"- {YUAN}",
        f"• {YUAN}",
        f"2) {YUAN}",
        f"**Question 2:** {YUAN}",
        "1. *Given that the bank lends in yuan*, why does it borrow in dollars?",
    ],
)
def test_numbers_bullets_and_emphasis_are_taken_off(line: str) -> None:
    assert parse_questions(line) == [YUAN]


@pytest.mark.parametrize(
    "question",
    [
        "銀行が加盟国の通貨で貸し付けていることを考えると、なぜ今もドルで借り入れているのか？",
        "Da die Bank in der Währung ihrer Mitglieder verleiht, warum leiht sie sich dann noch Dollar?",
        "با توجه به این که بانک به پول اعضا وام می‌دهد، چرا هنوز دلار قرض می‌گیرد؟",
        "Étant donné que la banque prête en yuans, pourquoi emprunte-t-elle en dollars ?",
        "Учитывая, что банк кредитует в валютах членов, почему он занимает доллары?",
        "鉴于银行以成员国货币放贷，为什么它仍然借入美元？",
    ],
)
def test_other_languages_are_read(question: str) -> None:
    assert parse_questions(f"1. {question}") == [question]
