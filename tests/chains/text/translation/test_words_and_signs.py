"""Numbers in words, signs, points and short years: a planted loss is noticed, a right rendering is not."""

import pytest

from chains.schemas import TranslationFault
from chains.text.translation.losses import losses_of, missing_from
from chains.text.translation.names import lost_terms, standing


@pytest.mark.parametrize(
    ("text", "language", "translation", "missing"),
    [
        ("It was half a million.", "ja", "50億だった。", "half a million"),
        ("It was half a million.", "de", "Es waren fünfzig Milliarden.", "half a million"),
        ("It was three billion.", "zh", "为三百万。", "three billion"),
        ("Thirty million people.", "ja", "300万人。", "Thirty million"),
        ("A quarter of a million people.", "ja", "250万人。", "A quarter of a million"),
        ("It was three million.", "de", "Es waren fünf Millionen.", "three million"),
        ("It was three million.", "fa", "سه میلیارد بود.", "three million"),
        ("It was three million.", "fr", "C'était 3.", "three million"),
        ("It was five thousand.", "es", "Fueron cinco millones.", "five thousand"),
        ("It was thirty-five million.", "es", "Fueron treinta y seis millones.", "thirty-five million"),
    ],
)
def test_a_lost_scale_of_a_number_in_words_is_noticed(text, language, translation, missing) -> None:
    """Regression: numbers in words were not read, so half a million could become 50億."""
    assert missing_from(text, translation, language) == (missing,)


@pytest.mark.parametrize(
    ("text", "language", "translation"),
    [
        ("It was half a million.", "ja", "50万だった。"),
        ("It was half a million.", "de", "Es war eine halbe Million."),
        ("It was half a million.", "de", "Es waren fünfhunderttausend."),
        ("It was half a million.", "de", "Es waren 500.000."),
        ("It was half a million.", "fr", "C'était un demi-million."),
        ("It was half a million.", "fr", "C'était cinq cent mille."),
        ("It was half a million.", "es", "Fue medio millón."),
        ("It was half a million.", "pt", "Foi meio milhão."),
        ("It was half a million.", "ru", "Это полмиллиона."),
        ("It was half a million.", "ar", "كان نصف مليون."),
        ("It was half a million.", "fa", "نیم میلیون بود."),
        ("It was a quarter of a million.", "fr", "C'était un quart de million."),
        ("It was a quarter of a million.", "de", "Es war eine Viertelmillion."),
        ("It was three million.", "de", "Es waren drei Millionen."),
        ("It was three million.", "fa", "سه میلیون بود."),
        ("It was three million.", "zh", "为三百万。"),
        ("It was three million.", "ar", "كان ثلاثة ملايين."),
        ("It was two million.", "ar", "كان مليونين."),
        ("It was one million.", "ru", "Это миллион."),
        ("It was one million.", "ar", "كان مليون دولار."),
        ("It was three billion.", "es", "Fueron tres mil millones."),
        ("It was three billion.", "pt", "Foram três bilhões."),
        ("It was thirty million.", "ru", "Это тридцать миллионов."),
        ("It was thirty-five million.", "fr", "C'était trente-cinq millions."),
        ("It was thirty-five million.", "de", "Es waren fünfunddreißig Millionen."),
        ("It was thirty-five million.", "fa", "سی و پنج میلیون بود."),
        ("It was three hundred thousand.", "de", "Es waren dreihunderttausend."),
        ("It was three hundred thousand.", "ru", "Это триста тысяч."),
        ("It was three hundred thousand.", "ja", "三十万だった。"),
        ("It was five thousand.", "ja", "五千だった。"),
        ("It was one thousand and not one thousand.", "ja", "千であって千ではない。"),
        ("It was 5 million.", "de", "Es waren fünf Millionen."),
        ("It was two and a half million.", "es", "Fueron dos millones y medio."),
        ("Two of them, a hundred times.", "ja", "そのうち二人、百回。"),
    ],
)
def test_a_number_in_words_may_be_written_in_words_or_digits(text, language, translation) -> None:
    assert missing_from(text, translation, language) == ()


