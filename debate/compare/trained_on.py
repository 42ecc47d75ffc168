"""Which questions of a comparison an adapter was trained on: it answers these better than others like them.

The record in the adapter's folder names the data and how they were selected; they are read again. What it does not
know: the data of models from elsewhere, and those of a training whose files were changed since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from chains.models.servers.address import is_server
from chains.schemas import Question
from debate.amounts import amount
from debate.errors import DebateError
from debate.files.toml import parse_toml
from debate.training.data.dataset import read_training_data
from debate.training.data.likeness import same_question
from debate.training.settings import FinetuneSettings

_RECORD = "finetune.toml"
_NAMED = 5  # questions in a sentence


@dataclass(frozen=True)
class TrainedOn:
    """The questions of a comparison that a model was trained on, or nearly the same ones.

    Attributes:
        questions: their texts, as the comparison asks them.
        unknown: why nobody can tell; "" if it is known.
    """

    model: str
    questions: tuple[str, ...]
    unknown: str = ""

    @property
    def told(self) -> str:
        """Return it in a sentence; "" if there is nothing to tell."""
        if self.unknown:
            return f"nobody can tell whether {self.model} was trained on these questions: {self.unknown}"
        if not self.questions:
            return ""
        named = "; ".join(self.questions[:_NAMED])
        more = f"; and {len(self.questions) - _NAMED} more" if len(self.questions) > _NAMED else ""
        number = amount(len(self.questions), "question")
        return f"{self.model} was trained on {number} of this comparison, which favours it: {named}{more}"


def trained_on(model: str, questions: Sequence[Question]) -> TrainedOn:
    """Look up which questions a model was trained on; none for a model without a record of a training."""
    folder = None if is_server(model) else _folder_of_training(Path(model))
    if folder is None:
        return TrainedOn(model, ())
    try:
        record = parse_toml((folder / _RECORD).read_text(encoding="utf-8"))
        settings = FinetuneSettings(**(record["settings"] | {"out": folder}))
        learned = {one.question for one in read_training_data(settings).training}
    except ValidationError:
        return TrainedOn(model, (), f"{folder / _RECORD} is of another version")
    except (OSError, ValueError, KeyError, TypeError, DebateError) as error:
        return TrainedOn(model, (), f"its training data cannot be read again: {error}")
    seen = {asked.text for text in learned for asked in questions if same_question(asked.text, text)}
    return TrainedOn(model, tuple(one.text for one in questions if one.text in seen))


def _folder_of_training(model: Path) -> Path | None:
    """Return the adapter's folder, of which the merged model and a GGUF lie below."""
    return next((one for one in (model, *model.parents[:2]) if (one / _RECORD).is_file()), None)
