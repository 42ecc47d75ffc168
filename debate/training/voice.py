"""In whose voice, and in how many words, the answers of the data were asked for: a tuned model is asked the same."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chains.generation.contract import WordLimits
from chains.opinion import DEFAULT_LIMITS
from debate.run.folder import RECORD, read_record
from debate.training.settings import FinetuneSettings
from prompts import Persona, PersonaError, load_personas

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class AskedAs:
    """What a prompt says besides the question and its passages."""

    persona: Persona
    limits: WordLimits = DEFAULT_LIMITS


def asked_as(settings: FinetuneSettings) -> AskedAs:
    """Return the persona and the words of the run beside the first workbook that has one; flags go over it.

    Raises:
        PersonaError: the personas that are given cannot be read, or lack the persona.
        RunFolderError: the record beside the data cannot be read.
    """
    runs = [_record(path.parent) for path in dict.fromkeys(settings.data) if (path.parent / RECORD).is_file()]
    of_run = runs[0] if runs else {}
    if any(_told(one) != _told(of_run) for one in runs):
        _LOG.warning(
            "the data are of runs with other personas or lengths; all are learned as %s asked", settings.data[0]
        )
    limits = WordLimits(
        of_run.get("min_words", DEFAULT_LIMITS.minimum), of_run.get("max_words", DEFAULT_LIMITS.maximum)
    )
    if settings.personas or settings.persona or not of_run:
        return AskedAs(load_personas(settings.personas).writer(settings.persona or ""), limits)
    return AskedAs(_of_run(of_run), limits)


def _record(folder: Path) -> dict[str, Any]:
    settings: dict[str, Any] = read_record(folder)["settings"]
    return settings


def _told(record: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(record.get(name) for name in ("personas", "opinion_persona", "min_words", "max_words"))


def _of_run(record: dict[str, Any]) -> Persona:
    path = record.get("personas")
    try:
        return load_personas(Path(path) if path else None).writer(record.get("opinion_persona") or "")
    except PersonaError as error:
        writer = load_personas(None).writer()
        _LOG.warning("%s; examples are in the voice of %s, or give --personas", error, writer.name)
        return writer
