"""Rows of a batch tell what they have written, several times a second, and nothing of it changes what they write."""

import pytest
import torch

from chains.errors import WritingStopped
from chains.generation.local.listening import EVERY, GrowingText, Listening

WORDS = ["", "Trade", " grew", " in", "\ufffd", "é"]


def decode(ids: list[int]) -> str:
    return "".join(WORDS[one] for one in ids)


def test_each_row_tells_only_what_is_new() -> None:
    now, told = [0.0], ([], [])
    listening = Listening(1, [GrowingText(one.append, decode) for one in told], lambda: now[0])
    scores = torch.zeros(2, 3)
    now[0] = EVERY
    assert listening(torch.tensor([[9, 1], [9, 2]]), scores) is scores
    now[0] = 2 * EVERY
    listening(torch.tensor([[9, 1, 2], [9, 2, 3]]), scores)
    assert told == (["Trade", " grew"], [" grew", " in"])


def test_between_times_nothing_is_decoded() -> None:
    told: list[str] = []
    listening = Listening(0, [GrowingText(told.append, decode)], lambda: 0.0)
    listening(torch.tensor([[1]]), torch.zeros(1, 3))
    assert told == []


def test_a_row_that_left_the_batch_tells_no_more() -> None:
    now, told = [0.0], ([], [])
    listening = Listening(0, [GrowingText(one.append, decode) for one in told], lambda: now[0])
    listening.keep(torch.tensor([1]))
    now[0] = 1.0
    listening(torch.tensor([[1]]), torch.zeros(1, 3))
    assert told == ([], ["Trade"])


def test_half_a_character_waits_for_its_other_half() -> None:
    told: list[str] = []
    row = GrowingText(told.append, decode)
    row.read(torch.tensor([1, 4]))
    row.take("Tradeé")
    assert told == ["Trade", "é"]


def test_a_row_that_nobody_listens_to_is_not_decoded() -> None:
    decoded: list[object] = []
    row = GrowingText(None, lambda ids: str(decoded.append(ids)))
    row.read(torch.tensor([1]))
    assert decoded == []


def stop(_: str) -> None:
    raise WritingStopped


def test_a_batch_that_nobody_wants_stops_while_it_is_written() -> None:
    now, asked = [0.0], [GrowingText(stop, decode), GrowingText(stop, decode)]
    listening = Listening(0, asked, lambda: now[0])
    now[0] = EVERY
    with pytest.raises(WritingStopped):
        listening(torch.tensor([[1], [0]]), torch.zeros(2, 3))  # the second row has ended


def test_a_batch_goes_on_for_those_who_want_it() -> None:
    now, told = [0.0], []
    asked = [GrowingText(stop, decode), GrowingText(told.append, decode), GrowingText(None, decode)]
    listening = Listening(0, asked, lambda: now[0])
    now[0] = EVERY
    listening(torch.tensor([[1], [1], [1]]), torch.zeros(3, 3))
    assert told == ["Trade"]
