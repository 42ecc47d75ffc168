"""Comparisons on the page: blind votes that tell no names, are kept once, and are counted when all is judged."""

import json
from pathlib import Path

import httpx
import pytest
from fakes import ScriptedLLM, TopicEmbedding
from hostile import MARKUP

from debate.compare.preference.judge import Judged
from debate.compare.preference.votes import Votes
from debate.compare.records import ComparisonFiles
from debate.compare.runner import RECORD, compare_models
from debate.compare.settings import CompareSettings
from debate.errors import RunFolderError
from debate.progress import Progress
from debate.serve.web.app import Site, create_app
from debate.serve.web.comparing import Comparisons
from debate.serve.web.guard import Admission
from debate.serve.web.library import Library
from vectorstore import FaissStore

LONG = "The union ended in 1911, and that settled the matter for everybody. The tariff on salt doubled in that year."
SCRIPTS = {"model-x": LONG, "model-y": LONG.replace("1911", f"1912 {MARKUP[0]}")}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "q.txt").write_text("Why did the union end?\nWho pays?", encoding="utf-8")
    settings = CompareSettings(
        models=tuple(SCRIPTS), questions=tmp_path / "q.txt", corpus=tmp_path, out=tmp_path / "all" / "ours", min_words=5, max_words=60
    )  # fmt: skip
    store = FaissStore.from_texts(["The union ended in 1911.", "The tariff on salt doubled."], TopicEmbedding())
    compare_models(settings, Progress(), load=lambda name: ScriptedLLM(script={"": SCRIPTS[name]}), store=store)
    return tmp_path / "all"


def test_a_vote_is_kept_for_the_model_whose_answer_was_preferred(place: Path) -> None:
    comparisons = Comparisons([place])
    pair = comparisons.next_pair("ours")
    preferred = "model-x" if "1911" in pair.first else "model-y"
    assert comparisons.vote("ours", pair.ballot, "first") == 1
    assert [one.preferred for one in Votes(place / "ours" / "votes.jsonl")] == [preferred]
    assert (comparisons.next_pair("ours").judged, comparisons.next_pair("ours").left) == (1, 1)


def test_sides_are_drawn_for_each_reader_and_a_vote_counts_for_the_side_that_was_shown(place: Path) -> None:
    """Regression: every reader saw the same answer first."""
    comparisons = Comparisons([place])
    shown = [comparisons.next_pair("ours") for _ in range(200)]
    assert {"1912" in one.first for one in shown} == {True, False}
    last = next(one for one in reversed(shown) if "1912" in one.first)
    comparisons.vote("ours", last.ballot, "first")
    assert [(one.shown, one.preferred) for one in Votes(place / "ours" / "votes.jsonl")] == [
        (("model-y", "model-x"), "model-y")
    ]


def test_a_ballot_is_no_digest_of_what_it_names(place: Path) -> None:
    """Regression: whoever knew the models' names could compute which of them stood first."""
    one, other = Comparisons([place]), Comparisons([place])
    ballots = {pages.next_pair("ours").ballot for pages in (one, other) for _ in range(50)}
    assert len(ballots) == 100
    with pytest.raises(RunFolderError, match="or the page was restarted; your vote was not added"):
        other.vote("ours", one.next_pair("ours").ballot, "tie")


def test_a_pair_is_judged_once_however_often_the_button_is_pressed(place: Path) -> None:
    comparisons = Comparisons([place])
    pair = comparisons.next_pair("ours")
    comparisons.vote("ours", pair.ballot, "tie")
    with pytest.raises(RunFolderError, match="judged these two answers meanwhile"):
        comparisons.vote("ours", pair.ballot, "second")
    assert len(list(Votes(place / "ours" / "votes.jsonl"))) == 1


def test_of_two_processes_that_judge_a_pair_at_once_one_is_counted(place: Path) -> None:
    found = Comparisons([place]).comparison("ours")
    mine, theirs = (Votes(place / "ours" / "votes.jsonl") for _ in range(2))
    ballot = mine.ballots(found.answers)[0]
    assert [mine.add(ballot, "first"), theirs.add(ballot, "second")] == [True, False]
    assert len(list(Votes(place / "ours" / "votes.jsonl"))) == len(list(theirs)) == 1


def test_once_all_is_judged_the_votes_are_counted_in_the_workbook(place: Path) -> None:
    comparisons = Comparisons([place])
    for _ in range(2):
        comparisons.vote("ours", comparisons.next_pair("ours").ballot, "tie")
    assert comparisons.next_pair("ours") is None
    (tally,) = comparisons.tallies("ours")
    assert (tally.models, tally.wins, tally.ties) == (("model-x", "model-y"), (0, 0), 2)
    assert (place / "ours" / "compare.xlsx").exists()


def test_a_comparison_that_was_stopped_is_told_and_no_model_is_loaded(place: Path) -> None:
    (place / "ours" / "answers-2.jsonl").write_bytes(b"")
    with pytest.raises(RunFolderError, match="the comparison ours is not finished; run the same debate compare again"):
        Comparisons([place]).next_pair("ours")


def test_readers_vote_without_the_question_list(place: Path) -> None:
    (place.parent / "q.txt").unlink()
    comparisons = Comparisons([place])
    assert comparisons.vote("ours", comparisons.next_pair("ours").ballot, "tie") == 1


def test_a_comparison_that_is_compared_further_is_read_again(place: Path) -> None:
    comparisons = Comparisons([place])
    assert comparisons.comparison("ours").judged == ()
    judged = Judged("judge", comparisons.comparison("ours").questions[0].key, tuple(SCRIPTS), "first", "second")
    ComparisonFiles(place / "ours", tuple(SCRIPTS)).judged.add([judged])
    assert comparisons.comparison("ours").judged == (judged,)


@pytest.mark.parametrize("name", ["..", "../all", "", "nothing", "ours/votes.jsonl"])
def test_a_name_is_never_a_path(place: Path, name: str) -> None:
    with pytest.raises(RunFolderError, match="there is no comparison"):
        Comparisons([place]).comparison(name)


async def test_the_ballot_names_no_model_and_hostile_text_stays_text(place: Path) -> None:
    app = create_app(Site(Library([place]), comparisons=Comparisons([place])), Admission())
    base = "http://127.0.0.1:8321"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base) as page:
        ballot, results = await page.get("/comparisons/ours/vote"), await page.get("/comparisons/ours")
        foreign = await page.post("/api/comparisons/ours/votes", json={"ballot": "x", "choice": "tie"})
        unknown = await page.post(
            "/api/comparisons/ours/votes", json={"ballot": "x", "choice": "tie"}, headers={"Origin": base}
        )
    assert "model-" not in ballot.text
    assert "model-x" in results.text
    assert MARKUP[0] not in ballot.text + results.text
    assert (foreign.status_code, unknown.status_code) == (403, 409)
    assert json.loads(unknown.text)["error"].startswith("somebody judged these two answers meanwhile")
    assert (place / "ours" / RECORD).exists()
