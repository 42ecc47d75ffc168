import pytest
from fakes import TopicEmbedding

from chains.abstention import PROBES, AbstentionThreshold, calibrate, is_abstention
from chains.errors import ChainError
from chains.schemas import Chunk
from vectorstore import FaissStore

# Every text without the word "water" shares a topic with every other one; "water" stands for a stranger.
CORPUS = [f"The number {n} treaty was signed by all of its members." for n in range(12)]
STRANGERS = [f"How warm is water number {n}?" for n in range(9)]


def store_of(texts: list[str]) -> FaissStore:
    return FaissStore.from_texts(texts, TopicEmbedding(), ids=[f"c{n}" for n in range(len(texts))])


@pytest.fixture(scope="module")
def threshold() -> AbstentionThreshold:
    return calibrate(store_of(CORPUS), probes=STRANGERS)


def chunks(*ids: str) -> list[Chunk]:
    return [Chunk(id=one, text="") for one in ids]


def test_a_question_on_the_topic_is_answered(threshold: AbstentionThreshold) -> None:
    assert threshold.reason("Who signed the treaty?", chunks("c0", "c1", "c2")) == ""


def test_a_question_off_the_topic_is_not_and_the_reason_has_score_and_threshold(threshold: AbstentionThreshold) -> None:
    reason = threshold.reason("When does water boil?", chunks("c0", "c1", "c2"))
    score = threshold.score("When does water boil?", chunks("c0", "c1", "c2"))
    assert reason.endswith(f"best cosine {score:.3f}, threshold {threshold.cosine:.3f}")


def test_the_threshold_lies_between_strangers_and_natives(threshold: AbstentionThreshold) -> None:
    assert threshold.native is not None
    assert threshold.stranger < threshold.cosine <= threshold.native


def test_the_best_chunk_decides(threshold: AbstentionThreshold) -> None:
    alone = [threshold.score("Who signed?", chunks(one)) for one in ("c0", "c1", "c2")]
    assert threshold.score("Who signed?", chunks("c0", "c1", "c2")) == pytest.approx(max(alone))


def test_the_points_of_view_do_not_move_the_score(threshold: AbstentionThreshold) -> None:
    weighed = [Chunk(id="c0", text="", score=0.9, question_score=0.9)]
    assert threshold.score("When does water boil?", weighed) == threshold.score("When does water boil?", chunks("c0"))


def test_the_same_seed_gives_the_same_threshold(threshold: AbstentionThreshold) -> None:
    assert calibrate(store_of(CORPUS), probes=STRANGERS) == threshold


def test_a_store_of_one_chunk_has_no_natives_and_still_a_threshold() -> None:
    alone = calibrate(store_of(CORPUS[:1]), probes=STRANGERS)
    assert alone.native is None
    assert alone.cosine > alone.stranger


def test_an_empty_store_cannot_be_calibrated() -> None:
    with pytest.raises(ChainError, match="a store with chunks"):
        calibrate(store_of([]))


def test_a_chunk_from_another_store_is_an_error_that_names_it(threshold: AbstentionThreshold) -> None:
    with pytest.raises(ChainError, match="'elsewhere' is not in the store"):
        threshold.score("Who signed?", chunks("c0", "elsewhere"))


def test_no_probe_is_asked_twice() -> None:
    assert len(set(PROBES)) == len(PROBES) == 48


@pytest.mark.parametrize(
    "text",
    [
        "I don't know.",
        "I don’t know",
        " i do not know. ",
        '"I don\'t know."',
        "I don't know the answer to this question based on the passages provided.",
        "I'm sorry, but I don't know. The passages do not mention the matter.",
        "Based on the passages, I do not know what the answer is.",
        "I cannot answer this question from the given passages.",
        "I have no answer.",
        "わかりません。",
        "申し訳ありませんが、提供された文章からは分かりません。",
    ],
)
def test_admission_of_not_knowing_is_an_abstention(text: str) -> None:
    assert is_abstention(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sanctions failed. I don't know why anyone believes in them.",
        "I don't know of any state that gained from them.",
        "I don't know, but trade grew by half in ten years.",
        "I know the answer: oil.",
        "I do not know. " + "Trade among the members grew faster than trade with others. " * 8,
        "彼は知りませんが、貿易は増えました。石油の輸出も増え、銀行は融資を拡大しています。" * 3,
    ],
)
def test_answer_that_mentions_not_knowing_is_no_abstention(text: str) -> None:
    assert not is_abstention(text)
