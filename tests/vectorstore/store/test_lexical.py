"""BM25: words are matched in one form of each character; the parts of a hybrid score."""

import numpy as np
import pytest

from vectorstore import POV
from vectorstore.store import ranking
from vectorstore.store.lexical import LexicalIndex, tokens


def test_both_forms_are_one_token():
    assert tokens("Die parlia\u00admen-\ntary ﬁnances") == tokens("die parliamentary finances")


def test_a_long_run_of_blanks_takes_no_time():
    assert tokens("tar-\n" + " " * 1_000_000 + "iff") == ["tar", "iff"]


@pytest.fixture
def index():
    return LexicalIndex(["salt tariff", "iron tariff", "salt canal", "sea"])


def test_a_view_scores_its_own_words_less_those_of_the_other_statement(index):
    scores = index.term_scores("tariff", [POV("salt", against="iron")])[:, 1]

    assert scores[0] > 0 > scores[1]
    assert scores[2] == pytest.approx(scores[0], rel=0.2)
    assert scores[1] < scores[3] - 0.5  # the other statement's word counts against it


def test_scores_are_standardised_over_the_corpus(index):
    scores = index.term_scores("tariff", [POV("salt")])

    assert scores.mean(axis=0) == pytest.approx([0, 0], abs=1e-6)
    assert scores.std(axis=0) == pytest.approx([1, 1], abs=1e-6)


def test_words_that_no_text_holds_score_nothing(index):
    assert not index.term_scores("helicopter", []).any()


def test_hybrid_mixes_four_fifths_of_meaning_with_one_of_words():
    assert ranking.fuse(np.array([[1.0]]), np.array([[0.0]])) == pytest.approx(0.8)
    assert ranking.fuse(np.array([[0.0]]), np.array([[1.0]])) == pytest.approx(0.2)


def test_mean_and_covariance_are_those_of_the_whole_corpus_however_large():
    vectors = np.random.default_rng(1).normal(size=(40_000, 3)).astype(np.float32)
    found = ranking.Moments.of(vectors)

    assert found.mean == pytest.approx(vectors.mean(axis=0, dtype=np.float64))
    assert found.covariance == pytest.approx(np.cov(vectors.T.astype(np.float64), bias=True), rel=1e-9, abs=1e-12)


def test_ties_keep_the_stores_order():
    assert ranking.order(np.array([1.0, 2.0, 1.0]), [7, 9, 3]).tolist() == [1, 2, 0]


def test_the_best_of_few_are_all_of_them():
    assert ranking.best(np.array([1.0, 3.0, 2.0]), 2).tolist() in ([1, 2], [2, 1])
    assert ranking.best(np.array([1.0, 3.0]), 2).tolist() == [0, 1]
