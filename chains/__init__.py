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

_NAMES = {  # by the module that has them
    "answer": "answer_chain",
    "debate": "DebateRequest debate_chain",
    "deepen": "deepening_chain",
    "errors": "ChainError GenerationError MissingExtra ModelError",
    "generation.contract": "WordLimits",
    "models.loading": "load_llm",
    "models.settings": "ModelSettings",
    "opinion": "OpinionRequest opinion_chain",
    "retrieve": "pov_retrieval_chain",
    "schemas": "Chunk Completion Debate Opinion Question Translation Turn",
    "text.repetition": "Loop detect_loop seq_rep_n",
    "translate": "translation_chain",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


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
