"""Sentences are tied to the chunk they rest on, and get its marker."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chains.errors import ChainError
from chains.schemas import Chunk
from chains.text.support.grounding import Grounding, cite, cited_sentences, ground
from vectorstore.text.sentences import CITATION


@dataclass(frozen=True)
class Passage:
    id: str
    text: str


OIL = Passage("oil", "Iran exported 1,200 barrels of crude oil in 2021. Chinese refiners bought most of the crude.")
BANK = Passage("bank", "The New Development Bank lends in local currencies. Its members founded it on 15 July 2014.")
CHUNKS = (OIL, BANK)


class TopicEmbedding:
    """Two dimensions, oil and bank; a fake that knows that petroleum is oil."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, texts: list[str]) -> NDArray[np.float64]:
        self.calls.append(texts)
        topics = (("oil", "crude", "petroleum"), ("bank", "currencies", "founded"))
        return np.array([[0.01 + sum(w in text.lower() for w in topic) for topic in topics] for text in texts])


def test_sentence_rests_on_the_chunk_that_says_it() -> None:
    grounding = ground("The bank lends in local currencies. Chinese refiners bought the crude.", CHUNKS, None)

    assert [sentence.chunk for sentence in grounding.sentences] == [1, 0]
    assert grounding.supported == 1.0
    assert grounding.coverage == {0, 1}


def test_a_copied_sentence_rests_on_the_chunk_that_has_it_not_on_one_that_has_its_words() -> None:
    words = Passage("words", "Bank lending rose in every year. Both of them, and all others, pay in dollars.")
    copied = Passage("copied", "Both banks lend in dollars. Gold is dear.")
    grounding = ground("Both banks lend in dollars.", (words, copied), None)
    assert [support.chunk for support in grounding.sentences] == [1]


def test_spans_are_those_of_the_sentences() -> None:
    answer = "The bank lends in local currencies. Nobody likes rain."

    spans = [answer[s.start : s.end] for s in ground(answer, CHUNKS, None).sentences]

    assert spans == ["The bank lends in local currencies.", "Nobody likes rain."]


def test_sentence_about_something_else_has_no_support() -> None:
    grounding = ground("Penguins breed on the southern ice.", CHUNKS, None)

    assert grounding.sentences[0].chunk is None
    assert grounding.supported == 0.0


def test_the_marker_stands_before_a_conclusion_that_no_chunk_has() -> None:
    grounding = ground("Chinese refiners bought most of the crude, which shows how the alliance trusts.", CHUNKS, None)

    cited = cite(grounding.answer, grounding)

    assert cited == "Chinese refiners bought most of the crude [1], which shows how the alliance trusts."
    assert (grounding.supported, grounding.coverage) == (0.0, {0})
    assert cited[: cited_sentences(grounding)[0].until].endswith("crude [1]")


def test_wrong_number_takes_the_support_away() -> None:
    grounding = ground("Iran exported 1,300 barrels of crude oil in 2021.", CHUNKS, None)

    assert grounding.sentences[0].chunk is None
    assert grounding.unsupported == ("1,300 barrels",)


def test_wrong_month_takes_the_support_away() -> None:
    grounding = ground("Its members founded the bank on 15 June 2014.", CHUNKS, None)

    assert grounding.sentences[0].chunk is None
    assert grounding.unsupported == ("15 June 2014",)


def test_number_may_be_spelled_with_or_without_the_comma() -> None:
    assert ground("Iran exported 1200 barrels of crude oil.", CHUNKS, None).sentences[0].chunk == 0


def test_embedding_supports_a_sentence_in_other_words() -> None:
    embed = TopicEmbedding()
    answer = "Petroleum from Iran was bought by foreign refiners."

    with_embedding = ground(answer, CHUNKS, embed)

    assert with_embedding.sentences[0].chunk == 0
    assert len(embed.calls) == 2  # of the answer, and of the passages


