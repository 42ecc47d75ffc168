"""A person's seat in a run: asked through a file, answered from another process, and never asked twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
from hostile import HOSTILE

from chains.schemas import Question
from debate.arena.seat import SeatRequest
from debate.errors import RunFolderError
from debate.run.seat import Seat, asked_in, say

QUESTION = Question("q1", "What keeps the peace?")
REQUEST = SeatRequest("turn", "dove", "Dove", QUESTION.text, 1, passages=("Courts keep it.",))


class Waiting(Event):
    """A stop that somebody else speaks before, once it is looked at."""

    def __init__(self, speak) -> None:
        super().__init__()
        self.speak = speak

    def wait(self, timeout: float | None = None) -> bool:
        self.speak()
        return self.is_set()


def test_what_a_person_says_in_another_process_is_the_answer(tmp_path: Path) -> None:
    seat = Seat(tmp_path, Waiting(lambda: say(tmp_path, asked_in(tmp_path).about, "Courts do.")))
    assert seat.ask(QUESTION, REQUEST) == "Courts do."
    assert asked_in(tmp_path) is None


def test_while_it_waits_the_folder_tells_what_is_asked(tmp_path: Path) -> None:
    found = []
    stop = Waiting(lambda: (found.append(asked_in(tmp_path)), stop.set()))
    assert Seat(tmp_path, stop).ask(QUESTION, REQUEST) is None
    assert (found[0].question_id, found[0].request) == ("q1", REQUEST)
    assert asked_in(tmp_path) is None


def test_a_run_that_was_killed_after_the_answer_does_not_ask_again(tmp_path: Path) -> None:
    Seat(tmp_path, Waiting(lambda: say(tmp_path, asked_in(tmp_path).about, "Courts do."))).ask(QUESTION, REQUEST)
    never = Waiting(lambda: pytest.fail("asked again"))
    assert Seat(tmp_path, never).ask(QUESTION, REQUEST) == "Courts do."


def test_the_next_round_is_asked_anew(tmp_path: Path) -> None:
    seat = Seat(
        tmp_path, Waiting(lambda: say(tmp_path, asked_in(tmp_path).about, f"{asked_in(tmp_path).request.round}"))
    )
    rounds = [SeatRequest("turn", "dove", "Dove", "?", n, heard=(("Hawk", "No."),) * n) for n in (1, 2)]
    assert [seat.ask(QUESTION, one) for one in rounds] == ["1", "2"]


def test_of_two_tabs_only_the_first_speaks(tmp_path: Path) -> None:
    def twice() -> None:
        about = asked_in(tmp_path).about
        say(tmp_path, about, "First.")
        with pytest.raises(RunFolderError, match="no longer waits for this"):
            say(tmp_path, about, "Second.")

    assert Seat(tmp_path, Waiting(twice)).ask(QUESTION, REQUEST) == "First."


def test_of_many_who_speak_at_the_same_moment_one_is_heard_and_the_others_are_told(tmp_path: Path) -> None:
    told, together = [], Barrier(8)

    def speak(who: int) -> str:
        about = asked_in(tmp_path).about
        together.wait(5)
        try:
            say(tmp_path, about, f"{who}")
        except RunFolderError as error:
            return str(error)
        return "heard"

    def all_at_once() -> None:
        with ThreadPoolExecutor(8) as people:
            told.extend(people.map(speak, range(8)))

    said = Seat(tmp_path, Waiting(all_at_once)).ask(QUESTION, REQUEST)
    assert told.count("heard") == 1
    assert told[int(said)] == "heard"
    assert {one.partition(":")[0] for one in told} == {"heard", "too late"}


def test_the_vote_that_decides_is_asked_for_after_a_poll_too(tmp_path: Path) -> None:
    seat = Seat(
        tmp_path, Waiting(lambda: say(tmp_path, asked_in(tmp_path).about, f"{asked_in(tmp_path).request.round}"))
    )
    heard = (("Hawk", "No."),)
    ballots = [SeatRequest("ballot", "dove", "Dove", "?", number, heard=heard) for number in (1, 0)]
    assert [seat.ask(QUESTION, one) for one in ballots] == ["1", "0"]


@pytest.mark.parametrize("text", ["", " \n"])
def test_silence_is_no_answer(tmp_path: Path, text: str) -> None:
    def silent() -> None:
        with pytest.raises(RunFolderError, match="the text is empty"):
            say(tmp_path, asked_in(tmp_path).about, text)
        stop.set()

    stop = Waiting(silent)
    assert Seat(tmp_path, stop).ask(QUESTION, REQUEST) is None


def test_an_empty_line_that_somebody_wrote_into_the_file_is_no_answer(tmp_path: Path) -> None:
    def speak() -> None:
        about = asked_in(tmp_path).about
        (tmp_path / "said.jsonl").write_text(json.dumps({"about": about, "text": " "}) + "\n")
        say(tmp_path, about, "Courts do.")

    assert Seat(tmp_path, Waiting(speak)).ask(QUESTION, REQUEST) == "Courts do."


def test_where_nobody_is_asked_nobody_speaks(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="no longer waits"):
        say(tmp_path, "anything", "Hello")


@pytest.mark.parametrize("text", [one for one in HOSTILE if one.strip()])
def test_whatever_is_said_arrives_as_it_was_said(tmp_path: Path, text: str) -> None:
    seat = Seat(tmp_path, Waiting(lambda: say(tmp_path, asked_in(tmp_path).about, text)))
    assert seat.ask(QUESTION, REQUEST) == text.encode(errors="replace").decode()
