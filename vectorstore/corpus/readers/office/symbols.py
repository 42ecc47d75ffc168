"""Signs that Word takes from a font of symbols, as Unicode: the letter "³" in Symbol is shown as ≥.

Symbol as Adobe lists its encoding (symbol.txt of the Unicode Consortium's mappings); of the Wingdings what texts use.
"""

import re

_SYMBOL = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"  # 0x20
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"  # 0xA0
    "\ufffd〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"  # 0xF0, which has no letter in Unicode
)
_FONTS: dict[str, dict[int, str]] = {
    "symbol": dict(zip([*range(0x20, 0x7F), *range(0xA0, 0xFF)], _SYMBOL, strict=True)),
    "wingdings": dict(
        zip(bytes.fromhex("4a4c6c6e6f717276a7a8d8dfe0e1e2e8f0fbfcfdfe"), "☺☹●■□❑❒❖▪□➢←→↑↓➔⇨✗✓☒☑", strict=True)
    ),
    "wingdings 2": dict(zip(bytes.fromhex("4f505152a3"), "✗✓☒☑☐", strict=True)),
}
# Word writes a sign of such a font as its code in the private range F000.
_PRIVATE = re.compile("[\uf020-\uf0ff]")


def shown_sign(font: str, code: int) -> str:
    """Return the sign with this code in a font as Unicode; U+FFFD where it has none that is known here."""
    known = _FONTS.get(font.casefold())
    if known is None and not 0xF000 <= code <= 0xF0FF:
        return chr(code)
    return (known or {}).get(code & 0xFF, "\ufffd")


def shown_text(font: str, text: str) -> str:
    """Return a run's text with the signs of its font as Unicode; letters and signs of other fonts stay."""
    if font.casefold() not in _FONTS:
        return text
    return _PRIVATE.sub(lambda sign: shown_sign(font, ord(sign[0])), text)
