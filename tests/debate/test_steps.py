"""A step runs in its question's thread, and never holds up a loop that others are on."""

import asyncio
from contextvars import ContextVar
from threading import get_ident
from typing import Any

import pytest
from fakes import EMBEDDING, ScriptedLLM
from pydantic import PrivateAttr

from chains import pov_retrieval_chain
from chains.schemas import Question
from debate import build_debate_graph
from debate.steps import Step, run_alone
from prompts import load_cast
from vectorstore import FaissStore

HERE = Step("here", lambda _: get_ident())


def test_on_a_loop_of_its_own_it_runs_in_place() -> None:
    assert run_alone(HERE.ainvoke(None)) == get_ident()


def test_on_the_loop_of_others_it_runs_beside_it() -> None:
    assert asyncio.run(HERE.ainvoke(None)) != get_ident()


def test_on_the_loop_of_others_inside_its_own_it_runs_beside_it_too() -> None:
    assert run_alone(Step("outer", lambda _: asyncio.run(HERE.ainvoke(None))).ainvoke(None)) != get_ident()


def test_without_a_loop_it_is_a_call() -> None:
    assert HERE.invoke(None) == get_ident()


def test_a_model_may_bring_a_loop_of_its_own() -> None:
    async def answer() -> str:
        await asyncio.sleep(0)
        return "They did."

    async def twice() -> list[str]:
        step = Step("asks", lambda _: asyncio.run(answer()))
        return [await step.ainvoke(None), await step.ainvoke(None)]

    assert run_alone(twice()) == ["They did.", "They did."]


def test_an_error_comes_out_as_it_was() -> None:
    with pytest.raises(ZeroDivisionError):
        run_alone(Step("fails", lambda _: 1 / 0).ainvoke(None))


def test_what_was_set_around_it_holds_inside() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="unset")
    variable.set("set")
    assert run_alone(Step("reads", lambda _: variable.get()).ainvoke(None)) == "set"


class WhereLLM(ScriptedLLM):
    """Remembers the threads that it was asked in."""

    _threads: set[int] = PrivateAttr(default_factory=set)

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        self._threads.add(get_ident())
        return super()._call(prompt, stop, run_manager, **kwargs)


def test_a_debate_on_the_loop_of_another_system_does_not_hold_it_up() -> None:
    llm = WhereLLM(script={"moderator": "A draw.", "You take part in a debate": "I disagree."})
    personas = load_cast(None).personas
    store = FaissStore.from_texts(["BRICS admitted Iran."], EMBEDDING)
    graph = build_debate_graph(llm, personas, {one.id: pov_retrieval_chain(store, one.povs) for one in personas})
    state = asyncio.run(graph.ainvoke({"question": Question("q1", "Did they?")}))
    assert state["verdict"].text == "A draw."
    assert get_ident() not in llm._threads
