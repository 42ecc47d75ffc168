"""``translate_run``: translate every text of a run into a separate folder, and resume if stopped.

A text that occurs twice is translated once. The run's folder is only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from langchain_core.language_models import BaseLanguageModel

from chains.errors import ChainError
from chains.models.loading import load_llm
from chains.models.settings import ModelSettings
from chains.models.translators import load_translator
from chains.schemas import Translation, TranslationFault
from chains.text.translation.names import standing
from chains.translate import TRIES, Translate, check_language, translated, translation_chain
from debate.errors import RunFolderError, SettingsError
from debate.files.locking import exclusive_folder, read_same_record, write_record
from debate.files.toml import parse_toml
from debate.progress import Progress
from debate.run.executor import map_concurrently
from debate.run.folder import read_record
from debate.run.records.journal import Journal
from debate.run.stopping import StopsWriting
from debate.translation.parts import Part, parts_of
from debate.translation.settings import TranslateSettings
from debate.translation.terms import as_name, terms_in
from debate.translation.translations import Translations

RECORD = "translate.toml"
_CHANGES_NOTHING = {"out", "concurrency", "batch_size", "timeout", "glossary"}
_NO_NAME = {TranslationFault.EMPTY, TranslationFault.LANGUAGE, TranslationFault.REPETITION}
_Work = Callable[[str], Translation]
_Pair = tuple[str, Translation]  # a text and its translation


@dataclass(frozen=True)
class TranslatedPart:
    """A text and its translation, or why there is none.

    Attributes:
        unchecked: names in the text that were not looked for in the translation.
    """

    part: Part
    translation: Translation | None
    error: str = ""
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True)
class TranslatedRun:
    """A run in another language.

    Attributes:
        glossary: names and terms with their translations.
        unchecked: names without a usable translation, which were not checked, and why there is none.
    """

    folder: Path
    language: str
    parts: tuple[TranslatedPart, ...]
    glossary: Mapping[str, str]
    unchecked: Mapping[str, str]

    @property
    def failed(self) -> int:
        """Return how many texts have no translation."""
        return sum(bool(one.error) for one in self.parts)

    @property
    def incomplete(self) -> int:
        """Return how many translations lost or added something."""
        return sum(bool(one.translation and (one.translation.missing or one.translation.added)) for one in self.parts)

    @property
    def unusable(self) -> int:
        """Return how many translations are none: not in the language, unchanged, cut short or repeating themselves."""
        return sum(bool(one.translation and one.translation.faults) for one in self.parts)


def translate_run(
    run: Path, settings: TranslateSettings, progress: Progress, *, llm: BaseLanguageModel[Any] | None = None
) -> TranslatedRun:
    """Translate the questions, answers, positions, turns and verdicts of a run, or what is not translated yet.

    Args:
        llm: used instead of the settings' model.

    Raises:
        DebateError, ChainError: no run, an unknown language, a folder with another translation, or a model that
            cannot be loaded; no translation was lost.
        KeyboardInterrupt: interrupted; the same call resumes.
    """
    check_language(settings.to)
    recorded = read_record(run)["settings"]
    terms = dict(recorded.get("glossary", {})) | _glossary(settings.glossary)
    model = settings.model or recorded["model"]
    rows = run / "results.jsonl"
    results = list(Journal(rows).rows()) if rows.exists() else []
    parts = [part for row in results for part in parts_of(row)]
    if not parts:
        raise RunFolderError(f"{run} has no finished rows to translate; finish it with debate run --resume {run}")
    out = settings.out or run / "translations" / settings.to
    with exclusive_folder(out, RunFolderError, alongside=(RECORD,)):
        _check_folder(out, settings, model, terms)
        journal = Translations(out / "translations.jsonl")
        maker = _Maker(settings, model, progress, journal, llm)
        passages = dict.fromkeys(chunk.text for row in results for chunk in row.chunk_table().values())
        names = [name for name in terms_in((part.text for part in parts), passages) if name not in terms]
        agreed, unchecked = maker.agree_on_names(names) if settings.names else ({}, {})
        glossary = agreed | terms
        errors = maker.translate([part.text for part in parts], glossary)
        translated_parts = [_finished(part, journal, errors, glossary, unchecked) for part in parts]
    return TranslatedRun(
        folder=out,
        language=settings.to,
        parts=tuple(translated_parts),
        glossary=glossary,
        unchecked=unchecked,
    )


def _finished(
    part: Part, journal: Translations, errors: Mapping[str, str], glossary: Mapping[str, str], names: Mapping[str, str]
) -> TranslatedPart:
    """Return a part with its translation and the names that were not looked for in it.

    They have no translation, or got one later and the text could not be translated again.
    """
    found = journal.get(part.text)
    if found is None:
        return TranslatedPart(part, None, errors.get(part.text, ""))
    late = journal.unchecked(part.text, standing(glossary, part.text))
    return TranslatedPart(part, found, unchecked=(*standing(names, part.text), *late))


@dataclass
class _Maker:
    """Translates what is not in the journal, and loads the model only if something is left to translate."""

    settings: TranslateSettings
    model: str
    progress: Progress
    journal: Translations
    llm: BaseLanguageModel[Any] | None
    translator: Translate | None = None
    _stop: Event = field(default_factory=Event)

    def agree_on_names(self, names: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Translate each name by itself, and return the names' translations, and why the others have none.

        What was no name in an earlier call is asked for again with another seed, a few times in all.
        """
        again = [name for name in names if 0 < self.journal.asked(name) < TRIES and not self._name(name)]
        errors = self._do([name for name in names if not self.journal.asked(name)], {}, "name")
        for times in sorted({self.journal.asked(name) for name in again}):
            errors |= self._do([name for name in again if self.journal.asked(name) == times], {}, "name", times)
        agreed = {name: text for name in names if (text := self._name(name))}
        return agreed, {name: errors.get(name, "no usable translation") for name in names if name not in agreed}

    def translate(self, texts: Sequence[str], glossary: Mapping[str, str]) -> dict[str, str]:
        """Translate texts into the journal, and return the errors of those that failed.

        A text is translated again if it has a name that was not looked for in its translation.
        """
        left = [
            text
            for text in dict.fromkeys(texts)
            if self.journal.get(text) is None or self.journal.unchecked(text, standing(glossary, text))
        ]
        return self._do(left, glossary, "text")

    def _name(self, name: str) -> str:
        found = self.journal.get(name, "name")
        return as_name(name, found.text) if found and not _NO_NAME & {*found.faults} else ""

    def _do(self, left: Sequence[str], glossary: Mapping[str, str], kind: str, seed: int = 0) -> dict[str, str]:
        if not left:
            return {}
        errors: dict[str, str] = {}
        work = self._work(glossary, seed)
        done = 0
        self.progress.preparing(f"translating {len(left)} {kind}s")
        for finished in self._each(left, work, errors):
            self.journal.add(finished, kind, glossary)
            done += len(finished)
            self.progress.preparing(f"{done} of {len(left)} {kind}s translated")
        return errors

    def _each(self, texts: Sequence[str], work: _Work, errors: dict[str, str]) -> Iterator[list[_Pair]]:
        def one(text: str) -> _Pair | None:
            try:
                return text, work(text)
            except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to this text; the rest go on
                errors[text] = str(error) if isinstance(error, ChainError) else f"{type(error).__name__}: {error}"
                return None

        if self.llm is None:  # a translation model makes batches of sentences itself
            yield from ([found] for found in map(one, texts) if found)
            return
        width = min(self.settings.concurrency, len(texts))
        yield from map_concurrently(one, texts, self.llm, width, self.progress, self._stop)

    def _work(self, glossary: Mapping[str, str], more: int) -> _Work:
        language, seed = self.settings.to, self.settings.seed + more
        if self.settings.translator and self.translator is None:
            self.progress.preparing(f"loading {self.settings.translator}")
            self.translator = load_translator(self.settings.translator, language)
        if self.translator is not None:
            translator = self.translator
            return lambda text: translated(text, language, glossary, translator)
        if self.llm is None:
            self.progress.preparing(f"loading {self.model}")
            chosen = self.settings.model_dump(include={"backend", "load_in_4bit", "batch_size", "seed", "timeout"})
            self.llm = load_llm(ModelSettings(name=self.model, **chosen))
        chain = translation_chain(self.llm, language, glossary=glossary, seed=seed)
        return lambda text: chain.invoke(text, {"callbacks": [StopsWriting(self._stop)]})


def _glossary(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        terms = parse_toml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"--glossary {path} cannot be read: {error}") from error
    wrong = next((name for name, term in terms.items() if not isinstance(term, str) or not term.strip()), None)
    if wrong is not None:
        raise SettingsError(f'--glossary {path}: {wrong!r} has no translation; write "{wrong}" = "translation"')
    return terms


def _check_folder(out: Path, settings: TranslateSettings, model: str, terms: Mapping[str, str]) -> None:
    """Make sure that the folder is new, or holds this very translation."""
    by = {"translator": settings.translator} if settings.translator else {"model": model}
    wanted = settings.model_dump(mode="json", exclude=_CHANGES_NOTHING | {"model", "translator"}) | by
    wanted["glossary"] = dict(terms)
    if not read_same_record(out / RECORD, wanted, "translation", RunFolderError):
        write_record(out / RECORD, {"settings": wanted}, RunFolderError)
