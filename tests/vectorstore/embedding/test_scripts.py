"""What an embedding model can read, told by its vocabulary."""

import pytest

from vectorstore.embedding.scripts import foreign_script, learnt_scripts, readable_share

LATIN = [f"{first}{second}{third}" for first in "abcdefghij" for second in "aeiou" for third in "bcdfghklmnpr"]
KANJI = [chr(0x4E00 + n) for n in range(488)]


def test_a_script_of_which_a_vocabulary_has_hundreds_of_words_was_learnt() -> None:
    assert learnt_scripts([*LATIN, *(f"##{word}" for word in LATIN)]) == {"LATIN"}


def test_an_alphabet_alone_was_not() -> None:
    assert learnt_scripts([*KANJI, *"абвгдежзийклмн"]) == set()


def test_a_vocabulary_of_bytes_does_not_tell() -> None:
    assert learnt_scripts([f"Ġ{word}" for word in LATIN]) is None


@pytest.mark.parametrize(
    ("text", "share"),
    [("BRICSとは何ですか", 5 / 11), ("Iran joined in 2024.", 1.0), ("ایران", 0.0), ("2024?", 1.0)],
)
def test_the_letters_of_learnt_scripts_are_counted(text: str, share: float) -> None:
    assert readable_share(text, frozenset({"LATIN"})) == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("آیا ایران به بریکس پیوست؟", "Arabic"),
        ("日本銀行は何をしましたか。", "Japanese"),
        ("金砖国家扩大了吗？", "Chinese"),
        ("Зачем нужен БРИКС?", "Cyrillic"),
        ("Wozu dient BRICS?", ""),
        ("2024?", ""),
    ],
)
def test_the_script_of_a_text_that_is_not_readable_has_a_name(text: str, script: str) -> None:
    assert foreign_script(text, ("LATIN",)) == script


@pytest.mark.integration
def test_the_bundled_model_reads_latin_letters_alone(minilm) -> None:
    assert minilm.scripts == {"LATIN"}
    assert minilm.reads("Wann trat der Iran den BRICS bei?")
    assert not minilm.reads("イランはいつBRICSに加盟しましたか。")
