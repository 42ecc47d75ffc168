"""Files → chunks: formats, encodings, ids, verbatim text, and building an index from them."""

import json

import pytest
from docx import Document as Word
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from openpyxl import Workbook
from pydantic import Field

from vectorstore import CorpusError, FaissStore, build_index, load_corpus
from vectorstore.retriever import without_near_duplicates
from vectorstore.store.lexical import tokens

JAPANESE = "制裁は貿易を妨げる。しかし、外交は続いている。「平和は可能だ！」と彼は言った。"


class CountingEmbedding(DeterministicFakeEmbedding):
    seen: list[str] = Field(default_factory=list)

    def embed_documents(self, texts):
        self.seen.extend(texts)
        return super().embed_documents(texts)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_japanese_text_is_read_in_its_encoding(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes((JAPANESE * 5).encode(encoding))

    corpus = load_corpus(tmp_path)

    assert corpus[0].page_content.startswith("制裁は貿易を妨げる。")


def test_western_text_is_read_in_cp1252(tmp_path):
    (tmp_path / "a.txt").write_bytes("“Café” – où est la liberté d’être à Genève ? Voilà.".encode("cp1252"))

    assert "“Café” – où est la liberté d’être à Genève" in load_corpus(tmp_path)[0].page_content


def test_every_format_is_read(tmp_path):
    (tmp_path / "a.txt").write_text("Text file.")
    (tmp_path / "b.md").write_text("# Title\n\nMarkdown file.")
    (tmp_path / "c.html").write_text("<title>T</title><body><p>Page.</p><script>x()</script></body>")
    word = Word()
    word.add_paragraph("Word file.")
    word.save(str(tmp_path / "d.docx"))
    (tmp_path / "e.csv").write_text("text,author\nA row.,Ann\n")
    book = Workbook()
    book.active.append(["question", "answer"])
    book.active.append(["Why?", "Because."])
    book.save(tmp_path / "f.xlsx")
    (tmp_path / "g.jsonl").write_text(json.dumps({"text": "A line.", "year": 2020}) + "\n")

    corpus = load_corpus(tmp_path)

    assert [d.page_content for d in corpus] == [
        "Text file.",
        "# Title\n\nMarkdown file.",
        "Page.",
        "Word file.",
        "A row.",
        "question: Why?\nanswer: Because.",
        "A line.",
    ]
    assert corpus[4].metadata == {"author": "Ann", "row": 1, "source": "e.csv", "title": "e", "start": 0}
    assert not corpus.skipped


def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path):
    (tmp_path / "good.txt").write_text("Fine.")
    (tmp_path / "bad.pdf").write_bytes(b"no pdf")
    (tmp_path / "bad.docx").write_bytes(b"no word")
    (tmp_path / "bad.xlsx").write_bytes(b"no sheet")
    (tmp_path / "bad.txt").write_bytes(b"\x00\x01")
    (tmp_path / "bad.jsonl").write_text("{")
    (tmp_path / "other.zip").write_bytes(b"")

    corpus = load_corpus(tmp_path)

    assert [d.page_content for d in corpus] == ["Fine."]
    assert [s.path.name for s in corpus.skipped] == [
        "bad.docx",
        "bad.jsonl",
        "bad.pdf",
        "bad.txt",
        "bad.xlsx",
        "other.zip",
    ]


def test_many_damaged_lines_of_a_file_are_counted(tmp_path):
    """Regression: a file of 450,000 such lines was told in 20 MB."""
    (tmp_path / "bad.jsonl").write_text("{\n" * 500)
    (tmp_path / "half.jsonl").write_text("{\n" * 500 + '{"text": "Fine."}\n')

    corpus = load_corpus(tmp_path)

    assert corpus.skipped[0].reason.endswith("; 495 more like these")
    assert (len(corpus.partial), corpus.partial[-1].reason) == (101, "400 more like these")


