"""Directions between statements choose among passages on the question's topic; they do not replace it."""

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from vectorstore import POV, FaissStore
from vectorstore.pov import coefficients
from vectorstore.store.search import ON_TOPIC, PovQuery

# Axes: the topic, two views, and noise. 130 passages are on the topic, 130 hold a view and no topic at all.
MANY = ON_TOPIC + 30
WORDS = {"syria": 0, "west": 1, "east": 2, "other": 3}


class AxisEmbedding(Embeddings):
    """Gives a text the sum of its words' axes, "word*weight" a word so many times."""

    def embed_query(self, text):
        vector = np.full(5, 1e-3)
        for word in text.split():
            name, _, weight = word.partition("*")
            vector[WORDS.get(name, 4)] += float(weight or 1)
        return vector.tolist()

    def embed_documents(self, texts):
        return [self.embed_query(text) for text in texts]


@pytest.fixture(scope="module")
def store():
    on_topic = [f"syria*300 west*{i} east*{MANY - i}" for i in range(MANY)]
    off_topic = [f"west*4 other*{1 + i / 100}" for i in range(MANY)]
    return FaissStore.from_texts(on_topic + off_topic, AxisEmbedding())


DIRECTION = POV("syria west", against="syria east")
AWAY = POV("east*3", weight=-1)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("mode", ["dense", "hybrid"])
@pytest.mark.parametrize("aggregate", ["sum", "max"])
@pytest.mark.parametrize("view", [DIRECTION, AWAY])
def test_a_direction_stays_on_the_questions_topic(store, view, share, mode, aggregate):
    found = store.pov_search(["syria"], [[view]], pov_weight=share, k=3, mode=mode, aggregate=aggregate)[0]

    assert all("syria" in document.page_content for document in found)


def test_it_ranks_the_passages_on_the_topic(store):
    found = store.pov_search(["syria"], [[DIRECTION]], pov_weight=1.0, k=2)[0]

    nearest = store.pov_search(["syria"], [[DIRECTION]], pov_weight=0.0, k=ON_TOPIC)[0]
    own = [document.metadata["pov_scores"][0] for document in found]
    assert (
        own[0]
        >= own[1]
        >= max(document.metadata["pov_scores"][0] for document in nearest if document.id not in {d.id for d in found})
    )


def test_a_plain_view_may_lead_away_from_the_question(store):
    found = store.pov_search(["syria"], [[POV("west")]], pov_weight=1.0, k=3)[0]

    assert not any("syria" in document.page_content for document in found)


@pytest.mark.parametrize(
    ("weights", "share", "topic"),
    [
        ([1.0, 1.0], 0.5, [0.5, 0.25, 0]),  # the question, and the plain view by its weight; not the direction
        ([3.0, 1.0], 1.0, [0.75, 0.75, 0]),  # the question counts as much as all plain views
        ([0.0, 1.0], 1.0, [1, 0, 0]),  # without plain views the question alone
    ],
)
def test_a_topic_is_the_question_and_its_plain_views(weights, share, topic):
    povs = [POV("west", weight=weights[0]), POV("east", against="west", weight=weights[1])]

    query = PovQuery("syria", povs, np.eye(3), coefficients(weights, share))

    assert query.topic.tolist() == [topic]


def test_plain_views_alone_bind_no_topic():
    assert PovQuery("syria", [POV("west")], np.eye(2), coefficients([1.0], 0.5)).topic is None


def test_a_direction_without_weight_changes_nothing(store):
    plain = store.pov_search(["syria"], [[POV("west")]], pov_weight=1.0, k=5)[0]

    found = store.pov_search(
        ["syria"], [[POV("west"), POV("syria west", against="east", weight=0)]], pov_weight=1.0, k=5
    )[0]

    assert [document.id for document in found] == [document.id for document in plain]


def test_plain_and_directed_questions_share_a_call(store):
    asked = ["syria", "other", "syria"]
    views = [[DIRECTION], [POV("west")], []]

    together = store.pov_search(asked, views, pov_weight=0.75, k=4)

    alone = [store.pov_search([one], [view], pov_weight=0.75, k=4)[0] for one, view in zip(asked, views, strict=True)]
    assert [[d.id for d in documents] for documents in together] == [[d.id for d in documents] for documents in alone]


def test_more_passages_than_the_topic_has_are_found_when_they_are_asked_for(store):
    assert len(store.pov_search(["syria"], [[DIRECTION]], pov_weight=1.0, k=150)[0]) == 150
