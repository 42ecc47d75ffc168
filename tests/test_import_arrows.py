import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "prompts": {"prompts"},
    "vectorstore": {"vectorstore"},
    "chains": {"chains", "prompts", "vectorstore"},
    "debate": {"debate", "chains", "prompts", "vectorstore"},
}


def wrong_arrows(room: str, source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return ({name.split(".")[0] for name in names} & ALLOWED.keys()) - ALLOWED[room]


@pytest.mark.parametrize(
    "path",
    [p for room in ALLOWED for p in sorted((ROOT / room).glob("*.py"))],
    ids=lambda p: f"{p.parent.name}/{p.name}",
)
def test_imports_point_towards_the_rooms_below(path: Path) -> None:
    assert wrong_arrows(path.parent.name, path.read_text(encoding="utf-8")) == set()


def test_an_arrow_that_points_the_wrong_way_is_found() -> None:
    assert wrong_arrows("prompts", "def f():\n    from debate.cli import main") == {"debate"}


def test_the_help_imports_no_heavy_library() -> None:
    code = "import sys\nfrom debate.cli import main\ntry:\n    main(['run', '--help'])\nexcept SystemExit:\n    print(sorted({'torch', 'transformers', 'faiss', 'pandas', 'langchain_core'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)  # noqa: S603
    assert "--questions" in shown.stdout
    assert shown.stdout.strip().endswith("[]")
