"""Places on the disk that are not as one would wish."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from example_rows import ANSWER_ROW as ROW
from page_server import a_run

from debate.errors import RunFolderError
from debate.serve.web.places import check_place, comparisons_in, runs_in

NOBODY = 65534


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder that everybody may open, while this process is a user who may not open what is closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        closed = folder / "closed"
        closed.mkdir(mode=0o000)
        a_run(folder / "open", ROW)
        user = os.geteuid()
        os.seteuid(NOBODY if user == 0 else user)
        yield folder
        os.seteuid(user)
        closed.chmod(0o700)


def test_a_folder_that_may_not_be_opened_hides_no_other(as_nobody: Path) -> None:
    assert [one.name for one in runs_in(as_nobody)] == ["open"]
    assert comparisons_in(as_nobody) == {}
    check_place(as_nobody)


def test_a_place_that_may_not_be_opened_is_told_in_one_line(as_nobody: Path) -> None:
    with pytest.raises(RunFolderError, match="closed may not be opened by this user; change its permissions"):
        check_place(as_nobody / "closed")
