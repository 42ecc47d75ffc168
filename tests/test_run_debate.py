"""The script at the root is ``debate run``, with and without the command's name."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "run_debate.py"


@pytest.mark.parametrize("command", [[], ["run"]])
def test_the_script_takes_its_own_help_s_usage(command: list[str], tmp_path: Path) -> None:
    """Regression: ``run_debate.py run …``, as its help shows it, was an unexpected argument."""
    asked = [sys.executable, str(SCRIPT), *command, "--questions", "none.txt", "--corpus", "none"]
    ended = subprocess.run(asked, capture_output=True, text=True, cwd=tmp_path, check=False)  # noqa: S603
    assert ended.returncode != 0
    assert "none" in ended.stderr
    assert "extra argument" not in ended.stderr
