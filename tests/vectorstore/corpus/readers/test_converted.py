import subprocess
from pathlib import Path
from zipfile import ZipFile

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


def test_a_word_of_a_slide_that_is_partly_bold_stays_one_word(tmp_path: Path) -> None:
    """Regression: "Ru ritania", and CO 2."""
    pandoc = pypandoc.get_pandoc_path()
    subprocess.run([pandoc, "-o", str(tmp_path / "a.pptx")], input=b"Ru**rita**nia taxed CO~2~ twice.", check=True)  # noqa: S603
    assert "Ruritania taxed CO2 twice." in read_records(tmp_path / "a.pptx")[0].text


def changed(path: Path, part: str, old: str, new: str) -> Path:
    """Replace a text in a part of an archive."""
    with ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    parts[part] = parts[part].decode().replace(old, new, 1).encode()
    with ZipFile(path, "w") as copy:
        for name, content in parts.items():
            copy.writestr(name, content)
    return path


def test_exponents_on_a_slide_stay_raised(tmp_path: Path) -> None:
    """Regression: 10⁶ was read as 106."""
    pandoc = pypandoc.get_pandoc_path()
    subprocess.run([pandoc, "-o", str(tmp_path / "a.pptx")], input=b"It moved 10^6^ tons.", check=True)  # noqa: S603
    assert "It moved 10⁶ tons." in read_records(tmp_path / "a.pptx")[0].text


def test_exponents_that_a_books_style_sheet_raises_stay_raised(tmp_path: Path) -> None:
    """Regression: 10⁶ was read as 106."""
    (tmp_path / "book.css").write_text(".calibre7 {font-size: 70%; vertical-align: super}", encoding="ascii")
    command = [pypandoc.get_pandoc_path(), "-s", "--css", str(tmp_path / "book.css"), "-o", str(tmp_path / "a.epub")]
    subprocess.run(command, input=b"# Salt\n\nIt moved 10[6]{.calibre7} tons.", check=True)  # noqa: S603
    assert "It moved 10⁶ tons." in read_records(tmp_path / "a.epub")[0].text


INNER = r"\trowd\itap2 Inner salt\nestcell Inner iron\nestcell{\*\nesttableprops\trowd\cellx9\cellx99{\x}\nestrow}{\nonesttables\par}"


def test_a_table_in_a_cell_of_rtf_is_read_as_the_cells_paragraphs(tmp_path: Path) -> None:
    """Regression: only its last cell was read, and nothing told of the others."""
    table = rf"\trowd\cellx50\cellx99\pard\intbl Outer\cell {INNER}\pard\intbl Below.\cell\row"
    (tmp_path / "a.rtf").write_text(
        rf"{{\rtf1\ansi\pard Above.\par {table}\pard Behind \\nestcell.\par}}", encoding="ascii"
    )
    text = read_records(tmp_path / "a.rtf")[0].text
    assert text.split() == ["Above.", "Outer", "Inner", "salt", "Inner", "iron", "Below.", "Behind", r"\nestcell."]


def test_grouped_shapes_of_a_slide_are_read(tmp_path: Path) -> None:
    """Regression: Pandoc passes over groups, and nothing told of it."""
    shape = "<p:sp><p:nvSpPr/><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>Grouped salt.</a:t></a:r></a:p></p:txBody></p:sp>"
    inner = f"<p:grpSp><p:nvGrpSpPr/><p:grpSpPr/>{shape}</p:grpSp>"
    group = f"<p:grpSp><p:nvGrpSpPr/><p:grpSpPr/>{inner}</p:grpSp></p:spTree>"
    path = changed(written(tmp_path, "pptx"), "ppt/slides/slide1.xml", "</p:spTree>", group)
    assert "Grouped salt." in read_records(path)[0].text


def test_what_pandoc_passes_over_is_told(tmp_path: Path) -> None:
    """Regression: a table in a table's cell was lost without a word."""
    inner = "<table:table><table:table-row><table:table-cell><text:p>Inner salt.</text:p></table:table-cell></table:table-row></table:table>"
    table = (
        f"<table:table><table:table-row><table:table-cell>{inner}</table:table-cell></table:table-row></table:table>"
    )
    path = changed(written(tmp_path, "odt"), "content.xml", "</office:text>", f"{table}</office:text>")
    assert read_records(path).left_out == [
        "1 of its paragraphs cannot be read, such as 'Inner salt.'. Copy it into the text, or use .docx."
    ]


@pytest.mark.parametrize("kind", ["pptx", "epub", "odt", "rtf"])
def test_nothing_is_told_of_what_is_read_whole(tmp_path: Path, kind: str) -> None:
    assert read_records(written(tmp_path, kind)).left_out == []


