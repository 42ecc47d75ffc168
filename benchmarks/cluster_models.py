"""What workers of ``benchmarks.cluster`` load; in a module of its own, since they import it by its name."""

from __future__ import annotations

from pathlib import Path

from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models import FakeListLLM

from benchmarks.durability import SlowLLM
from debate import DebateSettings
from debate.progress import Progress
from debate.run.engine import Loaded
from vectorstore import FaissStore

TEXTS = [f"Passage {n}." for n in range(5)]


def slow(_: DebateSettings, progress: Progress, *, calls: Path) -> Loaded:
    """Load the model that keeps a log; each worker calls this."""
    progress.preparing("loading the slow model")
    return Loaded(SlowLLM(log=calls), FaissStore.from_texts(TEXTS, DeterministicFakeEmbedding(size=32), ids=TEXTS))


def at_once(_: DebateSettings, __: Progress) -> Loaded:
    """Load a model that answers at once."""
    llm = FakeListLLM(responses=["The Bank lends. Its members grew by four in a year."])
    return Loaded(llm, FaissStore.from_texts(TEXTS, DeterministicFakeEmbedding(size=32), ids=TEXTS))
