"""Whole lists: debates that advance together against one after the other, with a model whose batch costs a fixed time.

The model takes ``seconds`` for any batch of up to ``size`` prompts, as a GPU does that is bound by launches. Everything
else is the product's own: the graph, the merging of calls into batches, and the workers of a run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from langchain_core.language_models.llms import LLM
from langchain_core.runnables import RunnableLambda
from pydantic import PrivateAttr

from chains.generation.contract import SERVER_LADDER, AttemptRequest, RawText, WordLimits
from chains.generation.local.batching import CallMerger
from chains.schemas import Chunk
from debate import build_debate_graph
from debate.progress import Progress
from debate.run.executor import map_concurrently
from prompts import Persona

FACTS = {
    "alder": "Fleets doubled in 1936 because a treaty lapsed, and strength kept what paper had lost.",
    "birch": "Missiles were scrapped in 1987 because two powers signed a treaty, and nobody had to fire.",
    "cedar": "Trade fell by half in 1930 once tariffs rose, so that neither fleets nor treaties mattered.",
}


class FixedTimeModel(LLM):
    """Writes each debater's sentence; a batch takes a fixed time, however many prompts it holds."""

    seconds: float
    size: int
    batches: int = 0
    _merger: CallMerger[AttemptRequest, RawText] = PrivateAttr()

    def model_post_init(self, context: Any) -> None:
        """Set up the merging of concurrent calls."""
        super().model_post_init(context)
        self._merger = CallMerger(self._run_batches)

    @property
    def _llm_type(self) -> str:
        return "fixed time"

    @property
    def contract_backend(self) -> FixedTimeModel:
        """The model as the contract sees it: itself."""
        return self

    @property
    def ladder(self) -> Sequence[Any]:
        """The attempts of a server's model."""
        return SERVER_LADDER

    @property
    def parameters(self) -> None:
        """Unknown."""
        return

    def attempt(self, requests: Sequence[AttemptRequest], config: Any = None) -> list[RawText]:
        """Answer with what other threads ask at the same time."""
        return self._merger.submit(requests)

    def fits(self, prompt: Any, max_words: int) -> bool:
        """Whatever is asked."""
        return True

    @contextmanager
    def caller(self) -> Iterator[None]:
        """Register the calling thread."""
        with self._merger.caller():
            yield

    def _run_batches(self, requests: Sequence[AttemptRequest]) -> list[RawText]:
        for _ in range(0, len(requests), self.size):
            time.sleep(self.seconds)
            self.batches += 1
        return [RawText(_said(one.prompt.text), 900, 40) for one in requests]

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> str:
        raise AssertionError("chains ask through the contract, never this way")


def _said(prompt: str) -> str:
    speaker = next((one for one in FACTS if f"You are {one}," in prompt), "")
    return FACTS.get(speaker, "nobody")


def hold(debates: int, rounds: int, width: int, batch: int, seconds: float) -> tuple[float, int]:
    """Hold debates of three personas, so many at a time; return the seconds and the batches."""
    llm = FixedTimeModel(seconds=seconds, size=batch)
    personas = [Persona(one, one.title(), f"{one}, who reads.") for one in FACTS]
    found = {one.id: RunnableLambda(lambda _, one=one: (Chunk(one.id, FACTS[one.id]),)) for one in personas}
    graph = build_debate_graph(llm, personas, found, rounds=rounds, candidates=1, limits=WordLimits(5, 60))
    began = time.perf_counter()
    work = map_concurrently(
        lambda n: len(graph.invoke({"question": f"What keeps the peace in case {n}?"})["turns"]),
        range(debates),
        llm,
        width,
        Progress(),
    )
    turns = sum(sum(one) for one in work)
    if turns != debates * rounds * len(personas):
        raise RuntimeError(f"{turns} turns were spoken instead of {debates * rounds * len(personas)}")
    return time.perf_counter() - began, llm.batches