def test_the_log_has_what_a_parser_said_of_a_damaged_file(tmp_path, caplog):
    """Regression: an error of a reader's own looked like the file's damage, and its cause was nowhere."""
    (tmp_path / "good.txt").write_text("Fine.")
    (tmp_path / "bad.pdf").write_bytes(b"no pdf")

    load_corpus(tmp_path)

    assert "bad.pdf: is not a readable .pdf file" in caplog.text
    assert "save it again. (PdfStreamError: " in caplog.text


def test_the_same_words_keep_their_id_in_another_file(tmp_path):
    (tmp_path / "a.txt").write_text("Same words.")
    first = load_corpus(tmp_path)[0].id
    (tmp_path / "a.txt").rename(tmp_path / "b.md")

    assert load_corpus(tmp_path / "b.md")[0].id == first


def test_an_empty_folder_says_what_can_be_read(tmp_path):
    with pytest.raises(CorpusError, match=r"\.docx"):
        load_corpus(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(CorpusError, match="nowhere"):
        load_corpus(tmp_path / "nowhere")


def test_an_index_embeds_only_what_is_new_and_drops_what_is_gone(tmp_path):
    first = [Document(page_content=text, metadata={"source": "a"}) for text in ("one", "two", "three")]
    build_index(first, DeterministicFakeEmbedding(size=8), folder=tmp_path)
    counting = CountingEmbedding(size=8)
    second = [Document(page_content=text, metadata={"source": "b"}) for text in ("two", "three", "four")]

    store = build_index(second, counting, folder=tmp_path)

    assert [text for text in counting.seen if text in ("one", "two", "three", "four")] == ["four"]
    loaded = FaissStore.load(tmp_path, counting)
    assert sorted(d.page_content for d in loaded.get_by_ids(store.ids)) == ["four", "three", "two"]
    assert {d.metadata["source"] for d in loaded.get_by_ids(store.ids)} == {"b"}


def test_an_interrupted_build_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("vectorstore.store.building.BATCH", 2)
    monkeypatch.setattr("vectorstore.store.building.SECONDS_BETWEEN_SAVES", 0)
    monkeypatch.setattr("vectorstore.store.building.SHARE_OF_SAVES", 0)
    documents = [Document(page_content=f"text {i}") for i in range(8)]

    def stop(done, total):
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(documents, DeterministicFakeEmbedding(size=8), folder=tmp_path, progress=stop)
    reports = []

    build_index(documents, DeterministicFakeEmbedding(size=8), folder=tmp_path, progress=lambda *r: reports.append(r))

    assert reports[-1][1] < 8


def test_building_from_nothing_is_an_error(embeddings):
    with pytest.raises(CorpusError):
        build_index([], embeddings)


def test_near_duplicates_come_once():
    text = "The council voted for sanctions after a long debate about their price for ordinary people. " * 3
    documents = [Document(page_content=t) for t in (text, text.replace("long", "long,"), "Something else.")]

    kept = without_near_duplicates(documents, 5)

    assert [d.page_content for d in kept] == [text, "Something else."]


def test_japanese_is_counted_in_pairs_of_characters():
    assert tokens("制裁は BRICS") == ["制裁", "裁は", "bric"]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv", "a.tsv", "a.jsonl", "a.eml"])
@pytest.mark.parametrize(
    "sign", ["\u200b", "\ufeff\u2060", "\u00ad \u200e", "\u3164", "\u2800\n", "\U000e0041", "\ufe0f"]
)
def test_a_file_of_signs_that_nobody_sees_holds_no_text(tmp_path, name, sign):
    """Regression: it became a chunk, which a search found and nobody could read."""
    text = json.dumps({"text": sign}) if name == "a.jsonl" else sign if name != "a.eml" else f"Subject: x\n\n{sign}"
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "b.txt").write_text("The tariff rose.")

    corpus = load_corpus(tmp_path)

    assert [chunk.page_content for chunk in corpus] == ["The tariff rose."]
    assert [(one.path.name, "no text" in one.reason) for one in corpus.skipped] == [(name, True)]