def test_the_length_of_vectors_says_nothing() -> None:
    answer, short = "Petroleum from Iran was bought by foreign refiners. Nobody likes rain.", TopicEmbedding()
    grounded = ground(answer, CHUNKS, short).sentences
    assert ground(answer, CHUNKS, lambda texts: 100 * short(texts)).sentences == grounded
    assert ground(answer, CHUNKS, lambda texts: short(texts) / 100).sentences == grounded


def test_a_marker_stands_behind_an_acronym_and_not_before_its_last_stop() -> None:
    passage = Passage("p", "Chinese refiners bought the crude from the U.S.A.")
    assert cite(passage.text, ground(passage.text, [passage], None)) == f"{passage.text} [1]"


def test_embedding_does_not_excuse_a_wrong_number() -> None:
    assert ground("Iran sold 99 barrels of crude oil.", CHUNKS, TopicEmbedding()).sentences[0].chunk is None


def test_missing_vectors_are_an_error_that_counts_them() -> None:
    with pytest.raises(ChainError, match="embed gave 1 vectors for 4 texts"):
        ground("Oil is dear.", CHUNKS, lambda texts: np.ones((1, 2)))


def test_answer_without_chunks_has_no_support() -> None:
    assert ground("Oil is dear.", (), TopicEmbedding()).supported == 0.0


def test_empty_answer_has_no_sentences() -> None:
    assert ground("", CHUNKS, None) == Grounding("", ())


def test_japanese_sentence_is_matched_by_its_letters() -> None:
    chunks = (Passage("a", "新開発銀行は現地通貨で融資する。"), Passage("b", "イランは原油を輸出した。"))

    grounding = ground("イランは原油を輸出している。", chunks, None)

    assert grounding.sentences[0].chunk == 1


def test_names_and_numbers_in_no_chunk_are_unknown_in_their_order() -> None:
    answer = "In 1987 the bank met Angela Merkel. The crude went to Ruritania, about 40% of it."

    assert ground(answer, CHUNKS, None).unsupported == ("1987", "Angela Merkel", "Ruritania", "40%")


def test_names_of_the_question_are_known() -> None:
    assert ground("The crude went to Ruritania.", CHUNKS, None, question="Does Ruritania buy?").unsupported == ()


def test_marker_stands_before_the_full_stop_of_a_supported_sentence() -> None:
    answer = "The bank lends in local currencies. Nobody likes rain. Chinese refiners bought the crude."

    cited = cite(answer, ground(answer, CHUNKS, None))

    expected = "The bank lends in local currencies [2]. Nobody likes rain. Chinese refiners bought the crude [1]."
    assert cited == expected


def test_citing_twice_changes_nothing() -> None:
    answer = "The bank lends in local currencies. Chinese refiners bought the crude."
    grounding = ground(answer, CHUNKS, None)
    cited = cite(answer, grounding)

    assert cite(cited, grounding) == cited
    assert cite(cited, ground(cited, CHUNKS, None)) == cited


def test_marker_that_stands_already_is_kept() -> None:
    answer = "The bank lends in local currencies [1]."

    assert cite(answer, ground(answer, CHUNKS, None)) == answer


def test_marker_stands_within_the_quotation_marks_and_without_space_in_japanese() -> None:
    chunks = (Passage("a", "新開発銀行は現地通貨で融資する。"),)
    answer = "新開発銀行は現地通貨で融資する。"

    assert cite(answer, ground(answer, chunks, None)) == "新開発銀行は現地通貨で融資する[1]。"


def test_grounding_of_another_answer_is_an_error() -> None:
    with pytest.raises(ChainError, match="another answer"):
        cite("Something else.", ground("The bank lends.", CHUNKS, None))


pieces = st.sampled_from(
    ["The bank lends in local currencies", "Rain falls", "Iran exported crude oil", "It rose by 7"]
)
ends = st.sampled_from([". ", "! ", '." ', ".\n\n", " [2]. ", "? "])


