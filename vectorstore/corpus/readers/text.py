"""Plain text and Markdown. Markdown's front matter becomes title and metadata; embedded images leave the text."""

import datetime
import re
import tomllib
from pathlib import Path
from typing import Any

from vectorstore.corpus.encodings import decode
from vectorstore.corpus.readers.records import TITLE_FIELDS, Record, Records, metadata

# Front matter as Jekyll, Hugo and Obsidian write it: YAML between lines of ---, or TOML between lines of +++.
_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\r?\n(.{0,65536}?)^\1[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
# Lengths are bounded, so that a text full of brackets costs no quadratic time.
_IMAGES = re.compile(
    r"!\[[^\]]{0,200}\]\(\s{0,9}<?data:[^)\s]*[^)]{0,500}\)"
    r"|^[ ]{0,3}\[[^\]\n]{1,500}\]:[ \t]{0,9}<?data:\S*.*$"
    r"|<img\b[^<>]{0,500}\bsrc\s{0,9}=\s{0,9}[\"']?data:[^>]*>",
    re.MULTILINE | re.IGNORECASE,
)


def read_text(path: Path) -> Records:
    """Read a text file, word for word."""
    return Records([Record(decode(path.read_bytes()), path.stem)])


def read_markdown(path: Path) -> Records:
    """Read a Markdown file without its front matter and without images that are in the text as data."""
    text = decode(path.read_bytes())
    found = _FRONT_MATTER.match(text)
    fields, problem = _front_matter(found[1], found[2]) if found else ({}, "")
    if found and fields:
        text = text[found.end() :]
    title = next((str(fields.pop(name)) for name in TITLE_FIELDS if fields.get(name)), path.stem)
    body = _IMAGES.sub("", text) if "data:" in text else text
    return Records([Record(body, title, extra=metadata(fields.items()))], [problem] if problem else [])


def _front_matter(fence: str, block: str) -> tuple[dict[str, Any], str]:
    """Return the fields of front matter, lower-case, and what is wrong with it; a rule between lines has none."""
    import yaml

    try:
        if fence == "---":
            _refuse_aliases(block)
        fields = tomllib.loads(block) if fence == "+++" else yaml.safe_load(block)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        return {}, f"its front matter cannot be read and stays in the text: {' '.join(str(error).split())}"
    if not isinstance(fields, dict):
        return {}, ""
    return {str(name).lower(): plain for name, value in fields.items() if (plain := _scalar(value)) is not None}, ""


def _refuse_aliases(block: str) -> None:
    """Raise ValueError where YAML refers to itself: ten lines of such references unfold into any amount."""
    import yaml

    for event in yaml.parse(block, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(f"it refers to itself (*{event.anchor}). Write the values out.")


def _scalar(value: Any) -> Any:
    """Return a value that metadata can hold: a scalar, or a list of them as text; None for deeper ones."""
    if isinstance(value, list):
        parts = [_scalar(one) for one in value]
        return None if not parts or None in parts else ", ".join(map(str, parts))
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else None
