"""Deepen, answer and debate a list of political questions into a workbook.

Names load on first use, to keep ``import debate`` and ``--help`` fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.schemas import Chunk, Debate, DebateOutcome, Opinion, Position, Question, Turn, Verdict
    from debate.arena.messages import debate_messages
    from debate.arena.rules import Rules
    from debate.arena.state import DebateState
    from debate.compare.runner import Comparison, compare_models
    from debate.compare.settings import CompareSettings
    from debate.errors import DebateError, QuestionsError, RunFolderError, SettingsError
    from debate.graph.checkpoints import CHECKPOINT_TYPES
    from debate.graph.debate_graph import build_debate_graph
    from debate.graph.question_graph import QuestionState, build_question_graph
    from debate.graph.settings import GraphSettings
    from debate.run.runner import RunSummary, run_questions
    from debate.settings import DebateSettings, load_settings
    from debate.training.finetune import FinetuneResult, finetune
    from debate.training.settings import FinetuneSettings

_HOMES = {
    "CHECKPOINT_TYPES": "graph.checkpoints",
    "QuestionState": "graph.question_graph",
    "DebateState": "arena.state",
    "Rules": "arena.rules",
    "debate_messages": "arena.messages",
    "Comparison": "compare.runner",
    "CompareSettings": "compare.settings",
    "FinetuneResult": "training.finetune",
    "FinetuneSettings": "training.settings",
    "compare_models": "compare.runner",
    "finetune": "training.finetune",
    "build_debate_graph": "graph.debate_graph",
    "DebateError": "errors",
    "QuestionsError": "errors",
    "RunFolderError": "errors",
    "SettingsError": "errors",
    "GraphSettings": "graph.settings",
    "build_question_graph": "graph.question_graph",
    "RunSummary": "run.runner",
    "run_questions": "run.runner",
    "DebateSettings": "settings",
    "load_settings": "settings",
}


_TYPES = ("Question", "Chunk", "Opinion", "Turn", "Debate", "Position", "Verdict", "DebateOutcome")  # of chains.schemas


def __getattr__(name: str) -> Any:
    if name in _TYPES:
        return getattr(import_module("chains.schemas"), name)
    if name not in _HOMES:
        raise AttributeError(f"module 'debate' has no attribute {name!r}")
    return getattr(import_module(f"debate.{_HOMES[name]}"), name)


__all__ = [
    "CHECKPOINT_TYPES",
    "Chunk",
    "CompareSettings",
    "Comparison",
    "Debate",
    "DebateError",
    "DebateOutcome",
    "DebateSettings",
    "DebateState",
    "FinetuneResult",
    "FinetuneSettings",
    "GraphSettings",
    "Opinion",
    "Position",
    "Question",
    "QuestionState",
    "QuestionsError",
    "Rules",
    "RunFolderError",
    "RunSummary",
    "SettingsError",
    "Turn",
    "Verdict",
    "build_debate_graph",
    "build_question_graph",
    "compare_models",
    "debate_messages",
    "finetune",
    "load_settings",
    "run_questions",
]