@given(parts=st.lists(st.tuples(pieces, ends), max_size=6))
def test_citing_only_adds_markers(parts: list[tuple[str, str]]) -> None:
    answer = "".join(piece + end for piece, end in parts)
    grounding = ground(answer, CHUNKS, None)

    cited = cite(answer, grounding)

    assert cited.replace(" [1]", "").replace(" [2]", "") == answer.replace(" [1]", "").replace(" [2]", "")
    assert 0.0 <= grounding.supported <= 1.0
    assert cite(cited, grounding) == cited


@given(parts=st.lists(st.tuples(pieces, ends), max_size=6))
def test_each_sentence_is_found_again_in_the_answer_with_its_markers(parts: list[tuple[str, str]]) -> None:
    answer = "".join(piece + end for piece, end in parts)
    grounding = ground(answer, CHUNKS, None)
    cited = cite(answer, grounding)

    found = [CITATION.sub("", cited[one.start : one.end]).replace(" ", "") for one in cited_sentences(grounding)]

    plain = [CITATION.sub("", answer[one.start : one.end]).replace(" ", "") for one in grounding.sentences]
    assert found == plain


URANIUM = Passage("u", "Sanctions did not stop the enrichment of uranium. Prices rose.")


def test_sentence_that_turns_its_passage_around_has_no_support() -> None:
    assert ground("Sanctions did stop the enrichment of uranium.", [URANIUM], None).supported == 0.0


def test_number_in_words_that_differs_takes_the_support_away() -> None:
    passage = Passage("s", "In 2012 SWIFT cut off thirty Iranian banks.")

    assert ground("SWIFT cut off forty Iranian banks.", [passage], None).supported == 0.0


def test_heading_and_source_line_of_an_answer_are_not_counted() -> None:
    answer = "# Oil\n\nChinese refiners bought most of the crude.\n\nSource: Chinese refiners, crude."

    cited = cite(answer, ground(answer, CHUNKS, None))

    assert cited == "# Oil\n\nChinese refiners bought most of the crude [1].\n\nSource: Chinese refiners, crude."


def test_half_of_the_content_words_are_enough_and_less_is_not() -> None:
    enough = ground("Refiners bought crude, dates and figs.".replace("dates and ", ""), CHUNKS, None)
    less = ground("Refiners sold figs, dates, nuts.", CHUNKS, None)

    assert (enough.sentences[0].chunk, enough.sentences[0].score) == (0, 0.75)
    assert (less.sentences[0].chunk, less.sentences[0].score) == (None, 0.2)


@pytest.mark.parametrize(
    ("sentence", "found"), [("alpha beta epsilon zeta.", (0, 0.5)), ("alpha beta epsilon zeta eta.", (None, 0.4))]
)
def test_exactly_half_of_the_content_words_are_enough(sentence: str, found: tuple[int | None, float]) -> None:
    (support,) = ground(sentence, [Passage("p", "alpha beta gamma delta.")], None).sentences

    assert (support.chunk, support.score) == found


def test_of_two_passages_that_say_the_same_the_first_is_cited() -> None:
    assert ground("Chinese refiners bought the crude.", [OIL, OIL], None).sentences[0].chunk == 0


def test_with_embeddings_a_sentence_just_above_the_threshold_is_supported_and_just_below_is_not() -> None:
    passage = Passage("p", "alpha beta gamma delta.")

    def cosine_of(value: float) -> float:
        vectors = {"alpha beta epsilon thing.": [value, np.sqrt(1 - value**2)], passage.text: [1.0, 0.0]}
        embedded = ground("alpha beta epsilon thing.", [passage], lambda texts: np.array([*map(vectors.get, texts)]))
        return embedded.supported

    assert (cosine_of(0.61), cosine_of(0.59)) == (1.0, 0.0)


def test_names_of_a_title_are_known() -> None:
    grounding = ground("As Rouhani said, refiners bought the crude.", CHUNKS, None, known=["Rouhani, 2013"])

    assert (grounding.unsupported, grounding.sentences[0].chunk) == ((), 0)


