"""What every example here starts from: the bundled model, the BRICS documents and their personas."""

from pathlib import Path
from typing import Any

from chains import ModelSettings, load_llm
from prompts import Persona, load_personas
from vectorstore import FaissStore, build_index, load_corpus, load_embeddings

BRICS = Path(__file__).parent.parent / "brics"
QUESTION = "Does BRICS weaken the dollar?"


def load_parts() -> tuple[Any, FaissStore, tuple[Persona, ...]]:
    """Load the model, the index and the personas; a minute the first time."""
    store = build_index(load_corpus(BRICS / "corpus"), load_embeddings())
    return load_llm(ModelSettings()), store, load_personas(BRICS / "personas.toml").personas
