"""What the workbook and the report say about the run as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from debate.settings import DebateSettings
from prompts import Persona, PersonaSet, PointOfView


@dataclass(frozen=True)
class RunFacts:
    """A run as its workbook and its report introduce it.

    Attributes:
        writer: who wrote the opinions.
        speakers: who debated, in the order of their turns.
        views: the points of view that the opinions' passages were retrieved by.
        pov_weight: λ, the share of the points of view in a passage's score.
        words: the least and the most words that an opinion was to have.
        settings: names and values worth telling, such as the seed.
        personas: the writer and the debaters, each once.
        every_setting: names and values of all settings that are set.
        language: the code of the one that answers were translated into, or "".
        baseline: whether a single agent answered beside the debates.
    """

    title: str
    model: str = ""
    writer: str = ""
    speakers: tuple[Persona, ...] = ()
    views: tuple[PointOfView, ...] = ()
    pov_weight: float = 0.5
    words: tuple[int, int] = (0, 0)
    settings: tuple[tuple[str, str], ...] = ()
    personas: tuple[Persona, ...] = ()
    every_setting: tuple[tuple[str, str], ...] = ()
    language: str = ""
    baseline: bool = False

    def views_of(self, persona_id: str) -> tuple[PointOfView, ...]:
        """Return the points of view that a debater retrieved by."""
        return next((one.povs for one in self.speakers if one.id == persona_id), ())


def report_title(run: str) -> str:
    """Return the title of a run's report."""
    return f"Answers and debates: {run}"


def run_facts(
    title: str, settings: DebateSettings, personas: PersonaSet, writer: Persona, debaters: Sequence[Persona]
) -> RunFacts:
    """Gather what a report says of a run from its settings and its personas."""
    documents = settings.index or settings.corpus
    return RunFacts(
        title=title,
        model=settings.model,
        writer=writer.name,
        speakers=tuple(debaters),
        views=personas.povs or writer.povs,
        pov_weight=settings.pov_weight,
        words=(settings.min_words, settings.max_words),
        settings=(
            ("model", settings.model),
            ("questions", settings.questions.name),
            ("documents", Path(documents).name if documents else "given by the caller"),
            ("opinions by", writer.name),
            ("debate between", ", ".join(one.name for one in debaters)),
            ("passages for an opinion", str(settings.k)),
            ("retrieval", settings.mode),
            ("rounds", str(settings.rounds)),
            ("seed", str(settings.seed)),
        ),
        personas=tuple(dict.fromkeys((writer, *debaters))),
        every_setting=tuple(
            (name, _told(value))
            for name, value in settings.model_dump(mode="json").items()
            if value not in (None, "", [], {})
        ),
        language=settings.translate,
        baseline=settings.baseline,
    )


def _told(value: Any) -> str:
    """Say a setting's value in words: a list by commas, a glossary by its pairs."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} = {meant}" for name, meant in value.items())
    return str(value)
