"""A list over a real Ray cluster of three nodes, of which one, or the driver, is killed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from debate.indexing.opening import open_index
from vectorstore import load_embeddings

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


def python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of its own: Ray opens sockets and leaves threads that tests forbid."""
    places = os.pathsep.join((str(ROOT), str(Path(script).parent)))  # workers import what the program imports
    environment = os.environ | {"PYTHONPATH": places, "RAY_USAGE_STATS_ENABLED": "0"}
    command = [sys.executable, script, *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600)  # noqa: S603


@pytest.mark.slow
def test_a_run_ends_with_the_rows_of_an_undisturbed_one_when_a_node_or_the_driver_is_killed() -> None:
    done = python("-m", "benchmarks.cluster", "--runs", "2", "--questions", "9")
    assert "2 of 2 good" in done.stdout, done.stdout + done.stderr
    assert "all_ready=True" in done.stdout


MODELS = """
import os
import time
from pathlib import Path
from chains import ModelError
from debate.run.engine import Loaded
from tests.support.fakes import TAXED, TOPICS, TopicEmbedding, TopicLLM
from vectorstore import FaissStore

HERE = Path(__file__).parent


class Noting(TopicLLM):
    def _call(self, prompt, *given, **more):
        time.sleep(0.1)  # so that no worker has answered everything before the other one is ready
        if "new question" not in prompt and "goes deeper than" not in prompt:
            with (HERE / "answered").open("a") as file:
                file.write(f"{max(TOPICS, key=prompt.rfind)}: {os.getpid()}\\n")
        return super()._call(prompt, *given, **more)


def all_but_one(settings, progress):
    try:
        (HERE / "tried").touch(exist_ok=False)
    except FileExistsError:
        return Loaded(Noting(), FaissStore.from_texts(TAXED, TopicEmbedding()))
    raise ModelError("this card is too small")
"""
DEEPENED = """
import sys
from contextlib import nullcontext
from pathlib import Path
from debate import DebateSettings, run_questions
from models import all_but_one
from tests.support.ray_cluster import cluster

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    given = {"questions": folder / "q.txt", "corpus": folder / "docs", "out": folder / f"out{len(sys.argv)}"}
    with cluster() if len(sys.argv) > 2 else nullcontext() as made:
        ray = {"ray": made.address, "workers": 3} if made else {}
        settings = DebateSettings(**given, deepen=2, abstain=False, concurrency=1, **ray)
        summary = run_questions(settings, load=all_but_one)
    print([[row.question.id, row.question.text, row.error, row.opinion.answer] for row in summary.rows()])
"""


@pytest.mark.slow
def test_follow_ups_stay_together_and_a_worker_that_cannot_load_says_why(tmp_path: Path) -> None:
    for name, text in (("models.py", MODELS), ("deepened.py", DEEPENED), ("tried", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "q.txt").write_text("".join(f"Why was {one} taxed?\n" for one in ("salt", "iron", "the mine")))
    alone = python(str(tmp_path / "deepened.py"), str(tmp_path))
    for name in ("tried", "answered"):
        (tmp_path / name).unlink()
    shared = python(str(tmp_path / "deepened.py"), str(tmp_path), "with Ray")
    assert shared.stdout.splitlines()[-1] == alone.stdout.splitlines()[-1], shared.stderr
    assert shared.stdout.count("'q00") == 9  # three, and two deeper ones each
    assert len(set((tmp_path / "answered").read_text().splitlines())) == 3
    assert "cannot work and is left out: this card is too small" in (tmp_path / "out3" / "log.txt").read_text()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--ray", "local", "--gpus-per-worker", "1"], "the Ray cluster has no GPU, and --gpus-per-worker asks for 1"),
        (["--ray", "127.0.0.1:1"], "the Ray cluster 127.0.0.1:1 cannot be used"),
        (["--ray", "127.0.0.1:1"], "set RAY_AUTH_MODE=token and copy ~/.ray/auth_token"),
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


def indexed(folder: Path, name: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Index 300 documents, more than a worker takes at a time."""
    (folder / "docs").mkdir(exist_ok=True)
    texts = [f"Passage {n}: the tariff on salt was {n} per cent " + "and rose again " * (n % 7) for n in range(300)]
    list(map(lambda n, text: (folder / "docs" / f"{n}.txt").write_text(text), range(300), texts))
    given = ["index", str(folder / "docs"), "--out", str(folder / name), "--quiet", *flags]
    return python("-m", "debate", *given)


@pytest.mark.slow
def test_an_index_that_workers_embedded_is_the_one_that_is_embedded_here(tmp_path: Path) -> None:
    indexed(tmp_path, "here")
    done = indexed(tmp_path, "there", "--ray", "local", "--workers", "2")
    assert "starting 2 workers" in done.stderr
    model = load_embeddings()
    here, there = (open_index(tmp_path / name, model) for name in ("here", "there"))
    assert len(here.ids) == 300
    assert here.get_by_ids(here.ids) == there.get_by_ids(here.ids)
    assert np.abs(here.vectors(here.ids) - there.vectors(here.ids)).max() < 1e-6


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--workers", "2"], "error: workers are Ray's; add --ray auto"),
        (["--ray", "ray://host:1"], "error: --ray: is an address for Ray clients; run on a machine of the cluster"),
        (["--ray", "127.0.0.1:1"], "error: the Ray cluster 127.0.0.1:1 cannot be used"),
    ],
)
def test_what_cannot_embed_an_index_is_told_in_one_line(tmp_path: Path, flags: list[str], told: str) -> None:
    done = indexed(tmp_path, "none", *flags)
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / "none").exists()


EMBEDDING = """
from debate.cluster.ray_embeddings import embeddings_on_ray

with embeddings_on_ray("local", "./nowhere", "auto", workers=1, progress=print):
    pass
"""


@pytest.mark.slow
def test_a_model_that_a_worker_cannot_load_is_told_as_it_is_without_workers() -> None:
    done = python("-c", EMBEDDING)
    assert done.stderr.splitlines()[-1].startswith("vectorstore.errors.EmbeddingsError: There is no folder ./nowhere.")
