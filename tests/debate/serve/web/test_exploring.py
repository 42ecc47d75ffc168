"""Ranking in the browser: the order of ``pov_search`` at every movement, and "exact" only where it is sure."""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from importlib.resources import files
from typing import Any

import pytest
from chromium import CHROMIUM, Page, browser
from fakes import EMBEDDING, ByLength
from hostile import MARKUP

from debate.errors import SettingsError
from debate.serve.web.exploring import CANDIDATES, MOST_VIEWS, Asked, Explorer, View
from prompts import PersonaSet, load_personas
from vectorstore import POV, FaissStore, SentenceTransformerEmbeddings

SHOWN = 12
QUESTION = "Did trade grow?"
TEXTS = [f"Passage number {n} on the matter." for n in range(900)]
PLAIN = tuple(View(text=f"view {n}") for n in range(8))
DIRECTED = (*PLAIN[:3], View(text="for it", against="never"), View(text="so"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    with browser() as page:
        source = files("debate.serve.web").joinpath("static", "ranking.js").read_text(encoding="utf-8")
        page.evaluate(source.replace("export ", "") + "\nwindow.rank = rank; 0")
        yield page


def ranked(
    page: Page, explorer: Explorer, views: tuple[View, ...], movements: list[Any]
) -> list[tuple[list[str], bool]]:
    found = asdict(explorer.find(Asked(question=QUESTION, views=views)))
    moved = [
        ([one.model_dump() | {"weight": w} for one, w in zip(views, weights, strict=True)], share)
        for weights, share in movements
    ]
    return page.evaluate(
        f"(() => {{ const found = {json.dumps(found)}; return {json.dumps(moved)}.map(([views, share]) => {{"
        f"const {{ order, exact }} = rank(found, views, share, {SHOWN});"
        "return [order.map(place => found.candidates[place].id), exact] }) })()"
    )


def searched(store: FaissStore, views: tuple[View, ...], movements: list[Any]) -> list[list[str]]:
    return [
        [
            str(one.id)
            for one in store.pov_search(
                [QUESTION],
                [[POV(v.text, w, v.against) for v, w in zip(views, weights, strict=True)]],
                pov_weight=share,
                k=SHOWN,
                rerank=False,
            )[0]
        ]
        for weights, share in movements
    ]


def movements(views: tuple[View, ...], reach: float, low: float = -1.0) -> list[Any]:
    chance = random.Random(7)  # noqa: S311 - movements, no secret
    near = [max(low, min(1.0, 1 + chance.uniform(-reach, reach))) for _ in range(200 * len(views))]
    return [(near[n * len(views) : (n + 1) * len(views)], chance.random() if reach > 1 else 0.5) for n in range(200)]


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")
@pytest.mark.parametrize(("views", "low"), [(PLAIN, 0.01), (PLAIN, -1.0), (DIRECTED, -1.0)])
def test_over_a_whole_corpus_200_movements_give_the_order_of_the_search(
    chromium: Page, views: tuple[View, ...], low: float
) -> None:
    store = FaissStore.from_texts(TEXTS[:180], EMBEDDING)
    moved = movements(views, 2.0, low)
    here = ranked(chromium, Explorer(lambda: store, load_personas()), views, moved)
    assert [order for order, _ in here] == searched(store, views, moved)
    assert all(exact for _, exact in here)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")
@pytest.mark.parametrize(("views", "reach"), [(PLAIN, 0.3), (PLAIN, 2.0), (DIRECTED, 0.1)])
def test_what_is_called_exact_is_the_order_of_the_search_in_a_larger_corpus(
    chromium: Page, views: tuple[View, ...], reach: float
) -> None:
    store = FaissStore.from_texts(TEXTS, EMBEDDING)
    moved = movements(views, reach)
    here = ranked(chromium, Explorer(lambda: store, load_personas()), views, moved)
    there = searched(store, views, moved)
    sure = [n for n, (_, exact) in enumerate(here) if exact]
    assert [here[n][0] for n in sure] == [there[n] for n in sure]
    assert sure or reach > 1


def test_the_best_candidates_come_once_with_all_their_parts() -> None:
    store = FaissStore.from_texts(TEXTS, EMBEDDING)
    found = Explorer(lambda: store, load_personas()).find(Asked(question=QUESTION, views=PLAIN))
    assert len(found.candidates) == CANDIDATES
    assert {len(one.parts) for one in found.candidates} == {9}
    assert not found.whole


def test_with_every_weight_at_nought_the_question_alone_ranks() -> None:
    store = FaissStore.from_texts(TEXTS, EMBEDDING)
    silent = tuple(one.model_copy(update={"weight": 0.0}) for one in PLAIN)
    found = Explorer(lambda: store, load_personas()).find(Asked(question=QUESTION, views=silent))
    plain = store.pov_search([QUESTION], [[]], k=CANDIDATES)[0]
    assert [one.id for one in found.candidates] == [one.id for one in plain]
    assert {len(one.parts) for one in found.candidates} == {9}


def test_more_views_than_are_ranked_are_refused_and_none_is_left_out() -> None:
    store = FaissStore.from_texts(TEXTS[:3], EMBEDDING)
    many = tuple(View(text=f"view {n}") for n in range(MOST_VIEWS + 1))
    with pytest.raises(SettingsError, match="13 views: at most 12; remove 1"):
        Explorer(lambda: store, load_personas()).find(Asked(question=QUESTION, views=many))


def test_an_empty_question_is_told() -> None:
    store = FaissStore.from_texts(TEXTS[:3], EMBEDDING)
    with pytest.raises(SettingsError, match="the question is empty"):
        Explorer(lambda: store, load_personas()).find(Asked(question="  "))


@pytest.mark.parametrize(
    "asked",
    [
        Asked(question="آیا تجارت رشد کرد؟"),
        Asked(question=QUESTION, views=(View(text="تجارت خوب است."),)),
        Asked(question=QUESTION, views=(View(text="so", against="تجارت بد است."),)),
    ],
    ids=["question", "view", "against"],
)
def test_a_text_that_the_embedding_model_cannot_read_is_told_and_nothing_is_called_exact(asked: Asked) -> None:
    english = SentenceTransformerEmbeddings(ByLength(), "english", scripts=frozenset({"LATIN"}))
    store = FaissStore.from_texts(TEXTS[:9], english)
    with pytest.raises(SettingsError, match=r"the embedding model cannot read the (question|view)'s script"):
        Explorer(lambda: store, load_personas(None)).find(asked)


def test_personas_weights_keep_their_proportions_on_sliders_from_minus_1_to_1() -> None:
    explorer = Explorer(lambda: FaissStore.from_texts(TEXTS[:3], EMBEDDING), load_personas())
    weights = [abs(view["weight"]) for one in explorer.people() for view in one["views"]]  # type: ignore[index, attr-defined]
    assert max(weights) == 1.0
    assert MARKUP
    assert isinstance(explorer.personas, PersonaSet)
