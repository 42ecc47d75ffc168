"""What a translation lost, and what it may write in another way."""

import pytest

from chains.schemas import TranslationFault
from chains.text.translation.losses import losses_of, missing_from


@pytest.mark.parametrize(
    ("text", "language", "translation", "missing"),
    [
        ("It was 162 [1].", "ja", "１６２だった【1】。", ()),
        ("It was 1,500.", "ja", "1500 だった。", ()),
        ("It was 1.5 percent.", "de", "Es waren 1,5 Prozent.", ()),
        ("It was 1500.", "de", "Es waren 1.500.", ()),
        ("It was 1,500.", "fr", "C'était 1\u202f500.", ()),
        ("It was 1,500.", "ru", "Было 1 500.", ()),
        ("In 2024.", "fa", "در سال ۲۰۲۴.", ()),
        ("In 2024.", "ar", "في عام ٢٠٢٤.", ()),
        ("It was 12.", "ja", "It was 112.", ("12",)),
        ("It was 3 [3].", "ja", "これ[3]。", ("3",)),
        ("No number.", "ja", "数字なし。", ()),
        ("In 2024 and in 2024.", "ja", "2024年に。", ("2024",)),
        ("5 of 5 states.", "ja", "5か国。", ("5",)),
        ("This [1]. That [1].", "ja", "これ[1]。それ。", ("[1]",)),
        ("This [1][2].", "ja", "これ[1、2]。", ()),
        ("On May 12, 2024.", "de", "Am 12.05.2024.", ()),
    ],
)
def test_digits_of_other_widths_and_scripts_count_and_parts_of_numbers_do_not(text, language, translation, missing):
    assert missing_from(text, translation, language) == missing


@pytest.mark.parametrize(
    ("text", "language", "translation", "missing"),
    [
        ("It was 32.8 billion.", "ja", "328億だった。", ()),
        ("It was 32.8 billion.", "ja", "32.8億だった。", ("32.8 billion",)),
        ("It was 32.8 billion.", "ja", "32.8だった。", ("32.8 billion",)),
        ("It was 117.5 billion.", "ja", "1175だった。", ("117.5 billion",)),
        ("It was 117.5 billion.", "ja", "1,175億だった。", ()),
        ("It was 5 million.", "ja", "500万だった。", ()),
        ("It was 5 million.", "ja", "五百万だった。", ()),
        ("It was 5 million.", "ja", "5万だった。", ("5 million",)),
        ("It was 1.2 trillion.", "ja", "1兆2000億だった。", ()),
        ("It was 1.2 trillion.", "zh", "为1.2万亿。", ()),
        ("It was 1.2 trillion.", "zh", "为1.2亿。", ("1.2 trillion",)),
        ("It was 32.8 billion.", "zh", "为328亿。", ()),
        ("It was 1.5 billion.", "fa", "۱٫۵ میلیارد بود.", ()),
        ("It was 1.5 billion.", "fa", "۱/۵ میلیارد بود.", ()),
        ("It was 1.5 billion.", "fa", "۱٫۵ میلیون بود.", ("1.5 billion",)),
        ("It was 1.25 million.", "fa", "۱ میلیون و ۲۵۰ هزار بود.", ()),
        ("It was 1.5 trillion.", "fa", "۱٫۵ هزار میلیارد بود.", ()),
        ("It was 1.5 billion.", "ar", "كان ١٫٥ مليار.", ()),
        ("It was 5 million.", "ar", "كان 5 ملايين.", ()),
        ("It was 5 million.", "ar", "كان 5.", ("5 million",)),
        ("It was 1.5 billion.", "de", "Es waren 1,5 Milliarden.", ()),
        ("It was 1.5 billion.", "de", "Es waren 1,5 Mrd. Euro.", ()),
        ("It was 1.5 billion.", "de", "Es waren 1,5 Billionen.", ("1.5 billion",)),
        ("It was 1.2 trillion.", "de", "Es waren 1,2 Billionen.", ()),
        ("It was 1.5 billion.", "fr", "C'était 1,5 billion.", ("1.5 billion",)),
        ("It was 1.5 billion.", "es", "Fueron 1,5 mil millones.", ()),
        ("It was 1.5 billion.", "pt", "Foi 1,5 bilhão.", ()),
        ("It was 1.5 billion.", "ru", "Это 1,5 миллиарда.", ()),
        ("It was $32.8bn.", "ja", "328億ドルだった。", ()),
        ("It was $5m.", "ja", "500万ドルだった。", ()),
        ("From 30 billion to 30 billion.", "ja", "300億から。", ("30 billion",)),
        ("From 30 to 40 billion.", "ja", "300億から400億へ。", ()),
        ("5, 10 and 15 million.", "ja", "500万、1000万、1500万。", ()),
        ("From 30 billion to 40 billion.", "ja", "300～400億。", ()),
        ("1兆2000億円だった。", "fa", "۱٫۲ تریلیون ین بود.", ()),
        ("۳۲/۸ میلیارد دلار بود.", "ja", "328億ドルだった。", ()),
    ],
)
def test_a_number_has_to_keep_its_scale(text, language, translation, missing) -> None:
    """Regression: the same digits were enough, so 32.8 billion was found in 32.8億."""
    assert missing_from(text, translation, language) == missing


