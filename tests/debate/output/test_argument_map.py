"""The map of a debate: a box a claim in its speaker's column, arrows to what it answers, lines to what it rests on."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hostile import HOSTILE, MARKUP
from lxml import etree

from chains.schemas import Chunk, Claim, Position, Question, Turn
from debate.output.argument_map import argument_map, draw
from debate.results import QuestionResult

FIRST = Turn(1, "hawk", "Hawk", "Trade fell in each of the last five years. So it is.", 9, ("c1",), used=("c1",))
SECOND = Turn(
    1, "dove", "Dove", "Peace pays more than any war ever did.", 8, ("c1", "c2"), used=("c2", "c1"),
    answers=Claim("hawk", "Trade fell in each of the last five years.", 0), concedes=True,
)  # fmt: skip
RESULT = QuestionResult(
    Question("q1", "Does trade bring peace?"), "m", 1.0, turns=(replace(FIRST, answers=Claim("dove", "It pays.")), SECOND),
    positions=(Position("hawk", "Hawk", "It does not."), Position("dove", "Dove", "It pays.")),
    debate_chunks=(Chunk("c1", "Trade fell.", "a.txt"), Chunk("c2", "Peace pays.", "b.txt")),
)  # fmt: skip


def test_each_debater_has_a_column_in_which_time_runs_down() -> None:
    hawk, dove, first, second = argument_map(RESULT).claims
    assert (hawk.x, dove.x) == (first.x, second.x)
    assert dove.x > hawk.x + hawk.width
    assert hawk.y == dove.y < first.y < second.y


def test_a_turn_is_told_by_the_sentence_that_was_answered() -> None:
    first = argument_map(RESULT).claims[2]
    assert first.whole == "Trade fell in each of the last five years."
    assert (first.title, first.href) == ("Hawk, round 1", "#turn-1")


def test_an_arrow_leads_to_the_claim_that_a_turn_answers_and_says_whether_it_concedes() -> None:
    found = argument_map(RESULT)
    _, dove, first, second = found.claims
    rebuts, concedes = [one for one in found.links if one.kind != "rests"]
    assert (rebuts.kind, concedes.kind) == ("rebuts", "concedes")
    assert rebuts.path.startswith(f"M{first.x + first.width / 2:g} {first.y:g}C")
    assert rebuts.path.endswith(f"{dove.x + dove.width / 2:g} {dove.y + dove.height + 4:g}")
    assert concedes.path.endswith(f"{first.x + first.width / 2:g} {first.y + first.height + 4:g}")
    assert concedes.path.startswith(f"M{second.x + second.width / 2:g} ")


def test_a_passage_stands_once_and_a_line_leads_to_it_from_each_turn_that_rests_on_it() -> None:
    found = argument_map(RESULT)
    assert [one.title for one in found.passages] == ["a.txt", "b.txt"]
    assert [one.kind for one in found.links].count("rests") == 3


def test_no_box_lies_over_another_and_all_are_in_the_picture() -> None:
    turns = tuple(replace(SECOND, round=1 + n // 2, persona_id=f"p{n % 3}", answers=None) for n in range(9))
    found = argument_map(replace(RESULT, turns=turns))
    boxes = sorted((*found.claims, *found.passages), key=lambda box: (box.x, box.y))
    assert all(one.x != two.x or one.y + one.height <= two.y for one, two in pairwise(boxes))
    assert max(box.x + box.width for box in boxes) < found.width
    assert max(box.y + box.height for box in boxes) < found.height


def test_a_long_name_is_shortened_so_that_the_round_stays_in_its_box() -> None:
    found = argument_map(replace(RESULT, turns=(replace(FIRST, speaker="Professor Daryush " * 4),)))
    title = found.claims[2].title
    assert title.endswith("…, round 1")
    assert len(title) < 34


def test_every_box_and_every_link_is_drawn() -> None:
    found = argument_map(RESULT)
    drawn = etree.fromstring(draw(found, linked=True).encode())
    names = [one.tag.rpartition("}")[2] for one in drawn.iter()]
    boxes = len(found.claims) + len(found.passages)
    assert (names.count("g"), names.count("rect"), names.count("a")) == (boxes, boxes + 1, len(RESULT.turns))
    assert names.count("path") == len(found.links) + 1


def test_where_nobody_spoke_there_is_no_map() -> None:
    assert argument_map(replace(RESULT, turns=())) is None


@pytest.mark.parametrize(
    ("text", "lines", "to_the_left"),
    [
        ("word " * 40, 4, False),
        ("گسترش بریکس قدرت گروه را بیشتر کرده است.", 2, True),
        ("金砖国家的扩大是否给了这个集团更多的权力还是只是带来了更多的争吵", 3, False),
        ("x" * 70, 3, False),
    ],
)
def test_words_are_wrapped_in_any_script(text: str, lines: int, to_the_left: bool) -> None:
    box = argument_map(replace(RESULT, positions=(Position("hawk", "Hawk", text),))).claims[0]
    assert len(box.lines) == lines
    assert box.to_the_left is to_the_left
    assert box.height >= 17 * lines


@pytest.mark.parametrize("text", [*MARKUP, *HOSTILE])
def test_hostile_texts_are_words_in_the_picture(text: str) -> None:
    turn = replace(SECOND, speaker=text, text=text, answers=Claim("hawk", text, None))
    hostile = replace(
        RESULT, question=Question("q", text or "?"), turns=(turn,), positions=(Position("hawk", text, text),)
    )
    drawn = draw(argument_map(hostile))
    tags = {one.tag.rpartition("}")[2] for one in etree.fromstring(drawn.encode()).iter()}
    assert tags <= {"svg", "title", "defs", "marker", "path", "rect", "g", "text"}


@pytest.mark.parametrize("text", ["W" * 100_000, "漢" * 100_000, "https://e.org/" + "a" * 100_000])
def test_a_word_longer_than_a_box_is_cut_without_measuring_all_of_it(text: str) -> None:
    box = argument_map(replace(RESULT, turns=(replace(FIRST, text=text),))).claims[-1]
    assert len(box.lines) == 4
    assert box.lines[-1].endswith("…")
