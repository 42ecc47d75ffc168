"""A list over a real Ray cluster of three nodes, of which one, or the driver, is killed."""

import os
import subprocess
import sys

import pytest

from benchmarks.durability import ROOT

pytestmark = pytest.mark.integration

CASES = """
import tempfile
from pathlib import Path
from benchmarks.cluster import cluster, disturbed_run, log, undisturbed

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name, cluster() as made:
        folder = Path(name)
        wanted, _ = undisturbed(folder / "whole", 9)
        for seed in (0, 1):
            print(disturbed_run(folder / f"run{seed}", made, 9, wanted, seed).good)
        print((folder / "run0" / "out" / "log.txt").read_text())
"""


def python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of its own: Ray opens sockets and leaves threads that tests forbid."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}
    command = [sys.executable, script, *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600)  # noqa: S603


def test_a_run_ends_with_the_rows_of_an_undisturbed_one_when_a_node_or_the_driver_is_killed(tmp_path) -> None:
    (tmp_path / "cases.py").write_text(CASES, encoding="utf-8")
    done = python(str(tmp_path / "cases.py"))
    good = [line for line in done.stdout.splitlines() if line in ("True", "False")]  # Ray writes there as well
    assert good == ["True", "True"], done.stdout + done.stderr
    assert "3 of 3 workers are ready" in done.stdout


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--ray", "local", "--gpus-per-worker", "1"], "the Ray cluster has no GPU, and --gpus-per-worker asks for 1"),
        (["--ray", "127.0.0.1:1"], "the Ray cluster 127.0.0.1:1 cannot be used"),
        (["--ray", "ray://host:10001"], "is an address for Ray clients"),
        (["--workers", "4"], "workers are Ray's; add --ray auto"),
    ],
)
def test_what_no_cluster_can_do_is_told_in_one_line(tmp_path, flags, told) -> None:
    done = python(str(ROOT / "run_debate.py"), "--limit", "1", "--out", str(tmp_path / "out"), "--quiet", *flags)
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode == 2
    assert len(errors) == 1
    assert told in errors[0]
    assert not (tmp_path / "out").exists()
