"""Files that are in their place completely or not at all."""

import os
from pathlib import Path

import pytest

from vectorstore.runtime.files import put_in_place


@pytest.mark.parametrize(("durably", "synced"), [(True, [1, 2]), (False, [])])
def test_every_file_of_a_folder_is_on_the_disk_before_the_folder_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durably: bool, synced: list[int]
) -> None:
    draft, target = tmp_path / "model.part", tmp_path / "model"
    (draft / "inner").mkdir(parents=True)
    (draft / "config.json").write_text("{}")
    (draft / "inner" / "weights").write_text("w")
    seen: list[tuple[int, bool]] = []
    monkeypatch.setattr(os, "fsync", lambda file: seen.append((os.fstat(file).st_size, target.exists())))
    put_in_place(draft, target, durably=durably)
    assert sorted(seen) == [(size, False) for size in synced]
    assert (target / "inner" / "weights").read_text() == "w"
