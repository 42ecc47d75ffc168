"""The public sets' files: gzip-compressed JSON lines."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def read(path: Path) -> Iterable[Row]:
    """Read a file row by row."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)
