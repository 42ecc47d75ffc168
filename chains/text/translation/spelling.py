"""The one spelling in which a text and its translation are compared."""

import re
import unicodedata

from vectorstore.text.letters import for_matching

_SIGNS = str.maketrans("【】٫٬", "[].,")
_GROUP_SPACE = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_ACCENTS = re.compile("[\u064b-\u0655\u0670]")  # the Arabic vowels, which are written or not
_ALIKE = str.maketrans("أإآٱ", "اااا")
_SEVERAL_MARKERS = re.compile(r"\[(\d{1,2}(?:\s?[,;、،]\s?\d{1,2})+)\]")


def plain(text: str) -> str:
    """Return a text with digits and brackets of every width and script as ASCII's, and each letter in one spelling.

    No-break spaces between thousands are left out, and [1, 2] is [1][2].
    """
    text = unicodedata.normalize("NFKC", _GROUP_SPACE.sub("", text)).translate(_SIGNS)
    text = _ACCENTS.sub("", for_matching(text)).translate(_ALIKE)
    return _SEVERAL_MARKERS.sub(lambda found: "".join(f"[{n}]" for n in re.findall(r"\d+", found[1])), text)
