"""In whose voice, and in how many words, the answers of the data were asked for: a tuned model is asked the same."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chains.generation.contract import WordLimits
from chains.opinion import DEFAULT_LIMITS
from debate.run.folder import RECORD, read_record
from debate.training.data.tables import LOG, Tell
from debate.training.settings import FinetuneSettings
from prompts import Persona, PersonaError, load_personas


@dataclass(frozen=True)
class AskedAs:
    """What a prompt says besides the question and its passages."""

    persona: Persona
    limits: WordLimits = DEFAULT_LIMITS

    @property
    def told(self) -> str:
        """Return both in words."""
        return f"{self.persona.name}, in {self.limits.minimum} to {self.limits.maximum} words"


def asked_as(settings: FinetuneSettings, tell: Tell = LOG.warning) -> AskedAs:
    """Return the persona and the words of the run beside the first workbook that has one; flags go over it.

    Args:
        settings: the data, and the persona that is given.
        tell: told of data that were asked for otherwise.

    Raises:
        PersonaError: the personas that are given cannot be read, or lack the persona.
        RunFolderError: the record beside the data cannot be read.
    """
    folders = dict.fromkeys(path.parent for path in settings.data if (path.parent / RECORD).is_file())
    runs = {folder: read_record(folder)["settings"] for folder in folders}
    first = next(iter(runs), None)
    of_run: dict[str, Any] = runs[first] if first else {}
    least, most = of_run.get("min_words", DEFAULT_LIMITS.minimum), of_run.get("max_words", DEFAULT_LIMITS.maximum)
    asked = AskedAs(_persona(settings, of_run, tell), WordLimits(least, most))
    if any(_told(one) != _told(of_run) for one in runs.values()):
        tell(f"the data are of runs with other personas or lengths; all are learned as {first} asked: {asked.told}")
    of_none = [path.name for path in settings.data if path.parent not in folders]
    if first and of_none:
        tell(f"{', '.join(of_none)}: of no run; learned as {first} asked: {asked.told}")
    return asked


def _persona(settings: FinetuneSettings, of_run: dict[str, Any], tell: Tell) -> Persona:
    """Return the persona that is given, from the file that is given; what is not given is the run's."""
    if settings.personas or not of_run:
        return load_personas(settings.personas).writer(settings.persona or "")
    path = of_run.get("personas")
    try:
        personas = load_personas(Path(path) if path else None)
    except PersonaError as error:
        writer = load_personas(None).writer(settings.persona or "")
        tell(f"{error}; examples are in the voice of {writer.name}, or give --personas")
        return writer
    return personas.writer(settings.persona or of_run.get("opinion_persona") or "")


def _told(record: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(record.get(name) for name in ("personas", "opinion_persona", "min_words", "max_words"))
