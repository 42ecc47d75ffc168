"""``translate_run``: translate every text of a run into a separate folder, and resume if stopped.

A text that occurs twice is translated once. The run's folder is only read.
"""

from __future__ import annotations

import hashlib
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
from chains.schemas import Translation
from chains.translate import Translate, check_language, translated, translation_chain
from debate.errors import RunFolderError, SettingsError
from debate.files.locking import exclusive_folder, read_same_record, write_record
from debate.files.toml import parse_toml
from debate.progress import Progress
from debate.run.executor import map_concurrently
from debate.run.folder import read_record
from debate.run.records.journal import Journal
from debate.run.records.typed import Records
from debate.run.stopping import StopsWriting
from debate.translation.parts import Part, parts_of
from debate.translation.settings import TranslateSettings
from debate.translation.terms import terms_in
from vectorstore.text.sentences import word_count

RECORD = "translate.toml"
_CHANGES_NOTHING = {"out", "concurrency", "batch_size", "glossary"}
_Work = Callable[[str], Translation]
_Pair = tuple[str, Translation]  # a text and its translation


@dataclass(frozen=True)
class TranslatedPart:
    """A text and its translation, or why there is none."""

    part: Part
    translation: Translation | None
    error: str = ""


@dataclass(frozen=True)
class TranslatedRun:
    """A run in another language.

    Attributes:
        glossary: names and terms with their translations.
        unchecked: names without a usable translation, which were not checked.
    """

    folder: Path
    language: str
    parts: tuple[TranslatedPart, ...]
    glossary: Mapping[str, str]
    unchecked: tuple[str, ...]

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
        journal = _Translations(out / "translations.jsonl")
        maker = _Maker(settings, model, progress, journal, llm)
        passages = dict.fromkeys(chunk.text for row in results for chunk in row.chunk_table().values())
        names = [name for name in terms_in((part.text for part in parts), passages) if name not in terms]
        agreed = maker.agree_on_names(names) if settings.names else {}
        glossary = {name: text for name, text in agreed.items() if text} | terms
        errors = maker.translate([part.text for part in parts], glossary)
        translations = [journal.get(part.text) for part in parts]
    return TranslatedRun(
        folder=out,
        language=settings.to,
        parts=tuple(
            TranslatedPart(part, found, errors.get(part.text, ""))
            for part, found in zip(parts, translations, strict=True)
        ),
        glossary=glossary,
        unchecked=tuple(name for name, text in agreed.items() if not text),
    )


@dataclass
class _Maker:
    """Translates what is not in the journal, and loads the model only if something is left to translate."""

    settings: TranslateSettings
    model: str
    progress: Progress
    journal: _Translations
    llm: BaseLanguageModel[Any] | None
    translator: Translate | None = None
    _stop: Event = field(default_factory=Event)

    def agree_on_names(self, names: Sequence[str]) -> dict[str, str]:
        """Translate each name by itself; "" if the result is not a name."""
        self._do(names, {}, "name")
        found = {name: self.journal.get(name, "name") for name in names}
        return {name: _as_name(name, one.text) if one else "" for name, one in found.items()}

    def translate(self, texts: Sequence[str], glossary: Mapping[str, str]) -> dict[str, str]:
        """Translate texts into the journal, and return the errors of those that failed."""
        return self._do(texts, glossary, "text")

    def _do(self, texts: Sequence[str], glossary: Mapping[str, str], kind: str) -> dict[str, str]:
        left = [text for text in dict.fromkeys(texts) if self.journal.get(text, kind) is None]
        if not left:
            return {}
        errors: dict[str, str] = {}
        work = self._work(glossary)
        done = 0
        self.progress.preparing(f"translating {len(left)} {kind}s")
        for finished in self._each(left, work, errors):
            self.journal.add(finished, kind)
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

    def _work(self, glossary: Mapping[str, str]) -> _Work:
        language, seed = self.settings.to, self.settings.seed
        if self.settings.translator and self.translator is None:
            self.progress.preparing(f"loading {self.settings.translator}")
            self.translator = load_translator(self.settings.translator, language)
        if self.translator is not None:
            translator = self.translator
            return lambda text: translated(text, language, glossary, translator)
        if self.llm is None:
            self.progress.preparing(f"loading {self.model}")
            chosen = self.settings.model_dump(include={"backend", "load_in_4bit", "batch_size", "seed"})
            self.llm = load_llm(ModelSettings(name=self.model, **chosen))
        chain = translation_chain(self.llm, language, glossary=glossary, seed=seed)
        return lambda text: chain.invoke(text, {"callbacks": [StopsWriting(self._stop)]})


@dataclass(frozen=True)
class _Finished:
    key: str
    translation: Translation


class _Translations:
    """Finished translations on disk, by what was translated."""

    def __init__(self, path: Path) -> None:
        self._records = Records(path, _Finished, "translation")
        self._known = {one.key: one.translation for one in self._records.read()}

    def get(self, text: str, kind: str = "text") -> Translation | None:
        """Return the translation of a text, or of a name, if there is one."""
        return self._known.get(_key(text, kind))

    def add(self, found: Sequence[_Pair], kind: str) -> None:
        """Keep translations, synced to the disk."""
        finished = [_Finished(_key(text, kind), one) for text, one in found]
        self._records.add(finished)
        self._known |= {one.key: one.translation for one in finished}


def _key(text: str, kind: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:24]}"


def _as_name(name: str, text: str) -> str:
    """Return a translation that can be a name: one line, about as long; "" for any other."""
    text = text.strip().rstrip("。.．،")
    return text if text and "\n" not in text and word_count(text) <= 6 * word_count(name) + 8 else ""


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
