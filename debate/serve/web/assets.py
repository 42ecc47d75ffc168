"""The page's own files, read once when the server starts: no request's path reaches the file system."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from debate.compare.page import comparison_style
from debate.output.report import style
from debate.output.templates import templates_in

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """One file and its media type."""

    content: bytes
    media_type: str


def load_assets() -> dict[str, Asset]:
    """Return every file of the page by its name."""
    sheets = {"report.css": style(), "comparison.css": comparison_style()}
    found = {name: Asset(sheet.encode(), "text/css") for name, sheet in sheets.items()}
    for file in files(__package__).joinpath("static").iterdir():
        kind = _KINDS.get(file.name[file.name.rfind(".") :])
        if kind:
            found[file.name] = Asset(file.read_bytes(), kind)
    return found


def version_of(assets: dict[str, Asset]) -> str:
    """Return a mark of the files' contents."""
    digest = hashlib.sha256()
    for name in sorted(assets):
        digest.update(assets[name].content)
    return digest.hexdigest()[:12]


class Pages:
    """The page's templates; every value in them is escaped."""

    def __init__(self, **everywhere: Any) -> None:
        self._templates = templates_in(__package__, "templates")
        self._templates.globals.update(everywhere)

    def render(self, page: str, /, **values: Any) -> str:
        """Return a page."""
        return self._templates.get_template(f"{page}.html.j2").render(**values)
