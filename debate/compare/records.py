"""The records of a comparison, appended as it proceeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chains.schemas import Chunk, Question
from debate.compare.controls.answers import ControlAnswer
from debate.compare.controls.questions import CONTROLS
from debate.compare.effort import Effort
from debate.compare.measures import Answer
from debate.compare.preference.judge import Judged
from debate.compare.trained_on import TrainedOn
from debate.run.records.typed import Records

QUESTIONS = "questions.jsonl"
TRAINED = "trained-on.jsonl"


@dataclass(frozen=True)
class Passages:
    """What was retrieved for a question."""

    question: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True)
class Asked:
    """The questions of a comparison, in their order."""

    questions: tuple[Question, ...]


class ComparisonFiles:
    """The files of a comparison's folder."""

    def __init__(self, folder: Path, models: Sequence[str]) -> None:
        self.asked = Records(folder / QUESTIONS, Asked, "list of questions")
        self.passages = Records(folder / "passages.jsonl", Passages, "list of passages")
        self.answers = [Records(folder / f"answers-{n}.jsonl", Answer, "answer") for n in range(1, len(models) + 1)]
        self.trained = Records(folder / TRAINED, TrainedOn, "list of questions that a model was trained on")
        self.controls = Records(folder / "controls.jsonl", ControlAnswer, "answer to a control question")
        # What sessions of older versions took; today each answer has its own.
        self.efforts = Records(folder / "efforts.jsonl", Effort, "effort of a model")
        self.judged = Records(folder / "judgements.jsonl", Judged, "judgement")

    def questions(self) -> tuple[Question, ...]:
        """Return the questions; the latest list counts. None in a folder of an older version."""
        return next((one.questions for one in reversed(self.asked.read())), ())

    def ask(self, questions: Sequence[Question]) -> None:
        """Keep the questions, so that nobody needs the list that they are from."""
        if self.questions() != tuple(questions):
            self.asked.add([Asked(tuple(questions))])

    def trained_by_model(self) -> dict[str, TrainedOn]:
        """Return what each model was trained on; the latest counts."""
        return {one.model: one for one in self.trained.read()}

    def answers_by_key(self, number: int) -> dict[str, Answer]:
        """Return a model's answers by question; the latest counts."""
        return {one.question_key: one for one in self.answers[number].read()}

    def controls_by_id(self, model: str) -> dict[str, ControlAnswer]:
        """Return a model's answers to the control questions, in their order; the latest counts."""
        known = {one.control_id: one for one in self.controls.read() if one.model == model}
        return {one.id: known[one.id] for one in CONTROLS if one.id in known}

    def judgements(self) -> list[Judged]:
        """Return what the judges said; the latest counts."""
        return list({(one.judge, one.pair): one for one in self.judged.read()}.values())

    def passages_by_key(self) -> dict[str, tuple[Chunk, ...]]:
        """Return the passages by question."""
        return {one.question: one.chunks for one in self.passages.read()}
