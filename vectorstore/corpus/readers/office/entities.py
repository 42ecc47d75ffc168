"""Entities of XML in office files, though Word and Excel write none. None is expanded, so none reads another file.

The text around an entity stays: lxml gives it as the tail of a node of its own.
"""

import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from lxml import etree

_DECLARED = re.compile(rb"<!ENTITY\s+(?:%\s+)?([^\s'\"<>]{1,100})")
_DECLARED_WITHIN = 65_536  # declarations stand at the head of a part


def text_of(element: Any) -> str:
    """Return the whole text of an element without others in it; an entity stays as it is written, "&name;"."""
    text = element.text or ""
    for node in element:
        text += (node.text if node.tag is etree.Entity else "") + (node.tail or "")
    return text


def declared(path: Path) -> list[str]:
    """Tell the entities that the parts of an archive declare, part by part."""
    told = []
    with ZipFile(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as part:
                # UTF-16 has a zero beside each letter of the markup.
                names = _DECLARED.findall(part.read(_DECLARED_WITHIN).replace(b"\0", b""))
            if names:
                shown = ", ".join(f"&{name.decode(errors='replace')};" for name in names[:3])
                told.append(f"{member.filename} declares entities ({shown}), which are not expanded.")
    return told
