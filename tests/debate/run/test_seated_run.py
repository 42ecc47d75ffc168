"""A question in whose debate a person speaks: the person's words are turns, and nobody is waited for after a stop."""

import pytest
from debaters import CAST, SAID, debaters
from fakes import EMBEDDING

from chains.errors import ChainError
from chains.schemas import Question
from debate import GraphSettings, build_question_graph
from debate.arena.seat import SeatRequest
from debate.graph.checkpoints import memory_checkpoints
from debate.progress import Progress
from debate.run.question_worker import QuestionWorker
from debate.run.setup import check_inputs
from debate.settings import load_settings
from vectorstore import FaissStore

MINE = "The courts of the sea keep it, as the award of 2016 shows."
QUESTION = Question("q1", "What keeps the peace?")


class Person:
    """Says the same to every request, until it says nothing more."""

    def __init__(self, answers: int = 99) -> None:
        self.answers, self.asked = answers, []

    def ask(self, question: Question, request: SeatRequest) -> str | None:
        self.asked.append((question.id, request.wanted, request.round))
        return MINE if len(self.asked) <= self.answers else None


def graph(checkpoints):
    llm = debaters({"Answer the question below": "Treaties keep the peace.", "Write": "Treaties keep the peace."})
    store = FaissStore.from_texts(list(SAID.values()), EMBEDDING)
    settings = GraphSettings(k=2, debate_k=2, candidates=1, min_words=0, max_words=60)
    return build_question_graph(llm, store, CAST, settings=settings, seat="dove", checkpointer=checkpoints)


def test_what_the_person_says_are_the_turns_of_its_debater() -> None:
    person = Person()
    row = QuestionWorker(graph(memory_checkpoints()), "m", Progress(), seat=person)(QUESTION)
    assert row.error == ""
    assert [turn.text for turn in row.turns if turn.persona_id == "dove"] == [MINE, MINE]
    assert person.asked == [("q1", "position", 0), ("q1", "turn", 1), ("q1", "turn", 2)]


def test_a_run_that_is_stopped_while_it_waits_goes_on_where_it_waited() -> None:
    checkpoints = memory_checkpoints()
    assert QuestionWorker(graph(checkpoints), "m", Progress(), seat=Person(1))(QUESTION) is None
    later = Person()
    row = QuestionWorker(graph(checkpoints), "m", Progress(), seat=later)(QUESTION)
    assert later.asked == [("q1", "turn", 1), ("q1", "turn", 2)]
    assert [turn.text for turn in row.turns if turn.persona_id == "dove"] == [MINE, MINE]


class Stages(Progress):
    """Notes which stages questions reach."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def stage(self, question_id: str, stage: str, turns: int = 0) -> None:
        self.told.append(str(stage))


def test_a_question_that_is_resumed_tells_first_the_stage_that_it_goes_on_with() -> None:
    checkpoints = memory_checkpoints()
    first, later = Stages(), Stages()
    QuestionWorker(graph(checkpoints), "m", first, seat=Person(1))(QUESTION)
    QuestionWorker(graph(checkpoints), "m", later, seat=Person())(QUESTION)
    assert first.told == ["retrieve", "retrieve", "opinion", "positions", "debate"]
    assert later.told[:2] == ["debate", "debate"]


def test_a_seat_of_nobody_who_debates_is_told_before_anything_loads(tmp_path) -> None:
    (tmp_path / "q.txt").write_text("Why?")
    settings = load_settings({"questions": tmp_path / "q.txt", "corpus": tmp_path, "seat": "nobody"})
    with pytest.raises(ChainError, match="there is no debater 'nobody' to speak for; there are: "):
        check_inputs(settings)
