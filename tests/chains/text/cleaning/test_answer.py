"""Of what a model wrote only the answer stays, and a good answer stays as it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.text.cleaning.answer import CleanedText, clean_answer

ANSWER = (
    "The bank cannot replace the older lender, and it should not pretend that it can. Its founders signed at "
    "Fortaleza in 2014.\n\nWhy do I still defend it? Because a borrower who has two doors to knock on negotiates better."
)
PROMPT = (
    "You are Eleanor Whitcombe, a strategist.\n\n### INSTRUCTION:\nAnswer the question below.\n\n"
    "Question: Can the bank replace the older lender?\n\n### CONTEXT:\n[1] The bank opened in Shanghai.\n\n### RESPONSE:"
)
SPEAKERS = ("Eleanor Whitcombe", "Kazuhiko Moriyama")

AROUND = {
    "reasoning": f"<think>\nThe user wants 400 words. [1] says 2014.\n</think>\n\n{ANSWER}",
    "reasoning without its opening tag": f"Okay, the user wants an opinion.\n</think>\n\n{ANSWER}",
    "reasoning in two places": f"<think>first</think>{ANSWER}<think>and then</think>",
    "a channel for thoughts": f"<|channel|>analysis<|message|>Hm.<|end|><|channel|>final<|message|>{ANSWER}",
    "chat tokens": f"<|im_start|>assistant\n{ANSWER}<|im_end|>\n<|im_start|>user\nAnd Japan?",
    "a role, an opener and a next speaker": f"Assistant: Sure! Here is my opinion:\n\n{ANSWER}\n\nUser: Thank you.\nAssistant: Yes.",
    "a polite opener": f"Certainly! Below is a 120-word answer to the question:\n\n{ANSWER}",
    "a label in bold": f"**My side:** {ANSWER}",
    "the speaker's own name": f"**Eleanor Whitcombe:** {ANSWER}",
    "another debater": f"{ANSWER}\n\n**Kazuhiko Moriyama:** I must object.",
    "another debater by surname": f"{ANSWER}\nMoriyama: I must object.",
    "another debater inside a line": f"{ANSWER} **Kazuhiko Moriyama:** I must object.",
    "a question and its answer": f"Question: Who lends?\nAnswer: {ANSWER}\n\nQuestion: Who pays?\nAnswer: All.",
    "labels in Japanese": f"回答：{ANSWER}\n\nユーザー：ありがとう。",
    "a fence and a heading": f"```markdown\n# Opinion\n\n{ANSWER}\n```",
    "an opener before a fence": f"Here is the text:\n```text\n{ANSWER}\n```\nI hope this helps!",
    "an empty fence": f"{ANSWER}\n\n```\n```",
    "a fence left open": f"```\n{ANSWER}",
    "code behind the answer": f"{ANSWER}\n\n```python\nprint('bank')\n```",
    "a JSON object": json.dumps({"answer": ANSWER, "confidence": 0.7}),
    "a JSON object with a key of its own": json.dumps({"my_view": ANSWER, "side": "for"}),
    "a JSON object in a fence": f"```json\n{json.dumps({'text': ANSWER}, indent=1)}\n```",
    "a JSON object cut short": json.dumps({"answer": ANSWER + " \u2014"})[:-8],
    "the whole prompt": f"{PROMPT}\n{ANSWER}",
    "the user's half of the prompt": f"{PROMPT.partition('strategist.')[2].removesuffix('### RESPONSE:')}\n{ANSWER}",
    "the question": f"Can the bank replace the older lender?\n\n{ANSWER}",
    "the template's next sections": f"### RESPONSE:\n{ANSWER}\n\n### INSTRUCTION:\nWrite another one.",
    "a heading behind a sentence": f"{ANSWER} # What is the difference between a member and a partner?",
    "headings": f"## The Bank\n\n**Introduction**\n\n{ANSWER}\n\n**Created Question**\n\n---\n",
    "a title": f"The New Development Bank and Its Rivals\n\n{ANSWER} {ANSWER}",
    "a note on the length": f"{ANSWER}\n\n**Note:** The paragraph was condensed to fit within the 66-91 word limit.",
    "a word count": f"{ANSWER}\n\n(Word count: 46)",
    "a count in words": f"{ANSWER}\n\n46 words",
    "offers of help": f"{ANSWER} Let me know if you need any further information. Feel free to ask!",
    "the request told to the reader": f"You are asked to answer questions about the topic. {ANSWER}",
    "who the reader is": f"You are a Japanese diplomat, and you have been asked to speak about energy. {ANSWER}",
    "praise of the reader": f"{ANSWER} I'm glad to hear that you're willing to make a difference.",
    "the prompt's label": f"Your side: the bank should be judged by its loans. {ANSWER}",
    "what the reader holds": f"You hold that: the bank should be judged by its loans. {ANSWER}",
    "an apology": f"I'm sorry, but your question seems incomplete. Could you please provide more context? {ANSWER}",
    "a machine": f"As an AI language model, I have no opinions. {ANSWER}",
    "a list item left open": f"{ANSWER}\n\n1.",
    "an item left open in the line": f"{ANSWER} 2.",
}  # fmt: skip


@pytest.mark.parametrize("around", AROUND)
def test_what_stands_around_an_answer_goes(around: str) -> None:
    cleaned = clean_answer(AROUND[around], prompt=PROMPT, speakers=SPEAKERS)

    assert cleaned.text in (ANSWER, f"{ANSWER} {ANSWER}", f"{ANSWER} —")
    assert cleaned.removed


GOOD = {
    "an answer": ANSWER,
    "an apology to people": "However, I am sorry for the villagers who lost their land. We are sorry, but we cannot accept this.",
    "a debater's refusal": "I'm sorry, but I cannot accept that claim. I cannot answer for Washington, but I can count.",
    "quotes": 'She said: "Sure! Here is my opinion:" and left. He wrote, “User: nobody,” on the door.',
    "a fact with a colon": "Here is the crux of the matter: the dollar has no rival.\n\nOne fact stands out: 85 billion dollars.",
    "an agreement": "Certainly, the bank is small. Of course the dollar stays.",
    "years and numbers": "2014. That was the year of Fortaleza.\n24. Juli 2015 was the day.\nIt lent 5*3 and then 2 * 4 billion.",
    "code-like names": "The ship was called __init__ and the bond NDB_2024_A; C* and f(x) were others.",
    "a condition on length": "The treaty ran to 500 words. He received a shorter sentence. A word of thanks is due.",
    "an answer about answers": "This answer is not enough. The text of the treaty was revised. The question is who pays.",
    "a challenge": "Could you name a single loan? Please tell the farmers. Let me know the price, he said, and I pay.",
    "citations": "It opened in Shanghai [1]. It lends in yuan [2] [3].",
    "Japanese": "日本はエネルギーを輸入に頼っている。申し訳ないが、それは事実だ。\n\n「制裁は続く」と彼は言った。",
    "Persian": "ایران از ۲۰۲۴ عضو بریکس است. پرسش این است که چه کسی می‌پردازد؟\n\nتحریم‌ها ادامه دارد.",
    "Russian": "Россия поставляет газ. — Кто платит? — спросил он.\n\n«Никто», ответил министр.",
    "a dash": "– wrote the minister – and left.\n\n— Who pays? he asked.".replace("– wrote", "Nobody – wrote"),
    "I don't know": "I'm sorry, but I don't know.",
    "an AI power": "As an AI power China has few rivals. The response was swift. The response is based on fear.",
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_answer_stays_as_it_is(kind: str) -> None:
    assert clean_answer(GOOD[kind], prompt=PROMPT, speakers=SPEAKERS) == CleanedText(GOOD[kind])


EMPTY = {
    "nothing": " \n",
    "only reasoning": "<think>I should take a side.",
    "only a fence": "```\n\n```",
    "only an apology": "I'm sorry, but your question seems incomplete. Could you please provide more details?",
    "only a refusal": "I'm sorry, but I can't assist with that.",
    "only the prompt": PROMPT,
    "only a web page": "<html><body>502 Bad gateway</body></html>",
    "only a heading": "**Created Question**",
    "only an item": "1.",
    "only a question of another": "User: Thank you.",
}


@pytest.mark.parametrize("kind", EMPTY)
def test_where_no_answer_stands_nothing_remains(kind: str) -> None:
    assert clean_answer(EMPTY[kind], prompt=PROMPT, speakers=SPEAKERS).text == ""


def test_marks_go_and_their_words_stay() -> None:
    text = (
        "1. **Trade:** it *grew* in [Kazan](https://example.org).\n2. _Much too_ late.\n- And <b>gas</b>.\n> He left."
    )

    assert clean_answer(text).text == "Trade: it grew in Kazan.\nMuch too late.\nAnd gas.\nHe left."


def test_a_clause_about_the_context_goes_and_its_sentence_stays() -> None:
    cleaned = clean_answer("Trade grew. Based on the provided context, the bank is small.")

    assert cleaned.text == "Trade grew. The bank is small."


def test_a_list_run_together_in_one_line_becomes_sentences() -> None:
    written = "I hold that Russia has become a new country; 2. The Union has no controls; 3. Japan had none."
    cleaned = clean_answer(written)
    assert cleaned.text == "I hold that Russia has become a new country. The Union has no controls. Japan had none."
    assert [one.text for one in cleaned.removed] == ["; 2.", "; 3."]


def test_one_number_in_a_sentence_is_no_list() -> None:
    assert clean_answer("It broke Article 1, 2. The court said so.").text == "It broke Article 1, 2. The court said so."


def test_a_list_that_was_asked_for_keeps_its_numbers() -> None:
    text = "Sure! Here are the questions:\n\n1. Given that it lends, why?\n2. **Given** that it borrows, how?"

    cleaned = clean_answer(text, prose=False)

    assert cleaned.text == "1. Given that it lends, why?\n2. **Given** that it borrows, how?"


def test_a_removal_says_what_it_was() -> None:
    cleaned = clean_answer(f"<think>Hm.</think># Trade\n\n{ANSWER}\n\nUser: Thanks.")

    assert [(one.kind, one.text) for one in cleaned.removed] == [
        ("reasoning", "Hm."),
        ("next speaker", "User: Thanks."),
        ("heading", "# Trade"),
    ]


def test_a_text_beyond_the_size_is_cut_and_the_removal_says_so() -> None:
    cleaned = clean_answer("Peace now. " * 20_000)

    assert len(cleaned.text) <= 100_000
    assert [one.kind for one in cleaned.removed] == ["too long"]
    assert len(cleaned.removed[0].text) == 1_000


FRAGMENTS = [
    *AROUND.values(),
    "\n",
    "\n\n",
    "Assistant: ",
    "**",
    "```",
    "1. ",
    "- ",
    "# ",
    "<think>",
    "</think>",
    "{",
    '"',
]


@given(parts=st.lists(st.sampled_from(FRAGMENTS), max_size=5))
def test_cleaning_twice_changes_nothing(parts: list[str]) -> None:
    once = clean_answer("".join(parts), prompt=PROMPT, speakers=SPEAKERS).text

    assert clean_answer(once, prompt=PROMPT, speakers=SPEAKERS).text == once


def test_the_prompt_s_word_for_what_it_gave_is_taken_off_its_sentence() -> None:
    cleaned = clean_answer("Trade grew. The fact shows that sanctions change little.")
    assert cleaned.text == "Trade grew. Sanctions change little."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("From 16-case, 2019: They fall on pharmacies.", "They fall on pharmacies."),
        ("It did. From opinion under debate: Sanctions work.", "It did. Sanctions work."),
        ("From 2019: a year of siege.", "From 2019: a year of siege."),
        ("From 14-how-to-sanctions: They work.", "They work."),
    ],
)
def test_the_part_of_the_prompt_that_a_sentence_names_as_its_source_goes(text: str, left: str) -> None:
    prompt = "### CONTEXT:\n[1] From 16-case, 2019:\nSanctions fall.\n\n### OPINION UNDER DEBATE:\nSanctions work."
    assert clean_answer(text, prompt=prompt).text == left
