"""Scripts without spaces, and spelling for matching.

Stored text stays word for word; only what is compared goes through ``for_matching``.
"""

import re
import unicodedata

# Written without spaces, so counted by the character.
SOUTH_EAST_ASIAN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
IDEOGRAPHS = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
UNSPACED = SOUTH_EAST_ASIAN + IDEOGRAPHS

# What nobody sees, blanks apart: controls, joiners, marks of order and direction, fillers, selectors, placeholders.
_UNSEEN = (
    "\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SEEN = re.compile(rf"[^\s{_UNSEEN}]")
# And the Arabic tatweel, which only makes a word longer.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\r?\n[ \t]{0,20}(?=[^\W\d_])")
_COMPATIBLE = re.compile(
    "[\ufb00-\ufb06\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f\ufb50-\ufdff\ufe70-\ufefc]+"
)
_FOLDED = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "’": "'", "‘": "'", "ʼ": "'"})


def is_seen(text: str) -> bool:
    """Return whether a text holds a sign that a reader sees."""
    return bool(_SEEN.search(text))


def valid_text(text: str) -> str:
    """Return a text with a question mark for each half of a surrogate pair, which no model, server or file takes."""
    return text.encode(errors="replace").decode()


def for_matching(text: str) -> str:
    """Return a text in the one spelling in which it is compared.

    NFC; ligatures, full-width and presentation forms as plain letters; digits of every script as ASCII's; no soft
    hyphens, zero-width characters or marks of direction; a word broken by a hyphen at a line's end is whole again.
    """
    if "\n" in text:
        text = _BROKEN_WORD.sub(_rejoined, text)
    if text.isascii():
        return text
    text = _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found.group()), _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFC", text).translate(_FOLDED)
    return "".join(str(unicodedata.digit(one)) if one.isdecimal() and one > "\x7f" else one for one in text)


def _rejoined(hyphen: re.Match[str]) -> str:
    """A capital behind the hyphen is a name of two parts (Asia-Pacific), a small letter the same word."""
    return "" if hyphen.string[hyphen.end()].islower() else hyphen.group()