@pytest.mark.parametrize(
    ("answer", "passage", "supported"),
    [
        ("روریتانیا در سال 1911 با 41 رأی خارج شد.", "روریتانیا در سال ۱۹۱۱ با ۴۱ رأی خارج شد.", 1.0),
        ("ルリタニアは1877年に塩同盟を離れた。", "ルリタニアは1911年に塩同盟を離れた。", 0.0),
        ("The parliament voted in 1911.", "The par\u00adlia\u00adment voted in 1911.", 1.0),
        ("The official fleet left.", "The o\ufb03cial \ufb02eet left.", 1.0),
    ],
)
def test_support_does_not_hang_on_the_spelling(answer: str, passage: str, supported: float) -> None:
    assert ground(answer, [Passage("p", passage)], None).supported == supported


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("اندازهٔ آن کوچک است.", ""),
        ("آیا این برای آن شرکت کافی است؟", ""),
        ("新開発銀行は世界銀行の代わりにはなれません。", "新開発銀行は世界銀行の代わりになれますか。"),
        ("それは正しいからではありませんでした。", ""),
    ],
)
def test_words_of_grammar_or_of_the_question_alone_are_no_support_in_any_language(answer: str, question: str) -> None:
    persian = Chunk("p", "هر یک از بنیان‌گذاران آن را پذیرفت و این بانک در آن سال برای همه کشورها است.")
    japanese = Chunk("j", "新開発銀行は2016年に最初の債券を発行した。資金はそれからでは大きくありませんでした。")
    assert ground(answer, [persian, japanese], None, question=question).supported == 0.0


def test_a_persian_marker_stands_before_its_full_stop() -> None:
    text = "نفت از تنگهٔ هرمز می‌گذرد۔"
    assert cite(text, ground(text, [Chunk("c", text)], None)) == "نفت از تنگهٔ هرمز می‌گذرد [1]۔"


@pytest.mark.parametrize(
    ("cosines", "chunk"),
    [
        ([0.9, 0.1, 0.1, 0.1, 0.1, 0.1], 0),
        ([0.1, 0.9, 0.1, 0.1, 0.1, 0.1], 1),
        ([0.1, 0.1, 0.1, 0.9, 0.1, 0.1], 1),
        ([0.1, 0.1, 0.1, 0.1, 0.9, 0.1], 2),
        ([0.7, 0.3, 0.3, 0.3, 0.0, 0.0], 0),
    ],
)
def test_a_passage_is_as_near_as_its_own_nearest_sentence(cosines: list[float], chunk: int) -> None:
    said = [f"Salt and iron {word}." for word in ("rose", "fell", "came", "went", "stayed", "left")]
    passages = [Passage("a", said[0]), Passage("b", " ".join(said[1:4])), Passage("c", " ".join(said[4:]))]
    vectors = {text: [cosine, np.sqrt(1 - cosine**2)] for text, cosine in zip(said, cosines, strict=True)}
    vectors |= {"Salt and iron matter greatly.": [1.0, 0.0]}

    (found,) = ground([*vectors][-1], passages, lambda texts: np.array([*map(vectors.get, texts)])).sentences

    assert (found.chunk, found.score) == (chunk, round(0.5 * max(cosines) + 0.25, 4))


def test_the_passage_that_bears_out_the_whole_sentence_is_cited_before_one_that_has_more_of_its_words() -> None:
    begins = Passage("a", "Chinese refiners bought crude oil in the northern harbour.")
    whole = Passage("b", "Chinese refiners bought little. It is a fragile market.")
    answer = "Chinese refiners bought crude oil in the northern harbour, which shows a fragile market."

    (found,) = ground(answer, [begins, whole], None).sentences

    assert (found.chunk, found.until) == (1, None)
    assert ground(answer, [begins], None).sentences[0].score > found.score
