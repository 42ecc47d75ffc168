import pytest
from fakes import ByLength, TopicEmbedding

from chains.abstention import CALIBRATION_QUESTIONS, AbstentionThreshold, calibrate, unread
from chains.errors import ChainError
from chains.schemas import Abstention, Chunk
from vectorstore import FaissStore, SentenceTransformerEmbeddings
from vectorstore.embedding.scripts import MULTILINGUAL

# Every text without the word "water" shares a topic with every other one; "water" stands for a stranger.
CORPUS = [f"The number {n} treaty was signed by all of its members." for n in range(12)]
OFF_TOPIC = [f"How warm is water number {n}?" for n in range(9)]


def store_of(texts: list[str]) -> FaissStore:
    return FaissStore.from_texts(texts, TopicEmbedding(), ids=[f"c{n}" for n in range(len(texts))])


@pytest.fixture(scope="module")
def threshold() -> AbstentionThreshold:
    return calibrate(store_of(CORPUS), questions=OFF_TOPIC)


def chunks(*ids: str) -> list[Chunk]:
    return [Chunk(id=one, text="") for one in ids]


def test_a_question_on_the_topic_is_answered(threshold: AbstentionThreshold) -> None:
    assert threshold.reason("Who signed the treaty?", chunks("c0", "c1", "c2")) is None


def test_a_question_off_the_topic_is_not_and_the_reason_has_score_and_threshold(threshold: AbstentionThreshold) -> None:
    why, reason = threshold.reason("When does water boil?", chunks("c0", "c1", "c2")) or (None, "")
    score = threshold.score("When does water boil?", chunks("c0", "c1", "c2"))
    assert why is Abstention.OFF_TOPIC
    assert reason.endswith(f"best cosine {score:.3f}, threshold {threshold.cosine:.3f}")


def test_a_question_in_a_script_that_the_model_has_not_learnt_is_refused_with_what_to_do() -> None:
    english = SentenceTransformerEmbeddings(ByLength(), "english", scripts=frozenset({"LATIN"}))
    measured = calibrate(FaissStore.from_texts(CORPUS, english), questions=OFF_TOPIC)
    assert measured.reason("条約には誰が署名しましたか。", []) == (
        Abstention.UNREAD,
        f"the embedding model cannot read the question's script: english; {MULTILINGUAL}",
    )


def test_a_view_in_a_script_that_the_model_has_not_learnt_is_named() -> None:
    english = SentenceTransformerEmbeddings(ByLength(), "english", scripts=frozenset({"LATIN"}))
    store = FaissStore.from_texts(CORPUS, english)
    assert unread(store, "Who signed?", ["The treaty held.", ""]) == ""
    assert unread(store, "Who signed?", ["The treaty held.", "条約は破られた。"]) == (
        f"the embedding model cannot read the view's script (条約は破られた。): english; {MULTILINGUAL}"
    )


def test_the_threshold_lies_between_off_topic_and_in_domain(threshold: AbstentionThreshold) -> None:
    assert threshold.in_domain is not None
    assert threshold.off_topic < threshold.cosine <= threshold.in_domain


def test_the_best_chunk_decides(threshold: AbstentionThreshold) -> None:
    alone = [threshold.score("Who signed?", chunks(one)) for one in ("c0", "c1", "c2")]
    assert threshold.score("Who signed?", chunks("c0", "c1", "c2")) == pytest.approx(max(alone))


def test_the_points_of_view_do_not_move_the_score(threshold: AbstentionThreshold) -> None:
    weighed = [Chunk(id="c0", text="", score=0.9, question_score=0.9)]
    assert threshold.score("When does water boil?", weighed) == threshold.score("When does water boil?", chunks("c0"))


def test_the_same_seed_gives_the_same_threshold(threshold: AbstentionThreshold) -> None:
    assert calibrate(store_of(CORPUS), questions=OFF_TOPIC) == threshold


def test_a_store_of_one_chunk_has_no_in_domain_and_still_a_threshold() -> None:
    alone = calibrate(store_of(CORPUS[:1]), questions=OFF_TOPIC)
    assert alone.in_domain is None
    assert alone.cosine > alone.off_topic


def test_an_empty_store_cannot_be_calibrated() -> None:
    with pytest.raises(ChainError, match="a store with chunks"):
        calibrate(store_of([]))


def test_a_chunk_from_another_store_is_an_error_that_names_it(threshold: AbstentionThreshold) -> None:
    with pytest.raises(ChainError, match="'elsewhere' is not in the store"):
        threshold.score("Who signed?", chunks("c0", "elsewhere"))


def test_no_calibration_question_is_asked_twice() -> None:
    assert len(set(CALIBRATION_QUESTIONS)) == len(CALIBRATION_QUESTIONS) == 48