@pytest.mark.parametrize(
    ("text", "language", "translation", "missing"),
    [
        ("It was -5 degrees.", "de", "Es waren 5 Grad.", ("-5",)),
        ("It was -5 degrees.", "de", "Es waren -5 Grad.", ()),
        ("It was −5 degrees.", "fr", "Il faisait moins 5 degrés.", ()),
        ("It was -5 degrees.", "ja", "氷点下5度だった。", ()),
        ("It was -5 degrees.", "zh", "零下5度。", ()),
        ("It was -5 degrees.", "es", "Eran 5 grados bajo cero.", ()),
        ("It was -5 degrees.", "fa", "منفی ۵ درجه بود.", ()),
        ("It was minus 5%.", "de", "Es waren 5 Prozent.", ("minus 5%",)),
        ("It was minus 5%.", "ru", "Это минус 5 процентов.", ()),
        ("It was minus 5%.", "ar", "كان ناقص 5%.", ()),
        ("It fell by 5%.", "ja", "-5%だった。", ()),
        ("The S-400, 5-10 of them, COVID-19.", "ja", "S400、5、10、COVID19。", ()),
        ("- 5 states", "ja", "5か国", ()),
    ],
)
def test_a_lost_minus_sign_is_noticed(text, language, translation, missing) -> None:
    """Regression: -5 degrees could become 5."""
    assert missing_from(text, translation, language) == missing


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("de", "um 1,5 Prozentpunkte", "um 1,5 Prozent"),
        ("fr", "de 1,5 point de pourcentage", "de 1,5 pour cent"),
        ("es", "1,5 puntos porcentuales", "un 1,5 %"),
        ("pt", "1,5 pontos percentuais", "1,5 por cento"),
        ("ru", "на 1,5 процентных пункта", "на 1,5 процента"),
        ("ja", "1.5%ポイント", "1.5パーセント"),
        ("zh", "1.5个百分点", "百分之1.5"),
        ("fa", "۱٫۵ واحد درصد", "۱٫۵ درصد"),
        ("ar", "1.5 نقطة مئوية", "1.5 في المئة"),
    ],
)
def test_percentage_points_are_no_per_cent(language, right, wrong) -> None:
    """Regression: 1.5 percentage points could become 1.5 per cent."""
    text = "It grew by 1.5 percentage points."
    assert missing_from(text, right, language) == ()
    assert missing_from(text, wrong, language) == ("1.5 percentage points",)


@pytest.mark.parametrize(
    ("text", "language", "translation"),
    [
        ("1914–18", "de", "1914 bis 1918"),
        ("1914-18", "ja", "1914年から1918年"),
        ("From 1914 to 1918", "de", "1914–18"),
        ("5m people", "ja", "500万人"),
        ("10k people", "ja", "1万人"),
        ("a wall of 5m", "ja", "5メートルの壁"),
    ],
)
def test_short_years_and_short_scales_may_be_written_in_full(text, language, translation) -> None:
    """Regression: 1914 bis 1918 for 1914–18 was told as a loss of 18."""
    assert missing_from(text, translation, language) == ()


def test_a_wrong_end_of_years_is_noticed() -> None:
    assert missing_from("1914–18", "1914 bis 1919", "de") == ("18",)


def test_a_name_that_lost_only_its_article_is_in_the_language() -> None:
    """Regression: G20 for the G20 was told as another language."""
    assert not losses_of("the G20", "G20", "ja")
    assert losses_of("the G20 met", "G20", "ja").faults == (TranslationFault.LANGUAGE,)


@pytest.mark.parametrize(
    ("language", "name", "longer"),
    [
        ("fr", "Soudan", "Le Soudan du Sud"),
        ("fr", "Guinée", "La Guinée équatoriale"),
        ("fr", "Irlande", "L'Irlande du Nord"),
        ("de", "Guinea", "Guinea-Bissau"),
        ("es", "Sudán", "Sudán del Sur"),
        ("pt", "Guiné", "Guiné-Bissau"),
        ("ru", "Судан", "В Южном Судане"),
        ("fa", "سودان", "سودان جنوبی"),
        ("ar", "السودان", "جنوب السودان"),
    ],
)
def test_a_country_is_not_in_the_longer_name_of_another(language, name, longer) -> None:
    """Regression: Soudan was found in Soudan du Sud."""
    assert lost_terms(f"{longer}.", [name], language) == [name]
    assert lost_terms(f"{longer}, {name}.", [name], language) == []


def test_the_longer_name_is_found_in_its_cases() -> None:
    assert lost_terms("В Южном Судане.", ["Южный Судан"], "ru") == []


def test_a_text_with_only_the_longer_name_does_not_ask_for_the_shorter() -> None:
    glossary = {"Ireland": "Irlande"}
    assert standing(glossary, "Northern Ireland left.") == {}
    assert standing(glossary, "Ireland and Northern Ireland left.") == glossary


def test_a_number_in_words_that_the_glossary_has_is_a_term() -> None:
    glossary = {"three billion": "三十億"}
    assert missing_from("Three billion left.", "三十億が去った。", "ja", glossary) == ()
    assert missing_from("Three billion left.", "去った。", "ja", glossary) == ("三十億",)
