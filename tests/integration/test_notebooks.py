"""The notebooks run from top to bottom with the bundled model, in a kernel of their own."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "examples/notebooks"


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checkout's own code and commands, and a folder for what the notebook writes."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "debate"
    program = "from debate.cli import main; main()"
    command.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{program}' \"$@\"\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("DEBATE_WORK", str(tmp_path / "work"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path / "work"


def execute(name: str):
    """Run a notebook and return it with its outputs; an error in a cell is raised."""
    import nbformat
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    book = nbformat.read(NOTEBOOKS / name, as_version=4)
    nbformat.validate(book)
    kernel = AsyncKernelManager(transport="ipc")
    NotebookClient(book, km=kernel, timeout=900, resources={"metadata": {"path": str(ROOT)}}).execute()
    return book


def printed(book) -> str:
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    return "".join(output.get("text", "") or str(output.get("data", {}).get("text/plain", "")) for output in outputs)


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
def test_the_way_from_the_first_run_to_a_compared_model(paths: Path) -> None:
    text = printed(execute("train-and-compare.ipynb"))
    assert (paths / "adapters/first/adapter_config.json").is_file()
    assert (paths / "compared/compare.html").is_file()
    assert "supported" in text
    assert "control questions" in text


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
def test_the_parts_for_langchain_users(paths: Path) -> None:
    text = printed(execute("langchain.ipynb"))
    assert "the question" in text
    assert "supported:" in text
    assert "I don't know." in text


@pytest.mark.parametrize("name", ["train-and-compare.ipynb", "langchain.ipynb"])
def test_a_notebook_is_kept_without_outputs_and_its_cells_are_short(name: str) -> None:
    nbformat = pytest.importorskip("nbformat")
    book = nbformat.read(NOTEBOOKS / name, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell for cell in code if cell.outputs or cell.execution_count] == []
    assert max(len(cell.source.splitlines()) for cell in code) <= 35
