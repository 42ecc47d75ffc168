"""Debates to be read, and what is measured on them: echo, sides kept, claims answered, evidence brought.

    python -m benchmarks.debate.example [--model NAME] [--backend NAME] [--questions N] [--candidates N] [--seeds 0 1] [--keep FILE]

The example's questions, personas and corpus; no opinion is written. All debates of a seed run concurrently. The figures
are the turns' own typed fields: read what ``--keep`` writes before believing them.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from chains import Debate, DebateRequest, ModelSettings, Turn, WordLimits, debate_chain, load_llm, pov_retrieval_chain
from chains.schemas import TurnFault
from debate.run.questions import read_questions
from prompts import load_personas
from vectorstore import build_index, load_corpus, load_embeddings

EXAMPLE = Path(__file__).parents[2] / "examples" / "brics"
DEBATERS = ("professor", "atlanticist", "diplomat")


@dataclass(frozen=True)
class Held:
    """A question and its debate."""

    question: str
    debate: Debate


def hold_all(llm: Any, chain: Any, questions: Sequence[str]) -> tuple[list[Held], float]:
    """Hold all debates concurrently; the debates and the seconds."""

    def hold(question: str) -> Held:
        with llm.caller() if hasattr(llm, "caller") else nullcontext():
            return Held(question, chain.invoke(DebateRequest(question)))

    began = time.perf_counter()
    with ThreadPoolExecutor(len(questions)) as threads:
        held = list(threads.map(hold, questions))
    return held, time.perf_counter() - began


def figures(held: Sequence[Held]) -> Iterator[tuple[str, str]]:
    """Yield name and value of every figure."""
    turns = [turn for one in held for turn in one.debate.turns]
    echoes = [turn.echo for turn in turns] or [0.0]
    drifts = [turn.drift for turn in turns if turn.drift is not None]
    answering = [turn for turn in turns if turn.answers]
    could = [turn for one in held for turn in could_bring(one.debate)]
    yield "debates", f"{len(held)} with {len(turns)} turns"
    yield (
        "outcomes",
        ", ".join(f"{count} {name}" for name, count in Counter(one.debate.outcome for one in held).items()),
    )
    yield "positions", ", ".join(f"{count} by {name}" for name, count in sources(held).items())
    yield "echo: median", f"{median(echoes):.3f}"
    yield "echo: turns above .30", f"{sum(echo > 0.3 for echo in echoes)} (largest {max(echoes):.2f})"
    yield "nearer to their own position", share(drift > 0 for drift in drifts)
    yield "have a claim to answer", share(turn.answers is not None for turn in turns)
    yield "answer it", share(TurnFault.NO_ANSWER not in turn.faults for turn in answering)
    yield "bring an unused passage while some are left", share(bool(turn.new) for turn in could)
    yield "supported share, median", f"{median([turn.supported or 0.0 for turn in turns] or [0.0]):.2f}"
    yield "concede", share(turn.concedes for turn in turns)
    yield "faults left", ", ".join(f"{n} {fault.name}" for fault, n in faults(turns).items()) or "none"
    yield "prompts a turn", f"{sum(turn.tries for turn in turns) / max(1, len(turns)):.1f}"


def could_bring(debate: Debate) -> Iterator[Turn]:
    """Yield the turns whose speaker had a passage that nobody had used yet."""
    read = {one.persona_id: {hit.chunk_id for hit in one.hits} for one in debate.readings}
    used: set[str] = set()
    for turn in debate.turns:
        if read.get(turn.persona_id, set()) - used:
            yield turn
        used.update(turn.used)


def sources(held: Sequence[Held]) -> Counter[str]:
    """Count who put the positions into words."""
    return Counter(position.source for one in held for position in one.debate.positions)


def faults(turns: Sequence[Turn]) -> Counter[TurnFault]:
    """Count the faults that turns still have."""
    return Counter(fault for turn in turns for fault in turn.faults)


def share(values: Any) -> str:
    """Return a share of yes in percent, with its counts."""
    listed = list(values)
    return f"{sum(listed) / max(1, len(listed)):.0%} ({sum(listed)} of {len(listed)})"


def written(held: Held) -> Iterator[str]:
    """Yield a debate's lines, to be read."""
    debate = held.debate
    yield f"## {held.question}\n\n{debate.outcome}\n"
    for position in debate.positions:
        agrees = f", agrees with {', '.join(position.agrees_with)}" if position.agrees_with else ""
        yield f"- **{position.speaker}** ({position.source}{agrees}): {position.text}"
    for turn in debate.turns:
        drift = "-" if turn.drift is None else f"{turn.drift:+.2f}"
        told = f"echo {turn.echo:.2f}, drift {drift}, answered {turn.answered}, new {len(turn.new)}, tries {turn.tries}"
        yield f"\n**{turn.speaker}**, round {turn.round} ({turn.words} words; {told})"
        if turn.answers:
            yield f"> answers {turn.answers.persona_id}: {turn.answers.sentence}"
        yield f"\n{turn.text}"
        if turn.faults or turn.unsupported:
            yield f"\n_{'; '.join(turn.faults)}_ {'in no passage: ' + ', '.join(turn.unsupported) if turn.unsupported else ''}"
    if debate.verdict:
        yield f"\n**Verdict** (winner: {debate.verdict.winner or 'nobody'})\n\n{debate.verdict.text}\n"


def main(arguments: list[str] | None = None) -> int:
    """Hold the debates of every seed, print the table, and write the turns where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--questions", type=int, default=8)
    parser.add_argument("--debaters", nargs="+", default=list(DEBATERS))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--candidates", type=int, default=4)
    parser.add_argument("--k", type=int, default=5, help="passages for each debater")
    parser.add_argument("--turn-words", type=int, default=120)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--keep", type=Path, help="file for the debates, to be read")
    chosen = parser.parse_args(arguments)
    with warnings.catch_warnings(action="ignore"):
        embeddings = load_embeddings()
        store = build_index(load_corpus(EXAMPLE / "corpus"), embeddings)
        llm = load_llm(ModelSettings(name=chosen.model, backend=chosen.backend))
    questions = [one.text for one in read_questions(EXAMPLE / "questions.xlsx", None)[: chosen.questions]]
    loaded = load_personas(EXAMPLE / "personas.toml")
    personas = [loaded.persona(one) for one in chosen.debaters]
    retrievers = {one.id: pov_retrieval_chain(store, one.povs, k=chosen.k) for one in personas}
    texts: list[str] = []
    for seed in chosen.seeds:
        chain = debate_chain(
            llm,
            personas,
            retrievers,
            rounds=chosen.rounds,
            limits=WordLimits(min(30, chosen.turn_words // 2), chosen.turn_words),
            candidates=chosen.candidates,
            embeddings=embeddings,
            seed=seed,
        )
        held, seconds = hold_all(llm, chain, questions)
        print(f"\n{chosen.model}, seed {seed}, {chosen.candidates} candidates, {seconds:.0f} s")
        for name, value in figures(held):
            print(f"  {name:45}{value}")
        texts += [f"# Seed {seed}\n", *(line for one in held for line in written(one))]
    if chosen.keep:
        chosen.keep.write_text("\n".join(texts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
