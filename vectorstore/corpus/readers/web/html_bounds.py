"""How much markup of a page is read: memory grows with it, and time with the square of a tag's attributes."""

import re

from vectorstore.errors import CorpusError

# The signs of tags and attributes in a page. A page of a book has some 100,000; the parsed page takes 130 bytes each.
MOST_MARKUP = 1_200_000
MOST_ATTRIBUTES = 1000  # of a tag
_LONG = 4 * MOST_ATTRIBUTES  # letters that so many take at least
# Each alternative ends at the latest with the page, so that none is tried again and again.
_TAG = re.compile(
    r"""<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1|\Z)|(<[a-z](?:"[^"]*+"|'[^']*+'|[^'">])*+)""",
    re.DOTALL | re.IGNORECASE,
)
_QUOTED = re.compile(r""""[^"]*+"|'[^']*+'""")


def check_markup(page: str) -> None:
    """Raise CorpusError where a page has more tags, or a tag more attributes, than can be read."""
    if (markup := page.count("<") + page.count("=")) > MOST_MARKUP:
        raise CorpusError(
            f"has {markup:,} tags and attributes, more than can be read. Split it, or save it as .csv or .txt."
        )
    tags = (found[2] for found in _TAG.finditer(page) if found[2] and len(found[2]) > _LONG)
    if any(len(re.split(r"[\s=]+", _QUOTED.sub("", tag))) > 2 * MOST_ATTRIBUTES for tag in tags):
        raise CorpusError("has a tag with thousands of attributes. Save it as plain text.")
