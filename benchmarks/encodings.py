"""How often text without a declaration is read in its own encoding: python -m benchmarks.encodings

Needs translated programs as Debian installs them (/usr/share/locale). Their messages, in older encodings of
their language, are read one by one (16 to 199 characters, at least one letter beyond ASCII) and 30 joined.
"""

import random
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from vectorstore.corpus.encodings import decode

PAGES = {
    "cp1250": ("pl", "cs", "hu", "sl"),
    "cp1251": ("ru", "uk"),
    "cp1252": ("de", "fr", "it", "es", "pt", "sv", "fi", "nl", "da"),
    "cp1253": ("el",),
    "cp1254": ("tr",),
    "cp1255": ("he",),
    "cp1256": ("ar", "fa"),
    "cp1257": ("lt",),
    "iso8859-2": ("pl", "cs", "hu", "sl"),
    "iso8859-5": ("ru", "uk"),
    "iso8859-6": ("ar",),
    "iso8859-7": ("el",),
    "iso8859-13": ("lt",),
    "iso8859-15": ("fr", "fi", "de"),
    "koi8-r": ("ru",),
    "cp852": ("pl",),
}
PROGRAMS = ("glib20", "apt", "libc", "gtk30-properties", "make", "system-config-printer", "dpkg", "grep")
SINGLE, JOINED, TOGETHER = 150, 40, 30


def messages(language: str, encoding: str) -> list[str]:
    """Return the messages of a language that its encoding can hold, in a fixed random order."""
    found = [one for program in PROGRAMS for one in _of(Path(f"/usr/share/locale/{language}/LC_MESSAGES/{program}.mo"))]
    letters = set(bytes(range(256)).decode(encoding, errors="ignore"))
    kept = [text for text in found if 15 < len(text) < 200 and not text.isascii() and letters.issuperset(text)]
    random.Random(3).shuffle(kept)  # noqa: S311 - an order, no secret
    return kept


def _of(catalogue: Path) -> Iterator[str]:
    with suppress(FileNotFoundError), catalogue.open("rb") as file:
        strings = re.findall(r"[^\0]+", file.read().decode(errors="replace"))
        yield from (re.sub(r"%[-\d.]*[a-z]+|[\\<>_&]", "", one).strip() for one in strings if "\n" not in one)


def right(texts: list[str], encoding: str) -> str:
    """Return how many texts are read as they were written."""
    return f"{sum(decode(text.encode(encoding))[0] == text for text in texts)}/{len(texts)}"


def main() -> None:
    """Print a row a language."""
    print("| language | encoding | single messages | 30 joined |\n|---|---|---|---|")
    for page, languages in PAGES.items():
        for language in languages:
            texts = messages(language, page)
            joined = [" ".join(texts[i : i + TOGETHER]) for i in range(0, len(texts) - TOGETHER, TOGETHER)][:JOINED]
            cells = right(texts[:SINGLE], page), right(joined, page)
            print(f"| {language} | {page} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