@pytest.mark.parametrize(
    ("language", "right", "lost"),
    [
        ("ja", "5％だった。", "5だった。"),
        ("ja", "5パーセントだった。", "5ポイントだった。"),
        ("zh", "为百分之5。", "为5。"),
        ("zh", "为百分之五。", "为五。"),
        ("fa", "۵٪ بود.", "۵ بود."),
        ("fa", "۵ درصد بود.", "۵ بود."),
        ("ar", "كان ٥ في المئة.", "كان ٥."),
        ("ar", "كان ٥ بالمائة.", "كان ٥."),
        ("de", "Es waren 5 %.", "Es waren 5."),
        ("es", "Fue el 5 por ciento.", "Fue el 5."),
        ("fr", "C'était 5\u00a0%.", "C'était 5."),
        ("ru", "Это 5 процентов.", "Это 5."),
    ],
)
def test_a_percentage_stays_one(language: str, right: str, lost: str) -> None:
    assert missing_from("It was 5%.", right, language) == ()
    assert missing_from("It was 5 percent.", lost, language) == ("5%",)


def test_a_percentage_is_found_behind_the_same_number_without_one() -> None:
    assert missing_from("5 states pay 5 per cent, 10 to 15%.", "10～15％、5％を5か国が払う。", "ja") == ()


@pytest.mark.parametrize(("translation", "missing"), [("15か国", ()), ("十五か国", ()), ("多くの国", ("十五",))])
def test_a_number_in_words_may_be_written_in_digits_but_not_lost(translation, missing) -> None:
    assert missing_from("In fifteen states.", translation, "ja", {"fifteen": "十五"}) == missing


@pytest.mark.parametrize(
    ("language", "name", "there"),
    [
        ("ru", "Китай", "Политика Китая."),
        ("ru", "Нигер", "Политика Нигера."),
        ("ru", "Нигерия", "В Нигерии."),
        ("ru", "Египет", "Политика Египта."),
        ("ru", "Новый банк развития", "Кредиты Нового банка развития."),
        ("de", "China", "Chinas Politik."),
        ("de", "Neue Entwicklungsbank", "Mit der Neuen Entwicklungsbank."),
        ("fr", "Iran", "La politique de l'Iran."),
        ("es", "China", "La política de China."),
        ("fa", "آمریکا", "سیاست آمریکای امروز."),
        ("fa", "ایالات متحده", "ایالات متحدهٔ امروز."),
        ("ar", "الصين", "وللصين سياسة."),
        ("ar", "إيران", "سياسة لايران."),
        ("ja", "中国", "対中国政策。"),
        ("ja", "インド", "インド・太平洋。"),
        ("zh", "俄罗斯", "白俄罗斯和俄罗斯。"),
    ],
)
def test_a_name_may_be_in_any_case_of_its_language(language: str, name: str, there: str) -> None:
    assert missing_from("Of it.", there, language, {"It": name}) == ()


@pytest.mark.parametrize(
    ("language", "name", "there"),
    [
        ("ru", "Китай", "Политика России."),
        ("ru", "Нигер", "Политика Нигерии."),
        ("ru", "Нигерия", "Политика Нигера."),
        ("de", "China", "In Indochina."),
        ("de", "Niger", "In Nigeria."),
        ("de", "Nigeria", "In Niger."),
        ("fr", "Mali", "En Somalie et à Malibu."),
        ("fa", "چین", "در هندوچین."),
        ("fa", "نیجر", "در نیجریه."),
        ("fa", "مالی", "در سومالی."),
        ("ar", "مالي", "في ماليزيا."),
        ("ja", "インド", "インドネシアで。"),
        ("ja", "マリ", "ソマリアで。"),
        ("zh", "印度", "在印度尼西亚。"),
        ("zh", "俄罗斯", "在白俄罗斯。"),
    ],
)
def test_a_name_inside_another_one_is_lost(language: str, name: str, there: str) -> None:
    """Regression: letters inside a longer word were enough."""
    assert missing_from("Of it.", there, language, {"It": name}) == (name,)


def test_a_name_inside_a_longer_name_of_the_same_text_is_lost() -> None:
    glossary = {"New Development Bank": "新開発銀行", "Bank": "銀行"}
    assert missing_from("The New Development Bank is a Bank.", "新開発銀行は機関だ。", "ja", glossary) == ("銀行",)


