"""Bytes → text: marks, declarations, damage, older encodings."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vectorstore import CorpusError
from vectorstore.corpus.encodings import decode, decode_as, decode_page

RUSSIAN = "Бордурия платит две трети расходов на канал. "
PERSIAN = "بوردوریا دو سوم هزینه کانال را می‌پردازد. "
JAPANESE = "ボルドリアは運河の費用の三分の二を払う。"
WESTERN = "Ruritania’s diet – “the old one” – left in Genève. "


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_utf8_is_read_as_it_was_written(text):
    assume(not text.startswith("\ufeff"))
    assert decode(text.encode())[0] == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [WESTERN, RUSSIAN + "In 1911 and so on for a while."])
def test_unicode_is_told_by_its_mark_or_by_its_zeros(text, encoding):
    readable = text if "-e" in encoding else text + "The end of it is in English, as many ends are. " * 3

    assert decode(readable.encode(encoding))[0] == readable


@pytest.mark.parametrize("text", [RUSSIAN, PERSIAN, JAPANESE, WESTERN])
@given(st.data())
def test_one_bad_byte_costs_one_character_and_no_more(text, data):
    raw = (text * 5).encode()
    at = data.draw(st.sampled_from([i for i, byte in enumerate(raw) if byte < 0x80] or [0]))

    read = decode(raw[:at] + b"\xff" + raw[at:])[0]

    assert read == raw[:at].decode() + "\ufffd" + raw[at:].decode()


@pytest.mark.parametrize("text", [RUSSIAN, PERSIAN, JAPANESE, WESTERN])
@given(st.data())
def test_a_file_cut_inside_a_character_ends_with_one_mark_of_damage(text, data):
    raw = (text * 5).encode()
    end = data.draw(st.sampled_from([i for i in range(len(raw) // 2, len(raw)) if raw[i] & 0xC0 == 0x80]))

    read, told = decode(raw[:end])

    assert read.count("\ufffd") == 1
    assert told == ["damaged in 1 place: \ufffd marks bytes that are not characters."]
    assert (text * 5).startswith(read[:-1])


def test_the_only_special_character_may_be_the_one_that_is_cut():
    assert decode("It ended in 1911”".encode()[:-1])[0] == "It ended in 1911\ufffd"


def test_the_only_letter_beyond_ascii_may_be_cut_after_its_first_byte():
    assert decode("Ende mit é".encode()[:-1])[0] == "Ende mit \ufffd"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Źródło: bank pożycza pieniądze w dolarach. Płacą wszyscy.", "cp1250"),
        ("Η τράπεζα δανείζει σε δολάρια. Ποιος πληρώνει;", "cp1253"),
        ("Türkiye şöyle ağır bir yük taşıyor. İstanbul güzeldir.", "cp1254"),
        ("הבנק מלווה בדולרים. מי משלם?", "cp1255"),
        ("ธนาคารให้กู้ยืมเป็นดอลลาร์ ใครจ่าย", "cp874"),
        ("Банк выдаёт кредиты в долларах. Кто платит?", "koi8-r"),
    ],
)
def test_a_sentence_is_enough_to_tell_its_older_encoding(text, encoding):
    raw = text.encode(encoding)

    assert decode(raw) == (
        text,
        [
            f"read whole, as {encoding.replace('cp125', 'windows-125')}, a guess; save it as UTF-8 if its words look wrong."
        ],
    )


def test_a_run_of_damage_is_one_mark():
    assert decode((RUSSIAN * 3).encode() + b"\xd0\xd0")[0] == RUSSIAN * 3 + "\ufffd"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN * 5, "cp1251"),
        (RUSSIAN * 5, "koi8-r"),
        (RUSSIAN * 5, "utf-16-le"),
        ("بوردوريا تدفع ثلثي تكاليف القناة. " * 5, "cp1256"),
        ("Η Ρουριτανία αποχώρησε από την ένωση του αλατιού. " * 3, "iso8859-7"),
        ("רוריטניה עזבה את איגוד המלח בשנת 1911. " * 3, "cp1255"),
        (JAPANESE * 5, "cp932"),
        (JAPANESE * 5, "euc_jp"),
        (JAPANESE * 5, "iso2022_jp"),
        ("鲁里坦尼亚于一九一一年退出盐业联盟。" * 3, "gb18030"),
        ("루리타니아는 1911년에 소금 연합을 탈퇴했다. " * 3, "euc_kr"),
        (WESTERN * 3, "cp1252"),
        ("Smørrebrød på øl", "cp1252"),
        ("Mehr als € 5,00 – so sagt man", "cp1252"),
        ("Rurytania opuściła unię solną, ponieważ cła podwoiły się. " * 3, "cp1250"),
        ("Rurytania opuściła unię solną, ponieważ cła podwoiły się. " * 3, "iso8859-2"),
        ("Daň ze soli byla zvýšena v říjnu, což město těžce pocítilo. " * 3, "iso8859-2"),
        (RUSSIAN * 5, "iso8859-5"),
        ("بوردوريا تدفع ثلثي تكاليف القناة. " * 5, "iso8859-6"),
        ("Ο φόρος του αλατιού «Άλλο» αυξήθηκε. Ποιος πληρώνει; " * 3, "iso8859-7"),
        ("Rurityanya 1911 yılında tuz birliğinden ayrıldı. Şimdi ağır. " * 3, "cp1254"),
        ("Le café de l’été était fermé à Noël. Ça va, « déjà ». " * 3, "mac_roman"),
    ],
)
def test_older_encodings_are_not_taken_for_damaged_utf8(text, encoding):
    assert decode(text.encode(encoding))[0] == text


def test_a_mark_wins_over_a_declaration():
    page = "<meta charset='windows-1252'><p>Zürich and Genève</p>"

    assert decode_page(page.encode("utf-8-sig"))[0] == page


def test_utf8_wins_over_a_wrong_declaration():
    page = "<meta charset='iso-8859-1'><p>Zürich – “at once”</p>"

    assert decode_page(page.encode())[0] == page


def test_a_declaration_is_followed_where_the_bytes_bear_it_out():
    page = '<?xml version="1.0" encoding="windows-1251"?><p>' + RUSSIAN + "</p>"

    assert decode_page(page.encode("cp1251"))[0] == page


def test_another_scripts_bytes_win_over_the_declaration_of_a_western_page():
    """Regression: the declaration misled the guess as well."""
    page = "<html><head><meta charset='iso-8859-1'></head><body><p>" + RUSSIAN + "</p></body></html>"

    assert decode_page(page.encode("cp1251"))[0] == page


def test_bytes_with_zeros_are_no_text():
    with pytest.raises(CorpusError, match="zero bytes"):
        decode(b"Ruritania left\0 the salt union.")


@pytest.mark.parametrize(
    ("raw", "kind"), [(b"PK\x03\x04\0\0\0\0binary\0data", "application/zip"), (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3", "pdf")]
)
def test_another_kind_of_file_under_a_texts_name_is_told(raw, kind):
    with pytest.raises(CorpusError, match=f"not text, by its content.*{kind}"):
        decode(raw)


def test_ascii_with_the_quotation_marks_of_windows_is_windows_1252():
    text = "“The tax wasn’t fair” – nobody in Callao called it so… "
    assert decode((text * 3).encode("cp1252"))[0] == text * 3


@pytest.mark.parametrize(
    "text",
    [
        "È giusta la tassa? Perché la città paga così?",
        "El señor Ibáñez pagó.",
        "¿Quién pagó el señorío?",
        "Is Muñoz right?",
        "The café in Málaga. El Niño came in 1911.",
        "Il nome « sale » non è valido",
        "Personne n’a payé à l’État, où l’œuvre coûte 5 €.",
        "São Paulo e Brasília são cidades. Não há solução?",
        "Les impôts sont-ils trop élevés ?",
        "Kjøp øl på åpen gate",
    ],
)
def test_a_short_western_text_is_windows_1252(text):
    """Regression: Italian was read as Latvian, Spanish as Hungarian, French as Greek of DOS."""
    assert decode(text.encode("cp1252"))[0] == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Lech Wałęsa był prezydentem Polski.", "cp1250"),
        ("Daň ze soli byla zvýšena v říjnu.", "cp1250"),
        ("Miért nőtt a só adója? Ki fizeti az új adót?", "cp1250"),
        ("Erdoğan met Şimşek in Muş.", "cp1254"),
        ("Þetta er spurning um skattinn á saltið á Íslandi; hver á að greiða hann?", "cp1252"),
        ("Pourquoi le sel coûte-t-il 5 € ? Qui paie l'œuvre ?", "iso8859-15"),
        ("Der Zoll auf Käse fiel im März über Nacht für alle.", "cp850"),
        ("Die Käufer zahlen für das Öl 5 € mehr.", "iso8859-15"),
    ],
)
def test_a_short_text_of_another_page_is_not_taken_for_windows_1252(text, encoding):
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize("declared", ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "charmap"])
def test_a_character_set_that_only_python_knows_is_unknown(declared: str) -> None:
    r"""Regression: "a-b" became "ab", "\u0041" an A, and a page of two megabytes in "punycode" took minutes."""
    text, told = decode_as(rb"Look-up \u0041 in well-kept tables", declared)

    assert text == r"Look-up \u0041 in well-kept tables"
    assert told == [f"its character set {declared!r} is unknown: read by what its bytes look like."]
