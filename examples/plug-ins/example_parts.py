"""What every example here starts from: the bundled model, the BRICS documents and their personas."""

from pathlib import Path
from typing import Any

from chains import ModelSettings, load_llm
from debate import GraphSettings
from prompts import Persona, load_personas
from vectorstore import FaissStore, build_index, load_corpus, load_embeddings

BRICS = Path(__file__).parent.parent / "brics"
QUESTION = "Does BRICS weaken the dollar?"
SETTINGS = GraphSettings(min_words=60, max_words=120, candidates=1)  # short, so that an example takes a minute or two


def load_parts() -> tuple[Any, FaissStore, tuple[Persona, ...]]:
    """Load the model, the index and the personas; a minute the first time."""
    store = build_index(load_corpus(BRICS / "corpus"), load_embeddings())
    return load_llm(ModelSettings()), store, load_personas(BRICS / "personas.toml").personas
