"""The stance space: what a store does with it, and the shipped adapter."""

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from vectorstore import POV, EmbeddingsError, FaissStore, StoreError, build_index, load_embeddings
from vectorstore.embedding import stance_adapter
from vectorstore.store.encoder import STANCE_SHARE

TEXTS = [f"passage number {i} about topic {i % 7}" for i in range(60)]
IDS = [f"p{i}" for i in range(60)]
VIEWS = [POV("trade brings peace"), POV("guns do", weight=-0.5), POV("sanctions work", against="sanctions fail")]


class TwoSpaces(DeterministicFakeEmbedding):
    size: int = 16
    has_stance: bool = True

    def encode_stance(self, texts):
        return self.embed_documents([f"stance of {text}" for text in texts])


def unit(vectors):
    return np.asarray(vectors) / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.fixture
def two():
    return TwoSpaces()


@pytest.fixture
def staged(two):
    return FaissStore.from_texts(TEXTS, two, ids=IDS)


def plain(store, k=9):
    found = store.pov_search(["what of topic 3"], [[]], pov_weight=0, k=k)[0]
    return [(d.id, d.metadata["score"]) for d in found]


def test_a_question_alone_does_not_see_the_stance_space(store, staged):
    ours, base = plain(staged), plain(store)

    assert [identifier for identifier, _ in ours] == [identifier for identifier, _ in base]
    assert [score for _, score in ours] == pytest.approx([score for _, score in base], abs=1e-6)


def test_views_score_in_both_spaces_and_everything_adds_up(staged, two):
    found = staged.pov_search(["is trade good?"], [VIEWS], pov_weight=0.4, k=60)[0]

    one, scores = found[0], [document.metadata["score"] for document in found]
    text, view = one.page_content, "trade brings peace"
    base = unit(two.embed_query(view)) @ unit(two.embed_query(text))
    stance = unit(two.encode_stance([f"is trade good?: {view}"])[0]) @ unit(two.encode_stance([text])[0])
    assert one.metadata["pov_scores"][0] == pytest.approx((1 - STANCE_SHARE) * base + STANCE_SHARE * stance, abs=1e-5)
    views = np.array([document.metadata["pov_scores"] for document in found]) @ [1, -0.5, 1] / 2.5
    questions = np.array([document.metadata["question_score"] for document in found])
    assert scores == pytest.approx(0.6 * questions + 0.4 * views, abs=1e-9)
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("mode", ["dense", "hybrid"])
def test_the_same_view_is_read_by_its_question(staged, mode):
    one, other = staged.pov_search(["ban it?", "allow it?"], [[POV("it harms")]] * 2, pov_weight=1, k=60, mode=mode)

    assert {d.id: d.metadata["score"] for d in one} != {d.id: d.metadata["score"] for d in other}


def test_a_saved_stance_store_comes_back_and_a_plain_one_stays_plain(tmp_path, two, embeddings, staged, store):
    staged.save(tmp_path / "two")
    store.save(tmp_path / "one")

    assert plain(FaissStore.load(tmp_path / "two", two)) == plain(staged)
    old = DeterministicFakeEmbedding.model_construct(size=16)
    assert plain(FaissStore.load(tmp_path / "one", old)) == plain(store)
    with pytest.raises(StoreError, match="stance space"):
        FaissStore.load(tmp_path / "two", embeddings)


def test_vectors_are_what_questions_are_compared_with(staged, store, two):
    assert staged.vectors(IDS) == pytest.approx(store.vectors(IDS), abs=1e-6)
    found = staged.max_marginal_relevance_search("topic 3", k=5, fetch_k=60)
    assert len(found) == 5
    by_vector = staged.similarity_search_by_vector(two.embed_query("topic 3"), k=4)
    assert by_vector == staged.similarity_search("topic 3", k=4)


def test_vectors_without_a_stance_half_are_refused(staged):
    with pytest.raises(StoreError, match=r"16 dimensions.*32"):
        staged.add_embedded(["a"], np.ones((1, 16)))


def test_an_index_is_brought_up_to_date_without_losing_the_stance_half(staged, two):
    documents = [d.model_copy(update={"metadata": {"new": 1}}) for d in staged.get_by_ids(IDS)]
    before = staged.stored_vectors(IDS)

    build_index(documents, two, store=staged)

    assert (staged.stored_vectors(IDS) == before).all()
    assert staged.get_by_ids(["p0"])[0].metadata == {"new": 1}


def test_a_damaged_adapter_is_refused(monkeypatch, tmp_path):
    broken = tmp_path / "adapter.safetensors"
    broken.write_bytes(stance_adapter.ADAPTER.read_bytes()[:-1])
    monkeypatch.setattr(stance_adapter, "ADAPTER", broken)

    with pytest.raises(EmbeddingsError, match="Reinstall"):
        stance_adapter.with_stance_adapter(None)


def test_without_a_stance_space_there_is_nothing_to_encode():
    from vectorstore import SentenceTransformerEmbeddings

    with pytest.raises(EmbeddingsError, match="no stance space"):
        SentenceTransformerEmbeddings(None).encode_stance(["a"])


@pytest.mark.integration
def test_the_adapter_makes_a_second_space_and_leaves_the_first_alone():
    embeddings = load_embeddings(device="cpu")
    texts = ["Pricing pollution makes firms clean up", "Pricing pollution ruins firms and costs jobs"]
    before = embeddings.encode_documents(texts)

    stance = embeddings.encode_stance(texts)

    assert np.linalg.norm(stance, axis=1) == pytest.approx(1, abs=1e-5)
    assert 0.2 < stance[0] @ before[0] < 0.95
    assert (embeddings.encode_documents(texts) == before).all()
    assert not load_embeddings(device="cpu", stance=False).has_stance
