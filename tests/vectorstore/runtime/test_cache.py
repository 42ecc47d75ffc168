from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from vectorstore.runtime.cache import cached_folder


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POV_DEBATE_CACHE", str(tmp_path))


def test_two_that_want_the_same_folder_build_it_once(tmp_path: Path) -> None:
    built: list[Path] = []
    together = Barrier(2)

    def build(folder: Path) -> None:
        built.append(folder)
        (folder / "weights").write_text("1")

    def want(_: int) -> Path:
        together.wait()
        return cached_folder("model", build)

    with ThreadPoolExecutor(2) as pool:
        folders = set(pool.map(want, range(2)))

    assert folders == {tmp_path / "model"}
    assert len(built) == 1


def test_a_build_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "half").write_text("1")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        cached_folder("model", build)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []
