"""Texts are compared in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.text.letters import for_matching


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
