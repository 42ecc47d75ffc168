"""Lines are appended whole; what a killed process or a full disk left behind is never read and never in the way."""

import errno
import os
from io import FileIO
from pathlib import Path

import pytest

from debate import RunFolderError
from debate.files.jsonl import JsonLines


def lines_of(path: Path) -> list[bytes]:
    return [line for _, line in JsonLines(path).lines()]


@pytest.mark.parametrize(
    ("held", "whole"),
    [
        (b"", 0),
        (b"{}\n", 3),
        (b'{}\n{"half', 3),
        (b'{"half', 0),
        (b"{}\n[]\n", 6),
        (b'{}\n[]\n{"half', 6),
        (b'\n{"half', 1),
        (b"{}\n" + b"x" * 200_000, 3),
    ],
)
def test_half_a_line_is_passed_over_by_reading_and_cut_off_by_the_next_append(
    tmp_path: Path, held: bytes, whole: int
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(held)
    assert b"".join(lines_of(path)) == held[:whole]
    assert path.read_bytes() == held
    assert JsonLines(path).append([b"[1]\n", b"[2]\n"]) == whole
    assert path.read_bytes() == held[:whole] + b"[1]\n[2]\n"


def test_a_file_that_is_not_there_holds_no_lines_and_is_not_made_by_reading(tmp_path: Path) -> None:
    assert lines_of(tmp_path / "a.jsonl") == []
    assert not (tmp_path / "a.jsonl").exists()


def test_lines_are_read_by_where_they_begin(tmp_path: Path) -> None:
    file = JsonLines(tmp_path / "a.jsonl")
    file.append([b"[1]\n", b"[22]\n", b"[3]\n"])
    assert list(file.at([9, 4])) == [b"[3]\n", b"[22]\n"]


def test_lines_are_read_from_one_on_with_their_places_in_the_whole_file(tmp_path: Path) -> None:
    file = JsonLines(tmp_path / "a.jsonl")
    file.append([b"[1]\n", b"[22]\n", b"[3]\n"])
    assert list(file.lines(start=4)) == [(4, b"[22]\n"), (9, b"[3]\n")]


def test_what_is_synced_is_all_that_was_appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_size))
    JsonLines(tmp_path / "a.jsonl").append([b"[1]\n", b"[22]\n"])
    assert synced == [9]


class NearlyFull(FileIO):
    """Takes three bytes at a time."""

    def write(self, data: memoryview) -> int:
        return super().write(data[:3])


def test_a_write_that_took_a_part_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.files.jsonl.FileIO", NearlyFull)
    JsonLines(tmp_path / "a.jsonl").append([b"[1]\n", b"[22]\n"])
    assert lines_of(tmp_path / "a.jsonl") == [b"[1]\n", b"[22]\n"]


def test_a_full_disk_is_told_and_what_stood_before_is_read_without_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: the buffer of a failed write was written again by the next read, which failed as well."""
    file = JsonLines(tmp_path / "a.jsonl")
    file.append([b"[1]\n"])
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_room)
        with pytest.raises(RunFolderError, match=r"cannot write .*a\.jsonl: No space left on device; finished rows"):
            file.append([b"[2]\n"])
        assert b"[1]\n" in lines_of(file.path)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"cannot read .*Is a directory"):
        lines_of(tmp_path)
    with pytest.raises(RunFolderError, match=r"cannot write .*Is a directory"):
        JsonLines(tmp_path).append([b"[1]\n"])


def no_room(_: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
