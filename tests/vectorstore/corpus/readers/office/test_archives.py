"""Files that should be archives: what is one, and what a file is that is none."""

import zipfile

import pytest

from vectorstore import CorpusError
from vectorstore.corpus.readers import read_records

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".xlsm", ".pptx", ".odt", ".epub"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "it is protected with a password. Save it without one."),
        (COMPOUND + "Workbook".encode("utf-16-le"), "it is in the format of Office 97-2003. Save it in today's."),
        (b"PK\x03\x04cut", "it is cut off or damaged. Copy it again."),
        (rb"{\rtf1 It left.}", "it is RTF. Give it the suffix of its kind."),
        (b"\r\n<!DOCTYPE html><p>It left.", "it is a web page. Give it the suffix of its kind."),
        (b"country,tax\n", "it is of another kind. Save it again."),
    ],
)
def test_a_file_that_is_no_archive_is_told_by_what_it_holds(tmp_path, suffix, content, told):
    (tmp_path / f"a{suffix}").write_bytes(content)

    with pytest.raises(CorpusError) as error:
        read_records(tmp_path / f"a{suffix}")

    assert str(error.value) == f"is not a readable {suffix} file: {told}"


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_an_archive_without_the_parts_of_its_kind_is_told_with_a_remedy_and_no_name_of_our_code(tmp_path, suffix):
    with zipfile.ZipFile(tmp_path / f"a{suffix}", "w") as archive:
        archive.writestr("notes.txt", "It left.")

    with pytest.raises(CorpusError) as error:
        read_records(tmp_path / f"a{suffix}")

    remedy = "it is damaged or of another kind. Open it in its program and save it again."
    assert str(error.value) == f"is not a readable {suffix} file: {remedy}"
