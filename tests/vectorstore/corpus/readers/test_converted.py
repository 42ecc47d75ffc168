import subprocess
from pathlib import Path

import pypandoc
import pytest

from vectorstore import load_corpus
from vectorstore.corpus.readers import read_records
from vectorstore.errors import CorpusError

TEXT = (
    "# The treaty\n\nRuritania left the salt union in 1911, because the *tariff* had doubled.\n\n- Borduria stayed.\n"
)


def written(folder: Path, kind: str) -> Path:
    path = folder / f"union.{kind}"
    subprocess.run([pypandoc.get_pandoc_path(), "-s", "-o", str(path)], input=TEXT.encode(), check=True)  # noqa: S603
    return path


@pytest.mark.parametrize("kind", ["pptx", "epub", "odt", "rtf"])
def test_slides_books_and_office_texts_are_read_whole(tmp_path: Path, kind: str) -> None:
    (record,) = read_records(written(tmp_path, kind))
    assert "Ruritania left the salt union in 1911, because the tariff had doubled." in " ".join(record.text.split())
    assert "Borduria stayed." in record.text


def test_a_damaged_book_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "bad.epub").write_bytes(b"no book")
    written(tmp_path, "odt")
    corpus = load_corpus(tmp_path)
    assert [one.path.name for one in corpus.skipped] == ["bad.epub"]
    assert corpus.skipped[0].reason.startswith("is no readable .epub file: ")


def test_without_pandoc_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vectorstore.corpus.readers.converted.find_spec", lambda name: None)
    (tmp_path / "a.odt").write_bytes(b"PK")
    with pytest.raises(CorpusError, match=r"a \.odt file needs Pandoc; .*\.\[convert\]"):
        read_records(tmp_path / "a.odt")


def test_a_file_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vectorstore.corpus.readers.converted.SECONDS", 0.001)
    with pytest.raises(CorpusError, match=r"more than 0\.001 s"):
        read_records(written(tmp_path, "odt"))


def test_a_kind_that_is_not_read_says_what_to_save_it_as(tmp_path: Path) -> None:
    (tmp_path / "old.doc").touch()
    with pytest.raises(CorpusError, match=r"no reader for '\.doc'; save it as \.docx"):
        read_records(tmp_path / "old.doc")
