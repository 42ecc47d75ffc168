import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_help_imports_no_heavy_library() -> None:
    code = "import sys\nfrom debate.cli import main\ntry:\n    main(['run', '--help'])\nexcept SystemExit:\n    print(sorted({'torch', 'transformers', 'faiss', 'pandas', 'langchain_core'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)  # noqa: S603
    assert "--questions" in shown.stdout
    assert shown.stdout.strip().endswith("[]")


def test_no_test_replaces_a_private_name() -> None:
    """Ruff sees what a test reads (SLF001), and not a name that is given as a text."""
    private = re.compile(r"""setattr\([^)]*["'](?:[\w.]+\.)?_[a-zA-Z]\w*["']""")
    sources = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    assert [name for name, source in sources.items() if private.search(source)] == []
