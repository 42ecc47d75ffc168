"""The reranker: what a search makes of its readings, and the shipped cross-encoder."""

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from pydantic import Field

from vectorstore import POV, EmbeddingsError, FaissStore, POVRetriever, StoreError, load_embeddings
from vectorstore.embedding import cross_encoder
from vectorstore.store.encoder import READING_SHARE
from vectorstore.store.search import DEPTH, READINGS

TEXTS = [f"passage number {i} about topic {i % 7}" for i in range(60)]
IDS = [f"p{i}" for i in range(60)]
VIEWS = [POV("trade brings peace"), POV("guns do", weight=-0.5), POV("sanctions work", against="sanctions fail")]


class Reads(DeterministicFakeEmbedding):
    """Embeddings with a reranker that likes even numbers, and more of them for longer views."""

    size: int = 16
    has_reranker: bool = True
    asked: list[tuple[str, str]] = Field(default_factory=list)

    def score_pairs(self, pairs):
        self.asked += pairs
        return np.array([len(view) * (int(passage.split()[2]) % 2 == 0) for view, passage in pairs], dtype=float)


@pytest.fixture
def reads():
    return Reads()


@pytest.fixture
def read_store(reads):
    return FaissStore.from_texts(TEXTS, reads, ids=IDS)


def search(store, povs=VIEWS, *, k=60, pov_weight=0.5, **options):
    return store.pov_search(["is trade good?"], [povs], pov_weight=pov_weight, k=k, **options)[0]


def by_id(documents, what):
    return {document.id: document.metadata[what] for document in documents}


def test_what_the_reranker_says_is_added_to_the_views_and_everything_adds_up(read_store):
    found = search(read_store, pov_weight=0.4)

    views = np.array([document.metadata["pov_scores"] for document in found]) @ [1, -0.5, 1] / 2.5
    questions = np.array([document.metadata["question_score"] for document in found])
    scores = [document.metadata["score"] for document in found]
    assert scores == pytest.approx(0.6 * questions + 0.4 * views, abs=1e-9)
    assert scores == sorted(scores, reverse=True)


def test_each_view_is_read_with_its_question_and_gains_the_difference_to_the_mean(read_store, reads):
    one, other = (by_id(search(read_store, [POV("peace")], rerank=way), "pov_scores") for way in (True, False))

    assert {view for view, _ in reads.asked} == {"is trade good?: peace"}
    texts = dict(zip(TEXTS, IDS, strict=True))
    asked = list(reads.asked)
    scores = {texts[passage]: score for (_, passage), score in zip(asked, reads.score_pairs(asked), strict=True)}
    mean = np.mean(list(scores.values()))
    gains = {i: one[i][0] - other[i][0] for i in scores}
    assert gains == pytest.approx({i: READING_SHARE * (score - mean) for i, score in scores.items()})


def test_a_view_against_another_counts_half_for_and_half_against(read_store):
    directed = search(read_store, [POV("yes", against="no no")], rerank=True)
    before = by_id(search(read_store, [POV("yes", against="no no")], rerank=False), "pov_scores")

    gains = {d.id: d.metadata["pov_scores"][0] - before[d.id][0] for d in directed}
    liked = [gain for i, gain in gains.items() if int(i[1:]) % 2 == 0 and abs(gain) > 1e-9]
    other = [gain for i, gain in gains.items() if int(i[1:]) % 2 == 1 and abs(gain) > 1e-9]
    assert np.mean(liked) - np.mean(other) == pytest.approx(READING_SHARE * (len("yes") - len("no no")) / 2)


def test_a_view_that_pushes_away_pushes_away_what_reads_well(read_store):
    found = search(read_store, [POV("a view of some length", weight=-1.0)], k=10)

    assert [int(document.id[1:]) % 2 for document in found] == [1] * 10


