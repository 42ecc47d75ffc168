import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_file_that_make_mutants_names_is_there() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    named = [*settings["only_mutate"], *settings["pytest_add_cli_args_test_selection"], *settings["also_copy"]]
    assert [name for name in named if not (ROOT / name).exists()] == []
