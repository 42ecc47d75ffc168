"""Chains: LCEL Runnables over any LangChain language model.

Names load on first use, to keep the import fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.answer import answer_chain
    from chains.debate import DebateRequest, debate_chain
    from chains.deepen import deepening_chain
    from chains.errors import ChainError, GenerationError, MissingExtra, ModelError
    from chains.generation.contract import WordLimits
    from chains.models.loading import load_llm
    from chains.models.settings import ModelSettings
    from chains.opinion import OpinionRequest, opinion_chain
    from chains.retrieve import pov_retrieval_chain
    from chains.schemas import Chunk, Completion, Debate, Opinion, Question, Translation, Turn
    from chains.text.repetition import Loop, detect_loop, seq_rep_n
    from chains.translate import translation_chain

_HOMES = {
    "answer_chain": "answer",
    "WordLimits": "generation.contract",
    "DebateRequest": "debate",
    "debate_chain": "debate",
    "deepening_chain": "deepen",
    "ChainError": "errors",
    "GenerationError": "errors",
    "MissingExtra": "errors",
    "ModelError": "errors",
    "ModelSettings": "models.settings",
    "load_llm": "models.loading",
    "OpinionRequest": "opinion",
    "opinion_chain": "opinion",
    "Loop": "text.repetition",
    "detect_loop": "text.repetition",
    "seq_rep_n": "text.repetition",
    "pov_retrieval_chain": "retrieve",
    "Chunk": "schemas",
    "Completion": "schemas",
    "Debate": "schemas",
    "Opinion": "schemas",
    "Question": "schemas",
    "Translation": "schemas",
    "Turn": "schemas",
    "translation_chain": "translate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'chains' has no attribute {name!r}")
    return getattr(import_module(f"chains.{_HOMES[name]}"), name)


__all__ = [
    "ChainError",
    "Chunk",
    "Completion",
    "Debate",
    "DebateRequest",
    "GenerationError",
    "Loop",
    "MissingExtra",
    "ModelError",
    "ModelSettings",
    "Opinion",
    "OpinionRequest",
    "Question",
    "Translation",
    "Turn",
    "WordLimits",
    "answer_chain",
    "debate_chain",
    "deepening_chain",
    "detect_loop",
    "load_llm",
    "opinion_chain",
    "pov_retrieval_chain",
    "seq_rep_n",
    "translation_chain",
]