@pytest.mark.parametrize(
    ("text", "translation", "added"),
    [
        ("Trade grew [1].", "貿易は増えた[1] [1]。", ("[1]",)),
        ("Trade grew.", "貿易は増えた[7]。", ("[7]",)),
        ("Trade grew [1].", "貿易は増えた[۲]【1】。", ("[2]",)),
        ("Trade grew [1] [2].", "貿易は増えた[2][1]。", ()),
    ],
)
def test_a_marker_that_the_text_has_not_is_told(text: str, translation: str, added) -> None:
    assert losses_of(text, translation, "ja").added == added


ENGLISH = "Trade between the members grew by a third, and most of it is paid in their own currencies."


@pytest.mark.parametrize(
    ("language", "translation"),
    [
        ("ja", "加盟国間の貿易は三分の一増え、その大半は自国通貨で支払われている。"),
        ("ja", "BRICS と New Development Bank は貿易を増やした。"),
        ("zh", "成员国之间的贸易增长了三分之一，其中大部分以本国货币支付。"),
        ("fa", "تجارت میان اعضا یک سوم رشد کرد و بیشتر آن با پول خودشان پرداخت می‌شود."),
        ("ar", "نمت التجارة بين الأعضاء بمقدار الثلث، ويُدفع معظمها بعملاتهم."),
        ("ru", "Торговля между странами выросла на треть, и большая её часть оплачивается в их валютах."),
        ("de", "Der Handel zwischen den Mitgliedern wuchs um ein Drittel, das meiste wird in eigener Währung bezahlt."),
        ("fr", "Le commerce entre les membres a augmenté d'un tiers, et la plupart est payée dans leurs monnaies."),
        ("es", "El comercio entre los miembros creció un tercio, y la mayor parte se paga en sus monedas."),
        ("pt", "O comércio entre os membros cresceu um terço, e a maior parte é paga nas suas moedas."),
    ],
)
def test_a_translation_has_no_fault(language: str, translation: str) -> None:
    assert losses_of(ENGLISH, translation, language).faults == ()


@pytest.mark.parametrize("language", ["ar", "de", "es", "fa", "fr", "ja", "pt", "ru", "zh"])
@pytest.mark.parametrize(
    ("translation", "fault"),
    [
        (ENGLISH, TranslationFault.UNCHANGED),
        (ENGLISH.replace("a third", "33").replace("most", "much"), TranslationFault.UNCHANGED),
        ("The bank is what they would like to have, and this is not in the text.", TranslationFault.LANGUAGE),
        ("", TranslationFault.EMPTY),
    ],
)
def test_english_is_no_translation(language: str, translation: str, fault: TranslationFault) -> None:
    """Regression: a text that came back unchanged counted as translated."""
    assert losses_of(ENGLISH, translation, language).faults == (fault,)


@pytest.mark.parametrize(
    ("language", "translation"),
    [
        ("ja", "貿易は三分の一増えた。しかし most of it is paid in their own currencies."),
        ("ja", "成员国之间的贸易增长了三分之一，其中大部分以本国货币支付。"),
        ("zh", "加盟国間の貿易は三分の一増え、その大半は自国通貨で支払われている。"),
        ("de", "成员国之间的贸易增长了三分之一，其中大部分以本国货币支付。"),
        ("fa", "Торговля между странами выросла на треть."),
        ("de", "Der Handel wuchs um ein Drittel. Most of it is paid in the currencies of their own states."),
    ],
)
def test_another_language_is_no_translation(language: str, translation: str) -> None:
    assert losses_of(ENGLISH, translation, language).faults == (TranslationFault.LANGUAGE,)


@pytest.mark.parametrize(
    ("text", "language", "translation"),
    [
        ("BRICS+ and NDB", "ja", "BRICS+とNDB"),
        ("BRICS", "ja", "BRICS"),
        ("Introduction", "fr", "Introduction"),
        ("fifteen", "ja", "15"),
        ("2024 [1].", "ja", "2024 [1]."),
    ],
)
def test_what_is_the_same_in_both_languages_is_no_fault(text: str, language: str, translation: str) -> None:
    assert losses_of(text, translation, language).faults == ()


@pytest.mark.parametrize("translation", ["貿易は増えた。" * 20, "貿易は自国通貨で増えた。\n貿易は自国通貨で増えた。"])
def test_a_repetition_is_no_translation(translation: str) -> None:
    assert losses_of(ENGLISH, translation, "ja").faults == (TranslationFault.REPETITION,)


def test_a_text_that_repeats_itself_may_be_translated() -> None:
    assert not losses_of("Trade grew again.\nTrade grew again.", "貿易はまた増えた。\n貿易はまた増えた。", "ja")


def test_a_stub_is_no_translation() -> None:
    assert losses_of(ENGLISH, "貿易。", "ja", least=10).faults == (TranslationFault.SHORT,)


def test_an_abstention_has_to_be_translated_too() -> None:
    assert losses_of("I don't know.", "I don't know.", "ja").faults == (TranslationFault.UNCHANGED,)
    assert not losses_of("I don't know.", "分かりません。", "ja")