def test_a_file_that_takes_more_memory_than_pandoc_gets_says_so(tmp_path: Path) -> None:
    """Regression: the message was Haskell's, about its own flags."""
    (tmp_path / "a.rtf").write_text(r"{\rtf1 " + "{" * 2_000_000, encoding="ascii")
    with pytest.raises(CorpusError, match=r"^needs more than the 512 MB that Pandoc gets\. Save it as"):
        read_records(tmp_path / "a.rtf")


def test_rtf_without_a_title_has_that_of_its_name(tmp_path: Path) -> None:
    """Regression: it had the title "-"."""
    (tmp_path / "union.rtf").write_text(r"{\rtf1\ansi\pard Salt rose.\par}", encoding="ascii")
    assert read_records(tmp_path / "union.rtf")[0].title == "union"


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (r"\ansicpg1251{\fonttbl{\f0\fnil Arial;}}", r"\f0 \'c1\'e0\'ed\'ea", "Банк"),
        (r"\ansicpg1250{\fonttbl{\f0\fnil\fcharset238 Arial;}}", r"\f0 \'a3\'f3d\'9f", "Łódź"),
        (
            r"\ansicpg1252{\fonttbl{\f0 A;}{\f1\fcharset204 B;}}",
            r"\f0 caf\'e9 {\f1 \'c1\'e0\'ed\'ea} \'e9t\'e9",
            "café Банк été",
        ),
        (r"\ansicpg932", r"\'93\'fa\'96\'7b", "日本"),
        (r"\ansicpg1251\uc1", r"\u1041\'c1\u1072\'e0\'ed\'ea b\\'c1", "Банк b\\'c1"),
        (r"\ansicpg1252", r"\u1041?b", "Бb"),
    ],
)
def test_letters_of_rtf_are_read_by_the_code_page_of_file_or_font(
    tmp_path: Path, head: str, body: str, text: str
) -> None:
    (tmp_path / "a.rtf").write_text(rf"{{\rtf1\ansi{head}\pard {body}.\par}}", encoding="ascii")
    assert read_records(tmp_path / "a.rtf")[0].text.strip() == f"{text}."


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r'\uc1\u8220"The salt\u8221" rose', "“The salt” rose"),
        (r"\uc0\u8220 The salt\u8221  rose", "“The salt” rose"),
        (r"\uc2 A\u20013\'d6\'d0The", "A中The"),
        (r"{\uc2 A\u20013??The} \u233eh", "A中The éh"),
        (r"\u8220\{The salt\u8221`", "“The salt”"),
    ],
)
def test_what_stands_in_for_a_letter_of_rtf_is_left_out_and_nothing_else(tmp_path: Path, body: str, text: str) -> None:
    """Regression: behind a stand-in other than "?" the next letter was lost."""
    (tmp_path / "a.rtf").write_text(rf"{{\rtf1\ansi\pard {body}.\par}}", encoding="ascii")
    assert read_records(tmp_path / "a.rtf")[0].text.strip() == f"{text}."


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\b\'e9t\'e9\b0\u233?", "étéé"),
        (r"Salt\u8212?a\i\u1057?\i0 x", "Salt—aСx"),
        (r"\u-10179?\u-8704? \'5c\'7bx\u125? \\\'e9", "😀 \\{x} \\é"),
        (r"\b\uc0 \u55357\uc1 \u56832\'3f\b0\uc1 x", "😀x"),
        (r"\u-10179? and \u-8704?.", "\ufffd and \ufffd."),
    ],
)
def test_letters_beyond_ascii_stay_apart_from_control_words(tmp_path: Path, body: str, text: str) -> None:
    (tmp_path / "a.rtf").write_text(rf"{{\rtf1\ansi\pard {body}\par}}", encoding="ascii")
    assert read_records(tmp_path / "a.rtf")[0].text.strip() == text


def test_a_book_of_letters_beyond_ascii_is_read(tmp_path: Path) -> None:
    """Regression: Pandoc took two minutes for so many written as numbers, and was stopped."""
    (tmp_path / "a.rtf").write_text(r"{\rtf1 " + (r"\u1057?" * 30 + "\\par\n") * 10_000 + "}", encoding="ascii")
    assert read_records(tmp_path / "a.rtf")[0].text.count("С") == 300_000


def test_rtf_of_an_unknown_code_page_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_text(r"{\rtf1\ansi\ansicpg9999\pard \'c1.\par}", encoding="ascii")
    with pytest.raises(CorpusError, match=r"code page 9999, which is unknown\. Save it as \.docx"):
        read_records(tmp_path / "a.rtf")


def test_a_damaged_book_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "bad.epub").write_bytes(b"no book")
    written(tmp_path, "odt")
    corpus = load_corpus(tmp_path)
    assert [one.path.name for one in corpus.skipped] == ["bad.epub"]
    assert corpus.skipped[0].reason.startswith("is not a readable .epub file: ")


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
