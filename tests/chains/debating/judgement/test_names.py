"""Whom a text names."""

import pytest

from chains.debating.judgement.names import named_at, with_labels
from chains.debating.judgement.verdict import lettered

ANN = {"ann": "Ann", "lee": "Ann Lee", "jr": "Dr. Weiss Jr.", "hans": "Hans Müller", "greta": "Greta Müller"}
TITLES = {"p": "The Professor", "l": "Ms Lee"}
JAPANESE = {"t": "田中", "s": "鈴木 教授", "a": "Ann"}


@pytest.mark.parametrize(
    ("answer", "names", "found"),
    [
        ("Ann Lee", ANN, ["lee"]),
        ("Ann, then Ann Lee", ANN, ["ann", "lee"]),
        ("Dr. Weiss Jr. is right", ANN, ["jr"]),
        ("weiss", ANN, ["jr"]),
        ("Müller", ANN, []),
        ("Greta", ANN, ["greta"]),
        ("Annual reports", ANN, []),
        ("The best case is that of Ms Lee", TITLES, ["l"]),
        ("professor", TITLES, ["p"]),
        ("Hans Mu\u0308ller", ANN, ["hans"]),
        ("田中の立場が最も強い。", JAPANESE, ["t"]),
        ("私は鈴木教授ではなく、鈴木 教授の立場を取る。", JAPANESE, ["s"]),
        ("Ann博士の立場", JAPANESE, ["a"]),
        ("鈴木の立場、次に田中", JAPANESE, ["s", "t"]),
    ],
)
def test_speakers_are_found_in_the_order_in_which_they_are_named(
    answer: str, names: dict[str, str], found: list[str]
) -> None:
    at = named_at(answer, names)
    assert sorted(at, key=lambda one: at[one]) == found


def test_a_name_with_a_persian_letter_is_found_as_an_arabic_keyboard_writes_it() -> None:
    assert named_at("موضع دكتر علوي", {"a": "دکتر علوی", "b": "دکتر کریمی"}) == {"a": 5}


@pytest.mark.parametrize(
    ("text", "labelled"),
    [
        ("田中の主張は誤りだ。", "Speaker Aの主張は誤りだ。"),
        ("Ann Lee errs, and so does Ann.", "Speaker C errs, and so does Speaker B."),
        ("Lee errs.", "Speaker C errs."),
        ("The Annals err.", "The Annals err."),
    ],
)
def test_a_judge_reads_labels_in_place_of_names(text: str, labelled: str) -> None:
    labels = {"田中": "Speaker A", "Ann": "Speaker B", "Ann Lee": "Speaker C"}
    assert with_labels(text, labels) == labelled


@pytest.mark.parametrize(
    ("answer", "winner"), [("話者Bが勝った。", "b"), ("Speaker B", "b"), ("AB", ""), ("A or B", "")]
)
def test_the_letter_of_a_judge_is_read_in_scripts_without_spaces(answer: str, winner: str) -> None:
    assert lettered(answer, ("a", "b")) == winner
