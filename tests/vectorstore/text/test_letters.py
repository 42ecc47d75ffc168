"""Texts are compared in one spelling, and their script is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.text.letters import for_matching, script_of


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("De\u0301sir\u00e9", "D\u00e9sir\u00e9"),
        ("par\u00adlia\u00adment", "parliament"),
        ("o\ufb03cial \ufb02eet", "official fleet"),
        ("\u06f1\u06f9\u06f1\u06f1", "1911"),
        ("１９１１年 ＢＲＩＣＳ", "1911年 BRICS"),
        ("نمی\u200cدانم", "نمیدانم"),
        ("كتابي", "کتابی"),
        ("Bordu-\nrian barges", "Bordurian barges"),
        ("tar-\r\n   iff", "tariff"),
        ("tar\u00ad\niff", "tariff"),
        ("ta\u200briff", "tariff"),
        ("Anglo-\nSaxon", "Anglo-\nSaxon"),
        ("1911-\n12", "1911-\n12"),
        ("1911²", "1911²"),
    ],
)
def test_a_text_has_one_spelling_for_matching(text: str, spelled: str) -> None:
    assert for_matching(text) == spelled


@given(text=st.text(max_size=80))
def test_the_spelling_does_not_change_again(text: str) -> None:
    once = for_matching(text)

    assert for_matching(once) == once


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Does the BRICS bank lend?", "LATIN"),
        ("BRICS銀行はなぜ融資するのか", "HIRAGANA"),
        ("联盟于1911年解散", "CJK"),
        ("بانک جدید BRICS", "ARABIC"),
        ("Что такое BRICS", "CYRILLIC"),
        ("1911: 41%", ""),
    ],
)
def test_the_script_of_most_letters_is_told(text: str, script: str) -> None:
    assert script_of(text) == script
