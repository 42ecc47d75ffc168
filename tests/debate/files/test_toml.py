"""TOML that somebody else wrote."""

from collections.abc import Callable
from pathlib import Path

import pytest

from debate.compare.runner import finished_comparison
from debate.errors import DebateError
from debate.indexing.places import IndexFolder
from debate.run.folder import read_record
from debate.settings import load_settings


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("run.toml", read_record),
        ("compare.toml", finished_comparison),
        ("index.toml", lambda folder: IndexFolder(folder).record()),
        ("debate.toml", lambda folder: load_settings({}, folder / "debate.toml")),
    ],
    ids=["run", "comparison", "index", "settings"],
)
def test_what_is_nested_too_deeply_is_an_error_in_plain_words(
    tmp_path: Path, name: str, read: Callable[[Path], object]
) -> None:
    (tmp_path / name).write_text("a = " + "[" * 10_000)
    with pytest.raises(DebateError, match="it is nested too deeply"):
        read(tmp_path)
