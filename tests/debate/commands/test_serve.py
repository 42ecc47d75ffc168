"""debate serve: what it shows, what it refuses in one line, and what it tells who has nothing yet."""

from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from debate.cli import app
from debate.serve.web.app import Site, create_app
from debate.serve.web.guard import Admission
from debate.serve.web.library import Library
from debate.serve.web.starting import Starter


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Site]:
    """Return the sites that would be served; nothing listens."""
    sites: list[Site] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("debate.serve.web.server.serve", lambda site, *_, **__: sites.append(site))
    return sites


def serve(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["serve", *arguments])


def a_run(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "run.toml").write_text('[settings]\nmodel = "smollm2"\n[inputs]\n')


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nope", "error: there is no folder nope; give a run's folder or a folder of runs\n"),
        ("notes.txt", "error: notes.txt is a file; give a run's folder or a folder of runs\n"),
        ("docs", "error: docs contains no run and no comparison; give a run's folder or a folder of runs\n"),
        ("myindex", "error: myindex is an index; explore it with: debate serve --index myindex\n"),
    ],
)
def test_a_place_without_runs_is_refused_in_one_line(place: str, said: str, tmp_path: Path, served: list[Site]) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "myindex").mkdir()
    (tmp_path / "myindex" / "index.toml").touch()
    told = serve(place)
    assert (told.exit_code, told.stderr, served) == (2, said, [])


@pytest.mark.parametrize(
    "flags",
    [
        ("--model", "http://me:hunter2@host/v1#m"),
        ("--model", "smollm2", "--model", "http://host/v1#m,http://hunter2@host/v1#m"),
        ("--index", "postgresql://me:half/hunter2@db/corpora/speeches"),
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(
    flags: tuple[str, ...], tmp_path: Path, served: list[Site]
) -> None:
    (tmp_path / "runs").mkdir()
    told = serve(*flags)
    assert (told.exit_code, served) == (2, [])
    assert "contains a password" in told.stderr
    assert "hunter2" not in told.output


@pytest.mark.parametrize("place", ["runs", "runs/first"])
def test_a_run_and_a_folder_of_runs_are_served(place: str, tmp_path: Path, served: list[Site]) -> None:
    a_run(tmp_path / "runs" / "first")
    told = serve(place)
    assert told.exit_code == 0, told.output
    assert list(served[0].library.runs()) == ["first"]


@pytest.mark.parametrize("arguments", [[], ["empty"]])
def test_who_has_no_run_yet_is_told_what_to_do_next(arguments: list[str], tmp_path: Path, served: list[Site]) -> None:
    (tmp_path / "empty").mkdir()
    told = serve(*arguments)
    assert told.exit_code == 0, told.output
    assert "make one with: debate run --questions my.xlsx --corpus docs/" in told.stderr
    assert len(served) == 1


async def test_the_page_of_who_has_no_run_and_no_index_says_what_to_do_next(tmp_path: Path) -> None:
    library = Library([tmp_path])
    site = Site(library, starter=Starter(tmp_path, library, {}))
    transport = httpx.ASGITransport(create_app(site, Admission()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as page:
        shown = [(await page.get(path)).text for path in ("/", "/new")]
    assert all("debate serve --index myindex" in one for one in shown)
    assert "<form" not in shown[1]  # which could start nothing
