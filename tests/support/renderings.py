"""Numbers as the languages of a translation write them."""

from decimal import Decimal

SCALES = {
    "ja": {4: "万", 8: "億", 12: "兆"},
    "zh": {4: "万", 8: "亿", 12: "万亿"},
    "fa": {3: " هزار", 6: " میلیون", 9: " میلیارد", 12: " هزار میلیارد"},
    "ar": {3: " ألف", 6: " مليون", 9: " مليار", 12: " ترليون"},
    "de": {3: " Tausend", 6: " Millionen", 9: " Milliarden", 12: " Billionen"},
    "fr": {3: " mille", 6: " millions", 9: " milliards", 12: " billions"},
    "es": {3: " mil", 6: " millones", 9: " mil millones", 12: " billones"},
    "pt": {3: " mil", 6: " milhões", 9: " bilhões", 12: " trilhões"},
    "ru": {3: " тысяч", 6: " миллионов", 9: " миллиардов", 12: " триллионов"},
}
MARKS = {"ja": ",.", "zh": ",.", "fa": "٬٫", "ar": "٬٫"}  # of thousands and decimals; the others write 1.234,5
DIGITS = {"fa": "۰۱۲۳۴۵۶۷۸۹", "ar": "٠١٢٣٤٥٦٧٨٩"}
PERCENT = {"ja": "パーセント", "zh": "%", "fa": "٪", "ar": " في المئة", "de": " Prozent", "fr": " %", "es": " por ciento",
           "pt": " por cento", "ru": " процентов"}  # fmt: skip


def written(value: Decimal, language: str) -> str:
    """A number as a language writes it."""
    thousands, decimal = MARKS.get(language, ".,")
    text = f"{value.normalize():,f}".translate(str.maketrans({",": thousands, ".": decimal}))
    return text.translate(str.maketrans("0123456789", DIGITS.get(language, "0123456789")))


def rendered(value: Decimal, language: str) -> str:
    """An amount with the largest scale of a language that is not above it."""
    power = max((power for power in SCALES[language] if Decimal(10) ** power <= value), default=0)
    return written(value.scaleb(-power), language) + SCALES[language].get(power, "")
