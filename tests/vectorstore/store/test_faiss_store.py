"""FaissStore: searches against brute force, saving and loading, threads."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding

from vectorstore import (
    POV,
    EmbeddingsError,
    FaissStore,
    POVError,
    StoreError,
    build_index,
    load_corpus,
    load_embeddings,
)
from vectorstore.errors import CorpusError
from vectorstore.pov import unit

EMBEDDINGS = DeterministicFakeEmbedding(size=16)
povs = st.lists(
    st.builds(
        POV,
        st.sampled_from(["trade", "war", "climate"]),
        st.floats(-3, 3).filter(lambda w: abs(w) > 0.05),
        st.sampled_from([None, "isolation", "peace"]),
    ),
    min_size=1,
    max_size=4,
)


def embed(text):
    return unit(EMBEDDINGS.embed_query(text))


def pov_vector(pov):
    return embed(pov.text) if pov.against is None else unit(embed(pov.text) - embed(pov.against))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 80), povs, st.floats(0, 1), st.integers(1, 12), st.integers(0, 999))
def test_the_search_equals_brute_force(count, povs, share, k, seed):
    texts = [f"{seed} {i}" for i in range(count)]
    store = FaissStore.from_texts(texts, EMBEDDINGS, ids=texts)
    total = sum(abs(p.weight) for p in povs)
    folded = (1 - share) * embed("q") + share * sum(p.weight / total * pov_vector(p) for p in povs)
    expected = np.sort([folded @ embed(text) for text in texts])[::-1][:k]

    found = store.pov_search(["q"], [povs], pov_weight=share, k=k, mode="dense")[0]

    assert [d.metadata["score"] for d in found] == pytest.approx(expected, abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(povs, st.floats(0, 1), st.sampled_from(["dense", "hybrid"]), st.booleans())
def test_the_parts_of_a_score_add_up(povs, share, mode, calibrate):
    texts = [f"trade and war {i}" for i in range(30)]
    store = FaissStore.from_texts(texts, EMBEDDINGS)
    weights = np.array([p.weight for p in povs]) / sum(abs(p.weight) for p in povs)

    found = store.pov_search(["q"], [povs], pov_weight=share, k=5, mode=mode, calibrate=calibrate)[0]

    parts = [d.metadata for d in found]
    sums = [(1 - share) * m["question_score"] + share * (weights @ m["pov_scores"]) for m in parts]
    assert [m["score"] for m in parts] == pytest.approx(sums, abs=1e-9)
    assert [m["rank"] for m in parts] == [1, 2, 3, 4, 5]


@settings(deadline=None, max_examples=25)
@given(povs, st.floats(0, 1))
def test_max_equals_brute_force(povs, share):
    texts = [str(i) for i in range(70)]
    store = FaissStore.from_texts(texts, EMBEDDINGS)
    largest = max(abs(p.weight) for p in povs)
    corpus = np.stack([embed(text) for text in texts])
    views = np.stack([corpus @ pov_vector(p) * p.weight / largest for p in povs])
    expected = np.sort((1 - share) * (corpus @ embed("q")) + share * views.max(axis=0))[::-1][:5]

    found = store.pov_search(["q"], [povs], pov_weight=share, k=5, aggregate="max")[0]

    assert [d.metadata["score"] for d in found] == pytest.approx(expected, abs=1e-6)


def test_a_pov_weight_of_zero_equals_plain_search_bit_for_bit(store):
    plain = store.similarity_search_with_score("question", 10)

    found = store.pov_search(["other", "question"], [[], [POV("trade")]], pov_weight=0, k=10, mode="dense")[1]

    assert [(d.id, d.metadata["score"]) for d in found] == [(d.id, score) for d, score in plain]


def test_calibration_reports_standard_scores_over_the_corpus(store):
    found = store.pov_search(["q"], [[POV("trade")]], pov_weight=0.5, k=60, calibrate=True)[0]

    view = [d.metadata["pov_scores"][0] for d in found]
    assert np.mean(view) == pytest.approx(0, abs=1e-6)
    assert np.std(view) == pytest.approx(1, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 80), povs, st.floats(0, 1), st.integers(1, 5), st.integers(0, 999))
def test_a_calibrated_search_equals_brute_force(count, povs, share, k, seed):
    along = np.random.default_rng(seed).normal(size=(count, 1)) * embed(
        "q"
    )  # the question spreads wider than the views
    corpus = unit([embed(f"{seed} {i}") for i in range(count)] + 3 * along)
    store = FaissStore(EMBEDDINGS)
    store.add_embedded([f"{seed} {i}" for i in range(count)], corpus)
    raw = corpus @ np.stack([embed("q"), *map(pov_vector, povs)]).T
    weights = np.array([p.weight for p in povs]) / sum(abs(p.weight) for p in povs)
    scores = (raw - raw.mean(axis=0)) / raw.std(axis=0) @ [1 - share, *(share * weights)]

    found = store.pov_search(["q"], [povs], pov_weight=share, k=k, calibrate=True)[0]

    assert [d.metadata["score"] for d in found] == pytest.approx(np.sort(scores)[::-1][:k], abs=1e-5)


@pytest.mark.parametrize(("question", "views"), [("zloty", []), ("filler", [POV("zloty")])])
def test_hybrid_search_finds_a_rare_word_that_the_vectors_miss(embeddings, question, views):
    vectors = unit(embeddings.embed_documents([f"filler {i}" for i in range(300)]))
    by_meaning = np.argsort(-(vectors @ unit(embeddings.embed_query("zloty"))))
    store = FaissStore(embeddings)
    store.add_embedded([f"filler {i}" for i in range(300)], vectors)
    store.add_embedded(["the zloty fell"], vectors[by_meaning[250:251]])

    found = store.pov_search([question], [views], pov_weight=1, k=1, mode="hybrid")[0]

    assert found[0].page_content == "the zloty fell"


@pytest.mark.parametrize(("better", "k"), [(60, 1), (230, 25)])
def test_hybrid_search_weighs_what_neither_half_puts_among_its_best(embeddings, better, k):
    near, across = unit(embeddings.embed_query("zloty")), unit(np.roll(embeddings.embed_query("zloty"), 1))
    texts = [f"near {i}" for i in range(better)] + ["zloty"] * better + ["the zloty fell low"] + ["far"] * 40
    store = FaissStore(embeddings)
    store.add_embedded(
        texts, np.array([near] * better + [-near] * better + [unit(near + 0.2 * across)] + [across] * 40)
    )

    found = store.pov_search(["zloty"], [[]], k=k, mode="hybrid")[0]

    assert found[0].page_content == "the zloty fell low"


def test_many_questions_at_once_answer_as_one_by_one(store):
    questions = [f"question {i}" for i in range(40)]
    views = [[POV("trade")]] * 40

    together = store.pov_search(questions, views, pov_weight=0.5, k=5, mode="dense")

    alone = [store.pov_search([q], [[POV("trade")]], pov_weight=0.5, k=5, mode="dense")[0] for q in questions]
    assert together == alone


def test_threads_get_the_answers_of_a_single_one(store):
    def ask(i):
        return store.pov_search([f"q{i}"], [[POV(f"view {i % 3}")]], pov_weight=0.5, k=3, mode="hybrid")[0]

    expected = [ask(i) for i in range(32)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(32)))

    assert found == expected


def test_an_empty_store_finds_nothing(embeddings):
    assert FaissStore(embeddings).pov_search(["q"], [[POV("trade")]], pov_weight=0.5, k=3, mode="hybrid") == [[]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 0}, "k=0"),
        ({"mode": "sparse"}, "mode 'sparse'"),
        ({"povs_per_question": []}, "1 questions came with 0"),
        ({"pov_weight": 2}, "pov_weight 2"),
    ],
)
def test_a_senseless_search_is_an_error_that_names_the_value(store, arguments, message):
    call = {"povs_per_question": [[]], "pov_weight": 0.5, "k": 3, "mode": "dense"} | arguments

    with pytest.raises((StoreError, POVError), match=message):
        store.pov_search(["q"], **call)


def test_metadata_that_json_cannot_say_names_its_document(store):
    with pytest.raises(StoreError, match="'x1'"):
        store.add_texts(["a"], [{"when": object()}], ids=["x1"])


@pytest.mark.parametrize("kind", ["flat", "hnsw", "ivf"])
@pytest.mark.parametrize("mmap", [False, True])
def test_a_loaded_store_answers_like_the_saved_one(tmp_path, embeddings, kind, mmap):
    store = FaissStore.from_texts([f"t {i}" for i in range(200)], embeddings, kind=kind)
    store.save(tmp_path / "s")

    loaded = FaissStore.load(tmp_path / "s", embeddings, mmap=mmap)

    assert loaded.similarity_search_with_score("q", 5) == store.similarity_search_with_score("q", 5)


@pytest.mark.parametrize("kind", ["flat", "hnsw", "ivf"])
def test_a_mapped_store_can_still_be_changed(tmp_path, embeddings, kind):
    FaissStore.from_texts([f"t {i}" for i in range(200)], embeddings, kind=kind).save(tmp_path / "s")
    loaded = FaissStore.load(tmp_path / "s", embeddings, mmap=True)

    loaded.delete(loaded.ids[:3])
    loaded.add_texts(["new"])

    assert len(loaded) == 198
    assert loaded.similarity_search("new", 1)[0].page_content == "new"


def test_saving_again_replaces_the_store_and_leaves_no_litter(tmp_path, store):
    store.save(tmp_path)
    store.delete(["p1"])

    store.save(tmp_path)

    assert len(FaissStore.load(tmp_path, store.embeddings)) == 59
    assert len(list(tmp_path.iterdir())) == 3


def test_an_interrupted_save_leaves_the_old_store(tmp_path, store, monkeypatch):
    store.save(tmp_path)
    store.delete(["p1"])
    monkeypatch.setattr("vectorstore.store.persistence.json.dumps", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.save(tmp_path)
    monkeypatch.undo()

    assert len(FaissStore.load(tmp_path, store.embeddings)) == 60


@pytest.mark.parametrize("pattern", ["index-*.faiss", "documents-*.arrow", "manifest.json"])
def test_one_changed_byte_anywhere_is_found(tmp_path, store, pattern):
    store.save(tmp_path)
    path = next(tmp_path.glob(pattern))
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)

    with pytest.raises(StoreError):
        FaissStore.load(tmp_path, store.embeddings)


@pytest.mark.parametrize("pattern", ["index-*.faiss", "documents-*.arrow", "manifest.json"])
def test_a_truncated_file_is_found(tmp_path, store, pattern):
    store.save(tmp_path)
    path = next(tmp_path.glob(pattern))
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(StoreError):
        FaissStore.load(tmp_path, store.embeddings)


def test_another_embedding_model_is_refused(tmp_path, store):
    class Otherwise(DeterministicFakeEmbedding):
        def embed_documents(self, texts):
            return super().embed_documents([text + "!" for text in texts])

    store.save(tmp_path)

    with pytest.raises(StoreError, match="embeds otherwise"):
        FaissStore.load(tmp_path, Otherwise(size=16))
    with pytest.raises(StoreError, match="8"):
        FaissStore.load(tmp_path, DeterministicFakeEmbedding(size=8))


def test_a_newer_format_says_to_update(tmp_path, store):
    store.save(tmp_path)
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"version": 99}))

    with pytest.raises(StoreError, match=r"99.*Update"):
        FaissStore.load(tmp_path, store.embeddings)


@pytest.mark.parametrize("content", ["{}", "[]", '{"format": "other"}', "\x80"])
def test_a_foreign_folder_is_refused(tmp_path, embeddings, content):
    (tmp_path / "manifest.json").write_text(content, encoding="latin-1")

    with pytest.raises(StoreError):
        FaissStore.load(tmp_path, embeddings)


def test_a_folder_without_a_store_is_named(tmp_path, embeddings):
    with pytest.raises(StoreError, match="contains no store"):
        FaissStore.load(tmp_path / "nowhere", embeddings)


@pytest.mark.parametrize(
    ("error", "call", "told"),
    [
        (StoreError, lambda: FaissStore.from_texts("trade", EMBEDDINGS), "'trade' is not a list of texts"),
        (StoreError, lambda: FaissStore.from_texts(None, EMBEDDINGS), "None is not a list of texts"),
        (StoreError, lambda: FaissStore.from_texts(["trade", 5], EMBEDDINGS), "5 is not a text"),
        (StoreError, lambda: FaissStore.from_texts(["trade"], EMBEDDINGS, ids=[7]), "7 is not a text"),
        (EmbeddingsError, lambda: FaissStore("minilm"), "'minilm' is not an embedding model. Use load_embeddings"),
        (EmbeddingsError, lambda: load_embeddings(5), "load_embeddings: name_or_folder must be str"),
        (CorpusError, lambda: load_corpus(None), "load_corpus: folder_or_file must be str"),
        (StoreError, lambda: build_index("docs", EMBEDDINGS), "build_index: documents must be"),
    ],
)
def test_an_argument_of_a_wrong_type_is_told_where_it_is_given(error, call, told):
    with pytest.raises(error, match=told):
        call()


def test_half_a_surrogate_pair_becomes_a_question_mark_in_texts_questions_and_views(tmp_path):
    """Regression: a UnicodeEncodeError, or "TextEncodeInput must be Union" by a real model's tokenizer."""
    store = FaissStore.from_texts(["trade \udce9"], EMBEDDINGS)
    store.save(tmp_path / "store")
    (found,) = store.pov_search(["\udce9?"], [[POV("war \udce9", against="peace \udce9")]])
    assert [one.page_content for one in found] == ["trade ?"]
