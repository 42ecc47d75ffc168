"""Which files are a corpus: hidden ones, links, runs inside the folder."""

import os

import pytest

from vectorstore import CorpusError, corpus_files, load_corpus


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text("Ruritania left the salt union.")
    return folder


def names(docs, **options):
    found = corpus_files(docs, **options)
    return [found.source(path) for path in found.files], {one.path.name: one.reason for one in found.skipped}


def test_hidden_files_and_folders_are_no_part_of_a_corpus(docs):
    (docs / ".DS_Store").write_text("x")
    (docs / "~$report.docx").write_text("x")
    (docs / "Thumbs.db").write_text("x")
    (docs / ".git").mkdir()
    (docs / ".git" / "b.txt").write_text("x")

    assert names(docs) == (["a.txt"], {})


@pytest.mark.parametrize(
    ("record", "text", "what"),
    [
        ("run.toml", "[settings]\n[inputs]\n", "a run"),
        ("index.toml", 'documents = "/docs"\n', "an index"),
    ],
)
def test_a_run_or_index_inside_the_folder_is_no_part_of_it_and_named(docs, record, text, what):
    (docs / "made").mkdir()
    (docs / "made" / record).write_text(text)
    (docs / "made" / "log.txt").write_text("x")

    assert names(docs) == (["a.txt"], {"made": f"is {what} of this program and no document."})


@pytest.mark.parametrize("record", ["run.toml", "index.toml"])
@pytest.mark.parametrize("text", [b"", b'title = "salt"', b"no toml", b"\xff"])
def test_a_folder_with_somebody_elses_file_of_that_name_is_read(docs, record, text):
    (docs / "more").mkdir()
    (docs / "more" / record).write_bytes(text)
    (docs / "more" / "b.txt").write_text("x")

    assert names(docs) == (["a.txt", "more/b.txt", f"more/{record}"], {})


def test_a_linked_folder_inside_the_corpus_is_read_once(docs):
    (docs / "store").mkdir()
    (docs / "store" / "b.txt").write_text("Borduria pays two thirds of the canal.")
    (docs / "more").symlink_to("store")

    assert names(docs) == (["a.txt", "store/b.txt"], {})


def test_a_linked_folder_beside_the_corpus_is_read(docs, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "b.txt").write_text("Borduria pays two thirds of the canal.")
    (docs / "more").symlink_to("../store")

    assert names(docs) == (["a.txt", "more/b.txt"], {})


def test_a_link_to_nothing_is_named(docs):
    (docs / "gone.txt").symlink_to("../nowhere.txt")

    listed, skipped = names(docs)

    assert listed == ["a.txt"]
    assert "where nothing is" in skipped["gone.txt"]


@pytest.mark.parametrize("target", ["../secret.txt", "../.hidden", "../.hidden/deep", "../../far", "../.."])
def test_a_link_that_leads_out_is_refused_by_name_unless_allowed(tmp_path, target):
    docs = tmp_path / "home" / "docs"
    docs.mkdir(parents=True)
    (docs / "a.txt").write_text("x")
    (docs.parent / "secret.txt").write_text("x")
    (docs.parent / ".hidden" / "deep").mkdir(parents=True)
    (tmp_path / "far").mkdir()
    (docs / "link").symlink_to(target)

    listed, skipped = names(docs)

    assert listed == ["a.txt"]
    assert "out of the corpus" in skipped["link"]
    assert names(docs, follow_links=True)[1] == {}


def test_links_in_a_circle_end(docs):
    (docs / "sub").mkdir()
    (docs / "sub" / "up").symlink_to("..")
    (docs / "self").symlink_to("self")

    listed, skipped = names(docs)

    assert listed == ["a.txt"]
    assert list(skipped) == ["self"]


def test_a_file_keeps_its_own_name_where_a_link_reaches_it_too(docs):
    (docs / "z").mkdir()
    (docs / "z" / "b.txt").write_text("x")
    (docs / "link").symlink_to("z")

    assert names(docs)[0] == ["a.txt", "z/b.txt"]


def test_what_is_neither_file_nor_folder_is_named_and_never_opened(docs):
    os.mkfifo(docs / "pipe.txt")

    assert names(docs) == (["a.txt"], {"pipe.txt": "is neither a file nor a folder."})


def test_a_single_file_is_its_own_corpus(docs):
    assert names(docs / "a.txt") == (["a.txt"], {})


def test_a_missing_place_is_an_error(tmp_path):
    with pytest.raises(CorpusError, match=r"none does not exist\. Name a folder"):
        corpus_files(tmp_path / "none")


def test_the_loader_reads_these_files_and_names_the_others(docs):
    (docs / "gone.txt").symlink_to("../nowhere.txt")

    corpus = load_corpus(docs)

    assert (len(corpus), corpus.files, [one.path.name for one in corpus.skipped]) == (1, 1, ["gone.txt"])
