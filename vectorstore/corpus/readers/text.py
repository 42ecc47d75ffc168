"""Plain text and Markdown. Markdown's front matter becomes title and metadata.

Embedded images and comments leave its text, and entities become their characters, except in code.
"""

import datetime
import html
import re
import tomllib
from collections import Counter
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
# Each alternative ends at the latest with the text or within its bound, so that none is tried again and again.
_FENCED = r"^[ \t]*(?P<fence>`{3,}|~{3,}).*(?:\n(?s:.)*?)?(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)"
_SPAN = r"(?<!`)(?P<ticks>`{1,9})(?!`)(?:[^`\n]|\n(?!\s*\n)){1,1000}(?P=ticks)(?!`)"
_LINK_TO_NOTHING = r"""^ {0,3}\[[^\]\n]{1,500}\]:[ \t]{0,9}(?:<#?>|#)[ \t]{1,9}[("'].*[)"']$"""
_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});"
_BEGINS_MARKUP = re.compile("[<&[]")  # code is of interest only for what it protects
_MARKUP = re.compile(
    rf"{_FENCED}|{_SPAN}|(?P<comment><!--(?:-?>|(?s:.)*?(?:-->|\Z))|{_LINK_TO_NOTHING})|(?P<entity>{_ENTITY})",
    re.MULTILINE,
)


def read_text(path: Path) -> Records:
    """Read a text file, word for word."""
    text, told = decode(path.read_bytes())
    return Records([Record(text, path.stem)], told)


def read_markdown(path: Path) -> Records:
    """Read a Markdown file without its front matter, comments, and images that are in the text as data."""
    text, told = decode(path.read_bytes())
    found = _FRONT_MATTER.match(text)
    fields, problem = _front_matter(found[1], found[2]) if found else ({}, "")
    if found and fields:
        text = text[found.end() :]
    title = next((str(fields.pop(name)) for name in TITLE_FIELDS if fields.get(name)), path.stem)
    body = _IMAGES.sub("", text) if "data:" in text else text
    body = _MARKUP.sub(_shown, body) if _BEGINS_MARKUP.search(body) else body
    return Records([Record(body, title, extra=metadata(fields.items()))], [*told, *filter(None, [problem])])


def _shown(markup: re.Match[str]) -> str:
    """Return what a page shows of markup; a comment that never ends stays, since all after it would be lost."""
    if markup["entity"]:
        return html.unescape(markup[0])
    return "" if markup["comment"] and markup[0].endswith(("-->", ")", '"', "'")) else markup[0]


def _front_matter(fence: str, block: str) -> tuple[dict[str, Any], str]:
    """Return the fields of front matter, lower-case, and what is wrong with it; a rule between lines has none."""
    import yaml

    try:
        if fence == "---":
            _check_yaml(block)
        fields = tomllib.loads(block) if fence == "+++" else yaml.safe_load(block)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        return {}, f"its front matter cannot be read and stays in the text: {' '.join(str(error).split())}"
    if not isinstance(fields, dict):
        return {}, ""
    return {str(name).lower(): plain for name, value in fields.items() if (plain := _scalar(value)) is not None}, ""


def _check_yaml(block: str) -> None:
    """Raise ValueError if YAML refers to itself, which unfolds without limit, or has a key twice."""
    import yaml

    for event in yaml.parse(block, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(f"it refers to itself (*{event.anchor}). Write the values out.")
    node = yaml.compose(block, yaml.SafeLoader)
    keys = Counter(str(key.value).lower() for key, _ in node.value) if isinstance(node, yaml.MappingNode) else Counter()
    twice = next((name for name, times in keys.items() if times > 1), None)
    if twice is not None:
        raise ValueError(f"its key {twice!r} is given twice. Rename one.")


def _scalar(value: Any) -> Any:
    """Return a value that metadata can hold: a scalar, or a list of them as text; None for deeper ones."""
    if isinstance(value, list):
        parts = [_scalar(one) for one in value]
        return None if not parts or None in parts else ", ".join(map(str, parts))
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else None
