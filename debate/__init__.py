"""Deepen, answer and debate a list of political questions into a workbook.

Names load on first use, to keep ``import debate`` and ``--help`` fast.
"""

from typing import TYPE_CHECKING

from vectorstore.runtime.lazy import on_first_use

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
    from debate.run.runner import RunSummary, run_questions
    from debate.settings import DebateSettings, load_settings
    from debate.settings.graph import GraphSettings
    from debate.training.finetune import finetune
    from debate.training.result import FinetuneResult
    from debate.training.settings import FinetuneSettings

_NAMES = {  # by the module that has them
    "chains.schemas": "Chunk Debate DebateOutcome Opinion Position Question Turn Verdict",
    "debate.arena.messages": "debate_messages",
    "debate.arena.rules": "Rules",
    "debate.arena.state": "DebateState",
    "debate.compare.runner": "Comparison compare_models",
    "debate.compare.settings": "CompareSettings",
    "debate.errors": "DebateError QuestionsError RunFolderError SettingsError",
    "debate.graph.checkpoints": "CHECKPOINT_TYPES",
    "debate.graph.debate_graph": "build_debate_graph",
    "debate.graph.question_graph": "QuestionState build_question_graph",
    "debate.settings.graph": "GraphSettings",
    "debate.run.runner": "RunSummary run_questions",
    "debate.settings": "DebateSettings load_settings",
    "debate.training.finetune": "finetune",
    "debate.training.result": "FinetuneResult",
    "debate.training.settings": "FinetuneSettings",
}
__getattr__ = on_first_use(__name__, _NAMES)


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
