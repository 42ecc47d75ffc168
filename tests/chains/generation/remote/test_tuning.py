"""What an attempt asks for is set in a copy of the model, where the user has set nothing that goes before it."""

import pytest
from fakes import SeededLLM

from chains.generation.remote.tuning import tuned


class Settable(SeededLLM):
    temperature: float | None = None
    max_tokens: int = 64


@pytest.mark.parametrize(
    ("own", "asked", "sent"), [(None, 0.0, None), (None, 0.5, 0.5), (0.9, 0.0, 0.9), (0.9, 0.5, 0.9), (0.3, 0.5, 0.5)]
)
def test_a_users_temperature_stays_unless_a_higher_one_is_asked_for(
    own: float | None, asked: float, sent: float | None
) -> None:
    llm = Settable(script={}, temperature=own)
    assert (tuned(llm, 1, asked, 10)[0].temperature, llm.temperature) == (sent, own)


@pytest.mark.parametrize("refused", ["seed", "temperature", "max_tokens"])
def test_what_a_server_refused_is_sent_no_more_and_the_rest_is(refused: str) -> None:
    copy, sent = tuned(Settable(script={}, temperature=0.9), 7, 0.95, 10, {refused})
    wanted = {"seed": 7, "temperature": 0.95, "max_tokens": 10}
    assert {name: getattr(copy, name) for name in wanted} == wanted | {refused: None}
    assert refused not in sent