def test_only_the_best_are_read_however_many_are_asked_for(read_store, reads):
    search(read_store, [POV("peace")], k=60)

    assert len({passage for _, passage in reads.asked}) == DEPTH


def test_many_views_share_a_questions_readings(read_store, reads):
    search(read_store, [POV(f"view {n}") for n in range(6)])

    assert len(reads.asked) == READINGS
    assert len({passage for _, passage in reads.asked}) == READINGS // 6


def test_a_few_results_are_the_first_of_many(read_store):
    few, many = (search(read_store, k=k) for k in (5, DEPTH))

    assert [document.id for document in few] == [document.id for document in many[:5]]
    assert few == many[:5]


@pytest.mark.parametrize(
    "options",
    [
        {"pov_weight": 0},
        {"rerank": False},
        {"mode": "hybrid"},
        {"calibrate": True},
        {"povs": []},
        {"filter": lambda _: False},  # nothing is left to be found
    ],
)
def test_nothing_is_read_where_no_view_asks_for_it(read_store, reads, options):
    search(read_store, **options)

    assert reads.asked == []


def test_the_view_that_a_passage_serves_best_is_read_too(read_store):
    found = search(read_store, [POV("a"), POV("a long view")], pov_weight=1, aggregate="max")

    scores = [document.metadata["score"] for document in found]
    assert scores == [max(document.metadata["pov_scores"]) for document in found]


def test_a_retriever_can_be_told_not_to_read(read_store, reads):
    POVRetriever(store=read_store, povs=VIEWS, rerank=False).invoke("is trade good?")
    assert reads.asked == []

    POVRetriever(store=read_store, povs=VIEWS).invoke("is trade good?")
    assert reads.asked != []


def test_reranking_that_cannot_be_is_refused(store, read_store):
    with pytest.raises(StoreError, match="needs a model with a reranker"):
        search(store, rerank=True)
    with pytest.raises(StoreError, match="mode='dense'"):
        search(read_store, rerank=True, mode="hybrid")


def test_damaged_weights_are_refused(monkeypatch, tmp_path):
    broken = tmp_path / "weights.safetensors"
    broken.write_bytes(cross_encoder.WEIGHTS.read_bytes()[:-1])
    monkeypatch.setattr(cross_encoder, "WEIGHTS", broken)

    with pytest.raises(EmbeddingsError, match="Reinstall"):
        cross_encoder.cross_encoder(None)


def test_a_model_without_a_reranker_says_so():
    from vectorstore import SentenceTransformerEmbeddings

    with pytest.raises(EmbeddingsError, match="no reranker"):
        SentenceTransformerEmbeddings(None).score_pairs([("a", "b")])


VIEW = "The bridge opened in 1932."
SERVES, DIFFERS = (f"The harbour bridge, an arch of steel, was opened to traffic in {year}." for year in (1932, 1973))


@pytest.mark.integration
def test_the_shipped_reranker_is_the_same_through_torch_and_openvino():
    pairs = [(f"When did the bridge open?: {VIEW}", passage) for passage in (SERVES, DIFFERS, "word " * 600)]

    torch, openvino = (load_embeddings(backend=backend).score_pairs(pairs) for backend in ("torch", "openvino"))

    assert torch == pytest.approx(openvino, abs=0.1)  # bfloat16; scores run from about -8 to 8


@pytest.mark.integration
def test_the_shipped_reranker_knows_the_passage_that_serves_the_view():
    store = FaissStore.from_texts([DIFFERS, SERVES], load_embeddings(), ids=["differs", "serves"])

    found = store.pov_search(["When did the bridge open?"], [[POV(VIEW)]], k=2)[0]
    before = store.pov_search(["When did the bridge open?"], [[POV(VIEW)]], k=2, rerank=False)[0]

    gap = [by_id(documents, "score")["serves"] - by_id(documents, "score")["differs"] for documents in (before, found)]
    assert gap[1] > gap[0]
    assert found[0].id == "serves"
