"""Chains: LCEL Runnables over any LangChain language model.

Names load on first use, to keep the import fast.
"""

from typing import TYPE_CHECKING

from vectorstore.runtime.lazy import on_first_use

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
    "chains.answer": "answer_chain",
    "chains.debate": "DebateRequest debate_chain",
    "chains.deepen": "deepening_chain",
    "chains.errors": "ChainError GenerationError MissingExtra ModelError",
    "chains.generation.contract": "WordLimits",
    "chains.models.loading": "load_llm",
    "chains.models.settings": "ModelSettings",
    "chains.opinion": "OpinionRequest opinion_chain",
    "chains.retrieve": "pov_retrieval_chain",
    "chains.schemas": "Chunk Completion Debate Opinion Question Translation Turn",
    "chains.text.repetition": "Loop detect_loop seq_rep_n",
    "chains.translate": "translation_chain",
}
__getattr__ = on_first_use(__name__, _NAMES)


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
